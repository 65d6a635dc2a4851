//! A world of any size that takes no memory: each record is made from its number when it is asked
//! for, so that a million of them need no memory. The mix is meant to look like a large
//! organisation's.

use fastrand::Rng;
use serde_json::{Map, Value};

use super::{List, Uuid, Values, clip_group, live_stream, timelapse_group, video_wall};
use crate::clock::UnixMillis;

pub(super) const DAY: i64 = 86_400;

/// One video wall for so many clip groups.
const WALLS: usize = 20;

/// `groups` clip groups made from `seed`; times are relative to `start`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Generated {
    pub(super) groups: usize,
    pub(super) seed: u64,
    pub(super) start: UnixMillis,
}

impl Generated {
    /// Whose records they are.
    pub(super) fn org(self) -> Uuid {
        uuid(&mut self.rng(Part::Org, 0))
    }

    /// Each record of a list, in order, as those of `org`.
    pub(super) fn records(self, list: List, org: Uuid) -> Values {
        let all = move |one_in, made: fn(Self, usize, Uuid) -> Value| {
            let numbers = 0..self.groups.div_ceil(one_in);
            numbers.map(move |index| made(self, index, org))
        };
        match list {
            List::ClipGroups => Box::new(all(1, clip_group::generated)),
            List::TimelapseGroups => Box::new(all(10, timelapse_group::generated)),
            List::LiveStreams => Box::new(all(4, live_stream::generated)),
            List::VideoWalls => Box::new(all(WALLS, |world, index, _| {
                video_wall::generated_wall(world, index)
            })),
            List::VideoWallShares => {
                let walls = 0..self.walls();
                Box::new(walls.flat_map(move |wall| video_wall::generated_shares(self, wall, org)))
            }
            List::Cameras => Box::new(std::iter::empty()),
        }
    }

    /// How many video walls there are.
    pub(super) fn walls(self) -> usize {
        self.groups.div_ceil(WALLS)
    }

    /// The shares of one video wall, which are found by the number that is in its uuid.
    pub(super) fn shares_of_wall(self, wall: &Value, org: Uuid) -> Values {
        let uuid = wall.as_str().and_then(Uuid::parse);
        let number = uuid.and_then(|uuid| video_wall::number(self, uuid));
        match number.filter(|number| *number < self.walls()) {
            Some(number) => Box::new(video_wall::generated_shares(self, number, org)),
            None => Box::new(std::iter::empty()),
        }
    }

    /// When something was made, within the last two years: epoch milliseconds.
    pub(super) fn created(self, rng: &mut Rng) -> i64 {
        let age = 1000 * rng.i64(0..2 * 365 * DAY) + rng.i64(0..1000);
        self.start.0.saturating_sub(age)
    }

    /// How many cameras there are.
    fn pool(self) -> usize {
        self.groups / 20 + 4
    }

    fn device(self, number: usize) -> Uuid {
        uuid(&mut self.rng(Part::Camera, number))
    }

    /// Every device, without its facet.
    pub(super) fn cameras(self) -> Vec<Uuid> {
        (0..self.pool()).map(|number| self.device(number)).collect()
    }

    /// A doorbell, which is no camera.
    pub(super) fn doorbell(self, rng: &mut Rng) -> Uuid {
        self.device(self.pool() + rng.usize(..4))
    }

    /// One of those who have walls.
    pub(super) fn user(self, number: usize) -> Uuid {
        uuid(&mut self.rng(Part::User, number))
    }

    /// Their names, by uuid.
    pub(super) fn users(self) -> Map<String, Value> {
        let names = (0..).zip(video_wall::OWNERS);
        names
            .map(|(number, name)| (self.user(number).to_string(), name.into()))
            .collect()
    }

    /// A device of the organisation's, a quarter of them with a facet.
    pub(super) fn camera(self, rng: &mut Rng) -> String {
        let uuid = self.device(rng.usize(..self.pool()));
        let facet = if rng.u8(..4) == 0 { ".v0" } else { "" };
        format!("{uuid}{facet}")
    }

    /// A fifth never ends; the rest ended lately, ends soon, ends late, or has a time to live.
    pub(super) fn expiration(self, rng: &mut Rng) -> Option<Value> {
        let now = self.start.0 / 1000;
        let seconds = match rng.u8(..20) {
            0 => return None,
            1 => return Some(Value::Null),
            2..4 => 0,
            4..6 => now - rng.i64(1..30 * DAY),
            6..9 => now + rng.i64(60..3 * DAY),
            9..17 => now + rng.i64(3 * DAY..400 * DAY),
            17 => DAY,
            _ => DAY * rng.i64(30..1000),
        };
        Some(seconds.into())
    }

    /// Whether a password is asked.
    pub(super) fn protected(rng: &mut Rng) -> Option<Value> {
        match rng.u8(..100) {
            0..2 => None,
            2..4 => Some(Value::Null),
            4..25 => Some(false.into()),
            _ => Some(true.into()),
        }
    }

    /// Each thing has its own sequence, so that one record can be made without those before it.
    pub(super) fn rng(self, part: Part, index: usize) -> Rng {
        let place = (index as u64)
            .wrapping_mul(4)
            .wrapping_add(part as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Rng::with_seed(self.seed ^ place)
    }
}

#[derive(Clone, Copy)]
#[repr(u64)]
pub(super) enum Part {
    Org,
    ClipGroup,
    Camera,
    TimelapseGroup,
    // Past every number of those before.
    LiveStream = 1 << 60,
    VideoWall,
    VideoWallShare,
    User,
}

pub(super) fn uuid(rng: &mut Rng) -> Uuid {
    Uuid(rng.u128(..))
}

pub(super) fn title(rng: &mut Rng) -> String {
    let place = PLACES[rng.usize(..PLACES.len())];
    let matter = MATTERS[rng.usize(..MATTERS.len())];
    format!("{matter} {}, {place}", rng.u16(100..10_000))
}

const MATTERS: [&str; 6] = [
    "Incident",
    "Claim",
    "Police request",
    "Safety review",
    "Case",
    "Réclamation",
];

const PLACES: [&str; 8] = [
    "loading dock",
    "front entrance",
    "car park level 2",
    "café terrace",
    "corridor B",
    "stock room",
    "駐車場 3",
    "north gate",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const START: UnixMillis = UnixMillis(1_760_000_000_000);

    fn world(groups: usize, seed: u64) -> Generated {
        Generated {
            groups,
            seed,
            start: START,
        }
    }

    fn groups(groups: usize, seed: u64) -> Vec<Value> {
        let world = world(groups, seed);
        world.records(List::ClipGroups, world.org()).collect()
    }

    #[test]
    fn the_same_seed_is_the_same_world_and_another_is_not() {
        assert_eq!(groups(50, 1), groups(50, 1));
        assert_ne!(groups(50, 1), groups(50, 2));
    }

    #[test]
    fn all_uuids_are_different() {
        let world = world(10_000, 3);
        let mut uuids = HashSet::new();
        let mut count = 0;
        for (list, expected) in [
            (List::ClipGroups, 10_000),
            (List::TimelapseGroups, 1_000),
            (List::LiveStreams, 2_500),
            (List::VideoWalls, 500),
            (List::VideoWallShares, 499),
        ] {
            let records: Vec<_> = world.records(list, world.org()).collect();
            assert_eq!(records.len(), expected, "{list:?}");
            count += expected;
            uuids.extend(records.iter().map(|record| record["uuid"].to_string()));
        }
        assert_eq!(uuids.len(), count);
    }

    #[test]
    fn the_size_and_the_clips_are_as_promised() {
        let groups = groups(10_000, 1);
        let clips = |group: &Value| group["sharedClips"].as_array().unwrap().len();
        let clips: usize = groups.iter().map(clips).sum();
        assert!((22_500..23_500).contains(&clips), "{clips}");
        let bytes: usize = groups.iter().map(|group| group.to_string().len()).sum();
        let each = bytes / 10_000;
        assert!((750..790).contains(&each), "{each} bytes a group");
    }

    #[test]
    fn a_quarter_is_open_and_a_fifth_never_ends() {
        let groups = groups(10_000, 1);
        let per_mille =
            |so: fn(&Value) -> bool| groups.iter().filter(|group| so(group)).count() / 10;
        let seconds = |group: &Value| group["expirationTimeSecs"].as_i64().unwrap_or(0);
        let open = per_mille(|group| group["isSecured"] != true);
        assert!((235..265).contains(&open), "{open}");
        let ends: Vec<_> = groups.iter().map(seconds).collect();
        let never = ends.iter().filter(|end| **end == 0).count() / 10;
        assert!((185..215).contains(&never), "{never}");
        let ttl = ends.iter().filter(|end| (1..1_000_000_000).contains(*end));
        let ttl = ttl.count() / 10;
        assert!((130..170).contains(&ttl), "{ttl}");
    }

    #[test]
    fn cameras_come_from_the_pool() {
        let mut cameras = HashSet::new();
        for group in groups(2_000, 1) {
            for clip in group["sharedClips"].as_array().unwrap() {
                let devices = clip["deviceUuidMap"].as_object().unwrap();
                cameras.extend(devices.keys().map(|device| device[..22].to_owned()));
            }
        }
        assert_eq!(cameras.len(), 104);
    }
}
