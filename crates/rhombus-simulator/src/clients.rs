//! The clients of a partner, as `partner/getClientsV2` lists them. Each is an organisation of its own;
//! here is what the partner is told of it, and whether it lets the partner in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use super::locked;
use super::org::Org;
use super::world::{Put, Record, Records, Unstated, Uuid};
use crate::clock::UnixMillis;

/// What says whether a client lets its partner in.
const ALLOWED: &str = "clientAccessAllowed";

/// What a client counts, but for its cameras and locations.
const COUNTS: [&str; 6] = [
    "totalAudioGateways",
    "totalBadgeReaders",
    "totalClimateSensors",
    "totalDoorSensors",
    "totalOccupancySensors",
    "totalProximitySensors",
];

pub(super) struct Clients {
    /// The partner, as its clients' records name it.
    authority: Uuid,
    listed: Mutex<Listed>,
}

#[derive(Default)]
struct Listed {
    /// By the uuid that a call names in `x-auth-org`.
    clients: BTreeMap<String, Client>,
    /// Records that are sent as they came and open nothing, by the name that each was put under.
    raw: BTreeMap<String, Arc<Put>>,
}

struct Client {
    org: Arc<Org>,
    since: UnixMillis,
    /// What was put, in the place of what would be told.
    members: Map<String, Value>,
}

impl Client {
    /// Unless it says otherwise.
    fn lets_in(&self) -> bool {
        self.members.get(ALLOWED) != Some(&Value::Bool(false))
    }
}

impl Clients {
    /// Those of the partner with this number: none yet.
    pub(super) fn new(partner: usize) -> Self {
        Self {
            authority: Uuid(u128::MAX - partner as u128),
            listed: Mutex::default(),
        }
    }

    /// Makes the organisation a client, or gives the record of one these members.
    pub(super) fn put(
        &self,
        uuid: String,
        org: Arc<Org>,
        members: Map<String, Value>,
        now: UnixMillis,
    ) {
        let mut listed = locked(&self.listed);
        let client = listed.clients.entry(uuid).or_insert_with(|| Client {
            org,
            since: now,
            members: Map::new(),
        });
        client.members.extend(members);
    }

    /// Takes one away. False when there was none.
    pub(super) fn remove(&self, uuid: &str) -> bool {
        locked(&self.listed).clients.remove(uuid).is_some()
    }

    /// Takes them all away, and the records that were put.
    pub(super) fn clear(&self) {
        *locked(&self.listed) = Listed::default();
    }

    /// Lists a record as it came, beside those of the clients.
    ///
    /// # Errors
    /// When `json` is not a JSON object.
    pub(super) fn put_raw(&self, name: String, json: &str) -> Result<(), serde_json::Error> {
        let put = Arc::new(Put::raw(json)?);
        locked(&self.listed).raw.insert(name, put);
        Ok(())
    }

    /// Takes such a record away. False when there was none.
    pub(super) fn remove_raw(&self, name: &str) -> bool {
        locked(&self.listed).raw.remove(name).is_some()
    }

    /// How many records are listed.
    pub(super) fn count(&self) -> usize {
        let listed = locked(&self.listed);
        listed.clients.len() + listed.raw.len()
    }

    /// The client with this uuid, and whether it lets the partner in.
    pub(super) fn find(&self, uuid: &str) -> Option<(Arc<Org>, bool)> {
        let listed = locked(&self.listed);
        let client = listed.clients.get(uuid)?;
        Some((Arc::clone(&client.org), client.lets_in()))
    }

    /// What is listed now. Later edits don't show in it.
    pub(super) fn records(&self, unstated: Unstated) -> Records {
        let listed = locked(&self.listed);
        let told = |(uuid, client): (&String, &Client)| {
            let mut record = self.record(uuid, client);
            record.extend(client.members.clone());
            Record::Made(told(unstated, record).into())
        };
        let clients: Vec<_> = listed.clients.iter().map(told).collect();
        let raw: Vec<_> = listed.raw.values().cloned().map(Record::Put).collect();
        Box::new(clients.into_iter().chain(raw))
    }

    fn record(&self, uuid: &str, client: &Client) -> Map<String, Value> {
        let world = locked(&client.org.world);
        let name = &world.profile().name;
        record(
            (uuid, name),
            client.since,
            self.authority,
            world.cameras_owned(),
        )
    }
}

/// What is put for a client that lets its partner in, or does not.
pub(super) fn access(lets_in: bool) -> Map<String, Value> {
    [(ALLOWED.to_owned(), lets_in.into())].into_iter().collect()
}

/// A record as documented. The link logs in whoever has it.
fn record(
    (uuid, name): (&str, &str),
    since: UnixMillis,
    authority: Uuid,
    cameras: usize,
) -> Map<String, Value> {
    let link =
        format!("https://console.rhombussystems.com/partner/login?token=login-s3cret-{uuid}");
    let members = [
        ("clientOrgUuid", uuid.into()),
        ("clientOrgName", name.into()),
        (ALLOWED, true.into()),
        ("authorityUuid", authority.into()),
        ("createdAtMillis", since.0.into()),
        ("clientAccountAccessUrl", link.into()),
        ("totalCameras", cameras.into()),
        ("totalLocations", json!(3)),
    ];
    let counts = COUNTS.map(|count| (count, json!(0)));
    let all = members.into_iter().chain(counts);
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The record, told in the ways that are set.
fn told(unstated: Unstated, mut record: Map<String, Value>) -> Map<String, Value> {
    if unstated.hides_client_access {
        record.remove(ALLOWED);
    }
    if unstated.hides_client_counts {
        let counts = record
            .iter_mut()
            .filter(|(name, _)| name.starts_with("total"));
        counts.for_each(|(_, count)| *count = Value::Null);
    }
    record
}

/// Records without end, of clients that there are not.
pub(super) fn endless() -> Records {
    let made = |number: u128| {
        let (uuid, name) = (Uuid(number).to_string(), format!("Client {number}"));
        Record::Made(record((&uuid, &name), UnixMillis::default(), Uuid(0), 0).into())
    };
    Box::new((1..).map(made))
}
