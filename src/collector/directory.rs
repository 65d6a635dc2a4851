//! Which organisations there are: those that are configured with a key of their own, and the clients of
//! partners. Nothing here asks anybody: what Rhombus lists is handed in.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names;
use super::partner::PartnerAccess;
use super::running::{Access, Settings};
use crate::config::{self, Config};
use crate::inventory::ClientCounts;
use crate::share::{ClientRecord, Id};

/// What tells an organisation from the others, whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OrganizationId {
    /// One that is configured, by its name.
    Own(String),
    /// A partner's client.
    Client { partner: Arc<str>, uuid: Id },
}

impl OrganizationId {
    /// Whose client it is.
    pub(super) fn partner(&self) -> Option<&str> {
        match self {
            Self::Own(_) => None,
            Self::Client { partner, .. } => Some(partner),
        }
    }
}

/// A partner, and its clients as far as they are known.
pub(super) struct KnownClients<'a> {
    pub(super) partner: &'a config::Partner,
    pub(super) access: &'a Arc<PartnerAccess>,
    pub(super) clients: &'a [ClientRecord],
}

/// Which organisations there are for this exporter.
pub(super) struct Directory {
    pub(super) organizations: BTreeMap<OrganizationId, Settings>,
    /// What became of each partner's clients, in the order of the partners.
    pub(super) counts: Vec<ClientCounts>,
}

/// What becomes of a client.
enum Fate {
    Watched,
    NotAllowed,
    Excluded,
    OtherShard,
}

impl Directory {
    /// What `config` says and `partners` list.
    pub(super) fn new(config: &Config, partners: &[KnownClients<'_>]) -> Self {
        let collect = Arc::new(config.collect.clone());
        let own = config.organizations.iter();
        let own = own.filter(|it| collect.shard.holds(&it.name)).map(|it| {
            let settings = Settings {
                name: it.name.clone(),
                access: Access::Own {
                    credential: it.credential.clone(),
                    org_uuid: it.org_uuid.clone(),
                },
                endpoint: it.endpoint.clone(),
                collect: collect.clone(),
            };
            (OrganizationId::Own(it.name.clone()), settings)
        });
        let mut organizations: BTreeMap<_, _> = own.collect();
        // Of all clients, so that each exporter of several gives each the same label.
        let mut labels = labels(config, partners).into_iter();
        let mut counts = Vec::new();
        for listed in partners {
            let mut count = ClientCounts::default();
            for (client, label) in listed.clients.iter().zip(labels.by_ref()) {
                let fate = listed.fate(client, config);
                match fate {
                    Fate::Watched => count.watched += 1,
                    Fate::NotAllowed => count.not_allowed += 1,
                    Fate::Excluded => count.excluded += 1,
                    Fate::OtherShard => count.other_shard += 1,
                }
                if matches!(fate, Fate::Watched | Fate::NotAllowed) {
                    let settings = Settings {
                        name: label,
                        access: listed.access_of(client),
                        endpoint: listed.partner.endpoint.clone(),
                        collect: collect.clone(),
                    };
                    organizations.insert(listed.key(client), settings);
                }
            }
            counts.push(count);
        }
        Self {
            organizations,
            counts,
        }
    }
}

/// The label of each client of each partner, in their order.
fn labels(config: &Config, partners: &[KnownClients<'_>]) -> Vec<String> {
    let own = config.organizations.iter().map(|it| it.name.as_str());
    let taken = own.chain(config.partners.iter().map(|it| it.name.as_str()));
    let mut clients = Vec::new();
    for listed in partners {
        let partner = listed.partner.name.as_str();
        clients.extend(listed.clients.iter().map(|client| (partner, client)));
    }
    names::labels(taken, &clients)
}

impl KnownClients<'_> {
    fn key(&self, client: &ClientRecord) -> OrganizationId {
        OrganizationId::Client {
            partner: self.access.name.clone(),
            uuid: client.uuid.clone(),
        }
    }

    fn access_of(&self, client: &ClientRecord) -> Access {
        Access::Client {
            partner: self.access.clone(),
            uuid: client.uuid.clone(),
            name: client.name.clone(),
            is_allowed: client.is_allowed,
        }
    }

    fn fate(&self, client: &ClientRecord, config: &Config) -> Fate {
        let uuid = client.uuid.to_string();
        let name = client.name.as_deref();
        // As Rhombus has it, and as the label shows it: nobody sees the space at its end.
        let label = names::askable(client);
        let is_one_of = |patterns: &config::Patterns| {
            [Some(&*uuid), name, Some(&*label)]
                .into_iter()
                .flatten()
                .any(|text| patterns.any_is(text))
        };
        let (include, exclude) = (&self.partner.include, &self.partner.exclude);
        // One whose name is not known may be one of those that are meant.
        let is_included = include.is_empty() || name.is_none() || is_one_of(include);
        if is_one_of(exclude) || !is_included {
            Fate::Excluded
        } else if !config.collect.shard.holds(&uuid) {
            Fate::OtherShard
        } else if client.is_allowed {
            Fate::Watched
        } else {
            Fate::NotAllowed
        }
    }
}
