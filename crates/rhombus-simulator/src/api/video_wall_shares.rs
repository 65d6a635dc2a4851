//! `camera/findSharedVideoWalls`: the shares of one video wall. A share that was put is of the wall
//! that it names.

use serde_json::{Map, Value};

use super::{Ask, Asked, Rejection};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::{List, World};

pub(super) const ASK: Ask = Ask {
    operation: Operation::VideoWallShares,
    path: "/api/camera/findSharedVideoWalls",
    read,
    content,
};

const WALL: &str = "videoWallUuid";

fn read(fields: &Map<String, Value>) -> Result<Asked, Rejection> {
    match fields.get(WALL) {
        Some(Value::String(uuid)) => Ok(Asked::from([(WALL, uuid.as_str().into())])),
        _ => Err(Rejection::bad_request(
            "videoWallUuid has to be the uuid of a video wall.",
        )),
    }
}

/// Without a wall, the shares of all.
fn content(world: &World, now: UnixMillis, asked: &Asked) -> Content {
    let wall = asked.get(WALL).cloned();
    let records = world.records(List::VideoWallShares, now);
    let records =
        records.filter(move |record| wall.is_none() || record.field(WALL) == wall.as_ref());
    Content::list("sharedVideoWalls", Box::new(records))
}
