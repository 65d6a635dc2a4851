//! What can stand in the trail. Another event begins as a variant here, and a row in `docs/audit.md`.

/// What happened. The value of the label `event`, where it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// Support or a partner was let in.
    AccessGranted,
    /// Support or a partner was let in no more.
    AccessRevoked,
    /// A person has noted whom a link was given to, and why.
    Annotated,
    /// A link that was there when its list was first looked at, or is looked at again.
    Baseline,
    /// Someone has changed what a link shows.
    ChangedBy,
    /// The clock of this machine was set.
    ClockSet,
    /// What a link shows is another.
    ContentChanged,
    /// A link is there that was not.
    Created,
    /// Looks were not compared, since what had been found before could not be written.
    Dropped,
    /// Private texts beside the trail were forgotten, since a person wanted that.
    Erased,
    /// A link has ended by itself.
    Expired,
    /// A link ends later, or no longer.
    ExpiryExtended,
    /// A link ends earlier.
    ExpiryShortened,
    /// Someone has exported the audit log or the list of users.
    Exported,
    /// The exporter runs.
    Heartbeat,
    /// Someone has changed where clips and events are sent.
    IntegrationChanged,
    /// Someone has made a key of the API, or authorised an application.
    KeyMade,
    /// Someone has taken back a key of the API.
    KeyRevoked,
    /// Someone has made a kiosk, or switched it on.
    KioskOpened,
    /// Someone has sent a link on.
    LinkSent,
    /// Someone has made a link.
    MadeBy,
    /// There are more or fewer links without a uuid, which can't be told from each other.
    Nameless,
    /// A person has said that the trail goes on as it is, though its anchor or its key says otherwise.
    Reanchored,
    /// Other lists are watched than before, or by other rules.
    Reloaded,
    /// A link is not listed any more.
    Removed,
    /// Someone has taken a link down.
    RemovedBy,
    /// A link was renamed.
    Renamed,
    /// Someone has done something else that Rhombus tells of.
    Reported,
    /// Someone has changed what a role may do.
    RoleChanged,
    /// More is asked of who opens a link.
    Secured,
    /// The exporter has started.
    Started,
    /// The exporter was ended.
    Stopped,
    /// Less is asked of who opens a link.
    Unsecured,
    /// Something is looked at no more, which says nothing of what became of it.
    Unwatched,
    /// Someone has looked at a link.
    Viewed,
    /// A link no longer breaks a rule.
    ViolationClosed,
    /// A link breaks a rule.
    ViolationOpened,
    /// When lists were looked at without a gap.
    Watched,
}

impl Event {
    /// Those that are counted, in the order of their labels: what happens to links.
    pub const COUNTED: [Self; 12] = [
        Self::ContentChanged,
        Self::Created,
        Self::Expired,
        Self::ExpiryExtended,
        Self::ExpiryShortened,
        Self::Removed,
        Self::Renamed,
        Self::Secured,
        Self::Unsecured,
        Self::Unwatched,
        Self::ViolationClosed,
        Self::ViolationOpened,
    ];

    /// Every one, in the order of their labels.
    pub const ALL: [Self; 38] = [
        Self::AccessGranted,
        Self::AccessRevoked,
        Self::Annotated,
        Self::Baseline,
        Self::ChangedBy,
        Self::ClockSet,
        Self::ContentChanged,
        Self::Created,
        Self::Dropped,
        Self::Erased,
        Self::Expired,
        Self::ExpiryExtended,
        Self::ExpiryShortened,
        Self::Exported,
        Self::Heartbeat,
        Self::IntegrationChanged,
        Self::KeyMade,
        Self::KeyRevoked,
        Self::KioskOpened,
        Self::LinkSent,
        Self::MadeBy,
        Self::Nameless,
        Self::Reanchored,
        Self::Reloaded,
        Self::Removed,
        Self::RemovedBy,
        Self::Renamed,
        Self::Reported,
        Self::RoleChanged,
        Self::Secured,
        Self::Started,
        Self::Stopped,
        Self::Unsecured,
        Self::Unwatched,
        Self::Viewed,
        Self::ViolationClosed,
        Self::ViolationOpened,
        Self::Watched,
    ];

    /// How it is called in a line.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AccessGranted => "access_granted",
            Self::AccessRevoked => "access_revoked",
            Self::Annotated => "annotated",
            Self::Baseline => "baseline",
            Self::ChangedBy => "changed_by",
            Self::ClockSet => "clock_set",
            Self::ContentChanged => "content_changed",
            Self::Created => "created",
            Self::Dropped => "dropped",
            Self::Erased => "erased",
            Self::Expired => "expired",
            Self::ExpiryExtended => "expiry_extended",
            Self::ExpiryShortened => "expiry_shortened",
            Self::Exported => "exported",
            Self::Heartbeat => "heartbeat",
            Self::IntegrationChanged => "integration_changed",
            Self::KeyMade => "key_made",
            Self::KeyRevoked => "key_revoked",
            Self::KioskOpened => "kiosk_opened",
            Self::LinkSent => "link_sent",
            Self::MadeBy => "made_by",
            Self::Nameless => "nameless",
            Self::Reanchored => "reanchored",
            Self::Reloaded => "reloaded",
            Self::Removed => "removed",
            Self::RemovedBy => "removed_by",
            Self::Renamed => "renamed",
            Self::Reported => "reported",
            Self::RoleChanged => "role_changed",
            Self::Secured => "secured",
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Unsecured => "unsecured",
            Self::Unwatched => "unwatched",
            Self::Viewed => "viewed",
            Self::ViolationClosed => "violation_closed",
            Self::ViolationOpened => "violation_opened",
            Self::Watched => "watched",
        }
    }

    /// The one that is called so in a line.
    pub fn of_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.label() == label)
    }

    /// Whether it is counted.
    pub fn is_counted(self) -> bool {
        Self::COUNTED.contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_unique_and_sorted() {
        let is_sorted = |events: &[Event]| {
            let mut labels = events
                .windows(2)
                .map(|pair| [pair[0].label(), pair[1].label()]);
            labels.all(|[one, next]| one < next)
        };
        assert!(is_sorted(&Event::ALL));
        assert!(is_sorted(&Event::COUNTED));
        assert!(Event::COUNTED.iter().all(|it| Event::ALL.contains(it)));
    }
}
