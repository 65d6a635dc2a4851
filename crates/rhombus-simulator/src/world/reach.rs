//! Which records a key may see that is limited to some locations, if being limited shortens lists.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::base::Base;
use super::{List, Record, Uuid, without_facet};

/// The locations that a key may see.
pub(super) struct Reach {
    base: Base,
    locations: BTreeSet<Uuid>,
}

impl Reach {
    /// None for a super admin, who sees all.
    pub(super) fn of(permissions: &Map<String, Value>, base: Base) -> Option<Self> {
        if permissions.get("superAdmin") == Some(&Value::Bool(true)) {
            return None;
        }
        let access = permissions
            .get("locationAccessMap")
            .and_then(Value::as_object);
        let locations = access.into_iter().flat_map(Map::keys);
        Some(Self {
            base,
            locations: locations.filter_map(|uuid| Uuid::parse(uuid)).collect(),
        })
    }

    /// Whether every camera that the record shows is at one of them.
    pub(super) fn covers(&self, list: List, record: &Record) -> bool {
        let record = record.value();
        let mut devices = devices(list, &record).into_iter();
        devices.all(|device| {
            let camera = Uuid::parse(without_facet(device));
            camera.is_none_or(|camera| {
                let location = self.base.location(camera);
                self.locations.contains(&location)
            })
        })
    }
}

/// The devices that a record shows. The share of a wall shows those of its wall.
fn devices(list: List, record: &Value) -> Vec<&str> {
    match list {
        List::ClipGroups => items(record, "sharedClips")
            .filter_map(|clip| clip["deviceUuidMap"].as_object())
            .flat_map(|devices| devices.keys().map(String::as_str))
            .collect(),
        List::TimelapseGroups => items(record, "sharedTimelapses")
            .flat_map(|timelapse| items(timelapse, "sources"))
            .filter_map(|source| source["deviceUuid"].as_str())
            .collect(),
        List::LiveStreams => record["deviceUuid"].as_str().into_iter().collect(),
        List::Cameras => record["uuid"].as_str().into_iter().collect(),
        List::VideoWalls => items(record, "deviceList")
            .filter_map(Value::as_str)
            .collect(),
        List::VideoWallShares => Vec::new(),
    }
}

fn items<'a>(record: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    record[list].as_array().into_iter().flatten()
}
