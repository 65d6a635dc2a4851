//! The landing page: what the exporter knows, for a person. It begins with the answer, and says in
//! words when there is none. No titles, no scripts, nothing from elsewhere.

use askama::Template;

use super::filter::Filter;
use super::frame::Frame;
use super::headline::Headline;
use super::listing::{Counts, Listing};
use super::partners::PartnerLine;
use super::policy::PolicyView;
use super::routes::App;
use super::standings::{OfKind, Standings, soon};
use super::words;
use crate::inventory::{Belief, Snapshot};
use crate::share::{Moment, Protection, ShareKind};

/// The page, in words.
#[derive(Template)]
#[template(path = "landing.html")]
pub(super) struct Page {
    frame: Frame,
    /// After so many seconds the page reads itself again.
    refresh: u32,
    time: String,
    /// The class of the answer: `bad`, `warn`, `good`.
    tone: &'static str,
    headline: String,
    details: Vec<String>,
    tiles: Vec<Tile>,
    /// The label of the window in which links count as ending soon.
    soon: Option<String>,
    kinds: Vec<KindLine>,
    partners: Vec<PartnerLine>,
    policy: PolicyView,
    listing: Listing,
}

struct Tile {
    value: String,
    label: String,
    tone: &'static str,
}

/// One kind of shares, in words.
struct KindLine {
    name: String,
    /// How many organisations its list was read of.
    seen: String,
    /// The class of that.
    tone: &'static str,
    counts: Option<Counts>,
    password: String,
    /// None where no such share can ask for it.
    sso: Option<String>,
}

impl Page {
    /// The page where this machine's clock reads `here`, with the organisations that `filter` asks for.
    pub(super) fn new(app: &App, filter: &Filter, here: Moment) -> Self {
        let snapshot = Snapshot::new(&app.fleet.load(), here);
        let standings = Standings::new(&snapshot, app.identifies_clients(), here);
        let soon = soon(&snapshot.view).map(|window| window.label.clone());
        let policy = app.policy.load();
        let policy = PolicyView::new(&snapshot, &policy, app.identifies_clients(), here.time);
        let mut answer = Headline::new(&standings);
        answer.details.extend(policy.sentence());
        let listing = Listing::new(&standings.rows, filter, here);
        Self {
            frame: Frame::new(app, "overview", ""),
            refresh: listing.refresh(),
            time: words::time_of_day(here.time),
            tone: answer.tone,
            headline: answer.headline,
            details: answer.details,
            tiles: tiles(&standings, &policy, soon.as_deref()),
            kinds: standings.kinds.iter().map(KindLine::new).collect(),
            partners: standings
                .partners
                .iter()
                .map(|row| PartnerLine::new(row, here))
                .collect(),
            policy,
            listing,
            soon,
        }
    }

    /// The page as HTML, with everything escaped.
    pub(super) fn html(&self) -> askama::Result<axum::response::Html<String>> {
        self.render().map(axum::response::Html)
    }
}

fn tiles(standings: &Standings, policy: &PolicyView, soon: Option<&str>) -> Vec<Tile> {
    let known = standings.rows.iter().any(|row| row.links.is_some());
    let bound = if standings.is_part() { "≥ " } else { "" };
    let links = standings.links;
    let tile = |number: u64, label: &str, tone| Tile {
        // A dash, since 0 would read as an all-clear.
        value: if known {
            format!("{bound}{}", words::count(number))
        } else {
            "–".to_owned()
        },
        label: label.to_owned(),
        tone: if known && number > 0 { tone } else { "" },
    };
    let mut tiles = vec![
        tile(links.open(), "open to anyone", "warn"),
        tile(links.total(), "links in all", ""),
        tile(links.without_expiry, "without expiry", "warn"),
    ];
    if let Some(soon) = soon {
        tiles.push(tile(links.expiring, &format!("expiring within {soon}"), ""));
    }
    if let Some(open) = policy.open {
        tiles.push(Tile {
            value: format!("{bound}{}", words::count(open)),
            label: "violations of the policy".to_owned(),
            tone: match (open, policy.any_critical) {
                (0, _) => "",
                (_, true) => "bad",
                (_, false) => "warn",
            },
        });
    }
    let fresh = standings.count(Belief::Fresh);
    let all = standings.rows.len() as u64;
    tiles.push(Tile {
        value: format!("{} / {}", words::count(fresh), words::count(all)),
        label: "organisations fresh".to_owned(),
        tone: match all - fresh {
            0 => "",
            missing if missing == standings.count(Belief::NotAllowed) => "warn",
            _ => "bad",
        },
    });
    tiles
}

impl KindLine {
    fn new((kind, of_kind): (&ShareKind, &OfKind)) -> Self {
        let OfKind {
            links, seen, all, ..
        } = of_kind;
        let is_known = *seen > 0;
        let protected_by = |protection| {
            let has = kind.protections().contains(&protection);
            let count = || words::count(links.protected_by(protection));
            has.then(|| if is_known { count() } else { "–".to_owned() })
        };
        Self {
            name: words::capitalized(&format!("{}s", kind.noun())),
            seen: format!("{} / {}", words::count(*seen), words::count(*all)),
            tone: if seen < all { "bad" } else { "good" },
            counts: is_known.then(|| Counts::new(*links)),
            password: protected_by(Protection::Password).unwrap_or_default(),
            sso: protected_by(Protection::Sso),
        }
    }
}
