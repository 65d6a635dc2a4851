//! What control routes and deletions did, noted when they did it, and what control routes said of the
//! events themselves.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::event::{Event, Target};
use super::{By, mixed};
use crate::clock::UnixMillis;
use crate::world::edits::Edits;
use crate::world::put::Put;
use crate::world::{List, Profile, Record, Uuid, World};

/// How many events are noted; past that, the oldest are forgotten.
const KEPT: usize = 50_000;

/// What was noted, and said.
#[derive(Default)]
pub(in crate::world) struct Notes {
    pub(super) noted: VecDeque<Event>,
    /// How many ever were.
    count: u64,
    /// When a share of the world's own was taken down.
    gone: HashMap<(List, String), i64>,
    /// When all of a list were.
    cleared: HashMap<List, i64>,
    /// What was put in the place of an event, or beside them.
    pub(super) edits: Edits,
}

impl Notes {
    /// From when on nothing of a share of the world's own is known.
    pub(super) fn gone(&self, list: List, uuid: Uuid) -> i64 {
        let cleared = self.cleared.get(&list).copied();
        let gone = match self.gone.is_empty() {
            true => None,
            false => self.gone.get(&(list, uuid.to_string())).copied(),
        };
        cleared.into_iter().chain(gone).min().unwrap_or(i64::MAX)
    }

    fn note(&mut self, org: Uuid, mut event: Event) {
        self.count += 1;
        // Two runs that begin alike note different events.
        event.seed = mixed([org.0 as u64, self.count, event.at.unsigned_abs()]);
        if self.noted.len() == KEPT {
            self.noted.pop_front();
        }
        self.noted.push_back(event);
    }
}

impl World {
    /// Puts one record, as [`World::put`] does. One that was not there is made now, by someone of the
    /// organisation's.
    ///
    /// # Errors
    /// When `json` is not a JSON object.
    pub(crate) fn make(
        &mut self,
        list: List,
        uuid: String,
        json: &str,
        now: UnixMillis,
    ) -> Result<(), serde_json::Error> {
        let was_there = list.creation(false).is_some() && self.is_there(list, &uuid, now);
        self.put(list, uuid.clone(), json)?;
        let put = self.put_at(list, &uuid);
        if let Some(put) = put.filter(|_| !was_there) {
            let is_locked = put.field(list.fields().protected) == Some(&Value::Bool(true));
            let record = Record::Put(put);
            self.note(
                list.creation(is_locked),
                By::User(0),
                target(&uuid, &record),
                now,
            );
        }
        Ok(())
    }

    /// Takes one record away, as [`World::remove`] does, and notes who did.
    pub(crate) fn take_down(&mut self, list: List, uuid: &str, now: UnixMillis, by: By) -> bool {
        let is_it = |record: &Record| record.field("uuid").and_then(Value::as_str) == Some(uuid);
        let record = match self.put_at(list, uuid) {
            Some(put) => Some(Record::Put(put)),
            None => self.all(list, now).find(is_it),
        };
        let is_gone = self.remove(list, uuid, now);
        if let Some(record) = record.filter(|_| is_gone) {
            self.note(list.deletion(), by, target(uuid, &record), now);
            // One of the world's own leaves that it was taken away.
            if self.edits(list).records.contains_key(uuid) {
                let key = (list, uuid.to_owned());
                self.notes.gone.entry(key).or_insert(now.0);
            }
        }
        is_gone
    }

    /// Takes every record away, as [`World::clear`] does. Of many, the first ones are noted.
    pub(crate) fn take_all_down(&mut self, list: List, now: UnixMillis) {
        if list.deletion().is_some() {
            let all: Vec<_> = self.all(list, now).take(KEPT).collect();
            for record in all {
                let uuid = record.field("uuid").and_then(Value::as_str);
                let target = target(uuid.unwrap_or_default(), &record);
                self.note(list.deletion(), By::User(0), target, now);
            }
        }
        self.clear(list);
        self.notes.cleared.entry(list).or_insert(now.0);
    }

    /// Notes who may enter now who could not, and the other way round.
    pub(crate) fn note_access(&mut self, before: &Profile, now: UnixMillis) {
        let Profile {
            support_access_until: support,
            partner_access_until: partner,
            ..
        } = self.profile.clone();
        let support = (&before.support_access_until, &support);
        let partner = (&before.partner_access_until, &partner);
        for ((was, is), [opened, closed]) in [
            (support, ["SUPPORT_ACCESS_GRANT", "SUPPORT_ACCESS_REVOKE"]),
            (partner, ["SUPPORT_PARTNER_ADD", "SUPPORT_PARTNER_REMOVE"]),
        ] {
            if was != is {
                let action = if is.is_null() { closed } else { opened };
                self.note(Some(action), By::User(0), None, now);
            }
        }
    }

    /// Puts an event in the place of the one with this uuid, or beside the others.
    ///
    /// # Errors
    /// When `json` is not a JSON object.
    pub(crate) fn put_event(&mut self, uuid: String, json: &str) -> Result<(), serde_json::Error> {
        let put = Put::new(&uuid, json)?;
        self.notes.edits.insert(uuid, Some(put));
        Ok(())
    }

    /// Takes one event away. False when there was none.
    pub(crate) fn remove_event(&mut self, uuid: &str, now: UnixMillis) -> bool {
        let is_told = self.has_event(uuid, now);
        if is_told {
            self.notes.edits.insert(uuid.to_owned(), None);
        }
        is_told
    }

    /// Takes all away that there are, and those that the world would have of its own, for good. What is
    /// noted from now on is told.
    pub(crate) fn clear_events(&mut self) {
        self.notes.edits = Edits::cleared();
        self.notes.noted.clear();
    }

    fn note(
        &mut self,
        action: Option<&'static str>,
        by: By,
        target: Option<Target>,
        now: UnixMillis,
    ) {
        let Some(action) = action else { return };
        let event = Event {
            at: now.0,
            action,
            by,
            target,
            failure: false,
            seed: 0,
        };
        self.notes.note(self.profile.uuid, event);
    }

    /// What was put with this uuid.
    fn put_at(&self, list: List, uuid: &str) -> Option<Arc<Put>> {
        self.edits.get(&list)?.records.get(uuid)?.clone()
    }

    /// Whether there is such a record, told without making all.
    fn is_there(&self, list: List, uuid: &str, now: UnixMillis) -> bool {
        let edited = self.edits.get(&list).and_then(|it| it.records.get(uuid));
        match (edited, Uuid::parse(uuid)) {
            (Some(edited), _) => edited.is_some(),
            (None, Some(wanted)) => self.base_of(list).has(list, wanted, now),
            (None, None) => false,
        }
    }
}

/// What something happens to, as its record calls itself.
fn target(uuid: &str, record: &Record) -> Option<Target> {
    let text = |field| record.field(field).and_then(Value::as_str);
    let names = ["title", "name", "displayName"];
    Some(Target {
        uuid: text("uuid").unwrap_or(uuid).into(),
        name: names.into_iter().find_map(text).unwrap_or_default().into(),
    })
}
