//! `/shares/REF`: one link whole. Two that have one ref are both there.

use askama::Template;

use super::axis::Axis;
use super::blind::Blind;
use super::line::{self, Line, When};
use crate::inventory::Snapshot;
use crate::pages::frame::Frame;
use crate::pages::routes::App;
use crate::pages::viewers::Viewer;
use crate::pages::words;
use crate::policy::Policy;
use crate::share::{Clip, Id, Ref, UnixMillis};
use crate::view::{Breach, Filter, Row, Rows};

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
    /// None where no link has this ref.
    pub(super) fn new(
        app: &App,
        reference: Ref,
        viewer: &Viewer,
        is_address_asked: bool,
    ) -> Option<Self> {
        let snapshot = Snapshot::new(&app.fleet.load(), app.clock.read());
        let policy = app.policy.load();
        let filter = Filter {
            refs: vec![reference],
            ..Filter::default()
        };
        let rows = Rows::new(&snapshot, &policy, &filter).rows;
        let first = rows.first()?;
        let headline = match rows.len() {
            1 => line::title(first.share),
            several => format!("{several} links have the ref {reference}"),
        };
        let reader = Reader {
            policy: &policy,
            viewer,
            is_address_asked,
        };
        Some(Self {
            frame: Frame::new(app, "link", "../"),
            headline,
            blind: Blind::of_rows(&snapshot, &rows, snapshot.here().time),
            links: rows.iter().map(|row| Whole::new(row, &reader)).collect(),
            reference: reference.to_string(),
        })
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
        moment("Made", line::made(share, now)),
        moment("Ends", line::ends(share, now)),
        text("Last seen", format!("{seen} ago")),
    ];
    if share.unread.any() {
        let what = "something of it could not be understood, and was read so that it hides nothing";
        facts.push(text("Not read", what.to_owned()));
    }
    facts
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
