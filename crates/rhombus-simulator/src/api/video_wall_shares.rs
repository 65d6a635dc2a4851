//! `camera/findSharedVideoWalls`: the shares of one video wall. A share that was put is of the wall
//! that it names.

use super::{Ask, Asked, changes_nothing, required_uuid};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::{List, World};

pub(super) const ASK: Ask = Ask {
    operation: Operation::VideoWallShares,
    path: "/api/camera/findSharedVideoWalls",
    read: |fields| required_uuid(fields, WALL),
    change: changes_nothing,
    content,
};

const WALL: &str = "videoWallUuid";

/// Without a wall, the shares of all.
fn content(world: &World, now: UnixMillis, asked: &Asked) -> Content {
    let wall = asked.get(WALL).cloned();
    let records = world.matching(List::VideoWallShares, now, move |share| {
        wall.is_none() || share.field(WALL) == wall.as_ref()
    });
    Content::list("sharedVideoWalls", records)
}
