//! A link in words, as pages have it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::pages::policy::tone;
use crate::pages::words;
use crate::policy::Policy;
use crate::share::{Expiry, Maker, Protection, Share, UnixMillis};
use crate::view::{Breach, Row, who};

/// So many cameras are named in a line.
const MAX_CAMERAS: usize = 3;
/// What ends within this is marked.
const SOON: Duration = Duration::from_secs(24 * 60 * 60);

/// A link in words.
pub(super) struct Line {
    /// What people called it, or what it is where they said nothing.
    pub(super) title: String,
    /// None where it can't be named.
    pub(super) reference: Option<String>,
    pub(super) org: String,
    pub(super) kind: &'static str,
    pub(super) protection: &'static str,
    /// The class of that.
    pub(super) tone: &'static str,
    /// What it gives beside the moment.
    pub(super) extras: Vec<&'static str>,
    pub(super) ends: When,
    pub(super) made: When,
    /// Who made it, as far as that is known.
    pub(super) by: Option<String>,
    /// How much footage it shows.
    pub(super) shows: String,
    pub(super) cameras: Vec<String>,
    /// How many more cameras it shows.
    pub(super) more_cameras: usize,
    pub(super) broken: Vec<Broken>,
    /// When it was last seen, where that is too long ago to be believed.
    pub(super) stale: Option<String>,
    pub(super) is_expired: bool,
}

/// A moment in words.
pub(super) struct When {
    pub(super) text: String,
    /// As a machine reads it; none where there is none.
    pub(super) moment: Option<String>,
    /// The class of that.
    pub(super) tone: &'static str,
}

/// Rules that it breaks: those that none covers, or that one exception does.
pub(super) struct Broken {
    pub(super) rules: Vec<BrokenRule>,
    pub(super) exception: Option<String>,
}

/// A rule that it breaks.
pub(super) struct BrokenRule {
    pub(super) name: String,
    /// The class of its severity.
    pub(super) tone: &'static str,
}

impl Line {
    pub(super) fn new(row: &Row<'_>, policy: &Policy) -> Self {
        let (share, now) = (row.share, row.now());
        let mut cameras: Vec<_> = share
            .media
            .cameras
            .iter()
            .map(|id| camera(row, id))
            .collect();
        let more_cameras = cameras.len().saturating_sub(MAX_CAMERAS);
        cameras.truncate(MAX_CAMERAS);
        if share.unread.cameras {
            cameras.push("some that could not be read".to_owned());
        }
        Self {
            title: title(share),
            reference: row.reference.map(|it| it.to_string()),
            org: row.org().to_owned(),
            kind: share.kind.noun(),
            protection: protection(share),
            tone: if share.protection == Protection::None {
                "bad"
            } else {
                "good"
            },
            extras: extras(share),
            ends: ends(share, now),
            made: made(share, now),
            by: by(row),
            shows: shows(share),
            cameras,
            more_cameras,
            broken: broken(row.violations(), policy),
            stale: stale(row),
            is_expired: !row.is_active(),
        }
    }
}

/// The rules that it breaks, by the exception that covers them: first those that none does.
fn broken(breaches: Vec<Breach<'_>>, policy: &Policy) -> Vec<Broken> {
    let mut by_exception: BTreeMap<Option<&str>, Vec<BrokenRule>> = BTreeMap::new();
    for breach in breaches {
        let severity = policy.rule(breach.rule).map(|rule| rule.severity);
        let rule = BrokenRule {
            name: breach.rule.to_owned(),
            tone: match severity {
                Some(severity) if breach.exception.is_none() => tone(severity),
                _ => "plain",
            },
        };
        by_exception.entry(breach.exception).or_default().push(rule);
    }
    let broken = by_exception.into_iter();
    broken
        .map(|(exception, rules)| Broken {
            rules,
            exception: exception.map(ToOwned::to_owned),
        })
        .collect()
}

/// Why what is said of it may not be so any more.
fn stale(row: &Row<'_>) -> Option<String> {
    let ago = words::span(row.now().since(row.seen()));
    match (row.is_current(), row.is_listed()) {
        (true, _) => None,
        (false, true) => Some(format!("last seen {ago} ago")),
        (false, false) => Some(format!(
            "not in the last answer, which may not have been complete; last seen {ago} ago"
        )),
    }
}

/// What people called it. What acts on a page instead of showing is written out.
pub(super) fn title(share: &Share) -> String {
    match &share.title {
        Some(title) if !title.reveal().trim().is_empty() => words::visible(title.reveal()),
        _ => words::capitalized(&format!("{} without a title", share.kind.noun())),
    }
}

const fn protection(share: &Share) -> &'static str {
    match share.protection {
        Protection::None if share.unread.protection => "Unreadable: treated as open",
        Protection::None => "Open",
        Protection::Password => "Password",
        Protection::Sso => "SSO",
    }
}

fn extras(share: &Share) -> Vec<&'static str> {
    let traits = share.traits;
    let all = [
        (traits.past_footage, "past footage"),
        (traits.sound, "sound"),
        (traits.talk, "viewers may talk"),
        (traits.scheduled, "on a schedule"),
        (traits.monitored, "with a monitoring service"),
    ];
    let given = all.into_iter().filter(|(is, _)| *is);
    given.map(|(_, name)| name).collect()
}

pub(super) fn ends(share: &Share, now: UnixMillis) -> When {
    match share.expiry {
        Expiry::Never => When {
            text: if share.unread.end {
                "unreadable: treated as never"
            } else {
                "never"
            }
            .to_owned(),
            moment: None,
            tone: "warn",
        },
        Expiry::At(end) if now < end => {
            let left = end.since(now);
            When {
                text: format!("in {}", words::span(left)),
                moment: Some(end.rfc3339()),
                tone: if left <= SOON { "soon" } else { "" },
            }
        }
        Expiry::At(end) => When {
            text: format!("ended {} ago", words::span(now.since(end))),
            moment: Some(end.rfc3339()),
            tone: "dim",
        },
    }
}

pub(super) fn made(share: &Share, now: UnixMillis) -> When {
    When {
        text: share.created.map_or_else(
            || "not stated".to_owned(),
            |created| words::ago(created, now),
        ),
        moment: share.created.map(UnixMillis::rfc3339),
        tone: "",
    }
}

/// Who made it, as far as Rhombus says: by name where its audit feed tells that, else what its type tells.
fn by(row: &Row<'_>) -> Option<String> {
    if let Some(act) = row.made_by() {
        return Some(format!("by {}", words::visible(&who(act))));
    }
    by_type(row.share)
}

/// What the type of a link tells of who made it.
pub(super) fn by_type(share: &Share) -> Option<String> {
    match (share.traits.maker, share.stream_type.as_deref()) {
        (Maker::Person, _) => Some("by a person".to_owned()),
        (_, Some(service)) => Some(format!("by {}", words::visible(service))),
        (Maker::Service, None) => Some("by a service".to_owned()),
        (Maker::Unknown, None) => None,
    }
}

/// How much footage it shows.
fn shows(share: &Share) -> String {
    if !share.kind.has_clips() {
        return "live".to_owned();
    }
    let clips = words::counted(share.media.clips.into(), "clip");
    let length = words::span(Duration::from_secs(share.media.duration_secs));
    format!("{clips}, {length}")
}

/// What a camera is called and where it is, or its uuid.
pub(super) fn camera(row: &Row<'_>, id: &crate::share::Id) -> String {
    let name = row.camera_names().get(id);
    let Some(name) = name.filter(|name| !name.camera.is_empty()) else {
        return words::visible(&format!("camera {id}"));
    };
    words::visible(&match &*name.location {
        "" => name.camera.to_string(),
        location => format!("{}, {location}", name.camera),
    })
}
