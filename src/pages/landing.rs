//! The landing page: what the exporter knows, for a person. It begins with the answer, and says in
//! words when there is none. No titles, no scripts, nothing from elsewhere.

use std::cmp::Reverse;
use std::sync::OnceLock;
use std::time::Duration;

use askama::Template;
use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::routes::App;
use super::standings::{Links, Row, Standings, soon};
use super::words;
use crate::inventory::{Belief, Fleet, Snapshot};
use crate::share::Moment;

/// More rows than this are of no use to a person, and slow to load.
const MAX_ROWS: usize = 500;
/// As many of them are for what has the most open links: however many polls fail, they must not hide
/// it.
const ROWS_FOR_OPEN: usize = 250;
/// From here on it is said that clocks differ.
const SKEW_SAID: Duration = Duration::from_secs(2 * 60);
/// From here on nothing is called well.
const SKEW_LIMIT: Duration = Duration::from_secs(5 * 60);
/// How many organisations that have several names are named.
const MAX_DUPLICATES: usize = 5;

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
    lines: Vec<Line>,
    hidden: Option<String>,
}

struct Tile {
    value: String,
    label: String,
    tone: &'static str,
}

/// One organisation, in words.
struct Line {
    name: String,
    belief: &'static str,
    tone: &'static str,
    age: String,
    poll: String,
    /// The label of the reason and the sentence that go with a failure.
    failure: Option<(&'static str, String)>,
    counts: Option<Counts>,
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
        let standings = Standings::new(&Snapshot::new(fleet, here));
        let soon = soon(&fleet.view).map(|window| window.label.clone());
        let answer = Headline::new(&standings);
        let hidden = standings.rows.len().saturating_sub(MAX_ROWS) as u64;
        Self {
            style: STYLE,
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
    others.sort_by_key(|(_, row)| Reverse(row.links.map_or(0, |links| links.open)));
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

/// The answer at a glance.
struct Headline {
    tone: &'static str,
    headline: String,
    details: Vec<String>,
}

impl Headline {
    fn new(standings: &Standings) -> Self {
        let all = standings.rows.len() as u64;
        let waiting = standings.count(Belief::Waiting);
        let unseen = standings.unseen();
        let stale = standings.count(Belief::Stale);
        let of_all = |number| format!("{} of {}", words::count(number), organizations(all));
        let known = format!("{} in what is known", open_links(standings, "no open link"));
        // What is not known comes first: the beginning of a title may be all that is read of it.
        let (tone, headline) = match unseen {
            _ if all == 0 => ("warn", "No organisation is watched".to_owned()),
            0 if stale > 0 && stale == standings.with(Row::has_lost_all) => (
                "warn",
                format!("{} lost every link at once; {known}", of_all(stale)),
            ),
            0 if stale > 0 => (
                "warn",
                format!("{} not seen lately; {known}", of_all(stale)),
            ),
            0 if standings.skew >= SKEW_LIMIT => (
                "warn",
                format!("Clocks differ by {}; {known}", words::span(standings.skew)),
            ),
            0 if !standings.duplicates.is_empty() => {
                let several = organizations(standings.duplicates.len() as u64);
                ("warn", format!("{several} under several names; {known}"))
            }
            0 => (calm_tone(standings), open_links(standings, "No open link")),
            _ if waiting == all => ("warn", "Waiting for the first answers".to_owned()),
            _ if unseen == all => ("bad", "No organisation could be looked at".to_owned()),
            _ if unseen == waiting => (
                "warn",
                format!("{} still to be asked; {known}", of_all(unseen)),
            ),
            _ => (
                "bad",
                format!("{} could not be looked at; {known}", of_all(unseen)),
            ),
        };
        Self {
            tone,
            headline,
            details: details(standings, unseen, stale),
        }
    }
}

/// The tone where everything was looked at: all is well only if that was everything there is.
fn calm_tone(standings: &Standings) -> &'static str {
    let is_whole = standings.lookback.is_none() && standings.with(|row| row.partial) == 0;
    if standings.links.open == 0 && is_whole {
        "good"
    } else {
        "warn"
    }
}

/// How many links are open, and among which, where that is not all of them; `none` for 0.
fn open_links(standings: &Standings, none: &str) -> String {
    let open = match standings.links.open {
        0 => none.to_owned(),
        open => words::counted(open, "open link"),
    };
    match standings.lookback.map(words::span) {
        None => open,
        Some(lookback) => format!("{open} among pages created in the last {lookback}"),
    }
}

fn organizations(number: u64) -> String {
    words::counted(number, "organisation")
}

/// What the numbers are made of, and what they leave out: a sentence each.
fn details(standings: &Standings, unseen: u64, stale: u64) -> Vec<String> {
    let mut sentences = Vec::new();
    if unseen > 0 {
        let unseen = organizations(unseen);
        sentences.push(format!(
            "What {unseen} may share is not known, and not counted here."
        ));
    }
    if stale > 0 {
        let stale = organizations(stale);
        sentences.push(format!(
            "Counted from an old picture that could not be renewed: {stale}."
        ));
    }
    let partial = standings.with(|row| row.partial);
    if partial > 0 {
        let partial = organizations(partial);
        sentences.push(format!(
            "Rhombus warned that its list is not whole: {partial}. There may be links that are not \
             counted here."
        ));
    }
    let emptied = standings.with(|row| row.emptied);
    if emptied > 0 {
        let emptied = organizations(emptied);
        sentences.push(format!(
            "Every link was gone at once from the last answer: {emptied}. It is believed when the next \
             poll says so too; until then what was known before stands."
        ));
    }
    if standings.skew >= SKEW_SAID {
        sentences.push(format!(
            "This machine's clock and Rhombus's differ by {}. A link counts until it has ended by \
             both.",
            words::span(standings.skew)
        ));
    }
    for names in standings.duplicates.iter().take(MAX_DUPLICATES) {
        sentences.push(format!(
            "These names have keys of one organisation, whose links count for each: {names}. What \
             the other keys were meant for is not watched."
        ));
    }
    if let Some(lookback) = standings.lookback.map(words::span) {
        sentences.push(format!(
            "Only pages created in the last {lookback} are asked for. Links of older ones are not \
             counted here, open or not."
        ));
    }
    if let Some(oldest) = standings.oldest {
        let oldest = words::span(oldest);
        sentences.push(format!(
            "An open link shows its footage to whoever has it. The oldest picture counted is \
             {oldest} old."
        ));
    }
    sentences
}

fn tiles(standings: &Standings, soon: Option<&str>) -> Vec<Tile> {
    let known = standings.rows.iter().any(|row| row.links.is_some());
    let is_part = standings.unseen() > 0
        || standings.lookback.is_some()
        || standings.with(|row| row.partial) > 0;
    let bound = if is_part { "≥ " } else { "" };
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
        tile(links.open, "open to anyone", "warn"),
        tile(links.total, "links in all", ""),
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

impl Line {
    fn new(row: &Row, here: Moment) -> Self {
        let (belief, tone) = match row.belief {
            Belief::Withdrawn => ("Withdrawn", "bad"),
            Belief::Never => ("Never seen", "bad"),
            Belief::Stale if row.has_lost_all() => ("Not believed yet", "warn"),
            Belief::Stale => ("Stale", "warn"),
            Belief::Waiting => ("Waiting", "warn"),
            Belief::Fresh if row.partial => ("Not whole", "warn"),
            Belief::Fresh => ("Fresh", "good"),
        };
        let age = row.age.map(words::span);
        let age = match (row.belief.is_known(), age) {
            (true, Some(age)) => format!("{age} old"),
            (false, Some(age)) => format!("last seen {age} ago"),
            (_, None) => String::new(),
        };
        let poll = row.poll.as_ref().map_or_else(
            || "not asked yet".to_owned(),
            |poll| {
                let verb = if poll.failure.is_some() {
                    "failed after"
                } else {
                    "succeeded in"
                };
                let ago = words::span(here.since(poll.ended));
                format!("{ago} ago, {verb} {}", words::took(poll.took))
            },
        );
        let failure = row.poll.as_ref().and_then(|poll| poll.failure.as_ref());
        Self {
            name: row.organization.name().to_owned(),
            belief,
            tone,
            age,
            poll,
            failure: failure
                .map(|failure| (failure.reason.label(), words::visible(&failure.message))),
            counts: row.links.map(Counts::new),
        }
    }
}

impl Counts {
    fn new(links: Links) -> Self {
        Self {
            open: words::count(links.open),
            any_open: links.open > 0,
            total: words::count(links.total),
            without_expiry: words::count(links.without_expiry),
            expiring: words::count(links.expiring),
        }
    }
}
