//! The control routes of the lists that an organisation has.

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use axum::routing::{get, put};
use axum::{Json, Router};
use serde_json::json;

use super::{DONE, Outcome, Which, invalid, unknown};
use crate::world::{By, List};
use crate::{Simulator, locked};

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/{list}", get(count).delete(clear))
        .route("/{list}/{uuid}", put(put_record).delete(remove))
        .route("/{list}/{uuid}/unlisted", put(hide).delete(show))
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
    let org = simulator.meant_first(&which)?;
    locked(&org.world).take_all_down(list, simulator.now());
    Ok(DONE.into_response())
}

async fn put_record(
    State(simulator): State<Simulator>,
    Path((list, uuid)): Path<(List, String)>,
    which: Query<Which>,
    record: String,
) -> Outcome {
    let org = simulator.meant_first(&which)?;
    let mut world = locked(&org.world);
    let put = world.make(list, uuid, &record, simulator.now());
    put.map_err(|error| invalid(&error))?;
    Ok(DONE.into_response())
}

async fn remove(
    State(simulator): State<Simulator>,
    Path((list, uuid)): Path<(List, String)>,
    which: Query<Which>,
) -> Outcome {
    let org = simulator.meant_first(&which)?;
    let mut world = locked(&org.world);
    if world.take_down(list, &uuid, simulator.now(), By::User(0)) {
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
    let org = simulator.meant_first(&which)?;
    locked(&org.world).hide(list, uuid);
    Ok(DONE.into_response())
}

async fn show(
    State(simulator): State<Simulator>,
    Path((list, uuid)): Path<(List, String)>,
    which: Query<Which>,
) -> Outcome {
    let org = simulator.meant_first(&which)?;
    let mut world = locked(&org.world);
    if world.show(list, &uuid) {
        Ok(DONE.into_response())
    } else {
        Err(unknown("No such record is unlisted."))
    }
}
