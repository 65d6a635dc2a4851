//! What one organisation of the simulator has: lists of records that are worked out
//! ([`WorldKind`]) and, over them, the edits that the control routes made. An answer reads a
//! snapshot, so that an edit never shows in half of one.
//!
//! A record is a [`Value`]. A new kind is a file like [`clip_group`], with what it is generated
//! from, and a variant of [`List`].

mod audit;
mod base;
mod camera;
mod clip_group;
mod counted;
mod demo;
mod edits;
mod generated;
mod group;
mod live_stream;
mod permissions;
mod put;
mod reach;
mod timelapse_group;
mod unstated;
mod uuid;
mod video_wall;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::clock::UnixMillis;
use crate::fault::Fault;
use crate::operation::Operation;
use audit::Notes;
use base::Base;
use edits::Edits;
use reach::Reach;

pub(crate) use audit::{By, Wanted};
pub(crate) use camera::without_facet;
pub use demo::Place;
pub(crate) use put::Put;
pub(crate) use unstated::{Said, Spends, Unstated};
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
    /// Cameras, shared or not.
    Cameras,
}

/// What the records of a list call what there is to a share's life. Walls and cameras have none of it.
struct Fields {
    /// When it was made.
    created: &'static str,
    /// Whether a password is asked.
    protected: &'static str,
    /// When it ends.
    expiration: &'static str,
}

impl List {
    fn fields(self) -> Fields {
        match self {
            Self::ClipGroups | Self::TimelapseGroups => Fields {
                created: "createdAtMillis",
                protected: "isSecured",
                expiration: "expirationTimeSecs",
            },
            Self::LiveStreams | Self::VideoWalls | Self::VideoWallShares | Self::Cameras => {
                Fields {
                    created: "timestampMs",
                    protected: "passwordProtected",
                    expiration: "expirationTime",
                }
            }
        }
    }
}

/// One record of a list.
#[derive(Clone)]
pub(crate) enum Record {
    /// Of the world.
    Made(Value),
    /// Of the world, under its name in an object of such.
    Named(String, Value),
    /// Put by a control route: JSON, sent as it came.
    Put(Arc<Put>),
}

impl Record {
    /// A field's value; none where it is absent, or can't be read.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Made(record) | Self::Named(_, record) => record.get(name),
            Self::Put(put) => put.field(name),
        }
    }

    /// All of it; null where it can't be read.
    fn value(&self) -> Cow<'_, Value> {
        match self {
            Self::Made(record) | Self::Named(_, record) => Cow::Borrowed(record),
            Self::Put(put) => Cow::Owned(serde_json::from_str(put.json()).unwrap_or_default()),
        }
    }

    /// Whether it is a stream of a doorbell, which is no camera.
    pub(crate) fn is_of_doorbell(&self) -> bool {
        self.field("cameraUuid").is_none_or(Value::is_null)
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
    /// Until when Rhombus's support may enter, as it is told.
    pub(crate) support_access_until: Value,
    /// Until when a partner may.
    pub(crate) partner_access_until: Value,
}

/// The world of one organisation, as edited.
pub(crate) struct World {
    profile: Profile,
    /// What was said of what the key may do; the rest is a super admin's.
    permissions: Map<String, Value>,
    base: Base,
    edits: HashMap<List, Edits>,
    /// What was done, and said of what happened.
    notes: Notes,
    pub(crate) unstated: Unstated,
}

impl World {
    pub(crate) fn new(kind: WorldKind, name: &str, start: UnixMillis) -> Self {
        let base = Base::new(kind, start);
        let mut world = Self {
            profile: Profile {
                uuid: base.org(),
                name: name.to_owned(),
                support_access_until: Value::Null,
                partner_access_until: Value::Null,
            },
            permissions: Map::new(),
            base,
            edits: HashMap::new(),
            notes: Notes::default(),
            unstated: Unstated::default(),
        };
        if let Base::Demo(demo) = base {
            demo.prepare(&mut world);
        }
        world
    }

    /// How this operation fails at `now` of the world's own, if it does.
    pub(crate) fn own_fault(&self, operation: Operation, now: UnixMillis) -> Option<Fault> {
        match self.base {
            Base::Demo(demo) => demo.fault(operation, now),
            Base::Empty | Base::Generated(_) => None,
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

    /// Gives it this uuid, as [`Self::set_profile`] does.
    pub(crate) fn set_uuid(&mut self, uuid: Uuid) {
        self.profile.uuid = uuid;
    }

    /// Calls it this.
    pub(crate) fn set_name(&mut self, name: String) {
        self.profile.name = name;
    }

    /// Makes it one of this kind, in the place of all that it had; who has it stays.
    pub(crate) fn refill(&mut self, kind: WorldKind, start: UnixMillis) {
        self.base = Base::new(kind, start);
        self.edits.clear();
        self.notes = Notes::default();
    }

    /// How many cameras it has of itself.
    pub(crate) fn cameras_owned(&self) -> usize {
        self.base.cameras().len()
    }

    /// What the key may do: the members of an answer.
    pub(crate) fn permissions(&self) -> Map<String, Value> {
        let mut permissions = permissions::of_super_admin(&self.base.locations());
        permissions.extend(self.permissions.clone());
        permissions
    }

    /// Makes each of these members another; the rest stay as they are.
    pub(crate) fn set_permissions(&mut self, members: Map<String, Value>) {
        self.permissions.extend(members);
    }

    /// The names of those who have walls, by uuid.
    pub(crate) fn users(&self) -> Map<String, Value> {
        self.base.users()
    }

    /// What is listed at `now`. Later edits don't show in it.
    pub(crate) fn records(&self, list: List, now: UnixMillis) -> Records {
        self.matching(list, now, |_| true)
    }

    /// What the cameras that are listed at `now` are called, and where they are.
    pub(crate) fn camera_names(&self, now: UnixMillis) -> Records {
        let (base, facet) = (self.base, self.unstated.camera_facet());
        let cameras = self.records(List::Cameras, now);
        Box::new(cameras.map(move |state| {
            let (uuid, name) = camera::named(&state, base);
            Record::Named(format!("{uuid}{facet}"), name)
        }))
    }

    /// The records of those that are so. What they are asked is what there is, however it is told.
    pub(crate) fn matching(
        &self,
        list: List,
        now: UnixMillis,
        is_so: impl Fn(&Record) -> bool + Send + 'static,
    ) -> Records {
        let all = self.all(list, now).filter(is_so);
        self.listed(list, now, Box::new(all))
    }

    /// The shares of one video wall, as [`Self::records`] would list them. It doesn't look through
    /// those of other walls, so that thousands of walls can be asked for theirs.
    pub(crate) fn shares_of_wall(&self, wall: &Value, now: UnixMillis) -> Records {
        let list = List::VideoWallShares;
        let own = self
            .base_of(list)
            .shares_of_wall(wall, now, self.profile.uuid);
        let wall = wall.clone();
        let all = self.edited(list, own);
        let of_wall = all.filter(move |share| share.field("videoWallUuid") == Some(&wall));
        self.listed(list, now, Box::new(of_wall))
    }

    /// Those of `records` that are listed, as they are told.
    fn listed(&self, list: List, now: UnixMillis, records: Records) -> Records {
        let (edits, unstated, reach) = (self.edits(list), self.unstated, self.reach(list));
        let is_listed = move |record: &Record| {
            let covers = |reach: &Reach| reach.covers(list, record);
            !edits.hides(record)
                && !unstated.hides(list, record, now)
                && reach.as_ref().is_none_or(covers)
        };
        Box::new(records.filter(is_listed).map(move |record| match record {
            Record::Made(record) => Record::Made(unstated.told(list, record)),
            as_it_came => as_it_came,
        }))
    }

    /// What the key may see of a list, if being limited shortens it.
    fn reach(&self, list: List) -> Option<Reach> {
        let is_limited = match list {
            List::Cameras => self.unstated.limits_cameras,
            _ => self.unstated.limits_shares,
        };
        let reach = || Reach::of(&self.permissions(), self.base);
        is_limited.then(reach).flatten()
    }

    /// What there is at `now`, listed or not.
    fn all(&self, list: List, now: UnixMillis) -> Records {
        self.edited(list, self.own(list, now))
    }

    /// Whether there is such a record at `now`, listed or not.
    pub(crate) fn has(&self, list: List, now: UnixMillis, is_it: impl Fn(&Record) -> bool) -> bool {
        self.all(list, now).any(|record| is_it(&record))
    }

    /// The list's own records, and what was done to them.
    fn edited(&self, list: List, own: Values) -> Records {
        let edits = self.edits(list);
        let put = edits.put().into_iter().map(Record::Put);
        let own = own.filter(move |own| !edits.has(own));
        Box::new(own.map(Record::Made).chain(put))
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
        let put = Put::new(&uuid, json)?;
        self.edits.entry(list).or_default().insert(uuid, Some(put));
        Ok(())
    }

    /// Takes one record away. False when there was none.
    pub(crate) fn remove(&mut self, list: List, uuid: &str, now: UnixMillis) -> bool {
        let is_own = self.own(list, now).any(|record| record["uuid"] == uuid);
        let edits = self.edits.entry(list).or_default();
        let was_edited = edits.records.contains_key(uuid);
        let was_put = edits.remove(uuid);
        if is_own {
            edits.insert(uuid.to_owned(), None);
        }
        was_put || (is_own && !was_edited)
    }

    /// Lists a record no longer, though it is there and counted.
    pub(crate) fn hide(&mut self, list: List, uuid: String) {
        self.edits.entry(list).or_default().hide(uuid);
    }

    /// Lists it again. False when it was not hidden.
    pub(crate) fn show(&mut self, list: List, uuid: &str) -> bool {
        self.edits.entry(list).or_default().show(uuid)
    }

    /// Takes every record away, for good.
    pub(crate) fn clear(&mut self, list: List) {
        self.edits.insert(list, Edits::cleared());
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

#[cfg(test)]
mod tests;
