//! One look at all organisations, from which everything about them is said: what one scrape tells of
//! the state and of the health belongs together.

use std::sync::Arc;

use super::families::Family;
use super::{health, state};
use crate::clock::Clock;
use crate::inventory::{Fleet, FleetHandle, Inventory, Organization, Standing, View};
use crate::share::{Moment, ShareKind, UnixMillis, Window};

/// Where to look.
#[derive(Clone)]
pub(super) struct Inventories {
    pub(super) fleet: Arc<FleetHandle>,
    pub(super) clock: Clock,
}

/// All that is known at one moment.
pub(super) struct Snapshot<'a> {
    /// The moment by this machine's clock.
    pub(super) here: Moment,
    pub(super) handle: &'a FleetHandle,
    pub(super) fleet: Arc<Fleet>,
    lists: Vec<List>,
    /// Where in the view they are, in the order of their labels.
    windows: Vec<usize>,
}

/// What is known of one list of one organisation.
pub(super) struct List {
    pub(super) organization: Arc<Organization>,
    pub(super) kind: ShareKind,
    pub(super) standing: Arc<Standing>,
    /// The moment as of which it is shown.
    now: Moment,
}

impl Inventories {
    /// All that can be said now.
    pub(super) fn families(&self) -> Vec<Family<'static>> {
        let snapshot = self.look();
        let mut families = state::families(&snapshot);
        families.extend(health::families(&snapshot));
        families
    }

    fn look(&self) -> Snapshot<'_> {
        let here = self.clock.read();
        let fleet = self.fleet.load();
        let mut lists = Vec::with_capacity(fleet.organizations.len());
        for organization in &fleet.organizations {
            let now = organization.now(here);
            lists.extend(organization.standings().map(|(kind, standing)| List {
                organization: organization.clone(),
                kind,
                standing,
                now,
            }));
        }
        let within = &fleet.view.expiring_within;
        let mut windows: Vec<_> = (0..within.len()).collect();
        windows.sort_by_key(|index| &within[*index].label);
        Snapshot {
            here,
            handle: &self.fleet,
            lists,
            windows,
            fleet,
        }
    }
}

impl Snapshot<'_> {
    pub(super) fn view(&self) -> &View {
        &self.fleet.view
    }

    /// The windows in which shares that end are counted, in the order of their labels.
    pub(super) fn windows(&self) -> impl Iterator<Item = &Window> {
        self.windows
            .iter()
            .map(|index| &self.view().expiring_within[*index])
    }

    /// What is known of each list of each organisation, sorted.
    pub(super) fn lists(&self) -> impl Iterator<Item = &List> {
        self.lists.iter()
    }
}

impl List {
    pub(super) fn org(&self) -> &str {
        self.organization.name()
    }

    /// The time as of which it is shown.
    pub(super) fn now(&self) -> UnixMillis {
        self.now.time
    }

    /// What it held when it was last seen, if that can still be believed.
    pub(super) fn inventory(&self, view: &View) -> Option<&Inventory> {
        self.standing.inventory(self.now, view.max_staleness)
    }
}
