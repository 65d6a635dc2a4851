//! The typed fields of a rule. What is not known of a share, or could not be understood, holds: what can't
//! be looked at is never compliant. A new field is one here, in [`Conditions::each`] and its row in
//! `config/policy/fields.rs`.

use std::time::Duration;

use super::Subject;
use crate::share::{CameraName, Expiry, Id, Patterns, Protection, Share, ShareKind, UnixMillis};

/// What must all be so for a rule to be broken. What is none is not asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {
    /// It is of one of these kinds.
    pub kinds: Option<Vec<ShareKind>>,
    /// It has one of these protections.
    pub protection: Option<Vec<Protection>>,
    /// Whether it never ends.
    pub never_expires: Option<bool>,
    /// It is open to anyone, and was made more than this ago.
    pub open_longer_than: Option<Duration>,
    /// From its creation to its end it is more than this; one that never ends is.
    pub lifetime_longer_than: Option<Duration>,
    /// It ends in more than this from now, or never.
    pub ends_later_than: Option<Duration>,
    /// It has ended more than this ago, and is still listed. Without this, what has ended breaks no rule.
    pub expired_longer_than: Option<Duration>,
    /// Whether past footage can be looked at.
    pub past_footage: Option<bool>,
    /// Whether sound leaves too.
    pub sound: Option<bool>,
    /// It shows more cameras than this.
    pub more_cameras_than: Option<u32>,
    /// It shows a camera whose name or uuid is one of these.
    pub cameras: Option<Patterns>,
    /// It shows a camera at a location whose name or uuid is one of these.
    pub locations: Option<Patterns>,
    /// Who streams is one of these.
    pub stream_types: Option<Patterns>,
    /// Its organisation's name is one of these.
    pub organizations: Option<Patterns>,
    /// The name or the sort of who made it is one of these.
    pub created_by: Option<Patterns>,
    /// It was looked at more often than this.
    pub views_more_than: Option<u32>,
}

/// A field of a rule, and what it says of a share.
pub struct Looked {
    /// The key of the field.
    pub field: &'static str,
    /// Whether it holds.
    pub holds: bool,
}

/// One condition: its key, and whether it holds; none where it is not asked.
type Condition = (
    &'static str,
    fn(&Conditions, &Subject<'_>, UnixMillis) -> Option<bool>,
);

/// The cheapest first.
const CONDITIONS: [Condition; 16] = [
    ("kinds", |it, subject, _| {
        Some(it.kinds.as_ref()?.contains(&subject.share.kind))
    }),
    ("protection", |it, subject, _| {
        let share = subject.share;
        let asked = it.protection.as_ref()?;
        Some(share.unread.protection || asked.contains(&share.protection))
    }),
    ("never_expires", |it, subject, _| {
        let share = subject.share;
        Some(share.unread.end || (share.expiry == Expiry::Never) == it.never_expires?)
    }),
    ("past_footage", |it, subject, _| {
        let share = subject.share;
        Some(share.unread.record || share.traits.past_footage == it.past_footage?)
    }),
    ("sound", |it, subject, _| {
        let share = subject.share;
        Some(share.unread.record || share.traits.sound == it.sound?)
    }),
    ("open_longer_than", |it, subject, now| {
        let share = subject.share;
        let moment = open_too_long_from(share, it.open_longer_than?);
        let is_long = moment.is_none_or(|moment| moment <= now);
        Some(share.unread.record || is_open(share) && is_long)
    }),
    ("lifetime_longer_than", |it, subject, _| {
        let longest = it.lifetime_longer_than?;
        Some(subject.share.unread.end || lives_longer_than(subject.share, longest))
    }),
    ("ends_later_than", |it, subject, now| {
        let moment = ends_soon_from(subject.share, it.ends_later_than?);
        Some(subject.share.unread.end || moment.is_none_or(|moment| now < moment))
    }),
    ("expired_longer_than", |it, subject, now| {
        let moment = ended_long_ago_from(subject.share, it.expired_longer_than?);
        Some(moment.is_some_and(|moment| moment <= now))
    }),
    ("more_cameras_than", |it, subject, _| {
        let share = subject.share;
        let most = it.more_cameras_than?;
        Some(share.unread.cameras || share.media.cameras.len() > most as usize)
    }),
    ("stream_types", |it, subject, _| {
        let patterns = it.stream_types.as_ref()?;
        let share = subject.share;
        let stream_type = share.stream_type.as_deref().unwrap_or_default();
        Some(share.unread.stream_type || patterns.any_is(stream_type))
    }),
    ("organizations", |it, subject, _| {
        Some(it.organizations.as_ref()?.any_is(subject.org))
    }),
    ("views_more_than", |it, subject, _| {
        let most = it.views_more_than?;
        let views = subject.views();
        Some(views.is_none_or(|views| views > u64::from(most)))
    }),
    ("created_by", |it, subject, _| {
        Some(subject.may_be_made_by(it.created_by.as_ref()?))
    }),
    ("cameras", |it, subject, _| {
        let patterns = it.cameras.as_ref()?;
        Some(subject.any_camera(|id, name| is_camera(patterns, id, name)))
    }),
    ("locations", |it, subject, _| {
        let patterns = it.locations.as_ref()?;
        Some(subject.any_camera(|_, name| is_location(patterns, name)))
    }),
];

impl Conditions {
    /// Whether all hold of an active share at `now`, or of an ended one where that is asked for.
    pub(super) fn hold(&self, subject: Subject<'_>, now: UnixMillis) -> bool {
        self.judges(subject.share, now)
            && CONDITIONS
                .iter()
                .all(|(_, holds)| holds(self, &subject, now).unwrap_or(true))
    }

    /// What each that is asked says.
    pub(super) fn each(&self, subject: Subject<'_>, now: UnixMillis) -> Vec<Looked> {
        let looked = CONDITIONS.iter().filter_map(|(field, holds)| {
            let holds = holds(self, &subject, now)?;
            Some(Looked { field, holds })
        });
        looked.collect()
    }

    /// Whether such a share is judged at all: one that has ended only where that is asked for.
    pub(super) fn judges(&self, share: &Share, now: UnixMillis) -> bool {
        share.expiry.is_active(now) || self.expired_longer_than.is_some()
    }

    /// The moments at which time alone may change what they say of a share.
    pub(super) fn moments(&self, share: &Share) -> impl Iterator<Item = UnixMillis> + use<> {
        let end = match share.expiry {
            Expiry::At(end) => Some(end),
            Expiry::Never => None,
        };
        [
            end,
            self.open_longer_than
                .and_then(|longest| open_too_long_from(share, longest)),
            self.ends_later_than
                .and_then(|longest| ends_soon_from(share, longest)),
            self.expired_longer_than
                .and_then(|longest| ended_long_ago_from(share, longest)),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether it asks what cameras are called or where they are.
    pub(super) const fn needs_camera_names(&self) -> bool {
        self.cameras.is_some() || self.locations.is_some()
    }

    /// Whether it asks what the audit feed tells.
    pub(super) const fn needs_attributions(&self) -> bool {
        self.created_by.is_some() || self.views_more_than.is_some()
    }

    /// Whether it may hold of anything in the organisation of this name.
    pub(super) fn apply_to(&self, org: &str) -> bool {
        let organizations = self.organizations.as_ref();
        organizations.is_none_or(|patterns| patterns.any_is(org))
    }
}

/// Whoever has the link sees the footage, as far as is known.
fn is_open(share: &Share) -> bool {
    share.unread.protection || share.protection == Protection::None
}

/// The first moment at which it is more than `longest` old; none where that is not known.
fn open_too_long_from(share: &Share, longest: Duration) -> Option<UnixMillis> {
    Some(after(share.created?, longest))
}

/// The first moment at which it no longer ends in more than `longest`; none where it never ends.
fn ends_soon_from(share: &Share, longest: Duration) -> Option<UnixMillis> {
    match share.expiry {
        Expiry::At(end) => Some(end.before(longest)),
        Expiry::Never => None,
    }
}

/// The first moment at which it has ended more than `longest` ago; none where it never ends.
fn ended_long_ago_from(share: &Share, longest: Duration) -> Option<UnixMillis> {
    match share.expiry {
        Expiry::At(end) => Some(after(end, longest)),
        Expiry::Never => None,
    }
}

/// The first moment that is more than `duration` later.
fn after(moment: UnixMillis, duration: Duration) -> UnixMillis {
    moment.after(duration).after(Duration::from_millis(1))
}

fn lives_longer_than(share: &Share, longest: Duration) -> bool {
    match (share.created, share.expiry) {
        (_, Expiry::Never) | (None, _) => true,
        (Some(created), Expiry::At(end)) => end > created.after(longest),
    }
}

/// Whether a camera's name or uuid is one of these.
pub(super) fn is_camera(patterns: &Patterns, id: &Id, name: &CameraName) -> bool {
    patterns.any_is(&name.camera) || patterns.any_is(&id.to_string())
}

/// Whether the name or the uuid of a camera's location is one of these.
pub(super) fn is_location(patterns: &Patterns, name: &CameraName) -> bool {
    let is_uuid = |uuid: &Id| patterns.any_is(&uuid.to_string());
    patterns.any_is(&name.location) || name.location_uuid.as_ref().is_some_and(is_uuid)
}
