//! The control routes of a partner's clients. `?org=` names the partner by its key; without it, the
//! first one is meant.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use axum::routing::{get, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{DONE, Outcome, Which, invalid, unknown};
use crate::api::Rejection;
use crate::clients::Clients;
use crate::org::Org;
use crate::world::WorldKind;
use crate::{ClientSettings, Simulator, locked};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/clients", get(count).delete(clear))
        .route("/clients/{uuid}", put(put_client).delete(remove))
        .route("/client_records/{name}", put(put_raw).delete(remove_raw))
}

/// The partner that is meant: the one named, or the first.
fn partner(simulator: &Simulator, which: &Which) -> Result<Arc<Org>, Rejection> {
    match &which.org {
        Some(name) => simulator.named(name),
        None => {
            let first = simulator.read().first_partner();
            first.ok_or_else(|| unknown("There is no partner."))
        }
    }
}

fn clients(partner: &Org) -> Result<&Clients, Rejection> {
    let clients = partner.clients.as_ref();
    clients.ok_or_else(|| invalid(&"only a partner has clients: name one by its key"))
}

async fn count(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    let partner = partner(&simulator, &which)?;
    let count = clients(&partner)?.count();
    Ok(Json(json!({"count": count})).into_response())
}

async fn clear(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    let partner = partner(&simulator, &which)?;
    clients(&partner)?.clear();
    Ok(DONE.into_response())
}

/// What is said of a client.
#[derive(Deserialize)]
struct Told {
    /// What the organisation is called, by whomever it is asked.
    name: Option<String>,
    /// The size of the generated world that it gets.
    groups: Option<usize>,
    /// Members of its record.
    #[serde(flatten)]
    members: Map<String, Value>,
}

async fn put_client(
    State(simulator): State<Simulator>,
    Path(uuid): Path<String>,
    which: Query<Which>,
    told: Bytes,
) -> Outcome {
    let told: Told = serde_json::from_slice(&told).map_err(|error| invalid(&error))?;
    let partner = partner(&simulator, &which)?;
    let clients = clients(&partner)?;
    let seed = seed(&uuid);
    let settings = ClientSettings {
        uuid: Some(uuid),
        name: "Unnamed client".to_owned(),
        world: WorldKind::Empty,
        lets_in: true,
    };
    let (uuid, org) = simulator.write().client(settings, simulator.now());
    {
        let mut world = locked(&org.world);
        if let Some(groups) = told.groups {
            world.refill(WorldKind::Generated { groups, seed }, simulator.now());
        }
        if let Some(name) = told.name {
            world.set_name(name);
        }
    }
    clients.put(uuid, org, told.members, simulator.now());
    Ok(DONE.into_response())
}

/// What the world of the client with this uuid is made from.
fn seed(uuid: &str) -> u64 {
    let add = |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte));
    uuid.bytes().fold(0, add)
}

async fn remove(
    State(simulator): State<Simulator>,
    Path(uuid): Path<String>,
    which: Query<Which>,
) -> Outcome {
    let partner = partner(&simulator, &which)?;
    if clients(&partner)?.remove(&uuid) {
        Ok(DONE.into_response())
    } else {
        Err(unknown("There is no such client."))
    }
}

async fn put_raw(
    State(simulator): State<Simulator>,
    Path(name): Path<String>,
    which: Query<Which>,
    record: String,
) -> Outcome {
    let partner = partner(&simulator, &which)?;
    let put = clients(&partner)?.put_raw(name, &record);
    put.map_err(|error| invalid(&error))?;
    Ok(DONE.into_response())
}

async fn remove_raw(
    State(simulator): State<Simulator>,
    Path(name): Path<String>,
    which: Query<Which>,
) -> Outcome {
    let partner = partner(&simulator, &which)?;
    if clients(&partner)?.remove_raw(&name) {
        Ok(DONE.into_response())
    } else {
        Err(unknown("There is no such record."))
    }
}
