//! One organisation: how its key is used, its world, and what was set for it. A partner is one that has
//! clients, and shares nothing itself. Locks are held for moments, and never while an answer goes out.

use std::collections::HashMap;
use std::sync::Mutex;

use super::Credential;
use super::clients::Clients;
use super::fault::{Armed, Fault};
use super::journal::Journal;
use super::locked;
use super::operation::Operation;
use super::pace::{Bucket, Pace};
use super::world::World;
use crate::clock::UnixMillis;

pub(super) struct Org {
    credential: Credential,
    pub(super) journal: Journal,
    pub(super) world: Mutex<World>,
    faults: Mutex<HashMap<Operation, Armed>>,
    bucket: Mutex<Option<Bucket>>,
    /// Those of a partner.
    pub(super) clients: Option<Clients>,
}

impl Org {
    pub(super) fn new(
        credential: Credential,
        world: World,
        pace: Option<Pace>,
        now: UnixMillis,
    ) -> Self {
        Self {
            credential,
            journal: Journal::default(),
            world: Mutex::new(world),
            faults: Mutex::default(),
            bucket: Mutex::new(pace.map(|pace| Bucket::new(pace, now))),
            clients: None,
        }
    }

    /// Makes it a partner with these clients.
    pub(super) fn with_clients(mut self, clients: Clients) -> Self {
        self.clients = Some(clients);
        self
    }

    pub(super) fn is_partner(&self) -> bool {
        self.clients.is_some()
    }

    /// The `x-auth-scheme` of its key.
    pub(super) fn scheme(&self) -> &'static str {
        match (self.is_partner(), self.credential) {
            (false, Credential::Token) => "api-token",
            (false, Credential::Certificate) => "api",
            (true, Credential::Token) => "partner-api-token",
            (true, Credential::Certificate) => "partner-api",
        }
    }

    pub(super) fn set_fault(&self, operation: Operation, fault: Option<Armed>) {
        let mut faults = locked(&self.faults);
        match fault {
            Some(fault) => faults.insert(operation, fault),
            None => faults.remove(&operation),
        };
    }

    /// The fault that the next answer to this operation has.
    pub(super) fn next_fault(&self, operation: Operation) -> Option<Fault> {
        let mut faults = locked(&self.faults);
        let (fault, left) = faults.remove(&operation)?.fire();
        if let Some(left) = left {
            faults.insert(operation, left);
        }
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
