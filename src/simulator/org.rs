//! One organisation: its key, its world, and what was set for it. Locks are held for moments, and
//! never while an answer goes out.

use std::sync::Mutex;

use super::fault::{Armed, Fault};
use super::journal::Journal;
use super::locked;
use super::pace::{Bucket, Pace};
use super::world::{World, WorldKind};
use crate::share::UnixMillis;

pub(super) struct Org {
    api_key: Option<String>,
    pub(super) journal: Journal,
    pub(super) world: Mutex<World>,
    fault: Mutex<Option<Armed>>,
    bucket: Mutex<Option<Bucket>>,
}

impl Org {
    pub(super) fn new(
        api_key: Option<String>,
        world: WorldKind,
        pace: Option<Pace>,
        now: UnixMillis,
    ) -> Self {
        Self {
            api_key,
            journal: Journal::default(),
            world: Mutex::new(World::new(world, now)),
            fault: Mutex::new(None),
            bucket: Mutex::new(pace.map(|pace| Bucket::new(pace, now))),
        }
    }

    pub(super) fn is_named(&self, key: &str) -> bool {
        self.api_key.as_deref() == Some(key)
    }

    pub(super) fn takes_any_key(&self) -> bool {
        self.api_key.is_none()
    }

    pub(super) fn set_fault(&self, fault: Option<Armed>) {
        *locked(&self.fault) = fault;
    }

    /// The fault that the next answer has.
    pub(super) fn next_fault(&self) -> Option<Fault> {
        let mut armed = locked(&self.fault);
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
