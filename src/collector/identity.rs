//! Whose list it is: under one name there is one organisation, until a reload accepts another. The key says
//! it, or its records do; where neither does, an empty list may be anybody's.

use tracing::warn;

use super::poller::Poller;
use super::running::{Access, Running};
use crate::inventory::{Failure, FleetHandle};
use crate::rhombus::Credential;
use crate::share::{Identity, Listing, OrganizationRecord, Reason};

impl Poller {
    /// Takes in whose list it is.
    pub(super) async fn identify_list(
        &self,
        credential: &Credential,
        listing: &Listing,
    ) -> Result<(), Failure> {
        let key_facts = &self.running.key_facts;
        let of_list = Identity {
            uuid: listing.org_uuid.clone(),
            name: None,
        };
        if of_list.uuid.is_some() {
            // Held all the while: who sees one of both that are learnt here sees the other.
            let mut owner = key_facts.owner.lock().await;
            let identified = self.running.identify(&self.fleet, of_list.clone(), "list");
            key_facts.note_list(credential, identified.is_ok()).await;
            identified?;
            owner.learn(credential, OrganizationRecord::of(of_list));
        } else if listing.shares.is_empty() {
            self.expect_nobody(credential).await?;
        }
        Ok(())
    }

    /// An empty list names nobody. Where there is doubt whose the key is, it may be another
    /// organisation's, so that it is believed only where none is expected.
    ///
    /// # Errors
    /// Where it is known which organisation's list it should be.
    async fn expect_nobody(&self, credential: &Credential) -> Result<(), Failure> {
        let Some(expected) = self.running.expected() else {
            return Ok(());
        };
        // Asked after that: another list may just have told both.
        match self.running.key_facts.doubt(credential).await {
            None => Ok(()),
            Some(doubt) => Err(Failure {
                reason: Reason::OtherOrg,
                message: format!(
                    "the list is empty and names nobody, and should be of the organisation {expected}; \
                     {doubt}"
                ),
            }),
        }
    }
}

impl Running {
    /// Takes in who the organisation is, as `what` says: under one name, the numbers of two would look
    /// like a change in one, and the one that was meant would be watched by nobody.
    pub(super) fn identify(
        &self,
        fleet: &FleetHandle,
        said: Identity,
        what: &str,
    ) -> Result<(), Failure> {
        if let (Some(expected), Some(said)) = (self.expected(), &said.uuid)
            && expected != *said
        {
            let advice = match (&self.settings.access, self.pinned()) {
                (Access::Client { .. }, _) => "the partner's list of clients names another",
                (_, Some(_)) => "org_uuid names another: put the right key, or the right uuid",
                (_, None) => "put the right key back, or reload the configuration if this is meant",
            };
            return Err(Failure {
                reason: Reason::OtherOrg,
                message: format!(
                    "the {what} is of the organisation {said}, not of {expected}; {advice}"
                ),
            });
        }
        let known = self.organization.identity();
        let next = Identity {
            uuid: known.uuid.clone().or(said.uuid),
            name: said.name.or_else(|| known.name.clone()),
        };
        if next != *known && !self.stop.is_cancelled() {
            fleet.identify(&self.organization, next);
            if known.uuid.is_none() {
                self.tell_other_names(fleet);
            }
        }
        Ok(())
    }

    /// Says where the organisation, which is known only now, is watched under other names too.
    fn tell_other_names(&self, fleet: &FleetHandle) {
        let Some(uuid) = &self.organization.identity().uuid else {
            return;
        };
        let fleet = fleet.load();
        let names = fleet.names_of(uuid);
        if names.len() > 1 {
            let names = names.join(", ");
            warn!(names, "these are one organisation, whose links count twice");
        }
    }
}
