//! One look at all organisations, from which everything about them is said: what one scrape tells of
//! the state and of the health belongs together.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::clock::Clock;
use crate::inventory::{
    ErrorCounts, FeedStanding, FleetHandle, Inventory, Look, Snapshot, Standing, View,
};
use crate::policy::Policy;
use crate::share::{ShareKind, UnixMillis};

/// Where to look.
#[derive(Clone)]
pub(super) struct Inventories {
    pub(super) fleet: Arc<FleetHandle>,
    pub(super) policy: Arc<ArcSwap<Policy>>,
    pub(super) clock: Clock,
}

/// What is known of one list of one organisation.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub(super) look: &'a Look,
    pub(super) kind: ShareKind,
    pub(super) standing: &'a Standing,
}

impl Inventories {
    /// All that is known now, and what has gone wrong until then.
    pub(super) fn look(&self) -> (Snapshot, ErrorCounts) {
        self.fleet.snapshot(self.clock.read())
    }
}

/// The organisations that may be looked at, sorted. Of others, what was known before is not said.
pub(super) fn watched(snapshot: &Snapshot) -> impl Iterator<Item = &Look> {
    let all = snapshot.organizations.iter();
    all.filter(|look| look.organization.is_allowed())
}

/// What is known of each list of each of them, sorted.
pub(super) fn lists(snapshot: &Snapshot) -> impl Iterator<Item = List<'_>> {
    watched(snapshot).flat_map(List::all)
}

/// What is known of the audit feed of each of them that is asked for it, by its name, sorted.
pub(super) fn feeds(snapshot: &Snapshot) -> impl Iterator<Item = (&str, &FeedStanding)> {
    let watched = watched(snapshot).filter(|look| look.organization.is_asked());
    watched.filter_map(|look| Some((look.name(), look.feed.as_deref()?)))
}

impl<'a> List<'a> {
    fn all(look: &'a Look) -> impl Iterator<Item = Self> {
        look.standings.iter().map(move |(kind, standing)| Self {
            look,
            kind: *kind,
            standing,
        })
    }

    pub(super) fn org(&self) -> &'a str {
        self.look.name()
    }

    /// The time as of which it is shown.
    pub(super) fn now(&self) -> UnixMillis {
        self.look.now.time
    }

    /// What it held when it was last seen, if that can still be believed.
    pub(super) fn inventory(&self, view: &View) -> Option<&'a Inventory> {
        self.look.inventory(self.standing, view)
    }
}
