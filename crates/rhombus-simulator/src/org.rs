//! One organisation: its key, its world, and what was set for it. Locks are held for moments, and
//! never while an answer goes out.

use std::sync::Mutex;

use super::OrgSettings;
use super::fault::{Armed, Fault};
use super::journal::Journal;
use super::locked;
use super::operation::{Operation, PerOperation};
use super::pace::{Bucket, Pace};
use super::world::World;
use crate::clock::UnixMillis;

pub(super) struct Org {
    api_key: Option<String>,
    pub(super) journal: Journal,
    pub(super) world: Mutex<World>,
    faults: PerOperation<Mutex<Option<Armed>>>,
    bucket: Mutex<Option<Bucket>>,
}

impl Org {
    pub(super) fn new(settings: OrgSettings, pace: Option<Pace>, now: UnixMillis) -> Self {
        let OrgSettings {
            api_key,
            name,
            world,
        } = settings;
        Self {
            api_key,
            journal: Journal::default(),
            world: Mutex::new(World::new(world, &name, now)),
            faults: PerOperation::default(),
            bucket: Mutex::new(pace.map(|pace| Bucket::new(pace, now))),
        }
    }

    pub(super) fn is_named(&self, key: &str) -> bool {
        self.api_key.as_deref() == Some(key)
    }

    pub(super) fn takes_any_key(&self) -> bool {
        self.api_key.is_none()
    }

    pub(super) fn set_fault(&self, operation: Operation, fault: Option<Armed>) {
        *locked(self.faults.of(operation)) = fault;
    }

    /// The fault that the next answer to this operation has.
    pub(super) fn next_fault(&self, operation: Operation) -> Option<Fault> {
        let mut armed = locked(self.faults.of(operation));
        let (fault, left) = armed.take()?.fire();
        *armed = left;
        Some(fault)
    }

    pub(super) fn set_pace(&self, pace: Option<Pace>, now: UnixMillis) {
        *locked(&self.bucket) = pace.map(|pace| Bucket::new(pace, now));
    }

    /// Whether a request may come now, or after how many seconds it may.
    pub(super) fn admit(&self, now: UnixMillis) -> Result<(), u64> {
        let mut bucket = locked(&self.bucket);
        bucket.as_mut().map_or(Ok(()), |bucket| bucket.take(now))
    }
}
