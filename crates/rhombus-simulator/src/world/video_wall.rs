//! Video walls, as `camera/getVideoWalls` lists them, and their shares, as
//! `camera/findSharedVideoWalls` does. A generated wall has none, one or two, by its number.

use serde_json::{Value, json};

use super::counted::Counts;
use super::demo::{Demo, Page, Scene};
use super::generated::{Generated, Part, title, uuid};
use super::{Uuid, object, set};

/// Those who have walls.
pub(super) const OWNERS: [&str; 4] = ["Ada Okafor", "Jörg Weiß", "Mei Tanaka", "Front desk"];

/// A wall that doesn't say how many shares it has.
fn wall(uuid: Uuid, name: &str, devices: Vec<String>, owner: Uuid) -> Value {
    object([
        ("uuid", uuid.into()),
        ("displayName", name.into()),
        ("deviceList", devices.into()),
        ("ownerUserUuid", owner.into()),
        ("othersCanEdit", false.into()),
        ("shared", true.into()),
        ("settings", json!({})),
    ])
}

/// The wall, with how many shares it has, unless something is said of it already.
pub(super) fn counted(mut wall: Value, shares: &Counts) -> Value {
    if wall.get("numShares").is_none() {
        let uuid = wall["uuid"].as_str().and_then(Uuid::parse);
        let count = uuid.and_then(|uuid| shares.get(&uuid)).copied();
        wall["numShares"] = count.unwrap_or_default().into();
    }
    wall
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
pub(super) fn shares_of(index: usize) -> usize {
    index % 3
}

/// What the number of a wall is multiplied with in the lower half of its uuid, and what undoes it.
const FACTOR: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xf1de_83e1_9937_733d];

/// A uuid like any other, that the wall's number can be read from.
fn wall_uuid(world: Generated, index: usize) -> Uuid {
    let random = world.rng(Part::VideoWall, index).u128(..) >> 64;
    let number = (index as u64 ^ world.seed).wrapping_mul(FACTOR[0]);
    Uuid(random << 64 | u128::from(number))
}

/// The number of the wall with this uuid, if there could be one.
pub(super) fn number(world: Generated, uuid: Uuid) -> Option<usize> {
    let lower = u64::try_from(uuid.0 & u128::from(u64::MAX)).ok()?;
    let index = usize::try_from(lower.wrapping_mul(FACTOR[1]) ^ world.seed).ok()?;
    (wall_uuid(world, index) == uuid).then_some(index)
}

/// A seventh says null for how many shares it has, a quarter is its owner's alone.
pub(super) fn generated_wall(world: Generated, index: usize) -> Value {
    let rng = &mut world.rng(Part::VideoWall, index);
    let name = title(rng);
    let owner = world.user(rng.usize(..OWNERS.len()));
    let devices = (0..rng.usize(1..9)).map(|_| world.camera(rng)).collect();
    let mut record = wall(wall_uuid(world, index), &name, devices, owner);
    record["shared"] = (index % 4 != 3).into();
    set(
        &mut record,
        "numShares",
        (index % 7 == 6).then_some(Value::Null),
    );
    record
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
pub(super) fn demo_wall(world: Demo, (number, scene): (u8, &Scene)) -> Value {
    let devices = scene.cameras.iter().map(|&camera| world.camera(camera));
    let [wall_uuid, owner] = [world.wall(number), world.user(number)];
    wall(wall_uuid, scene.title, devices.collect(), owner)
}

pub(super) fn demo_share(world: Demo, page: &Page<'_>) -> Value {
    Share {
        uuid: page.uuid,
        org: page.org,
        wall: world.wall(page.number),
        created: page.created,
        vod: true,
    }
    .record()
}
