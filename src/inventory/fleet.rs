//! All organisations at once. Readers load one pointer and see a whole; collectors publish a new
//! [`Standing`] under it; neither waits for the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;

use super::Standing;
use crate::share::{Reason, Source, UnixMillis, Window};

/// One organisation that is watched.
#[derive(Debug)]
pub struct Organization {
    name: String,
    standings: BTreeMap<Source, ArcSwap<Standing>>,
}

impl Organization {
    /// An organisation that has not been asked yet.
    pub fn new(name: &str) -> Self {
        let standing = |source| (source, ArcSwap::from_pointee(Standing::new(source)));
        Self {
            name: name.to_owned(),
            standings: Source::ALL.map(standing).into(),
        }
    }

    /// The value of the label `org`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is known of each source right now.
    pub fn standings(&self) -> impl Iterator<Item = (Source, Arc<Standing>)> {
        self.standings
            .iter()
            .map(|(source, standing)| (*source, standing.load_full()))
    }

    /// What is known of one source right now.
    pub fn standing(&self, source: Source) -> Arc<Standing> {
        self.standings[&source].load_full()
    }

    /// Drops the pictures that are too old at `now`, so that only a success brings one back.
    pub fn withdraw(&self, now: UnixMillis, max_staleness: Duration) {
        for standing in self.standings.values() {
            standing.rcu(|standing| Arc::new(standing.withdrawn(now, max_staleness)));
        }
    }

    /// Whether the last poll of some source failed for this reason.
    pub fn fails_for(&self, reason: Reason) -> bool {
        let failure = |standing: &Standing| Some(standing.last_poll()?.failure.as_ref()?.reason);
        self.standings()
            .any(|(_, standing)| failure(&standing) == Some(reason))
    }

    /// Whether every source has been polled with success at least once.
    pub fn is_ready(&self) -> bool {
        self.standings
            .values()
            .all(|standing| standing.load().last_success().is_some())
    }
}

/// How pictures are to be read: the part of the configuration that readers need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// From one poll to the next.
    pub interval: Duration,
    /// The age at which a picture is withdrawn.
    pub max_staleness: Duration,
    /// The windows of `rhombus_shares_expiring`.
    pub expiring_within: Vec<Window>,
    /// Only pages created within this time were asked for; none: every page there is.
    pub lookback: Option<Duration>,
}

/// Every organisation that is watched, sorted by name, and how to read them.
#[derive(Debug)]
pub struct Fleet {
    /// Sorted by name; names are unique.
    pub organizations: Vec<Arc<Organization>>,
    /// How to read them.
    pub view: View,
}

impl Fleet {
    /// The organisations in the order of their names.
    pub fn new(mut organizations: Vec<Arc<Organization>>, view: View) -> Self {
        organizations.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            organizations,
            view,
        }
    }

    /// The names of those that have never been polled with success.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.organizations
            .iter()
            .filter(|org| !org.is_ready())
            .map(|org| org.name())
    }

    /// The first moment after `now` at which some picture shows something else by itself.
    pub fn next_change(&self, now: UnixMillis) -> Option<UnixMillis> {
        let windows = || {
            self.view
                .expiring_within
                .iter()
                .map(|window| window.duration)
        };
        let of_standing = |standing: Arc<Standing>| {
            let inventory = standing.inventory(now, self.view.max_staleness)?;
            let withdrawn = inventory.obtained().after(self.view.max_staleness);
            inventory
                .next_change(now, windows)
                .into_iter()
                .chain([withdrawn.next()])
                .min()
        };
        let standings = self.organizations.iter().flat_map(|org| org.standings());
        standings
            .filter_map(|(_, standing)| of_standing(standing))
            .min()
    }
}

/// The one place where the present [`Fleet`] is found.
#[derive(Debug)]
pub struct FleetHandle {
    fleet: ArcSwap<Fleet>,
    version: AtomicU64,
}

impl FleetHandle {
    /// Begins with `fleet`.
    pub fn new(fleet: Fleet) -> Self {
        Self {
            fleet: ArcSwap::from_pointee(fleet),
            version: AtomicU64::new(0),
        }
    }

    /// The fleet as it is now.
    pub fn load(&self) -> Arc<Fleet> {
        self.fleet.load_full()
    }

    /// Puts another fleet in place of the present one.
    pub fn replace(&self, fleet: Fleet) {
        self.fleet.store(Arc::new(fleet));
        self.changed();
    }

    /// Puts what has just been learnt of a source in place of what was known.
    pub fn publish(&self, organization: &Organization, source: Source, standing: Standing) {
        organization.standings[&source].store(Arc::new(standing));
        self.changed();
    }

    /// Grows with each change that a poll or a reload makes; for those who keep a rendering.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn changed(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }
}
