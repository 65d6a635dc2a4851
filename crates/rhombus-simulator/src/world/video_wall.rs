//! Video walls, as `camera/getVideoWalls` lists them, and their shares, as
//! `camera/findSharedVideoWalls` does. A generated wall has none, one or two, by its number.

use serde_json::{Value, json};

use super::demo::{Demo, Page, Scene};
use super::generated::{Generated, Part, title, uuid};
use super::{Uuid, object, set};

fn wall(uuid: Uuid, name: &str, devices: Vec<String>, owner: Uuid, shares: Value) -> Value {
    object([
        ("uuid", uuid.into()),
        ("displayName", name.into()),
        ("deviceList", devices.into()),
        ("numShares", shares),
        ("ownerUserUuid", owner.into()),
        ("othersCanEdit", false.into()),
        ("shared", true.into()),
        ("settings", json!({})),
    ])
}

/// What differs from share to share, but for its password and its end.
struct Share {
    uuid: Uuid,
    org: Uuid,
    wall: Uuid,
    /// Epoch milliseconds.
    created: i64,
    vod: bool,
}

impl Share {
    fn record(self) -> Value {
        let url = format!(
            "https://console.rhombussystems.com/share/videowall/{}",
            self.uuid
        );
        object([
            ("uuid", self.uuid.into()),
            ("orgUuid", self.org.into()),
            ("videoWallUuid", self.wall.into()),
            ("timestampMs", self.created.into()),
            ("vodEnabled", self.vod.into()),
            ("sharedVideoWallUrl", url.into()),
            ("permissionGroupUuid", Value::Null),
            ("scheduleUuid", Value::Null),
            ("invertSchedule", false.into()),
            ("unscheduledMessage", Value::Null),
            ("hideOverlay", false.into()),
            ("deviceScheduleMap", json!({})),
        ])
    }
}

/// How many shares the wall with this number has.
fn shares_of(index: usize) -> usize {
    index % 3
}

fn wall_uuid(world: Generated, index: usize) -> Uuid {
    uuid(&mut world.rng(Part::VideoWall, index))
}

/// A seventh doesn't say how many shares it has.
pub(super) fn generated_wall(world: Generated, index: usize) -> Value {
    let rng = &mut world.rng(Part::VideoWall, index);
    let wall_uuid = uuid(rng);
    let name = title(rng);
    let owner = uuid(rng);
    let devices = (0..rng.usize(1..9)).map(|_| world.camera(rng)).collect();
    let shares = match index % 7 {
        6 => Value::Null,
        _ => shares_of(index).into(),
    };
    wall(wall_uuid, &name, devices, owner, shares)
}

/// The shares of one wall.
pub(super) fn generated_shares(
    world: Generated,
    index: usize,
    org: Uuid,
) -> impl Iterator<Item = Value> + Send {
    (0..shares_of(index)).map(move |number| {
        let rng = &mut world.rng(Part::VideoWallShare, 2 * index + number);
        let share_uuid = uuid(rng);
        let created = world.created(rng);
        let expiration = world.expiration(rng);
        let protected = Generated::protected(rng);
        let mut record = Share {
            uuid: share_uuid,
            org,
            wall: wall_uuid(world, index),
            created,
            vod: rng.u8(..3) == 0,
        }
        .record();
        set(&mut record, "expirationTime", expiration);
        set(&mut record, "passwordProtected", protected);
        record
    })
}

/// The wall of a scene, which stays when its share goes.
pub(super) fn demo_wall(world: Demo, (number, scene): (u8, &Scene), shares: usize) -> Value {
    let devices = scene.cameras.iter().map(|&camera| world.camera(camera));
    let [wall_uuid, owner] = [0, 1].map(|part| world.wall(number, part));
    let devices = devices.collect();
    wall(wall_uuid, scene.title, devices, owner, shares.into())
}

pub(super) fn demo_share(world: Demo, page: &Page<'_>) -> Value {
    Share {
        uuid: page.uuid,
        org: page.org,
        wall: world.wall(page.number, 0),
        created: page.created,
        vod: true,
    }
    .record()
}
