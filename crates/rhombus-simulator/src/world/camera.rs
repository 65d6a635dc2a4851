//! A camera, as `camera/getMinimalCameraStateList` lists it, and where it is.

use serde_json::{Value, json};

use super::{Uuid, object};

/// A camera of which this many streams are shared.
pub(super) fn state(camera: Uuid, number: usize, location: Uuid, shared: usize) -> Value {
    object([
        ("uuid", camera.into()),
        ("name", format!("Camera {number}").into()),
        ("locationUuid", location.into()),
        ("liveStreamShared", (shared > 0).into()),
        ("liveStreamsSharedCount", shared.into()),
        ("connectionStatus", "GREEN".into()),
        ("facetNameMap", json!({})),
        ("mummified", false.into()),
    ])
}

/// The part of a `DeviceFacetUuid` that names the device.
pub(crate) fn without_facet(device: &str) -> &str {
    device.split('.').next().unwrap_or(device)
}

/// The locations of an organisation.
pub(super) fn locations(org: Uuid) -> [Uuid; 3] {
    [1, 2, 3].map(|number| Uuid(org.0.wrapping_add(number)))
}

/// Where a camera is. Any camera is somewhere.
pub(super) fn location(org: Uuid, camera: Uuid) -> Uuid {
    let locations = locations(org);
    locations[(camera.0 % 3) as usize]
}
