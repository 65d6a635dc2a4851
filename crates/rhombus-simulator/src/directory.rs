//! Who there is: organisations and partners, by their keys and by their uuids. It grows while it runs,
//! since a partner gets new clients. An organisation is one thing, however many ways lead to it: a key of
//! its own, a partner's, or two partners'.

use std::collections::HashMap;
use std::sync::Arc;

use super::clients::{self, Clients};
use super::org::Org;
use super::pace::Pace;
use super::world::{Uuid, World};
use super::{ClientSettings, Credential, OrgSettings, PartnerSettings, WorldKind};
use crate::clock::UnixMillis;

pub(super) struct Directory {
    /// What each begins with.
    pace: Option<Pace>,
    /// In the order in which they came.
    orgs: Vec<Arc<Org>>,
    partners: Vec<Arc<Org>>,
    by_key: HashMap<String, Arc<Org>>,
    /// By each uuid that one has had.
    by_uuid: HashMap<String, Arc<Org>>,
    /// The one that every other key opens.
    any_key: Option<Arc<Org>>,
}

impl Directory {
    pub(super) fn new(pace: Option<Pace>) -> Self {
        Self {
            pace,
            orgs: Vec::new(),
            partners: Vec::new(),
            by_key: HashMap::new(),
            by_uuid: HashMap::new(),
            any_key: None,
        }
    }

    /// An organisation with a key. It is another one than those before it, whatever its uuid is.
    pub(super) fn add_org(&mut self, settings: OrgSettings, now: UnixMillis) {
        let world = World::new(settings.world, &settings.name, now);
        let uuid = world.profile().uuid.to_string();
        let org = Arc::new(Org::new(settings.credential, world, self.pace, now));
        self.orgs.push(Arc::clone(&org));
        self.name(uuid, &org);
        match settings.api_key {
            Some(key) => drop(self.by_key.entry(key).or_insert(org)),
            None => drop(self.any_key.get_or_insert(org)),
        }
    }

    pub(super) fn add_partner(&mut self, settings: PartnerSettings, now: UnixMillis) {
        let clients = Clients::new(self.partners.len());
        for client in settings.clients {
            let lets_in = client.lets_in;
            let (uuid, org) = self.client(client, now);
            clients.put(uuid, org, clients::access(lets_in), now);
        }
        let world = World::new(WorldKind::Empty, &settings.name, now);
        let partner = Org::new(settings.credential, world, self.pace, now).with_clients(clients);
        let partner = Arc::new(partner);
        self.partners.push(Arc::clone(&partner));
        self.by_key.entry(settings.api_key).or_insert(partner);
    }

    /// The organisation that these settings describe: the one with its uuid, or a new one.
    pub(super) fn client(
        &mut self,
        settings: ClientSettings,
        now: UnixMillis,
    ) -> (String, Arc<Org>) {
        let mut world = World::new(settings.world, &settings.name, now);
        let own = world.profile().uuid;
        let uuid = settings.uuid.unwrap_or_else(|| own.to_string());
        if let Some(org) = self.by_uuid.get(&uuid) {
            return (uuid, Arc::clone(org));
        }
        world.set_uuid(Uuid::parse(&uuid).unwrap_or(own));
        let org = Arc::new(Org::new(Credential::Token, world, self.pace, now));
        self.orgs.push(Arc::clone(&org));
        self.name(uuid.clone(), &org);
        (uuid, org)
    }

    /// Finds it by this uuid too, unless another has it already.
    pub(super) fn name(&mut self, uuid: String, org: &Arc<Org>) {
        self.by_uuid.entry(uuid).or_insert_with(|| Arc::clone(org));
    }

    /// Whom this key opens.
    pub(super) fn opened_by(&self, key: &str) -> Option<Arc<Org>> {
        self.by_key.get(key).or(self.any_key.as_ref()).cloned()
    }

    pub(super) fn with_uuid(&self, uuid: &str) -> Option<Arc<Org>> {
        self.by_uuid.get(uuid).cloned()
    }

    /// Whom a key or a uuid names.
    pub(super) fn named(&self, name: &str) -> Option<Arc<Org>> {
        let named = self.by_key.get(name).or_else(|| self.by_uuid.get(name));
        named.or(self.any_key.as_ref()).cloned()
    }

    pub(super) fn orgs(&self) -> Vec<Arc<Org>> {
        self.orgs.clone()
    }

    pub(super) fn partners(&self) -> Vec<Arc<Org>> {
        self.partners.clone()
    }

    pub(super) fn first_org(&self) -> Option<Arc<Org>> {
        self.orgs.first().cloned()
    }

    pub(super) fn first_partner(&self) -> Option<Arc<Org>> {
        self.partners.first().cloned()
    }
}
