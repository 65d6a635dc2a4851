//! `/shares/REF`: one link whole, with its history. Two that have one ref are both there. One that is listed no more
//! has its history alone.

use askama::Template;

use super::axis::Axis;
use super::blind::Blind;
use super::gone::Gone;
use super::line::{self, Line, When};
use crate::inventory::Snapshot;
use crate::pages::frame::Frame;
use crate::pages::routes::App;
use crate::pages::trail::{EventLine, History, NoTrail};
use crate::pages::viewers::Viewer;
use crate::pages::words;
use crate::policy::Policy;
use crate::share::{Clip, Id, Ref, UnixMillis};
use crate::view::{Breach, Filter, Row, Rows, views, who};

/// So many clips are listed.
const MAX_CLIPS: usize = 200;

/// The page.
#[derive(Template)]
#[template(path = "share.html")]
pub(super) struct One {
    frame: Frame,
    headline: String,
    blind: Blind,
    /// One, as a rule.
    links: Vec<Whole>,
    reference: String,
    /// Why there is none, where it is not listed.
    gone: Option<Gone>,
    /// Its newest events, the newest first.
    lines: Vec<EventLine>,
    are_more: bool,
    /// Why there are none; empty: there are.
    no_history: &'static str,
}

/// A link, whole.
struct Whole {
    line: Line,
    facts: Vec<Fact>,
    cameras: Vec<String>,
    axis: Option<Axis>,
    clips: Vec<ClipLine>,
    more_clips: usize,
    broken: Vec<Verdict>,
    console: Option<String>,
    address: Address,
}

/// Something that is known of it.
struct Fact {
    name: &'static str,
    value: String,
    /// As a machine reads it, where it is a moment.
    moment: Option<String>,
}

/// A clip in words.
struct ClipLine {
    start: String,
    length: String,
    camera: String,
}

/// A rule that it breaks, and why it may.
struct Verdict {
    rule: String,
    tone: &'static str,
    description: String,
    since: String,
    /// The exception that covers it, with its reason, owner and end.
    exception: Option<String>,
}

/// Where its page is.
enum Address {
    /// Whoever asks may not know.
    Kept,
    /// It may be asked for.
    Hidden,
    /// Nobody has said.
    Unknown,
    /// It was asked for.
    Shown(String),
}

impl One {
    /// None where no link has this ref, and none is known to have had it.
    pub(super) fn new(
        app: &App,
        reference: Ref,
        viewer: &Viewer,
        is_address_asked: bool,
        history: Result<History, NoTrail>,
    ) -> Option<Self> {
        let snapshot = Snapshot::new(&app.fleet.load(), app.clock.read());
        let policy = app.policy.load();
        let filter = Filter {
            refs: vec![reference],
            ..Filter::default()
        };
        let rows = Rows::new(&snapshot, &policy, &filter).rows;
        let gone = match (rows.is_empty(), &history) {
            (false, _) => None,
            (true, Ok(history)) => Some(Gone::new(&snapshot, history)?),
            (true, Err(_)) => return None,
        };
        let reader = Reader {
            policy: &policy,
            viewer,
            is_address_asked,
        };
        Some(Self {
            frame: Frame::new(app, "link", "../"),
            headline: headline(&rows, gone.as_ref(), reference),
            blind: match &gone {
                Some(_) => Blind::of_all(&snapshot),
                None => Blind::of_rows(&snapshot, &rows, snapshot.here().time),
            },
            links: rows.iter().map(|row| Whole::new(row, &reader)).collect(),
            reference: reference.to_string(),
            gone,
            no_history: no_history(&history),
            are_more: history.as_ref().is_ok_and(|history| history.are_more),
            lines: history.map(|history| history.lines).unwrap_or_default(),
        })
    }
}

/// What it is called.
fn headline(rows: &[Row<'_>], gone: Option<&Gone>, reference: Ref) -> String {
    match (rows, gone) {
        ([only], _) => line::title(only.share),
        (
            [],
            Some(Gone {
                title: Some(title), ..
            }),
        ) => title.clone(),
        ([], _) => format!("The link {reference}"),
        (several, _) => format!("{} links have the ref {reference}", several.len()),
    }
}

/// Why nothing is told of what happened to it.
fn no_history(history: &Result<History, NoTrail>) -> &'static str {
    match history {
        Ok(history) if history.lines.is_empty() => "The audit trail has no event about it.",
        Ok(_) => "",
        Err(why) => why.text(),
    }
}

/// Who looks, and at what.
struct Reader<'a> {
    policy: &'a Policy,
    viewer: &'a Viewer,
    is_address_asked: bool,
}

impl Whole {
    fn new(row: &Row<'_>, reader: &Reader<'_>) -> Self {
        let media = &row.share.media;
        let named = |place: Option<u16>| camera_of(row, place);
        let clips = media.footage.iter().take(MAX_CLIPS);
        Self {
            line: Line::new(row, reader.policy),
            facts: facts(row),
            cameras: media
                .cameras
                .iter()
                .map(|id| line::camera(row, id))
                .collect(),
            axis: Axis::new(&media.footage, named),
            clips: clips.map(|clip| ClipLine::new(clip, row)).collect(),
            more_clips: media.footage.len().saturating_sub(MAX_CLIPS),
            broken: verdicts(row, reader.policy),
            console: row.console().map(ToOwned::to_owned),
            address: address(row, reader),
        }
    }
}

fn address(row: &Row<'_>, reader: &Reader<'_>) -> Address {
    if !reader.viewer.sees_addresses {
        return Address::Kept;
    }
    match row.address() {
        None => Address::Unknown,
        Some(_) if !reader.is_address_asked => Address::Hidden,
        Some(address) => Address::Shown(address.reveal().to_owned()),
    }
}

fn facts(row: &Row<'_>) -> Vec<Fact> {
    let (share, now) = (row.share, row.now());
    let text = |name, value: String| Fact {
        name,
        value,
        moment: None,
    };
    let moment = |name, when: When| Fact {
        name,
        value: match &when.moment {
            Some(moment) => format!("{}, {}", words::minute(moment), when.text),
            None => when.text,
        },
        moment: when.moment,
    };
    let seen = words::span(now.since(row.seen()));
    let mut facts = vec![
        text("Organisation", words::visible(row.org())),
        text("Kind", words::capitalized(share.kind.noun())),
        moment("Created", line::made(share, now)),
        moment("Ends", line::ends(share, now)),
        text("Last seen", format!("{seen} ago")),
    ];
    facts.extend(told(row));
    if share.unread.any() {
        let what = "part of it could not be understood, and is shown as the worst that it can be";
        facts.push(text("Not read", what.to_owned()));
    }
    facts
}

/// What the audit feed has told of it, or why that is not known.
fn told(row: &Row<'_>) -> Vec<Fact> {
    let now = row.now();
    let fact = |name, value: String| Fact {
        name,
        value,
        moment: None,
    };
    let ago = |at: UnixMillis| format!("{}, {}", words::minute(&at.rfc3339()), words::ago(at, now));
    let told = match row.attributed() {
        Ok(told) => told,
        Err(why) => {
            return vec![
                fact("Created by", not_named(row, &why.to_string())),
                fact("Views", why.to_string()),
            ];
        }
    };
    let mut facts = vec![match &told.made {
        Some(act) => Fact {
            name: "Created by",
            value: format!("{}, {}", words::visible(&who(act)), ago(act.at)),
            moment: Some(act.at.rfc3339()),
        },
        None => fact("Created by", not_named(row, "not stated by Rhombus")),
    }];
    facts.push(fact("Views", views(told)));
    facts.extend(told.last_view.map(|at| Fact {
        name: "Last view",
        value: ago(at),
        moment: Some(at.rfc3339()),
    }));
    facts.push(fact(
        "Sent on",
        match told.sent {
            0 => "never".to_owned(),
            times => words::counted(times, "time"),
        },
    ));
    facts
}

/// Who made it, where nobody is named: what its type tells, and why not more.
fn not_named(row: &Row<'_>, why: &str) -> String {
    match line::by_type(row.share) {
        Some(by) => format!("{by}; who is {why}"),
        None => why.to_owned(),
    }
}

impl ClipLine {
    fn new(clip: &Clip, row: &Row<'_>) -> Self {
        let start = clip.start().map(|start| start.whole_second().rfc3339());
        Self {
            start: start.unwrap_or_else(|| "not stated".to_owned()),
            length: words::span(std::time::Duration::from_secs(clip.duration_secs().into())),
            camera: camera_of(row, clip.camera()),
        }
    }
}

/// What the camera at this place is called.
fn camera_of(row: &Row<'_>, place: Option<u16>) -> String {
    let cameras = &row.share.media.cameras;
    let id: Option<&Id> = place.and_then(|place| cameras.get(usize::from(place)));
    id.map_or_else(
        || "camera not stated".to_owned(),
        |id| line::camera(row, id),
    )
}

fn verdicts(row: &Row<'_>, policy: &Policy) -> Vec<Verdict> {
    let now = row.now();
    let verdict = |breach: Breach<'_>| {
        let rule = policy.rule(breach.rule);
        Verdict {
            rule: breach.rule.to_owned(),
            tone: rule.map_or("", |rule| crate::pages::policy::tone(rule.severity)),
            description: rule
                .map(|rule| words::visible(&rule.description))
                .unwrap_or_default(),
            since: words::span(now.since(breach.since)),
            exception: breach.exception.map(|name| covered_by(name, policy, now)),
        }
    };
    row.violations().into_iter().map(verdict).collect()
}

/// The exception with its reason.
fn covered_by(name: &str, policy: &Policy, now: UnixMillis) -> String {
    let Some(exception) = policy.exception(name) else {
        return name.to_owned();
    };
    let (reason, owner) = (
        words::visible(&exception.reason),
        words::visible(&exception.owner),
    );
    let left = words::span(exception.until.since(now));
    format!("{name}: {reason} ({owner}), ends in {left}")
}
