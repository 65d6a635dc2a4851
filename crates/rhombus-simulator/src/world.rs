//! What one organisation of the simulator shares: a world that is worked out ([`WorldKind`]) and,
//! over it, the edits that the control routes made. An answer reads a snapshot, so that an edit
//! never shows in half of one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::demo::{Demo, Place};
use super::generated::Generated;
use super::organization::Profile;
use super::record::{Group, Uuid};
use crate::clock::UnixMillis;

/// What an organisation shares before anyone edits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorldKind {
    /// Nothing.
    Empty,
    /// A small organisation whose pages come, change, end and go while one watches.
    Demo(Place),
    /// This many clip groups, the same for the same seed and time of start. Takes no memory.
    Generated {
        /// How many.
        groups: usize,
        /// What they are made from.
        seed: u64,
    },
}

/// One entry of `sharedClipGroups`.
#[derive(Clone)]
pub(super) enum Record {
    /// Of the world.
    Group(Group),
    /// Put by a control route: JSON, sent as it came.
    Verbatim(Arc<str>),
}

pub(super) type Records = Box<dyn Iterator<Item = Record> + Send>;

/// The bounds of a request, both inclusive (which the documentation leaves open).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Filter {
    pub(super) created_after: Option<i64>,
    pub(super) created_before: Option<i64>,
}

impl Filter {
    fn admits(self, created: i64) -> bool {
        self.created_after.is_none_or(|after| after <= created)
            && self.created_before.is_none_or(|before| created <= before)
    }
}

/// The world of one organisation, as edited.
pub(super) struct World {
    profile: Profile,
    base: Base,
    /// By uuid: what stands in the place of the world's own group; none where it was taken away.
    edits: Arc<BTreeMap<String, Option<Edit>>>,
}

#[derive(Clone, Copy)]
enum Base {
    Empty,
    Demo(Demo),
    Generated(Generated),
}

#[derive(Clone)]
struct Edit {
    /// `createdAtMillis`, where it can be read; without it every filter admits the record.
    created: Option<i64>,
    json: Arc<str>,
}

impl World {
    pub(super) fn new(kind: WorldKind, name: &str, start: UnixMillis) -> Self {
        let base = match kind {
            WorldKind::Empty => Base::Empty,
            WorldKind::Demo(place) => Base::Demo(Demo { place, start }),
            WorldKind::Generated { groups, seed } => Base::Generated(Generated {
                groups,
                seed,
                start,
            }),
        };
        Self {
            profile: Profile {
                uuid: base.org(),
                name: name.to_owned(),
            },
            base,
            edits: Arc::default(),
        }
    }

    /// Who shares all this.
    pub(super) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Makes it another organisation's: its own groups bear the new uuid, those that were put stay
    /// as they are.
    pub(super) fn set_profile(&mut self, profile: Profile) {
        self.profile = profile;
    }

    /// What is listed at `now` and admitted by `filter`. Later edits don't show in it.
    pub(super) fn records(&self, now: UnixMillis, filter: Filter) -> Records {
        let edits = Arc::clone(&self.edits);
        let edited = self.edits.values().flatten();
        let edited: Vec<_> = edited
            .filter(|edit| edit.created.is_none_or(|created| filter.admits(created)))
            .map(|edit| Record::Verbatim(Arc::clone(&edit.json)))
            .collect();
        let own = self.base.groups(now);
        let own = own.filter(move |group| filter.admits(group.created) && !has(&edits, group.uuid));
        let org = self.profile.uuid;
        let own = own.map(move |group| Record::Group(Group { org, ..group }));
        Box::new(own.chain(edited))
    }

    /// How many groups are listed at `now`.
    pub(super) fn count(&self, now: UnixMillis) -> usize {
        let own = self.base.ids(now).filter(|&id| !has(&self.edits, id));
        own.count() + self.edits.values().flatten().count()
    }

    /// Puts one group in the place of the one with this uuid, or beside the others.
    ///
    /// # Errors
    /// When `json` is not a JSON object.
    pub(super) fn put(&mut self, uuid: String, json: &str) -> Result<(), serde_json::Error> {
        let edit = Some(Edit::new(&uuid, json)?);
        Arc::make_mut(&mut self.edits).insert(uuid, edit);
        Ok(())
    }

    /// Takes one group away. False when there was none.
    pub(super) fn remove(&mut self, uuid: &str, now: UnixMillis) -> bool {
        let own = self.base.ids(now).any(|id| id.text() == uuid.as_bytes());
        let edits = Arc::make_mut(&mut self.edits);
        let there = edits.get(uuid).map_or(own, Option::is_some);
        if own {
            edits.insert(uuid.to_owned(), None);
        } else {
            edits.remove(uuid);
        }
        there
    }

    /// Takes every group away, for good.
    pub(super) fn clear(&mut self) {
        self.base = Base::Empty;
        self.edits = Arc::default();
    }
}

fn has(edits: &BTreeMap<String, Option<Edit>>, uuid: Uuid) -> bool {
    !edits.is_empty() && edits.contains_key(&uuid.to_string())
}

impl Base {
    /// The uuid that the organisation begins with.
    fn org(self) -> Uuid {
        match self {
            Self::Empty => Uuid(0),
            Self::Demo(demo) => demo.org(),
            Self::Generated(generated) => generated.org(),
        }
    }

    fn groups(self, now: UnixMillis) -> Box<dyn Iterator<Item = Group> + Send> {
        match self {
            Self::Empty => Box::new(std::iter::empty()),
            Self::Demo(demo) => Box::new(demo.groups(now)),
            Self::Generated(generated) => Box::new(generated.groups()),
        }
    }

    fn ids(self, now: UnixMillis) -> Box<dyn Iterator<Item = Uuid> + Send> {
        match self {
            Self::Empty => Box::new(std::iter::empty()),
            Self::Demo(demo) => Box::new(demo.groups(now).map(|group| group.uuid)),
            Self::Generated(generated) => Box::new(generated.ids()),
        }
    }
}

impl Edit {
    /// The text is kept as it is, since a test may want what no parsed value can hold; only a
    /// `uuid` is added where there is none.
    fn new(uuid: &str, json: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Created {
            #[serde(rename = "createdAtMillis")]
            created: i64,
        }
        let fields: HashMap<String, IgnoredAny> = serde_json::from_str(json)?;
        let created = serde_json::from_str::<Created>(json);
        let mut text = json.trim().to_owned();
        if !fields.contains_key("uuid") {
            let comma = if fields.is_empty() { "" } else { "," };
            let uuid = serde_json::to_string(uuid)?;
            text.insert_str(1, &format!("\"uuid\":{uuid}{comma}"));
        }
        Ok(Self {
            created: created.ok().map(|record| record.created),
            json: text.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_760_000_000_000);

    fn generated(groups: usize) -> World {
        World::new(WorldKind::Generated { groups, seed: 1 }, "", NOW)
    }

    fn listed(world: &World, filter: Filter) -> Vec<String> {
        world
            .records(NOW, filter)
            .map(|record| match record {
                Record::Group(group) => group.uuid.to_string(),
                Record::Verbatim(json) => json.to_string(),
            })
            .collect()
    }

    fn all(world: &World) -> Vec<String> {
        listed(world, Filter::default())
    }

    #[test]
    fn a_put_takes_the_place_of_the_group_with_its_uuid() {
        let mut world = generated(3);
        let uuid = all(&world)[1].clone();
        world.put(uuid.clone(), r#" {"isSecured":1e999} "#).unwrap();
        world.put("new".to_owned(), r#"{"uuid":null}"#).unwrap();
        world.put("bare".to_owned(), "{}").unwrap();
        let expected = [
            format!(r#"{{"uuid":"{uuid}","isSecured":1e999}}"#),
            r#"{"uuid":"bare"}"#.to_owned(),
            r#"{"uuid":null}"#.to_owned(),
        ];
        for json in expected {
            assert!(all(&world).contains(&json), "{json}");
        }
        assert_eq!(all(&world).len(), 5);
        assert_eq!(world.count(NOW), 5);
    }

    #[test]
    fn only_an_object_is_put() {
        for json in ["", "[]", "1", r#"{"uuid":"#, "{} {}"] {
            assert!(generated(0).put("x".to_owned(), json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_group_can_be_taken_away_and_put_back() {
        let mut world = generated(3);
        let uuid = all(&world)[1].clone();
        assert!(world.remove(&uuid, NOW));
        assert!(!world.remove(&uuid, NOW));
        assert_eq!((world.count(NOW), all(&world).len()), (2, 2));
        world.put(uuid.clone(), "{}").unwrap();
        assert_eq!(world.count(NOW), 3);
        assert!(world.remove(&uuid, NOW));
        assert_eq!((world.count(NOW), all(&world).len()), (2, 2));
        assert!(!world.remove("unknown", NOW));
        world.clear();
        assert_eq!((world.count(NOW), all(&world).len()), (0, 0));
    }

    #[test]
    fn the_bounds_of_creation_are_inclusive() {
        let mut world = generated(0);
        for created in 1..=4 {
            let json = format!(r#"{{"createdAtMillis":{created}}}"#);
            world.put(created.to_string(), &json).unwrap();
        }
        world.put("unknown".to_owned(), "{}").unwrap();
        let count = |created_after, created_before| {
            let filter = Filter {
                created_after,
                created_before,
            };
            listed(&world, filter).len()
        };
        assert_eq!(count(None, None), 5);
        assert_eq!(count(Some(2), None), 4);
        assert_eq!(count(None, Some(3)), 4);
        assert_eq!(count(Some(2), Some(3)), 3);
        assert_eq!(count(Some(5), None), 1);
    }

    #[test]
    fn the_bounds_hold_for_the_groups_of_the_world() {
        let world = generated(1000);
        let middle = NOW.0 - 365 * 86_400_000;
        let after = Filter {
            created_after: Some(middle),
            created_before: None,
        };
        let before = Filter {
            created_after: None,
            created_before: Some(middle - 1),
        };
        let (after, before) = (listed(&world, after).len(), listed(&world, before).len());
        assert_eq!(after + before, 1000);
        assert!((400..600).contains(&after), "{after}");
    }

    #[test]
    fn its_own_groups_bear_the_uuid_of_the_organisation() {
        let mut world = generated(3);
        let orgs = |world: &World| {
            let records = world.records(NOW, Filter::default());
            let org = |record| match record {
                Record::Group(group) => Some(group.org),
                Record::Verbatim(_) => None,
            };
            records.map(org).collect::<Vec<_>>()
        };
        world.put("put".to_owned(), r#"{"orgUuid":"x"}"#).unwrap();
        let first = Some(world.profile().uuid);
        assert_eq!(orgs(&world), [first, first, first, None]);
        let other = Profile {
            uuid: Uuid(7),
            name: "Other".to_owned(),
        };
        world.set_profile(other);
        let other = Some(Uuid(7));
        assert_eq!(orgs(&world), [other, other, other, None]);
    }

    #[test]
    fn an_edit_does_not_show_in_an_answer_that_has_begun() {
        let mut world = generated(10);
        let records = world.records(NOW, Filter::default());
        world.clear();
        assert_eq!(records.count(), 10);
    }
}
