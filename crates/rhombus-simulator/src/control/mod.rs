//! The control routes under `/simulator/`: how a test makes the world and the API what it needs.
//! They ask for no key and no `Content-Type`, so that `curl -X PUT -d '…'` is enough.

mod audit;
mod clients;
mod records;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::api::Rejection;
use super::fault::Armed;
use super::operation::Operation;
use super::org::Org;
use super::pace::Pace;
use super::server_date::ServerDate;
use super::world::{Unstated, Uuid};
use super::{Simulator, locked};

/// The largest record that can be put.
const BODY_BYTES: usize = 256 << 20;

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .merge(records::routes())
        .merge(clients::routes())
        .merge(audit::routes())
        .route("/organization", put(set_organization))
        .route("/permissions", put(set_permissions))
        .route("/unstated", put(set_unstated).delete(reset_unstated))
        .route("/fault", put(set_fault).delete(clear_fault))
        .route("/pace", put(set_pace).delete(clear_pace))
        .route("/clock", put(set_clock).delete(reset_clock))
        .route("/requests", get(requests).delete(forget_requests))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// Which organisation is meant, and which operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    org: Option<String>,
    #[serde(default)]
    operation: Operation,
}

type Outcome = Result<Response, Rejection>;

const DONE: StatusCode = StatusCode::NO_CONTENT;

impl Simulator {
    /// Who is meant: the one named, or everyone, partners too.
    fn meant(&self, which: &Which) -> Result<Vec<Arc<Org>>, Rejection> {
        let Some(name) = &which.org else {
            let directory = self.read();
            return Ok([directory.orgs(), directory.partners()].concat());
        };
        Ok(vec![self.named(name)?])
    }

    /// Who is meant by something about an operation: the one named, or all whose operation it is.
    fn meant_for(&self, which: &Which, operation: Operation) -> Result<Vec<Arc<Org>>, Rejection> {
        let mut meant = self.meant(which)?;
        if which.org.is_none() {
            meant.retain(|org| org.is_partner() == (operation == Operation::Clients));
        }
        Ok(meant)
    }

    /// The organisation that is meant: the one named, or the first.
    fn meant_first(&self, which: &Which) -> Result<Arc<Org>, Rejection> {
        let org = match &which.org {
            Some(name) => self.named(name)?,
            None => {
                let first = self.read().first_org();
                first.ok_or_else(|| unknown("There is no organisation."))?
            }
        };
        if org.is_partner() {
            return Err(invalid(
                &"a partner shares nothing: name a client by its uuid",
            ));
        }
        Ok(org)
    }

    fn named(&self, name: &str) -> Result<Arc<Org>, Rejection> {
        let named = self.read().named(name);
        named.ok_or_else(|| unknown("Nobody has this key or uuid."))
    }
}

fn unknown(message: &'static str) -> Rejection {
    Rejection(StatusCode::NOT_FOUND, message.into())
}

fn invalid(error: &impl std::fmt::Display) -> Rejection {
    Rejection(StatusCode::BAD_REQUEST, error.to_string().into())
}

/// Who the key belongs to. What is missing stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Named {
    uuid: Option<String>,
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    support_access_allowed_until: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    partner_access_allowed_until: Option<Value>,
}

/// A field that is there, though it may be null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

async fn set_organization(
    State(simulator): State<Simulator>,
    which: Query<Which>,
    named: Bytes,
) -> Outcome {
    let named: Named = serde_json::from_slice(&named).map_err(|error| invalid(&error))?;
    let org = simulator.meant_first(&which)?;
    let mut world = locked(&org.world);
    let before = world.profile().clone();
    let mut profile = before.clone();
    if let Some(uuid) = named.uuid {
        profile.uuid = Uuid::parse(&uuid)
            .ok_or_else(|| invalid(&"uuid has to be 16 bytes in URL-safe base64"))?;
    }
    profile.name = named.name.unwrap_or(profile.name);
    let [support, partner] = [
        named.support_access_allowed_until,
        named.partner_access_allowed_until,
    ];
    profile.support_access_until = support.unwrap_or(profile.support_access_until);
    profile.partner_access_until = partner.unwrap_or(profile.partner_access_until);
    let uuid = profile.uuid.to_string();
    world.set_profile(profile);
    world.note_access(&before, simulator.now());
    drop(world);
    simulator.write().name(uuid, &org);
    Ok(DONE.into_response())
}

async fn set_permissions(
    State(simulator): State<Simulator>,
    which: Query<Which>,
    members: Bytes,
) -> Outcome {
    let members = serde_json::from_slice(&members).map_err(|error| invalid(&error))?;
    let org = simulator.meant_first(&which)?;
    locked(&org.world).set_permissions(members);
    Ok(DONE.into_response())
}

async fn set_unstated(
    State(simulator): State<Simulator>,
    which: Query<Which>,
    unstated: Bytes,
) -> Outcome {
    let unstated: Unstated = serde_json::from_slice(&unstated).map_err(|error| invalid(&error))?;
    for org in simulator.meant(&which)? {
        locked(&org.world).unstated = unstated;
    }
    Ok(DONE.into_response())
}

async fn reset_unstated(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    for org in simulator.meant(&which)? {
        locked(&org.world).unstated = Unstated::default();
    }
    Ok(DONE.into_response())
}

async fn set_clock(State(simulator): State<Simulator>, date: Bytes) -> Outcome {
    let date: ServerDate = serde_json::from_slice(&date).map_err(|error| invalid(&error))?;
    if !date.is_possible() {
        return Err(invalid(&"date can't be sent in a header"));
    }
    *locked(&simulator.0.date) = date;
    Ok(DONE.into_response())
}

async fn reset_clock(State(simulator): State<Simulator>) -> Outcome {
    *locked(&simulator.0.date) = ServerDate::default();
    Ok(DONE.into_response())
}

async fn set_fault(
    State(simulator): State<Simulator>,
    which: Query<Which>,
    fault: Bytes,
) -> Outcome {
    let (operation, fault) = Armed::parse(&fault).map_err(|error| invalid(&error))?;
    for org in simulator.meant_for(&which, operation)? {
        org.set_fault(operation, Some(fault.clone()));
    }
    Ok(DONE.into_response())
}

async fn clear_fault(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    for org in simulator.meant_for(&which, which.operation)? {
        org.set_fault(which.operation, None);
    }
    Ok(DONE.into_response())
}

async fn set_pace(State(simulator): State<Simulator>, which: Query<Which>, pace: Bytes) -> Outcome {
    let pace: Pace = serde_json::from_slice(&pace).map_err(|error| invalid(&error))?;
    if !pace.is_possible() {
        return Err(invalid(&"per_second has to be above 0, burst at least 1"));
    }
    for org in simulator.meant(&which)? {
        org.set_pace(Some(pace), simulator.now());
    }
    Ok(DONE.into_response())
}

async fn clear_pace(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    for org in simulator.meant(&which)? {
        org.set_pace(None, simulator.now());
    }
    Ok(DONE.into_response())
}

async fn requests(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    let seen = match &which.org {
        None => simulator.0.journal.seen(which.operation),
        Some(name) => simulator.named(name)?.journal.seen(which.operation),
    };
    Ok(Json(seen).into_response())
}

async fn forget_requests(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    if which.org.is_none() {
        simulator.0.journal.reset(which.operation);
    }
    for org in simulator.meant(&which)? {
        org.journal.reset(which.operation);
    }
    Ok(DONE.into_response())
}
