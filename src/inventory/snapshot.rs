//! All organisations at one moment. Each is read once, so that all that one page or one scrape says of
//! it agrees, however many polls end meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Belief, FeedStanding, Fleet, Inventory, Organization, Partner, PartnerStanding, Standing,
    State, View,
};
use crate::share::{
    AccessUntil, AttributedShares, CameraNames, ExceptionUse, Id, Identity, Moment, Permissions,
    ShareKind,
};

/// All that is known at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// How to read it.
    pub view: View,
    /// Sorted by name.
    pub organizations: Vec<Look>,
    /// Sorted by name.
    pub partners: Vec<PartnerLook>,
    /// When each exception was of use, by its name.
    pub exceptions: Arc<BTreeMap<String, ExceptionUse>>,
    here: Moment,
}

/// What is known of one partner.
#[derive(Debug)]
pub struct PartnerLook {
    /// Which one it is.
    pub partner: Arc<Partner>,
    /// What is known of its list of clients.
    pub standing: Arc<PartnerStanding>,
}

/// What is known of one organisation.
#[derive(Debug)]
pub struct Look {
    /// Which one it is.
    pub organization: Arc<Organization>,
    /// The moment as of which its lists are shown.
    pub now: Moment,
    /// Who it is.
    pub identity: Arc<Identity>,
    /// Who else may enter.
    pub access: Arc<AccessUntil>,
    /// What the key in use may do.
    pub permissions: Arc<Permissions>,
    /// What its cameras are called, as far as that is known.
    pub camera_names: Arc<CameraNames>,
    /// What the audit feed has told of its shares, as far as that is known.
    pub attributions: Arc<AttributedShares>,
    /// Whether its audit feed was ever read: if not, nothing is known of any share.
    pub is_attributed: bool,
    /// What is known of its audit feed; none where that is not asked for.
    pub feed: Option<Arc<FeedStanding>>,
    /// What is known of each list, sorted by kind.
    pub standings: Vec<(ShareKind, Arc<Standing>)>,
}

impl Snapshot {
    /// What `fleet` is where this machine's clock reads `here`.
    pub fn new(fleet: &Fleet, here: Moment) -> Self {
        let look = |organization: &Arc<Organization>| {
            let known = organization.known_attributions();
            Look {
                organization: organization.clone(),
                now: organization.now(here),
                identity: organization.identity(),
                access: organization.access(),
                permissions: organization.permissions(),
                camera_names: organization.camera_names(),
                attributions: known.clone().unwrap_or_default(),
                is_attributed: known.is_some(),
                feed: organization.feed(),
                standings: organization.standings().collect(),
            }
        };
        Self {
            view: fleet.view.clone(),
            organizations: fleet.organizations.iter().map(look).collect(),
            partners: fleet.partners.iter().map(look_at_partner).collect(),
            exceptions: Arc::default(),
            here,
        }
    }

    /// What this machine's clock reads.
    pub const fn here(&self) -> Moment {
        self.here
    }

    /// The names under which each organisation is watched that has several, by its uuid.
    pub fn duplicates(&self) -> BTreeMap<&Id, Vec<&str>> {
        let mut names: BTreeMap<&Id, Vec<&str>> = BTreeMap::new();
        let watched = self.organizations.iter();
        for look in watched.filter(|look| look.organization.is_allowed()) {
            if let Some(uuid) = &look.identity.uuid {
                names.entry(uuid).or_default().push(look.name());
            }
        }
        names.retain(|_, names| names.len() > 1);
        names
    }

    /// How many organisations are in each state, in the order of [`State::ALL`].
    pub fn states(&self) -> [u64; State::ALL.len()] {
        let duplicates = self.duplicates();
        let mut states = [0; State::ALL.len()];
        for look in &self.organizations {
            let uuid = look.identity.uuid.as_ref();
            let is_duplicate = uuid.is_some_and(|uuid| duplicates.contains_key(uuid));
            states[State::new(look.belief(&self.view), is_duplicate) as usize] += 1;
        }
        states
    }

    /// This machine's clock minus that of each endpoint which has told its own, in whole seconds.
    pub fn clock_skews(&self) -> BTreeMap<&str, i64> {
        let clocks = self.organizations.iter();
        clocks
            .map(|look| look.organization.server_clock())
            .filter_map(|clock| Some((clock.endpoint(), clock.skew(self.here)?)))
            .collect()
    }
}

fn look_at_partner(partner: &Arc<Partner>) -> PartnerLook {
    PartnerLook {
        partner: partner.clone(),
        standing: partner.standing(),
    }
}

impl Look {
    /// What the audit feed has told of its shares; none where it was never read.
    pub fn known_attributions(&self) -> Option<&AttributedShares> {
        self.is_attributed.then_some(&*self.attributions)
    }

    /// The value of the label `org`.
    pub fn name(&self) -> &str {
        self.organization.name()
    }

    /// What one of its lists held when it was last seen, if that can still be believed.
    pub fn inventory<'a>(&self, standing: &'a Standing, view: &View) -> Option<&'a Inventory> {
        standing.inventory(self.now, view.max_staleness)
    }

    /// How far its worst list can be believed.
    pub fn belief(&self, view: &View) -> Belief {
        if !self.organization.is_allowed() {
            return Belief::NotAllowed;
        }
        let standings = self.standings.iter();
        let beliefs = standings.map(|(_, standing)| Belief::of(standing, view, self.now));
        beliefs.min().unwrap_or(Belief::Waiting)
    }
}
