//! A camera, as `camera/getMinimalCameraStateList` lists it and `camera/getMinimalCameraLocationMap`
//! names it, and where it is.

use serde_json::{Value, json};

use super::base::Base;
use super::{Record, Uuid, object};

/// A camera of which this many streams are shared.
pub(super) fn state((camera, name): (Uuid, String), location: Uuid, shared: usize) -> Value {
    object([
        ("uuid", camera.into()),
        ("name", name.into()),
        ("locationUuid", location.into()),
        ("liveStreamShared", (shared > 0).into()),
        ("liveStreamsSharedCount", shared.into()),
        ("connectionStatus", "GREEN".into()),
        ("facetNameMap", json!({})),
        ("mummified", false.into()),
    ])
}

/// The uuid of a camera in this state, and what is told of its name. What was put says `locationName`
/// itself, where its location is none of the world's.
pub(super) fn named(state: &Record, base: Base) -> (String, Value) {
    let said = |field| state.field(field).cloned().unwrap_or_default();
    let location = said("locationUuid");
    let uuid = location.as_str().and_then(Uuid::parse);
    let name = uuid.and_then(|uuid| base.location_name(uuid));
    let name = name.map_or_else(|| said("locationName"), Value::from);
    let named = object([
        ("cameraName", said("name")),
        ("locationName", name),
        ("locationUuid", location),
    ]);
    let uuid = said("uuid").as_str().unwrap_or_default().to_owned();
    (uuid, named)
}

/// The part of a `DeviceFacetUuid` that names the device.
pub(crate) fn without_facet(device: &str) -> &str {
    device.split('.').next().unwrap_or(device)
}

/// The locations of an organisation.
pub(super) fn locations(org: Uuid) -> [Uuid; 3] {
    [1, 2, 3].map(|number| Uuid(org.0.wrapping_add(number)))
}

/// Where a camera is of which nothing else is said. Any camera is somewhere.
pub(super) fn location(org: Uuid, camera: Uuid) -> Uuid {
    let locations = locations(org);
    locations[(camera.0 % 3) as usize]
}
