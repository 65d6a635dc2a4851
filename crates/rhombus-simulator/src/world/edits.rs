//! What control routes and deletions did to one list. Clones are cheap, and don't change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::Record;
use super::put::Put;

#[derive(Clone, Default)]
pub(super) struct Edits {
    /// Whether the world's own records were taken away for good.
    pub(super) is_cleared: bool,
    /// By uuid: what stands in the place of the world's own record; none where it was taken away.
    pub(super) records: Arc<BTreeMap<String, Option<Arc<Put>>>>,
    /// The uuids of those that are there and not listed.
    hidden: Arc<BTreeSet<String>>,
}

impl Edits {
    /// Those of a list that was emptied.
    pub(super) fn cleared() -> Self {
        Self {
            is_cleared: true,
            ..Self::default()
        }
    }

    pub(super) fn insert(&mut self, uuid: String, record: Option<Put>) {
        Arc::make_mut(&mut self.records).insert(uuid, record.map(Arc::new));
    }

    /// Takes away what was put. False when there was nothing.
    pub(super) fn remove(&mut self, uuid: &str) -> bool {
        let removed = Arc::make_mut(&mut self.records).remove(uuid);
        removed.flatten().is_some()
    }

    /// Whether something was done to this record of the world's own.
    pub(super) fn has(&self, record: &Value) -> bool {
        let uuid = || record["uuid"].as_str();
        !self.records.is_empty() && uuid().is_some_and(|uuid| self.records.contains_key(uuid))
    }

    /// What was put.
    pub(super) fn put(&self) -> Vec<Arc<Put>> {
        self.records.values().flatten().cloned().collect()
    }

    pub(super) fn hide(&mut self, uuid: String) {
        Arc::make_mut(&mut self.hidden).insert(uuid);
    }

    /// Lists again what was hidden. False when it was not.
    pub(super) fn show(&mut self, uuid: &str) -> bool {
        Arc::make_mut(&mut self.hidden).remove(uuid)
    }

    /// Whether the record is there and not listed.
    pub(super) fn hides(&self, record: &Record) -> bool {
        let uuid = || record.field("uuid").and_then(Value::as_str);
        !self.hidden.is_empty() && uuid().is_some_and(|uuid| self.hidden.contains(uuid))
    }
}
