//! The register as one page, to print or to keep: its own style, no script, nothing from elsewhere.

use askama::Template;

use super::{Register, SHARED_BY};
use crate::audit::{Disclosure, End};
use crate::commands::output::visible;
use crate::share::{Private, UnixMillis};

const STYLE: &str = include_str!("../../../../templates/report.css");
/// So many cameras of a link are named.
const CAMERAS: usize = 5;

#[derive(Template)]
#[template(path = "register.html")]
struct Page {
    style: &'static str,
    links: String,
    period: String,
    org: Option<String>,
    as_of: String,
    rows: Vec<Line>,
}

/// A link.
struct Line {
    shared: String,
    org: String,
    kind: String,
    share: String,
    title: String,
    footage: Option<[String; 2]>,
    camera_count: u64,
    cameras: String,
    protection: String,
    shared_by: String,
    views: u64,
    recipient: String,
    purpose: String,
    case: String,
    ended: &'static str,
    ended_at: String,
    /// The class that says how bad it is.
    tone: &'static str,
}

/// The page.
///
/// # Errors
/// None: it is written to memory.
pub(super) fn page(register: &Register<'_>) -> askama::Result<String> {
    let page = Page {
        style: STYLE,
        links: match register.rows.len() {
            1 => "1 link".to_owned(),
            number => format!("{number} links"),
        },
        period: period(register.since, register.until),
        org: register.args.org.as_deref().map(visible),
        as_of: register.now.whole_second().rfc3339(),
        rows: register.rows.iter().map(Line::new).collect(),
    };
    Ok(page.render()? + "\n")
}

fn period(since: Option<UnixMillis>, until: Option<UnixMillis>) -> String {
    let moment = |it: UnixMillis| it.whole_second().rfc3339();
    match (since.map(moment), until.map(moment)) {
        (None, None) => "first seen at any time that the trail has".to_owned(),
        (Some(since), None) => format!("first seen since {since}"),
        (None, Some(until)) => format!("first seen until {until}"),
        (Some(since), Some(until)) => format!("first seen from {since} to {until}"),
    }
}

impl Line {
    fn new(row: &Disclosure) -> Self {
        let private = |text: &Option<Private>| visible(text.as_ref().map_or("", Private::reveal));
        Self {
            shared: second(&row.shared),
            org: visible(&row.org),
            kind: visible(&row.kind),
            share: visible(&row.share),
            title: private(&row.title),
            footage: row
                .footage
                .as_ref()
                .map(|it| [second(&it[0]), second(&it[1])]),
            camera_count: row.camera_count,
            cameras: visible(&cameras(&row.cameras)),
            protection: visible(&row.protection),
            shared_by: visible(row.shared_by.as_ref().map_or(SHARED_BY, Private::reveal)),
            views: row.views,
            recipient: private(&row.recipient),
            purpose: private(&row.purpose),
            case: private(&row.case),
            ended: row.end.label(),
            ended_at: row.end.when().map(second).unwrap_or_default(),
            tone: match (&row.end, &*row.protection) {
                (End::Open, "none") => "warn",
                (End::Open | End::Unwatched(_), _) => "",
                (End::Expired(_) | End::Removed(_), _) => "dim",
            },
        }
    }
}

/// A moment without its fraction of a second; anything else as it is.
fn second(text: &str) -> String {
    let moment = UnixMillis::parse_rfc3339(text).map(|it| it.whole_second().rfc3339());
    moment.unwrap_or_else(|| visible(text))
}

fn cameras(cameras: &[String]) -> String {
    let named = cameras[..cameras.len().min(CAMERAS)].join(", ");
    match cameras.len().saturating_sub(CAMERAS) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
