//! The ways in which footage is shared by link, with all that differs between them in one table: a
//! new kind begins as a row here.

use super::Protection;

/// Which of Rhombus's ways of sharing made the link. The value of the label `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareKind {
    /// A page of saved clips: `POST /api/event/getSharedClipGroupsV2`.
    ClipGroup,
}

/// What differs by kind.
struct Row {
    label: &'static str,
    list: &'static str,
    protections: &'static [Protection],
    fields: &'static [&'static str],
}

const CLIP_GROUP: Row = Row {
    label: "clip_group",
    list: "clip_groups",
    protections: &[Protection::None, Protection::Password],
    fields: &[
        "createdAtMillis",
        "deviceUuidMap",
        "durationSec",
        "expirationTimeSecs",
        "isSecured",
        "orgUuid",
        "record",
        "sharedClips",
        "uuid",
    ],
};

impl ShareKind {
    /// Every kind, in the order of their labels.
    pub const ALL: [Self; 1] = [Self::ClipGroup];

    const fn row(self) -> &'static Row {
        match self {
            Self::ClipGroup => &CLIP_GROUP,
        }
    }

    /// The value of the label `kind`.
    pub const fn label(self) -> &'static str {
        self.row().label
    }

    /// The value of the label `source` of the list of these shares.
    pub const fn list(self) -> &'static str {
        self.row().list
    }

    /// The protections that such a share may have, in the order of their labels.
    pub const fn protections(self) -> &'static [Protection] {
        self.row().protections
    }

    /// The fields of a record whose values may be malformed, in the order of their labels: the values
    /// of the label `field`. `record` is an element that is not an object at all.
    pub const fn fields(self) -> &'static [&'static str] {
        self.row().fields
    }
}
