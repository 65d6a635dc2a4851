//! The control routes of the events that the audit feed tells.

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use axum::routing::{get, put};
use axum::{Json, Router};
use serde_json::json;

use super::{DONE, Outcome, Which, invalid, unknown};
use crate::{Simulator, locked};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/audit_events", get(count).delete(clear))
        .route("/audit_events/{uuid}", put(put_event).delete(remove))
}

async fn count(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    let org = simulator.meant_first(&which)?;
    let count = locked(&org.world).count_events(simulator.now());
    Ok(Json(json!({"count": count})).into_response())
}

async fn clear(State(simulator): State<Simulator>, which: Query<Which>) -> Outcome {
    let org = simulator.meant_first(&which)?;
    locked(&org.world).clear_events();
    Ok(DONE.into_response())
}

async fn put_event(
    State(simulator): State<Simulator>,
    Path(uuid): Path<String>,
    which: Query<Which>,
    event: String,
) -> Outcome {
    let org = simulator.meant_first(&which)?;
    let put = locked(&org.world).put_event(uuid, &event);
    put.map_err(|error| invalid(&error))?;
    Ok(DONE.into_response())
}

async fn remove(
    State(simulator): State<Simulator>,
    Path(uuid): Path<String>,
    which: Query<Which>,
) -> Outcome {
    let org = simulator.meant_first(&which)?;
    let mut world = locked(&org.world);
    if world.remove_event(&uuid, simulator.now()) {
        Ok(DONE.into_response())
    } else {
        Err(unknown("There is no such event."))
    }
}
