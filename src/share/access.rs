//! The words for what a key may not see, and for who may enter without a link.

use std::collections::{BTreeMap, HashSet};

use super::{Expiry, Id, Identity, MalformedCounts, Share};

/// What the key in use may do, as Rhombus says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Whether it may see everything; none where it was not said.
    pub super_admin: Option<bool>,
    /// The name of its role, as people wrote it: for pages alone. None where it was not said.
    pub role: Option<String>,
}

/// Until when others may enter the organisation: none where they may not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccessUntil {
    /// Rhombus's support.
    pub support: Option<Expiry>,
    /// The partner that looks after it.
    pub partner: Option<Expiry>,
}

/// What Rhombus says of the organisation itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganizationRecord {
    /// Who it is.
    pub identity: Identity,
    /// Who else may enter.
    pub access: AccessUntil,
}

impl OrganizationRecord {
    /// What is known where only who it is was said.
    pub fn of(identity: Identity) -> Self {
        Self {
            identity,
            access: AccessUntil::default(),
        }
    }
}

/// The clients of a partner, as Rhombus lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientList {
    /// In the order of the list; uuids are unique.
    pub clients: Vec<ClientRecord>,
    /// What could not be understood. Where it is a uuid or a whole record, a client is missing above.
    pub malformed: MalformedCounts,
}

/// How many clients are missing in a list, since their record or its uuid could not be understood.
pub fn unread_clients(malformed: &MalformedCounts) -> u64 {
    let fields = ["clientOrgUuid", "record"];
    fields.iter().filter_map(|field| malformed.get(field)).sum()
}

/// A client of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRecord {
    /// The organisation: always an [`Id::Uuid`].
    pub uuid: Id,
    /// What it is called there.
    pub name: Option<String>,
    /// Whether it lets the partner in.
    pub is_allowed: bool,
}

/// The fields of a client's record whose values may be malformed, in the order of their labels.
pub const CLIENT_FIELDS: [&str; 4] = [
    "clientAccessAllowed",
    "clientOrgName",
    "clientOrgUuid",
    "record",
];

/// How many shared streams of each camera Rhombus counts beside the list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamCounts {
    by_camera: BTreeMap<Id, u64>,
    /// Those of cameras that are not named.
    unnamed: u64,
}

impl StreamCounts {
    /// Takes in that `count` streams of a camera are shared. What is said twice of one camera counts
    /// once, by the larger number; each that is not named is another.
    pub fn add(&mut self, camera: Option<Id>, count: u64) {
        match camera {
            Some(camera) => {
                let counted = self.by_camera.entry(camera).or_default();
                *counted = count.max(*counted);
            }
            None => self.unnamed = self.unnamed.saturating_add(count),
        }
    }

    /// How many more streams are counted than `listed` has, camera by camera: one too many of one
    /// camera makes up for none of another, nor does a stream that is listed twice.
    pub fn unlisted(&self, listed: &[Share]) -> u64 {
        let mut unlisted = self.by_camera.clone();
        let mut seen = HashSet::new();
        for share in listed {
            for camera in &share.media.cameras {
                let is_new = share.id.is_none() || seen.insert((&share.id, camera));
                if let Some(count) = unlisted.get_mut(camera).filter(|_| is_new) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        let named = unlisted.into_values();
        named.fold(self.unnamed, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::share;

    fn stream(cameras: &[&str]) -> Share {
        let mut stream = share(Expiry::Never);
        stream.media.cameras = cameras.iter().map(|camera| Id::parse(camera)).collect();
        stream
    }

    fn counted(cameras: &[(&str, u64)]) -> StreamCounts {
        let mut counts = StreamCounts::default();
        for (camera, count) in cameras {
            let camera = (!camera.is_empty()).then(|| Id::parse(camera));
            counts.add(camera, *count);
        }
        counts
    }

    #[test]
    fn a_stream_that_is_listed_twice_stands_for_one() {
        let with_id = |cameras: &[&str]| Share {
            id: Some(Id::parse("x")),
            ..stream(cameras)
        };
        let listed = [with_id(&["a"]), with_id(&["a"]), with_id(&["b"])];
        let counts = counted(&[("a", 2), ("b", 2)]);
        assert_eq!(counts.unlisted(&listed), 2);
    }

    #[test]
    fn what_is_counted_and_not_listed_is_added_up_camera_by_camera() {
        let listed = [stream(&["a"]), stream(&["a"]), stream(&["b"]), stream(&[])];
        for (cameras, expected) in [
            (&[][..], 0),
            (&[("a", 2), ("b", 1)], 0),
            (&[("a", 1)], 0),
            (&[("a", 4)], 2),
            (&[("a", 1), ("b", 3), ("c", 1)], 3),
            // The stream that shows no camera stands for none that is counted.
            (&[("", 2), ("", 1)], 3),
            (&[("a", 2), ("a", 3)], 1),
            (&[("c", u64::MAX), ("d", 1)], u64::MAX),
        ] {
            assert_eq!(counted(cameras).unlisted(&listed), expected, "{cameras:?}");
        }
        assert_eq!(counted(&[("a", 2)]).unlisted(&[]), 2);
    }
}
