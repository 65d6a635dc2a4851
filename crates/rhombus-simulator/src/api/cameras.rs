//! `camera/getMinimalCameraStateList`: the cameras, each with how many of its streams are shared.
//! None is mummified, so that it doesn't matter whether those are asked for.

use super::{Ask, Tells, asks_nothing, changes_nothing};
use crate::document::Content;
use crate::operation::Operation;
use crate::world::List;

pub(super) const ASK: Ask = Ask {
    operation: Operation::Cameras,
    path: "/api/camera/getMinimalCameraStateList",
    read: asks_nothing,
    change: changes_nothing,
    content: Tells::Organization(|world, now, _| {
        Content::list("cameraStates", world.records(List::Cameras, now))
    }),
};
