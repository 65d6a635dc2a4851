//! The landing page: what the exporter knows, for a person. It begins with the answer, and says in
//! words when there is none. No titles, no scripts, nothing from elsewhere.

use std::cmp::Reverse;
use std::sync::OnceLock;

use askama::Template;
use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::headline::Headline;
use super::routes::App;
use super::standings::{Links, List, OfKind, Row, Standings, soon};
use super::words;
use crate::inventory::{Belief, Fleet, Snapshot};
use crate::share::{Moment, Protection, ShareKind};

/// More rows than this are of no use to a person, and slow to load.
const MAX_ROWS: usize = 500;
/// As many of them are for what has the most open links: however many polls fail, they must not hide
/// it.
const ROWS_FOR_OPEN: usize = 250;

const STYLE: &str = include_str!("../../templates/landing.css");

/// The `Content-Security-Policy` of the page: its own style, and nothing else.
pub(super) fn policy() -> HeaderValue {
    static POLICY: OnceLock<HeaderValue> = OnceLock::new();
    let make = || {
        let hash = BASE64_STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        HeaderValue::from_str(&policy).expect("base64 is visible ASCII")
    };
    POLICY.get_or_init(make).clone()
}

/// The page, in words.
#[derive(Template)]
#[template(path = "landing.html")]
pub(super) struct Page {
    style: &'static str,
    version: String,
    /// Whether the data is invented.
    is_demo: bool,
    /// Without the leading slash, so that it also works behind a proxy that adds a prefix.
    metrics: String,
    repository: &'static str,
    time: String,
    /// The class of the answer: `bad`, `warn`, `good`.
    tone: &'static str,
    headline: String,
    details: Vec<String>,
    tiles: Vec<Tile>,
    /// The label of the window in which links count as ending soon.
    soon: Option<String>,
    kinds: Vec<KindLine>,
    lines: Vec<Line>,
    hidden: Option<String>,
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

/// One organisation, in words.
struct Line {
    name: String,
    belief: &'static str,
    tone: &'static str,
    age: String,
    poll: String,
    failures: Vec<FailedList>,
    /// Which of the open links are of which kind; empty where none is open.
    open: String,
    /// Whether the counts are of some lists only.
    in_part: bool,
    counts: Option<Counts>,
}

/// Why a list could not be read.
struct FailedList {
    list: &'static str,
    reason: &'static str,
    message: String,
}

struct Counts {
    open: String,
    any_open: bool,
    total: String,
    without_expiry: String,
    expiring: String,
}

impl Page {
    /// The page about `fleet` as it is where this machine's clock reads `here`.
    pub(super) fn new(app: &App, fleet: &Fleet, here: Moment) -> Self {
        let standings = Standings::new(&Snapshot::new(fleet, here), app.identifies_clients());
        let soon = soon(&fleet.view).map(|window| window.label.clone());
        let answer = Headline::new(&standings);
        let hidden = standings.rows.len().saturating_sub(MAX_ROWS) as u64;
        Self {
            style: STYLE,
            is_demo: app.is_demo,
            version: version(app),
            metrics: app
                .telemetry_path
                .as_str()
                .trim_start_matches('/')
                .to_owned(),
            repository: env!("CARGO_PKG_REPOSITORY"),
            time: words::time_of_day(here.time),
            tone: answer.tone,
            headline: answer.headline,
            details: answer.details,
            tiles: tiles(&standings, soon.as_deref()),
            kinds: standings.kinds.iter().map(KindLine::new).collect(),
            lines: shown(&standings.rows)
                .map(|row| Line::new(row, here))
                .collect(),
            soon,
            hidden: (hidden > 0).then(|| words::counted(hidden, "more organisation")),
        }
    }

    /// The page as HTML, with everything escaped.
    pub(super) fn html(&self) -> askama::Result<axum::response::Html<String>> {
        self.render().map(axum::response::Html)
    }
}

/// The rows that are shown, in their order: the worst, and of the others those with the most open
/// links.
fn shown(rows: &[Row]) -> impl Iterator<Item = &Row> {
    let (worst, others) = rows.split_at(rows.len().min(MAX_ROWS - ROWS_FOR_OPEN));
    let mut others: Vec<_> = others.iter().enumerate().collect();
    // Stable: among equals the worse one is shown.
    others.sort_by_key(|(_, row)| Reverse(row.links.map_or(0, |links| links.open())));
    others.truncate(ROWS_FOR_OPEN);
    others.sort_by_key(|(index, _)| *index);
    worst.iter().chain(others.into_iter().map(|(_, row)| row))
}

fn version(app: &App) -> String {
    let short: String = app.revision.chars().take(12).collect();
    match short.as_str() {
        "" | "unknown" => app.version.clone(),
        short => format!("{} ({short})", app.version),
    }
}

fn tiles(standings: &Standings, soon: Option<&str>) -> Vec<Tile> {
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
    let fresh = standings.count(Belief::Fresh);
    let all = standings.rows.len() as u64;
    tiles.push(Tile {
        value: format!("{} / {}", words::count(fresh), words::count(all)),
        label: "organisations fresh".to_owned(),
        tone: if fresh < all { "bad" } else { "" },
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

impl Line {
    fn new(row: &Row, here: Moment) -> Self {
        let (belief, tone) = match row.belief {
            _ if row.is_seen_in_part() => ("In part", "bad"),
            Belief::Withdrawn => ("Withdrawn", "bad"),
            Belief::Never => ("Never seen", "bad"),
            Belief::Stale if row.has_lost_all() => ("Not believed yet", "warn"),
            Belief::Stale => ("Stale", "warn"),
            Belief::NotAllowed => ("no access", "warn"),
            Belief::Waiting => ("Waiting", "warn"),
            Belief::Fresh if row.is_partial() => ("Not whole", "warn"),
            Belief::Fresh => ("Fresh", "good"),
        };
        let age = row.age().map(words::span);
        let age = match (row.links.is_some(), age) {
            (true, Some(age)) => format!("{age} old"),
            (false, Some(age)) => format!("last seen {age} ago"),
            (_, None) => String::new(),
        };
        Self {
            name: row.organization.name().to_owned(),
            belief,
            tone,
            age,
            poll: polls(row, here),
            failures: row.lists.iter().filter_map(FailedList::new).collect(),
            open: open_by_kind(&row.lists),
            in_part: row.is_seen_in_part(),
            counts: row.links.map(Counts::new),
        }
    }
}

/// How the last poll of each list went: the oldest of them, and how long the longest took.
fn polls(row: &Row, here: Moment) -> String {
    let Some(oldest) = row.polls().map(|poll| here.since(poll.ended)).max() else {
        return "not asked yet".to_owned();
    };
    let all = row.polls().count();
    let failed = row.polls().filter(|poll| poll.failure.is_some()).count();
    let verb = match failed {
        0 => "succeeded in".to_owned(),
        failed if failed == all => "failed after".to_owned(),
        failed => format!("{failed} of {all} failed, after"),
    };
    let longest = row.polls().map(|poll| poll.took).max().unwrap_or_default();
    format!(
        "{} ago, {verb} {}",
        words::span(oldest),
        words::took(longest)
    )
}

/// `3 clip pages, 1 live stream`: those that are open.
fn open_by_kind(lists: &[List]) -> String {
    let open = lists.iter().filter_map(|list| {
        let open = list.links?.open();
        (open > 0).then(|| words::counted(open, list.kind.noun()))
    });
    open.collect::<Vec<_>>().join(", ")
}

impl FailedList {
    fn new(list: &List) -> Option<Self> {
        let failure = list.failure()?;
        Some(Self {
            list: list.kind.list(),
            reason: failure.reason.label(),
            message: words::visible(&failure.message),
        })
    }
}

impl Counts {
    fn new(links: Links) -> Self {
        Self {
            open: words::count(links.open()),
            any_open: links.open() > 0,
            total: words::count(links.total()),
            without_expiry: words::count(links.without_expiry),
            expiring: words::count(links.expiring),
        }
    }
}
