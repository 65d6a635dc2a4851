//! The landing page: what the exporter knows, for a person. It begins with the answer, and says in
//! words when there is none. No titles, no scripts, nothing from elsewhere.

use askama::Template;

use super::filter::Filter;
use super::frame::Frame;
use super::headline::Headline;
use super::listing::{Counts, Listing, Of};
use super::partners::PartnerLine;
use super::policy::PolicyView;
use super::routes::App;
use super::rows::Linked;
use super::standings::{OfKind, Standings, soon};
use super::words;
use crate::inventory::{Belief, Snapshot};
use crate::share::{Moment, Protection, ShareKind, span};

/// The page, in words.
#[derive(Template)]
#[template(path = "landing.html")]
pub(super) struct Page {
    frame: Frame,
    /// After so many seconds the page reads itself again; none: it doesn't.
    refresh: Option<u32>,
    /// The address at which it does, or doesn't any more.
    other: String,
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
    value: Linked,
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
    password: Linked,
    /// None where no such share can ask for it.
    sso: Option<Linked>,
}

impl Page {
    /// The page where this machine's clock reads `here`, with the organisations that `filter` asks for.
    pub(super) fn new(app: &App, filter: &Filter, here: Moment) -> Self {
        let snapshot = Snapshot::new(&app.fleet.load(), here);
        let standings = Standings::new(&snapshot, app.identifies_clients(), here);
        let window = soon(&snapshot.view);
        let within = window.map_or_else(String::new, |window| span::show(window.duration));
        let soon = window.map(|window| window.label.clone());
        let of = Of {
            rows: app.row_links(),
            filter: None,
            soon: &within,
        };
        let policy = app.policy.load();
        let is_identified = app.identifies_clients();
        let policy = PolicyView::new(&snapshot, &policy, is_identified, here.time, of.rows);
        let mut answer = Headline::new(&standings);
        answer.details.extend(policy.sentence());
        let listing = Listing::new(&standings.rows, filter, here, of);
        Self {
            frame: Frame::new(app, "overview", ""),
            refresh: filter.refreshes.then(|| listing.refresh()),
            other: filter.address(!filter.refreshes),
            time: words::time_of_day(here.time),
            tone: answer.tone,
            headline: answer.headline,
            details: answer.details,
            tiles: tiles(&standings, &policy, soon.as_deref(), of),
            kinds: standings
                .kinds
                .iter()
                .map(|kind| KindLine::new(kind, of))
                .collect(),
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

fn tiles(standings: &Standings, policy: &PolicyView, soon: Option<&str>, of: Of<'_>) -> Vec<Tile> {
    let known = standings.rows.iter().any(|row| row.links.is_some());
    let bound = if standings.is_part() { "≥ " } else { "" };
    let links = standings.links;
    let tile = |number: u64, label: &str, tone, filters: &[(&str, &str)]| Tile {
        // A dash, since 0 would read as an all-clear.
        value: match known {
            true => of.named(format!("{bound}{}", words::count(number)), filters),
            false => Linked::text("–"),
        },
        label: label.to_owned(),
        tone: if known && number > 0 { tone } else { "" },
    };
    let mut tiles = vec![
        tile(
            links.open(),
            "open to anyone",
            "warn",
            &[("protection", "none")],
        ),
        tile(links.total(), "links in all", "", &[]),
        tile(
            links.without_expiry,
            "without expiry",
            "warn",
            &[("ends", "never")],
        ),
    ];
    if let Some(soon) = soon {
        let label = format!("expiring within {soon}");
        tiles.push(tile(links.expiring, &label, "", &[("ends", of.soon)]));
    }
    if let Some(open) = policy.open {
        tiles.push(Tile {
            value: of.rows.to(
                format!("{bound}{}", words::count(open)),
                &[("rule", "*"), ("excepted", "no")],
            ),
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
        value: Linked::text(&format!("{} / {}", words::count(fresh), words::count(all))),
        label: "organisations up to date".to_owned(),
        tone: match all - fresh {
            0 => "",
            missing if missing == standings.count(Belief::NotAllowed) => "warn",
            _ => "bad",
        },
    });
    tiles
}

impl KindLine {
    fn new((kind, of_kind): (&ShareKind, &OfKind), of: Of<'_>) -> Self {
        let of = Of {
            filter: Some(("kind", kind.label())),
            ..of
        };
        let OfKind {
            links, seen, all, ..
        } = of_kind;
        let is_known = *seen > 0;
        let protected_by = |protection: Protection| {
            let has = kind.protections().contains(&protection);
            let asked = [("protection", protection.label())];
            has.then(|| match is_known {
                true => of.to(links.protected_by(protection), &asked),
                false => Linked::text("–"),
            })
        };
        Self {
            name: words::capitalized(&format!("{}s", kind.noun())),
            seen: format!("{} / {}", words::count(*seen), words::count(*all)),
            tone: if seen < all { "bad" } else { "good" },
            counts: is_known.then(|| Counts::new(*links, of)),
            password: protected_by(Protection::Password).unwrap_or_else(|| Linked::text("")),
            sso: protected_by(Protection::Sso),
        }
    }
}
