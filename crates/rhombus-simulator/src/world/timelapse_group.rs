//! A page of timelapses, as `video/getSharedTimelapseGroups` lists it.

use serde_json::Value;

use super::demo::{Demo, Page};
use super::generated::{DAY, Generated, Part, title, uuid};
use super::group::Group;
use super::{Uuid, object};

const TIMELAPSES: &str = "sharedTimelapses";

/// So many days of a camera's, from `start` on, in `seconds`. The unit of its times is not stated: they
/// are those of clips.
fn timelapse(uuid: Uuid, (start, days): (i64, i64), seconds: i64, device: String) -> Value {
    object([
        ("uuid", uuid.into()),
        ("clipDuration", seconds.into()),
        ("clipFormat", "MPEG".into()),
        ("videoStartTime", start.into()),
        (
            "videoStopTime",
            start.saturating_add(1000 * DAY * days).into(),
        ),
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
        let age = rng.i64(DAY..30 * DAY);
        let start = created.saturating_sub(1000 * age);
        // Of one day, or as many as there were before the page was made.
        let days = if uuid.0.is_multiple_of(2) {
            1
        } else {
            age / DAY
        };
        timelapse(uuid, (start, days), rng.i64(10..120), world.camera(rng))
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

/// One timelapse a camera, of one, two or three weeks that ended a day before the page was made.
pub(super) fn demo(world: Demo, page: &Page<'_>) -> Value {
    let timelapses = (1_u8..).zip(page.scene.cameras).map(|(number, &camera)| {
        let days = 7 * (1 + i64::from(camera % 3));
        let start = page.created - 1000 * DAY * (days + 1);
        let uuid = page.uuid_of_part(world, number);
        let seconds = 20 + i64::from(camera);
        timelapse(uuid, (start, days), seconds, world.camera(camera))
    });
    Group::demo(page).record(TIMELAPSES, timelapses.collect())
}
