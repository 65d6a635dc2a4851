//! `camera/getMinimalCameraLocationMap`: what the cameras are called, and where they are.

use super::{Ask, Tells, asks_nothing, changes_nothing};
use crate::document::Content;
use crate::operation::Operation;

pub(super) const ASK: Ask = Ask {
    operation: Operation::CameraNames,
    path: "/api/camera/getMinimalCameraLocationMap",
    read: asks_nothing,
    change: changes_nothing,
    content: Tells::Organization(|world, now, _| {
        Content::map("cameraLocationMap", world.camera_names(now))
    }),
};
