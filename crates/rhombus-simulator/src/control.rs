//! The control routes under `/simulator/`: how a test makes the world and the API what it needs.
//! They ask for no key and no `Content-Type`, so that `curl -X PUT -d '…'` is enough.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::api::Rejection;
use super::fault::Armed;
use super::operation::Operation;
use super::org::Org;
use super::pace::Pace;
use super::server_date::ServerDate;
use super::world::{List, Unstated, Uuid};
use super::{Simulator, locked};

/// The largest record that can be put.
const BODY_BYTES: usize = 256 << 20;

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/{list}", get(count).delete(clear))
        .route("/{list}/{uuid}", put(put_record).delete(remove))
        .route("/{list}/{uuid}/unlisted", put(hide).delete(show))
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
    /// The organisations that are meant: the one named, or all.
    fn meant(&self, which: &Which) -> Result<Vec<&Org>, Rejection> {
        match &which.org {
            None => Ok(self.0.orgs.iter().collect()),
            Some(key) => match self.org(key) {
                Some(org) => Ok(vec![org]),
                None => Err(unknown("No organisation has this key.")),
            },
        }
    }

    /// The organisation that is meant: the one named, or the first.
    fn meant_first(&self, which: &Which) -> Result<&Org, Rejection> {
        let first = self.meant(which)?.first().copied();
        first.ok_or_else(|| unknown("There is no organisation."))
    }
}

fn unknown(message: &'static str) -> Rejection {
    Rejection(StatusCode::NOT_FOUND, message.into())
}

fn invalid(error: &impl std::fmt::Display) -> Rejection {
    Rejection(StatusCode::BAD_REQUEST, error.to_string().into())
}

async fn count(
    State(simulator): State<Simulator>,
    Path(list): Path<List>,
    which: Query<Which>,
) -> Outcome {
    let org = simulator.meant_first(&which)?;
    let count = locked(&org.world).count(list, simulator.now());
    Ok(Json(json!({"count": count})).into_response())
}

async fn clear(
    State(simulator): State<Simulator>,
    Path(list): Path<List>,
    which: Query<Which>,
) -> Outcome {
    locked(&simulator.meant_first(&which)?.world).clear(list);
    Ok(DONE.into_response())
}

async fn put_record(
    State(simulator): State<Simulator>,
    Path((list, uuid)): Path<(List, String)>,
    which: Query<Which>,
    record: String,
) -> Outcome {
    let mut world = locked(&simulator.meant_first(&which)?.world);
    let put = world.put(list, uuid, &record);
    put.map_err(|error| invalid(&error))?;
    Ok(DONE.into_response())
}

async fn remove(
    State(simulator): State<Simulator>,
    Path((list, uuid)): Path<(List, String)>,
    which: Query<Which>,
) -> Outcome {
    let mut world = locked(&simulator.meant_first(&which)?.world);
    if world.remove(list, &uuid, simulator.now()) {
        Ok(DONE.into_response())
    } else {
        Err(unknown("There is no such record."))
    }
}

async fn hide(
    State(simulator): State<Simulator>,
    Path((list, uuid)): Path<(List, String)>,
    which: Query<Which>,
) -> Outcome {
    locked(&simulator.meant_first(&which)?.world).hide(list, uuid);
    Ok(DONE.into_response())
}

async fn show(
    State(simulator): State<Simulator>,
    Path((list, uuid)): Path<(List, String)>,
    which: Query<Which>,
) -> Outcome {
    let mut world = locked(&simulator.meant_first(&which)?.world);
    if world.show(list, &uuid) {
        Ok(DONE.into_response())
    } else {
        Err(unknown("No such record is unlisted."))
    }
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
    let mut world = locked(&simulator.meant_first(&which)?.world);
    let mut profile = world.profile().clone();
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
    world.set_profile(profile);
    Ok(DONE.into_response())
}

async fn set_permissions(
    State(simulator): State<Simulator>,
    which: Query<Which>,
    members: Bytes,
) -> Outcome {
    let members = serde_json::from_slice(&members).map_err(|error| invalid(&error))?;
    locked(&simulator.meant_first(&which)?.world).set_permissions(members);
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
    for org in simulator.meant(&which)? {
        org.set_fault(operation, Some(fault.clone()));
    }
    Ok(DONE.into_response())
}

async fn clear_fault(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    for org in simulator.meant(&which)? {
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
        Some(_) => simulator.meant_first(&which)?.journal.seen(which.operation),
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
