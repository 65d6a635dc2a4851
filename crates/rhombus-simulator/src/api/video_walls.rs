//! `camera/getVideoWalls`: the video walls, shared or not. The names of their owners, which it also
//! tells, are left out.

use super::{Ask, Asked};
use crate::document::Content;
use crate::operation::Operation;
use crate::world::List;

pub(super) const ASK: Ask = Ask {
    operation: Operation::VideoWalls,
    path: "/api/camera/getVideoWalls",
    read: |_| Ok(Asked::new()),
    content: |world, now, _| Content::list("videoWalls", world.records(List::VideoWalls, now)),
};
