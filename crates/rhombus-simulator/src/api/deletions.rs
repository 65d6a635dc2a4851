//! The operations that take a share down. They change nothing where a fault answers.

use serde_json::{Map, Value};

use super::{Ask, Asked, Rejection, Tells, required_uuid};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::{List, World};

pub(super) const CLIP_GROUP: Ask = Ask {
    operation: Operation::DeleteClipGroup,
    path: "/api/event/deleteSharedClipGroupV2",
    read,
    change: |world, now, asked| take_down(world, List::ClipGroups, now, asked),
    content: Tells::Organization(|_, _, _| Content::nothing()),
};

pub(super) const TIMELAPSE_GROUP: Ask = Ask {
    operation: Operation::DeleteTimelapseGroup,
    path: "/api/video/deleteSharedTimelapseGroup",
    read,
    change: |world, now, asked| take_down(world, List::TimelapseGroups, now, asked),
    content: Tells::Organization(|_, _, _| Content::nothing()),
};

/// Its answer is documented to have no fields at all.
pub(super) const LIVE_STREAM: Ask = Ask {
    operation: Operation::DeleteLiveStream,
    path: "/api/camera/deleteSharedLiveVideoStream",
    read: |fields| {
        let camera = required_uuid(fields, "cameraUuid")?;
        Ok(camera.into_iter().chain(read(fields)?).collect())
    },
    change: |world, now, asked| take_down(world, List::LiveStreams, now, asked),
    content: Tells::Organization(|_, _, _| Content::nothing().without_envelope()),
};

fn read(fields: &Map<String, Value>) -> Result<Asked, Rejection> {
    required_uuid(fields, "uuid")
}

/// What is answered where there is no such share is not documented: an error, as one would hope.
fn take_down(
    world: &mut World,
    list: List,
    now: UnixMillis,
    asked: &Asked,
) -> Result<(), Rejection> {
    let uuid = asked.get("uuid").and_then(Value::as_str);
    match uuid.is_some_and(|uuid| world.remove(list, uuid, now)) {
        true => Ok(()),
        false => Err(Rejection::of_content("There is no such share.")),
    }
}
