//! One look at all organisations, from which everything about them is said: what one scrape tells of
//! the state and of the health belongs together.

use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use super::{health, state};
use crate::clock::Clock;
use crate::inventory::{Fleet, FleetHandle, Organization, Standing, View};
use crate::share::{Source, UnixMillis};

/// Where to look.
#[derive(Clone)]
pub(super) struct Pictures {
    pub(super) fleet: Arc<FleetHandle>,
    pub(super) clock: Clock,
}

/// What is seen at one moment.
pub(super) struct Sight {
    pub(super) now: UnixMillis,
    fleet: Arc<Fleet>,
    standings: Vec<(Arc<Organization>, Source, Arc<Standing>)>,
}

impl Pictures {
    fn look(&self) -> Sight {
        let fleet = self.fleet.load();
        let mut standings = Vec::with_capacity(fleet.organizations.len());
        for organization in &fleet.organizations {
            let of_it = organization.standings();
            standings.extend(of_it.map(|(source, seen)| (organization.clone(), source, seen)));
        }
        Sight {
            now: self.clock.now(),
            fleet,
            standings,
        }
    }
}

impl Sight {
    pub(super) fn view(&self) -> &View {
        &self.fleet.view
    }

    /// What is known of each source of each organisation, sorted.
    pub(super) fn standings(&self) -> impl Iterator<Item = (&str, Source, &Standing)> {
        self.standings
            .iter()
            .map(|(organization, source, standing)| (organization.name(), *source, &**standing))
    }
}

/// The collector of all that is said of organisations.
pub(super) struct Organizations {
    pictures: Pictures,
    descs: Vec<Desc>,
}

impl Organizations {
    pub(super) fn new(pictures: Pictures) -> Self {
        let specs = state::ALL.iter().chain(&health::ALL);
        Self {
            pictures,
            descs: specs.map(|spec| spec.desc()).collect(),
        }
    }
}

impl Collector for Organizations {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let sight = self.pictures.look();
        let mut families = state::families(&sight);
        families.extend(health::families(&sight));
        families
    }
}
