//! The words for what Rhombus's audit feed tells: who did what to which share, from where. An [`Activity`]
//! is one event of `POST /api/report/getAuditFeed`. An action that is to be asked for is a row of
//! [`ACTIONS`].

mod action;
mod key;
mod principal;

pub use action::{ACTIONS, Doing, Viewer};
pub use key::ActivityKey;
pub use principal::PrincipalKind;

use super::{Id, MalformedCounts, Private, UnixMillis};

/// One event of the audit feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What tells it from others, the same each time it is told.
    pub key: ActivityKey,
    /// What Rhombus calls the event; none where it doesn't say.
    pub uuid: Option<Id>,
    /// When it happened; when it was told where that can't be read.
    pub at: UnixMillis,
    /// Whether Rhombus said when it happened.
    pub is_dated: bool,
    /// What was done, in Rhombus's word, at most 200 bytes; empty where it doesn't say.
    pub action: Box<str>,
    /// Whether it was tried in vain.
    pub failure: bool,
    /// Who did it.
    pub principal: Principal,
    /// By what kind of program, in Rhombus's word, at most 200 bytes.
    pub client_type: Option<Box<str>>,
    /// From where.
    pub origin: Origin,
    /// What it was done to.
    pub target: Option<Id>,
    /// What people call that, at most 200 bytes.
    pub target_name: Option<Private>,
}

/// Who did something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principal {
    /// What sort of principal.
    pub kind: PrincipalKind,
    /// Its name, at most 200 bytes.
    pub name: Option<Private>,
    /// What Rhombus calls it: of who looks at a link, probably the share.
    pub uuid: Option<Id>,
}

/// From where something was done, as Rhombus says; each text has at most 200 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address.
    pub ip: Option<Private>,
    /// What the program says it is.
    pub user_agent: Option<Private>,
    /// The city of the address.
    pub city: Option<Private>,
    /// The state of the address.
    pub state: Option<Private>,
    /// The country of the address.
    pub country: Option<Box<str>>,
}

impl Activity {
    /// What was done.
    pub fn doing(&self) -> Doing {
        Doing::of(&self.action)
    }

    /// How it looked at a share, where it did.
    pub fn viewer(&self) -> Option<Viewer> {
        let is_view = self.doing() == Doing::Viewed;
        is_view.then(|| Viewer::of(self.client_type.as_deref()))
    }

    /// The shares that it may be about: its target and, where whoever has a link did it, the principal.
    /// Which of both names the share is not stated.
    pub fn shares(&self) -> impl Iterator<Item = &Id> {
        let principal = self.principal.uuid.as_ref();
        let principal = principal.filter(|_| self.principal.kind.is_viewer());
        let is_another = |id: &&Id| self.target.as_ref() != Some(*id);
        self.target.iter().chain(principal.filter(is_another))
    }

    /// How much memory it takes, about, in bytes.
    pub fn bytes(&self) -> u64 {
        let Origin {
            ip,
            user_agent,
            city,
            state,
            country,
        } = &self.origin;
        let name = &self.principal.name;
        let private = [name, &self.target_name, ip, user_agent, city, state];
        let private: usize = private.into_iter().flatten().map(Private::len).sum();
        let plain = [country, &self.client_type];
        let plain: usize = plain.into_iter().flatten().map(|text| text.len()).sum();
        let ids = [&self.uuid, &self.target, &self.principal.uuid];
        let ids: usize = ids.into_iter().flatten().map(Id::heap_bytes).sum();
        let kind = self.principal.kind.as_str().len();
        (size_of::<Self>() + private + plain + ids + kind + self.action.len()) as u64
    }
}

/// What one answer of the feed told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityPage {
    /// The events, in the order of the answer.
    pub activities: Vec<Activity>,
    /// How many elements the answer had, those that were no event among them.
    pub told: u64,
    /// The organisation's uuid, where an event said it.
    pub org_uuid: Option<Id>,
    /// What could not be understood.
    pub malformed: MalformedCounts,
    /// Whether the answer warned that it is not whole.
    pub partial: bool,
}

/// The field under which it is counted that a part of the feed could not be read whole.
pub const CUT: &str = "auditEvents";

/// The fields of an event whose values may be malformed, in the order of their labels. `record` is an
/// element that is not an object at all, [`CUT`] an answer that stays cut however little is asked for.
pub const ACTIVITY_FIELDS: [&str; 18] = [
    "action",
    CUT,
    "clientType",
    "failure",
    "orgUuid",
    "principalName",
    "principalType",
    "principalUuid",
    "record",
    "sourceCity",
    "sourceCountry",
    "sourceIp",
    "sourceState",
    "targetName",
    "targetUuid",
    "timestamp",
    "userAgent",
    "uuid",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::activity;

    #[test]
    fn a_share_is_the_target_or_who_has_its_link() {
        let shares = |kind, target: Option<&str>, principal: Option<&str>| {
            let mut activity = activity("VIEW_SHARE_CLIP", 0);
            activity.principal.kind = kind;
            activity.principal.uuid = principal.map(Id::parse);
            activity.target = target.map(Id::parse);
            let shares: Vec<_> = activity.shares().map(Id::to_string).collect();
            shares.join(" ")
        };
        let viewer = || PrincipalKind::SharedClip;
        assert_eq!(shares(viewer(), Some("a"), Some("b")), "a b");
        assert_eq!(shares(viewer(), Some("a"), Some("a")), "a");
        assert_eq!(shares(viewer(), None, Some("b")), "b");
        assert_eq!(shares(viewer(), None, None), "");
        assert_eq!(shares(PrincipalKind::User, Some("a"), Some("b")), "a");
    }

    #[test]
    fn who_looks_is_told_by_the_client_and_only_of_a_view() {
        let viewer = |action, client_type: Option<&str>| {
            let mut activity = activity(action, 0);
            activity.client_type = client_type.map(Into::into);
            activity.viewer().map(Viewer::label)
        };
        for (client_type, expected) in [
            (Some("SHARE_ANONYMOUS"), "anonymous"),
            (Some("SHARE_ANONYMOUS_V2"), "anonymous"),
            (Some("SHARE_RAW"), "raw"),
            (Some("SHARE_SSO"), "sso"),
            (Some("BROWSER"), "other"),
            (None, "other"),
        ] {
            assert_eq!(viewer("VIEW_SHARE_STREAM", client_type), Some(expected));
        }
        assert_eq!(viewer("SHARED_CLIP_CREATE", Some("SHARE_RAW")), None);
        let labels = Viewer::ALL.map(Viewer::label);
        assert!(labels.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn what_people_are_called_is_not_printed() {
        let mut activity = activity("VIEW_SHARE_CLIP", 0);
        activity.principal.name = Some("Ann Other".into());
        activity.origin.ip = Some("192.0.2.7".into());
        activity.origin.city = Some("Utrecht".into());
        let printed = format!("{activity:?}");
        for private in ["Ann", "192.0", "Utrecht"] {
            assert!(!printed.contains(private), "{printed}");
        }
    }
}
