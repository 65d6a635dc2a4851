//! `camera/getVideoWalls`: the video walls, shared or not, and the names of their owners.

use serde_json::Value;

use super::{Ask, Tells, asks_nothing, changes_nothing};
use crate::document::Content;
use crate::operation::Operation;
use crate::world::List;

pub(super) const ASK: Ask = Ask {
    operation: Operation::VideoWalls,
    path: "/api/camera/getVideoWalls",
    read: asks_nothing,
    change: changes_nothing,
    content: Tells::Organization(|world, now, _| {
        let walls = world.records(List::VideoWalls, now);
        Content::list("videoWalls", walls).beside("userNameMap", &Value::Object(world.users()))
    }),
};
