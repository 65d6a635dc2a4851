//! `camera/findSharedVideoWalls`: the shares of one video wall. A share that was put is of the wall
//! that it names.

use super::{Ask, Asked, Tells, changes_nothing, required_uuid};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::{List, World};

pub(super) const ASK: Ask = Ask {
    operation: Operation::VideoWallShares,
    path: "/api/camera/findSharedVideoWalls",
    read: |fields| required_uuid(fields, WALL),
    change: changes_nothing,
    content: Tells::Organization(content),
};

const WALL: &str = "videoWallUuid";

/// Without a wall, the shares of all.
fn content(world: &World, now: UnixMillis, asked: &Asked) -> Content {
    let records = match asked.get(WALL) {
        Some(wall) => world.shares_of_wall(wall, now),
        None => world.records(List::VideoWallShares, now),
    };
    Content::list("sharedVideoWalls", records)
}
