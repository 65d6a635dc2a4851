//! A link in a few short words each, as tables have it, on a terminal and on the page to mail.

use std::time::Duration;

use crate::share::{Expiry, Id, Private, ShareKind, UnixMillis};
use crate::view::{Breach, Row};

/// So many cameras are named.
const MAX_CAMERAS: usize = 3;

/// What a table says of a link. What people wrote is not escaped yet.
pub(super) struct Cells {
    pub(super) reference: String,
    pub(super) org: String,
    pub(super) kind: &'static str,
    pub(super) protection: &'static str,
    pub(super) ends: String,
    pub(super) made: String,
    pub(super) footage: String,
    pub(super) cameras: String,
    pub(super) title: String,
    pub(super) breaks: String,
}

impl Cells {
    pub(super) fn of(row: &Row<'_>) -> Self {
        let share = row.share;
        Self {
            reference: row
                .reference
                .map_or_else(|| "no uuid".to_owned(), |it| it.to_string()),
            org: row.org().to_owned(),
            kind: share.kind.label(),
            protection: match share.unread.protection {
                true => "not read",
                false => share.protection.label(),
            },
            ends: ends(row),
            made: share
                .created
                .map_or_else(|| "not said".to_owned(), UnixMillis::day),
            footage: footage(row),
            cameras: cameras(row),
            title: share.title.as_ref().map_or("", Private::reveal).to_owned(),
            breaks: breaks(&row.violations()),
        }
    }
}

fn ends(row: &Row<'_>) -> String {
    let now = row.now();
    match row.share.expiry {
        _ if row.share.unread.end => "not read".to_owned(),
        Expiry::Never => "never".to_owned(),
        Expiry::At(end) if now < end => format!("in {}", span(end.since(now))),
        Expiry::At(end) => format!("{} ago", span(now.since(end))),
    }
}

/// A length of time in its largest unit.
pub(super) fn span(duration: Duration) -> String {
    match duration.as_secs() {
        secs @ 0..60 => format!("{secs}s"),
        secs @ 60..3_600 => format!("{}m", secs / 60),
        secs @ 3_600..172_800 => format!("{}h", secs / 3_600),
        secs => format!("{}d", secs / 86_400),
    }
}

/// How long its clips play; of what shows the moment, what it gives beside that.
fn footage(row: &Row<'_>) -> String {
    let (share, traits) = (row.share, row.share.traits);
    let moment = match share.kind {
        ShareKind::ClipGroup | ShareKind::TimelapseGroup => {
            span(Duration::from_secs(share.media.duration_secs))
        }
        ShareKind::LiveStream | ShareKind::VideoWall => "live".to_owned(),
    };
    let more = [
        (traits.past_footage, "+past"),
        (traits.sound, "+sound"),
        (traits.talk, "+talk"),
    ];
    let more = more.into_iter().filter(|(is_given, _)| *is_given);
    let words = std::iter::once(moment.as_str()).chain(more.map(|(_, word)| word));
    words.collect::<Vec<_>>().join(" ")
}

fn cameras(row: &Row<'_>) -> String {
    let cameras = &row.share.media.cameras;
    let named = cameras.iter().take(MAX_CAMERAS);
    let mut named: Vec<_> = named.map(|camera| camera_name(row, camera)).collect();
    if let more @ 1.. = cameras.len().saturating_sub(MAX_CAMERAS) {
        named.push(format!("+{more}"));
    }
    match named.is_empty() {
        true if row.share.unread.cameras => "not read".to_owned(),
        _ => named.join(", "),
    }
}

fn camera_name(row: &Row<'_>, camera: &Id) -> String {
    let name = row.camera_names().get(camera);
    let name = name.filter(|name| !name.camera.is_empty());
    name.map_or_else(|| camera.to_string(), |name| name.camera.to_string())
}

/// The rules that it breaks; those that an exception covers in parentheses.
fn breaks(breaches: &[Breach<'_>]) -> String {
    let rules = breaches.iter().map(|it| match it.exception {
        None => it.rule.to_string(),
        Some(_) => format!("({})", it.rule),
    });
    rules.collect::<Vec<_>>().join(", ")
}
