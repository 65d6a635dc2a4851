//! A page of saved clips, as `event/getSharedClipGroupsV2` lists it.

use serde_json::Value;

use super::demo::{Demo, Page};
use super::generated::{DAY, Generated, Part, title, uuid};
use super::group::Group;
use super::{Uuid, object};

const CLIPS: &str = "sharedClips";

/// One clip: footage of `seconds` from `start` on, in epoch milliseconds, of these devices.
fn clip(uuid: Uuid, start: i64, seconds: i64, devices: impl Iterator<Item = String>) -> Value {
    let region = || object([("region", "us-west-2".into())]);
    let devices = devices.map(|device| (device, region()));
    object([
        ("uuid", uuid.into()),
        ("startTime", start.into()),
        ("durationSec", seconds.into()),
        ("clipLocation", region()),
        ("thumbnailLocation", region()),
        ("deviceUuidMap", devices.collect()),
    ])
}

/// About 2.3 clips and 770 bytes of JSON, a quarter without a password, a fifth without an end.
pub(super) fn generated(world: Generated, index: usize, org: Uuid) -> Value {
    let rng = &mut world.rng(Part::ClipGroup, index);
    let page_uuid = uuid(rng);
    let created = world.created(rng);
    let title = title(rng);
    let description = DESCRIPTIONS[rng.usize(..DESCRIPTIONS.len())];
    let expiration = world.expiration(rng);
    let secured = Generated::protected(rng);
    let count = CLIPS_ON_IT[rng.usize(..CLIPS_ON_IT.len())];
    let clips = (0..count).map(|_| {
        let devices = 1 + usize::from(rng.u8(..5) == 0);
        let uuid = uuid(rng);
        let start = created.saturating_sub(1000 * rng.i64(600..3 * DAY));
        let seconds = rng.i64(10..600);
        clip(
            uuid,
            start,
            seconds,
            (0..devices).map(|_| world.camera(rng)),
        )
    });
    let clips = clips.collect();
    let group = Group {
        uuid: page_uuid,
        org,
        title: &title,
        description,
        created,
        expiration,
        secured,
    };
    group.record(CLIPS, clips)
}

const CLIPS_ON_IT: [usize; 20] = [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5];

const HOUR: i64 = 3600;

/// From the start of a clip of the demo to that of the next, in seconds.
const GAPS: [i64; 5] = [20, 95, 700, 50, 240];

const DESCRIPTIONS: [&str; 4] = [
    "",
    "",
    "Shared on request of the site manager.",
    "See the report for the times.",
];

/// One clip a camera, one after another: some overlap, and some have a gap before them.
pub(super) fn demo(world: Demo, page: &Page<'_>) -> Value {
    let mut start = page.created - 1000 * HOUR * (1 + i64::from(page.number) * 5 % 31);
    let clips = (1_u8..).zip(page.scene.cameras).map(|(number, &camera)| {
        let seconds = 45 + 30 * i64::from(camera % 7);
        start += 1000 * GAPS[usize::from(page.number + number) % GAPS.len()];
        let device = std::iter::once(world.camera(camera));
        clip(page.uuid_of_part(world, number), start, seconds, device)
    });
    Group::demo(page).record(CLIPS, clips.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_has_the_documented_fields() {
        let devices = ["AAAAAAAAAAAAAAAAAAAABw", "AAAAAAAAAAAAAAAAAAAABw.v0"];
        let devices = devices.map(str::to_owned).into_iter();
        let group = Group {
            uuid: Uuid(1),
            org: Uuid(2),
            title: "Gate \"A\"",
            description: "",
            created: 1_700_000_000_001,
            expiration: None,
            secured: None,
        };
        let clips = vec![clip(Uuid(3), 1_600_000_000_000, 60, devices)];
        let region = json!({"region": "us-west-2"});
        let expected = json!({
            "uuid": "AAAAAAAAAAAAAAAAAAAAAQ",
            "orgUuid": "AAAAAAAAAAAAAAAAAAAAAg",
            "title": "Gate \"A\"",
            "description": "",
            "createdAtMillis": 1_700_000_000_001_i64,
            "sharedClips": [{
                "uuid": "AAAAAAAAAAAAAAAAAAAAAw",
                "startTime": 1_600_000_000_000_i64,
                "durationSec": 60,
                "clipLocation": region,
                "thumbnailLocation": region,
                "deviceUuidMap": {
                    "AAAAAAAAAAAAAAAAAAAABw": region,
                    "AAAAAAAAAAAAAAAAAAAABw.v0": region,
                },
            }],
        });
        assert_eq!(group.record(CLIPS, clips), expected);
    }
}
