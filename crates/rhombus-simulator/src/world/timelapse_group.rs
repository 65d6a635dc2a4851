//! A page of timelapses, as `video/getSharedTimelapseGroups` lists it.

use serde_json::Value;

use super::demo::{Demo, Page};
use super::generated::{DAY, Generated, Part, title, uuid};
use super::group::Group;
use super::{Uuid, object};

const TIMELAPSES: &str = "sharedTimelapses";

/// A day of a camera's, from `start` on, in `seconds`. The unit of its times is not stated: they are
/// those of clips.
fn timelapse(uuid: Uuid, start: i64, seconds: i64, device: String) -> Value {
    object([
        ("uuid", uuid.into()),
        ("clipDuration", seconds.into()),
        ("clipFormat", "MPEG".into()),
        ("videoStartTime", start.into()),
        ("videoStopTime", start.saturating_add(1000 * DAY).into()),
        (
            "sources",
            vec![object([("deviceUuid", device.into())])].into(),
        ),
    ])
}

pub(super) fn generated(world: Generated, index: usize, org: Uuid) -> Value {
    let rng = &mut world.rng(Part::TimelapseGroup, index);
    let page_uuid = uuid(rng);
    let created = world.created(rng);
    let title = title(rng);
    let expiration = world.expiration(rng);
    let secured = Generated::protected(rng);
    let timelapses = (0..rng.usize(1..3)).map(|_| {
        let uuid = uuid(rng);
        let start = created.saturating_sub(1000 * rng.i64(DAY..30 * DAY));
        timelapse(uuid, start, rng.i64(10..120), world.camera(rng))
    });
    let timelapses = timelapses.collect();
    let group = Group {
        uuid: page_uuid,
        org,
        title: &title,
        description: "",
        created,
        expiration,
        secured,
    };
    group.record(TIMELAPSES, timelapses)
}

/// One timelapse a camera.
pub(super) fn demo(world: Demo, page: &Page<'_>) -> Value {
    let timelapses = (1_u8..).zip(page.scene.cameras).map(|(number, &camera)| {
        let start = page.created - 1000 * DAY * i64::from(camera);
        let uuid = page.uuid_of_part(world, number);
        timelapse(uuid, start, 20 + i64::from(camera), world.camera(camera))
    });
    Group::demo(page).record(TIMELAPSES, timelapses.collect())
}
