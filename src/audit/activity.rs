//! What Rhombus's audit feed tells, as lines of the trail: who made a link, took it down, sent it on, looked at it;
//! and the other doors that were opened. The uuid of a share is the secret half of its link, so that a line has
//! the share's ref; names and addresses of people stand in it as digests.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::entry::{Digest, digest_of, is_false, members_of};
use super::event::Event;
use crate::share::{Activity, Doing, Id, Ref, ShareKind, UnixMillis, Viewer};
use crate::store::{Entry, NewLine, Place};

/// What happened longer ago is no news: at first a feed is read a month back.
const NEWS: Duration = Duration::from_secs(24 * 60 * 60);

/// Something that was done in an organisation.
#[derive(Debug)]
pub(super) struct ActivityEntry {
    pub(super) noticed: UnixMillis,
    pub(super) org: Arc<str>,
    /// The share that it is about, and its kind, as far as that is known.
    pub(super) share: Option<Ref>,
    pub(super) kind: Option<ShareKind>,
    pub(super) activity: Activity,
    /// What of it should be looked into.
    pub(super) findings: Vec<&'static str>,
}

/// What an activity is called in the trail.
pub(super) fn event_of(doing: Doing) -> Event {
    match doing {
        Doing::Created => Event::MadeBy,
        Doing::Deleted => Event::RemovedBy,
        Doing::Changed => Event::ChangedBy,
        Doing::Sent => Event::LinkSent,
        Doing::Viewed => Event::Viewed,
        Doing::AccessGranted => Event::AccessGranted,
        Doing::AccessRevoked => Event::AccessRevoked,
        Doing::KeyMade => Event::KeyMade,
        Doing::KeyRevoked => Event::KeyRevoked,
        Doing::IntegrationChanged => Event::IntegrationChanged,
        Doing::Exported => Event::Exported,
        Doing::KioskOpened => Event::KioskOpened,
        Doing::RoleChanged => Event::RoleChanged,
        Doing::Other => Event::Reported,
    }
}

/// The kind of share that an action is about, by what Rhombus calls it.
pub(super) fn kind_of(action: &str) -> Option<ShareKind> {
    let parts = [
        ("SHARED_CLIP_", ShareKind::ClipGroup),
        ("VIEW_SHARE_CLIP", ShareKind::ClipGroup),
        ("SHARED_LIVE_VIDEO_STREAM_", ShareKind::LiveStream),
        ("VIEW_SHARE_STREAM", ShareKind::LiveStream),
        ("VIEW_SHARE_TIMELAPSE", ShareKind::TimelapseGroup),
        ("SHARED_VIDEOWALL_", ShareKind::VideoWall),
        ("VIEW_SHARE_VIDEOWALL", ShareKind::VideoWall),
    ];
    let row = parts.iter().find(|(part, _)| action.starts_with(part));
    row.map(|(_, kind)| *kind)
}

#[derive(Serialize)]
struct Line<'a> {
    noticed: String,
    org: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<String>,
    event: &'static str,
    /// What Rhombus calls the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    uuid: Option<String>,
    at: String,
    action: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    failed: bool,
    by: Principal<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    viewer: Option<&'static str>,
    from: Origin<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_name: Option<Digest>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<&'static str>,
}

#[derive(Serialize)]
struct Principal<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Digest>,
}

#[derive(Serialize)]
struct Origin<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<Digest>,
}

impl Entry for ActivityEntry {
    fn line(&self) -> NewLine {
        let Activity {
            principal, origin, ..
        } = &self.activity;
        let mut texts = Vec::new();
        let mut digest = |field, text: &Option<_>| {
            let text = text.as_ref()?;
            Some(digest_of(field, text, &mut texts))
        };
        let event = event_of(self.activity.doing());
        // Who looks by a link is probably called as the share is.
        let uuid = principal
            .uuid
            .as_ref()
            .filter(|_| !principal.kind.is_viewer());
        let target = self.activity.target.as_ref().map(Ref::of);
        let viewer = self.activity.viewer().map(Viewer::label);
        let line = Line {
            noticed: self.noticed.rfc3339_millis(),
            org: &self.org,
            kind: self.kind.map(ShareKind::label),
            share: self.share.map(|share| share.to_string()),
            event: event.label(),
            uuid: self.activity.uuid.as_ref().map(Id::to_string),
            at: self.activity.at.rfc3339(),
            action: &self.activity.action,
            failed: self.activity.failure,
            by: Principal {
                kind: principal.kind.as_str(),
                uuid: uuid.map(Id::to_string),
                name: digest("by.name", &principal.name),
            },
            client: self.activity.client_type.as_deref(),
            viewer,
            from: Origin {
                country: origin.country.as_deref(),
                state: digest("from.state", &origin.state),
                city: digest("from.city", &origin.city),
                ip: digest("from.ip", &origin.ip),
                user_agent: digest("from.user_agent", &origin.user_agent),
            },
            target: target
                .filter(|it| Some(*it) != self.share)
                .map(|it| it.to_string()),
            target_name: digest("target_name", &self.activity.target_name),
            findings: self.findings.clone(),
        };
        let findings = self.findings.iter();
        NewLine {
            noticed: self.noticed,
            place: Place {
                org: Some(self.org.clone()),
                kind: self.kind,
                share: self.share,
            },
            event: event.label(),
            is_counted: false,
            is_news: self.noticed.since(self.activity.at) < NEWS,
            members: members_of(&line),
            texts,
            picture: None,
            viewer: viewer.filter(|_| !self.activity.failure),
            findings: findings
                .map(|finding| (*finding, self.activity.at))
                .collect(),
        }
    }
}
