//! The operations that take a share down. They change nothing where a fault answers.
//!
//! What is answered where there is no such share is not documented: an error, as one would hope. One that
//! is another camera's or another wall's is none, so that who names the wrong one learns it here.

use serde_json::{Map, Value};

use super::{Ask, Asked, Change, Rejection, Tells, required_uuid};
use crate::document::Content;
use crate::operation::Operation;
use crate::world::{List, Record, World, without_facet};

pub(super) const CLIP_GROUP: Ask = Ask {
    operation: Operation::DeleteClipGroup,
    path: "/api/event/deleteSharedClipGroupV2",
    read,
    change: |world, change| take_down(world, List::ClipGroups, change),
    content: Tells::Organization(|_, _, _| Content::nothing()),
};

pub(super) const TIMELAPSE_GROUP: Ask = Ask {
    operation: Operation::DeleteTimelapseGroup,
    path: "/api/video/deleteSharedTimelapseGroup",
    read,
    change: |world, change| take_down(world, List::TimelapseGroups, change),
    content: Tells::Organization(|_, _, _| Content::nothing()),
};

/// Its answer is documented to have no fields at all. A doorbell's stream has no operation of its own: it
/// is meant by its device.
pub(super) const LIVE_STREAM: Ask = Ask {
    operation: Operation::DeleteLiveStream,
    path: "/api/camera/deleteSharedLiveVideoStream",
    read: |fields| read_of(fields, CAMERA),
    change: |world, change| {
        check_parent(world, List::LiveStreams, change)?;
        take_down(world, List::LiveStreams, change)
    },
    content: Tells::Organization(|_, _, _| Content::nothing().without_envelope()),
};

pub(super) const VIDEO_WALL: Ask = Ask {
    operation: Operation::DeleteVideoWall,
    path: "/api/camera/deleteSharedVideoWall",
    read: |fields| read_of(fields, WALL),
    change: |world, change| {
        check_parent(world, List::VideoWallShares, change)?;
        take_down(world, List::VideoWallShares, change)
    },
    content: Tells::Organization(|_, _, _| Content::nothing()),
};

const CAMERA: &str = "cameraUuid";
const WALL: &str = "videoWallUuid";
/// The fields by which a share names what it shows; a device is named by either of two.
const PARENTS: [&str; 3] = [CAMERA, "deviceUuid", WALL];

fn read(fields: &Map<String, Value>) -> Result<Asked, Rejection> {
    required_uuid(fields, "uuid")
}

/// Reads a request that has to name the share's parent, too.
fn read_of(fields: &Map<String, Value>, parent: &'static str) -> Result<Asked, Rejection> {
    let parent = required_uuid(fields, parent)?;
    Ok(parent.into_iter().chain(read(fields)?).collect())
}

/// Refuses where the share is not of the camera or the wall that is asked for.
fn check_parent(world: &World, list: List, change: &Change<'_>) -> Result<(), Rejection> {
    let Change { now, asked, .. } = change;
    let parent = [CAMERA, WALL].iter().find_map(|name| asked.get(name));
    let parent = parent.and_then(Value::as_str).map(without_facet);
    let is_it = |share: &Record| share.field("uuid") == asked.get("uuid") && is_of(share, parent);
    match world.has(list, *now, is_it) {
        true => Ok(()),
        false => Err(no_such_share()),
    }
}

/// Whether the share names this parent, with or without a facet; one that names none is of any.
fn is_of(share: &Record, parent: Option<&str>) -> bool {
    let named = PARENTS
        .iter()
        .filter_map(|name| share.field(name)?.as_str());
    let named: Vec<_> = named.map(without_facet).collect();
    named.is_empty() || parent.is_some_and(|parent| named.contains(&parent))
}

fn take_down(world: &mut World, list: List, change: &Change<'_>) -> Result<(), Rejection> {
    let uuid = change.asked.get("uuid").and_then(Value::as_str);
    match uuid.is_some_and(|uuid| world.take_down(list, uuid, change.now, change.by)) {
        true => Ok(()),
        false => Err(no_such_share()),
    }
}

fn no_such_share() -> Rejection {
    Rejection::of_content("There is no such share.")
}
