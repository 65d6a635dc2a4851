//! The shared live streams: `camera/findAllSharedLiveVideoStreams` of all devices,
//! `camera/findSharedLiveVideoStreams` of one camera, `doorbellcamera/findSharedLiveVideoStreams` of
//! one doorbell. A device is meant with or without its facet.

use serde_json::Value;

use super::{Ask, Asked, Tells, asks_nothing, changes_nothing, required_uuid};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::{List, Record, World, without_facet};

pub(super) const OF_ALL: Ask = Ask {
    operation: Operation::LiveStreams,
    path: "/api/camera/findAllSharedLiveVideoStreams",
    read: asks_nothing,
    change: changes_nothing,
    content: Tells::Organization(|world, now, _| {
        let hides_doorbells = world.unstated.hides_doorbells;
        listed(world, now, move |stream| {
            !(hides_doorbells && stream.is_of_doorbell())
        })
    }),
};

pub(super) const OF_CAMERA: Ask = Ask {
    operation: Operation::CameraStreams,
    path: "/api/camera/findSharedLiveVideoStreams",
    read: |fields| required_uuid(fields, CAMERA),
    change: changes_nothing,
    content: Tells::Organization(|world, now, asked| {
        let camera = device(asked, CAMERA);
        listed(world, now, move |stream| {
            names(stream, CAMERA, camera.as_deref())
        })
    }),
};

pub(super) const OF_DOORBELL: Ask = Ask {
    operation: Operation::DoorbellStreams,
    path: "/api/doorbellcamera/findSharedLiveVideoStreams",
    read: |fields| required_uuid(fields, DOORBELL),
    change: changes_nothing,
    content: Tells::Organization(|world, now, asked| {
        let doorbell = device(asked, DOORBELL);
        listed(world, now, move |stream| {
            stream.is_of_doorbell() && names(stream, "deviceUuid", doorbell.as_deref())
        })
    }),
};

const CAMERA: &str = "cameraUuid";
const DOORBELL: &str = "doorbellCameraUuid";

fn device(asked: &Asked, name: &str) -> Option<String> {
    let device = asked.get(name).and_then(Value::as_str)?;
    Some(without_facet(device).to_owned())
}

/// Whether the stream names this device; any will do where none is asked for.
fn names(stream: &Record, field: &str, device: Option<&str>) -> bool {
    let named = stream.field(field).and_then(Value::as_str);
    device.is_none() || named.map(without_facet) == device
}

fn listed(
    world: &World,
    now: UnixMillis,
    is_asked_for: impl Fn(&Record) -> bool + Send + 'static,
) -> Content {
    let streams = world.matching(List::LiveStreams, now, is_asked_for);
    Content::list("sharedLiveVideoStreams", streams)
}
