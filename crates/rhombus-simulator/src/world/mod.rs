//! What one organisation of the simulator has: lists of records that are worked out
//! ([`WorldKind`]) and, over them, the edits that the control routes made. An answer reads a
//! snapshot, so that an edit never shows in half of one.
//!
//! A record is a [`Value`]. A new kind is a file like [`clip_group`], with what it is generated
//! from, and a variant of [`List`].

mod clip_group;
mod demo;
mod generated;
mod group;
mod live_stream;
mod put;
mod timelapse_group;
mod uuid;
mod video_wall;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::clock::UnixMillis;
use demo::Demo;
use generated::Generated;
use put::Put;

pub use demo::Place;
pub(crate) use uuid::Uuid;

/// What an organisation has before anyone edits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorldKind {
    /// Nothing.
    Empty,
    /// A small organisation whose pages come, change, end and go while one watches.
    Demo(Place),
    /// This many clip groups, and a part of that number of each other kind: the same for the same
    /// seed and time of start. Takes no memory.
    Generated {
        /// How many clip groups.
        groups: usize,
        /// What they are made from.
        seed: u64,
    },
}

/// What an organisation has lists of. In a path it is its name in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum List {
    /// Pages of saved clips.
    ClipGroups,
    /// Pages of timelapses.
    TimelapseGroups,
    /// Shared live streams.
    LiveStreams,
    /// Video walls, shared or not.
    VideoWalls,
    /// The shares of all video walls.
    VideoWallShares,
}

/// What the records of a list call what changes in a share's life.
struct Fields {
    /// Whether a password is asked.
    protected: &'static str,
    /// When it ends.
    expiration: &'static str,
}

impl List {
    fn fields(self) -> Fields {
        match self {
            Self::ClipGroups | Self::TimelapseGroups => Fields {
                protected: "isSecured",
                expiration: "expirationTimeSecs",
            },
            Self::LiveStreams | Self::VideoWalls | Self::VideoWallShares => Fields {
                protected: "passwordProtected",
                expiration: "expirationTime",
            },
        }
    }
}

/// One record of a list.
#[derive(Clone)]
pub(crate) enum Record {
    /// Of the world.
    Made(Value),
    /// Put by a control route: JSON, sent as it came.
    Put(Arc<Put>),
}

impl Record {
    /// A field's value; none where it is absent, or can't be read.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Made(record) => record.get(name),
            Self::Put(put) => put.field(name),
        }
    }
}

/// The records that a world makes.
type Values = Box<dyn Iterator<Item = Value> + Send>;

pub(crate) type Records = Box<dyn Iterator<Item = Record> + Send>;

/// Who has it all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) uuid: Uuid,
    pub(crate) name: String,
}

/// The world of one organisation, as edited.
pub(crate) struct World {
    profile: Profile,
    base: Base,
    edits: HashMap<List, Edits>,
}

/// What was done to one list.
#[derive(Clone, Default)]
struct Edits {
    /// Whether the world's own records were taken away for good.
    is_cleared: bool,
    /// By uuid: what stands in the place of the world's own record; none where it was taken away.
    records: Arc<BTreeMap<String, Option<Arc<Put>>>>,
}

#[derive(Clone, Copy)]
enum Base {
    Empty,
    Demo(Demo),
    Generated(Generated),
}

impl World {
    pub(crate) fn new(kind: WorldKind, name: &str, start: UnixMillis) -> Self {
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
            edits: HashMap::new(),
        }
    }

    /// Who has all this.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Makes it another organisation's: its own records bear the new uuid, those that were put stay
    /// as they are.
    pub(crate) fn set_profile(&mut self, profile: Profile) {
        self.profile = profile;
    }

    /// What is listed at `now`. Later edits don't show in it.
    pub(crate) fn records(&self, list: List, now: UnixMillis) -> Records {
        let edits = self.edits(list);
        let put: Vec<_> = edits.records.values().flatten().cloned().collect();
        let own = self.base_of(list).records(list, now, self.profile.uuid);
        let own = own.filter(move |record| !edits.has(record));
        Box::new(
            own.map(Record::Made)
                .chain(put.into_iter().map(Record::Put)),
        )
    }

    /// How many records are listed at `now`.
    pub(crate) fn count(&self, list: List, now: UnixMillis) -> usize {
        self.records(list, now).count()
    }

    /// Puts one record in the place of the one with this uuid, or beside the others.
    ///
    /// # Errors
    /// When `json` is not a JSON object.
    pub(crate) fn put(
        &mut self,
        list: List,
        uuid: String,
        json: &str,
    ) -> Result<(), serde_json::Error> {
        let put = Arc::new(Put::new(&uuid, json)?);
        let edits = self.edits.entry(list).or_default();
        Arc::make_mut(&mut edits.records).insert(uuid, Some(put));
        Ok(())
    }

    /// Takes one record away. False when there was none.
    pub(crate) fn remove(&mut self, list: List, uuid: &str, now: UnixMillis) -> bool {
        let base = self.base_of(list);
        let mut own = base.records(list, now, self.profile.uuid);
        let is_own = own.any(|record| record["uuid"] == uuid);
        let edits = self.edits.entry(list).or_default();
        let records = Arc::make_mut(&mut edits.records);
        let there = records.get(uuid).map_or(is_own, Option::is_some);
        if is_own {
            records.insert(uuid.to_owned(), None);
        } else {
            records.remove(uuid);
        }
        there
    }

    /// Takes every record away, for good.
    pub(crate) fn clear(&mut self, list: List) {
        let cleared = Edits {
            is_cleared: true,
            records: Arc::default(),
        };
        self.edits.insert(list, cleared);
    }

    fn edits(&self, list: List) -> Edits {
        self.edits.get(&list).cloned().unwrap_or_default()
    }

    /// Where the list's own records come from.
    fn base_of(&self, list: List) -> Base {
        if self.edits.get(&list).is_some_and(|edits| edits.is_cleared) {
            Base::Empty
        } else {
            self.base
        }
    }
}

/// An object of these fields. `json!` would copy each, and be most of the work of 100,000 records.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    fields.into_iter().collect()
}

/// Gives a record this field, if there is a value for it.
fn set(record: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        record[name] = value;
    }
}

impl Edits {
    /// Whether something was done to this record.
    fn has(&self, record: &Value) -> bool {
        let uuid = || record["uuid"].as_str();
        !self.records.is_empty() && uuid().is_some_and(|uuid| self.records.contains_key(uuid))
    }
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

    /// The records of `list` at `now`, as those of `org`.
    fn records(self, list: List, now: UnixMillis, org: Uuid) -> Values {
        match self {
            Self::Empty => Box::new(std::iter::empty()),
            Self::Demo(demo) => demo.records(list, now, org),
            Self::Generated(generated) => generated.records(list, org),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_760_000_000_000);
    const LIST: List = List::ClipGroups;

    fn generated(groups: usize) -> World {
        World::new(WorldKind::Generated { groups, seed: 1 }, "", NOW)
    }

    /// The uuids of the world's own records, and what was put.
    fn all(world: &World) -> Vec<String> {
        let text = |record| match record {
            Record::Made(record) => record["uuid"].as_str().unwrap().to_owned(),
            Record::Put(put) => put.json().to_owned(),
        };
        world.records(LIST, NOW).map(text).collect()
    }

    #[test]
    fn a_put_takes_the_place_of_the_record_with_its_uuid() {
        let mut world = generated(3);
        let uuid = all(&world)[1].clone();
        for (uuid, json) in [(uuid.as_str(), "{}"), ("new", r#"{"uuid":null}"#)] {
            world.put(LIST, uuid.to_owned(), json).unwrap();
        }
        for json in [
            format!(r#"{{"uuid":"{uuid}"}}"#),
            r#"{"uuid":null}"#.to_owned(),
        ] {
            assert!(all(&world).contains(&json), "{json}");
        }
        assert_eq!(all(&world).len(), 4);
        assert_eq!(world.count(LIST, NOW), 4);
    }

    #[test]
    fn a_record_can_be_taken_away_and_put_back() {
        let mut world = generated(3);
        let uuid = all(&world)[1].clone();
        assert!(world.remove(LIST, &uuid, NOW));
        assert!(!world.remove(LIST, &uuid, NOW));
        assert_eq!(world.count(LIST, NOW), 2);
        world.put(LIST, uuid.clone(), "{}").unwrap();
        assert_eq!(world.count(LIST, NOW), 3);
        assert!(world.remove(LIST, &uuid, NOW));
        assert_eq!(world.count(LIST, NOW), 2);
        assert!(!world.remove(LIST, "unknown", NOW));
        world.clear(LIST);
        assert_eq!(world.count(LIST, NOW), 0);
        world.put(LIST, uuid.clone(), "{}").unwrap();
        assert_eq!(world.count(LIST, NOW), 1);
    }

    #[test]
    fn its_own_records_bear_the_uuid_of_the_organisation() {
        let mut world = generated(3);
        let orgs = |world: &World| -> Vec<_> {
            let records = world.records(LIST, NOW);
            let org = |record: Record| {
                record
                    .field("orgUuid")
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned()
            };
            records.map(org).collect()
        };
        let json = r#"{"orgUuid":"x"}"#;
        world.put(LIST, "put".to_owned(), json).unwrap();
        let first = world.profile().uuid.to_string();
        assert_eq!(orgs(&world), [&first, &first, &first, "x"]);
        world.set_profile(Profile {
            uuid: Uuid(7),
            name: "Other".to_owned(),
        });
        let other = Uuid(7).to_string();
        assert_eq!(orgs(&world), [&other, &other, &other, "x"]);
    }

    #[test]
    fn an_edit_does_not_show_in_an_answer_that_has_begun() {
        let mut world = generated(10);
        let records = world.records(LIST, NOW);
        world.clear(LIST);
        assert_eq!(records.count(), 10);
    }
}
