//! A world of any size, the same for the same seed: each group is made from its number when it is
//! asked for, so that a million of them need no memory. The mix is meant to look like a large
//! organisation's: about 2.3 clips and 770 bytes of JSON a group, a quarter without a password, a
//! fifth without an end.

use fastrand::Rng;

use super::record::{Camera, Clip, Field, Group, Uuid};
use crate::clock::UnixMillis;

const DAY: i64 = 86_400;

/// `groups` clip groups made from `seed`; times are relative to `start`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Generated {
    pub(super) groups: usize,
    pub(super) seed: u64,
    pub(super) start: UnixMillis,
}

impl Generated {
    /// The uuid of each group, in order.
    pub(super) fn ids(self) -> impl Iterator<Item = Uuid> + Send {
        (0..self.groups).map(move |index| uuid(&mut self.rng(Part::Group, index)))
    }

    /// Whose groups they are.
    pub(super) fn org(self) -> Uuid {
        uuid(&mut self.rng(Part::Org, 0))
    }

    /// Each group, in order.
    pub(super) fn groups(self) -> impl Iterator<Item = Group> + Send {
        let org = self.org();
        (0..self.groups).map(move |index| self.group(index, org))
    }

    fn group(self, index: usize, org: Uuid) -> Group {
        let rng = &mut self.rng(Part::Group, index);
        let uuid = uuid(rng);
        let age = 1000 * rng.i64(0..2 * 365 * DAY) + rng.i64(0..1000);
        let created = self.start.0.saturating_sub(age);
        Group {
            uuid,
            org,
            title: title(rng).into(),
            description: DESCRIPTIONS[rng.usize(..DESCRIPTIONS.len())],
            created,
            expiration: self.expiration(rng),
            secured: secured(rng),
            clips: (0..clips(rng)).map(|_| self.clip(rng, created)).collect(),
        }
    }

    fn clip(self, rng: &mut Rng, created: i64) -> Clip {
        let cameras = 1 + usize::from(rng.u8(..5) == 0);
        Clip {
            uuid: uuid(rng),
            start: created.saturating_sub(1000 * rng.i64(600..3 * DAY)),
            seconds: rng.i64(10..600),
            cameras: (0..cameras).map(|_| self.camera(rng)).collect(),
        }
    }

    fn camera(self, rng: &mut Rng) -> Camera {
        let pool = self.groups / 20 + 4;
        Camera {
            uuid: uuid(&mut self.rng(Part::Camera, rng.usize(..pool))),
            facet: if rng.u8(..4) == 0 { ".v0" } else { "" },
        }
    }

    /// A fifth never ends; the rest ended lately, ends soon, ends late, or has a time to live.
    fn expiration(self, rng: &mut Rng) -> Field<i64> {
        let now = self.start.0 / 1000;
        match rng.u8(..20) {
            0 => Field::Absent,
            1 => Field::Null,
            2..4 => Field::Is(0),
            4..6 => Field::Is(now - rng.i64(1..30 * DAY)),
            6..9 => Field::Is(now + rng.i64(60..3 * DAY)),
            9..17 => Field::Is(now + rng.i64(3 * DAY..400 * DAY)),
            17 => Field::Is(DAY),
            _ => Field::Is(DAY * rng.i64(30..1000)),
        }
    }

    /// Each thing has its own sequence, so that one group can be made without those before it.
    fn rng(self, part: Part, index: usize) -> Rng {
        let place = (index as u64)
            .wrapping_mul(4)
            .wrapping_add(part as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Rng::with_seed(self.seed ^ place)
    }
}

#[derive(Clone, Copy)]
enum Part {
    Org,
    Group,
    Camera,
}

fn uuid(rng: &mut Rng) -> Uuid {
    Uuid(rng.u128(..))
}

fn clips(rng: &mut Rng) -> usize {
    [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5][rng.usize(..20)]
}

fn secured(rng: &mut Rng) -> Field<bool> {
    match rng.u8(..100) {
        0..2 => Field::Absent,
        2..4 => Field::Null,
        4..25 => Field::Is(false),
        _ => Field::Is(true),
    }
}

fn title(rng: &mut Rng) -> String {
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

const DESCRIPTIONS: [&str; 4] = [
    "",
    "",
    "Shared on request of the site manager.",
    "See the report for the times.",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pen::{Quirk, write_group};
    use std::collections::HashSet;

    const START: UnixMillis = UnixMillis(1_760_000_000_000);

    fn world(groups: usize, seed: u64) -> Generated {
        Generated {
            groups,
            seed,
            start: START,
        }
    }

    /// How many per mille of 10,000 groups are so.
    fn per_mille(so: impl Fn(&Group) -> bool) -> usize {
        world(10_000, 1).groups().filter(|group| so(group)).count() / 10
    }

    #[test]
    fn the_same_seed_is_the_same_world_and_another_is_not() {
        let groups: Vec<_> = world(50, 1).groups().collect();
        assert_eq!(groups, world(50, 1).groups().collect::<Vec<_>>());
        assert_ne!(groups, world(50, 2).groups().collect::<Vec<_>>());
    }

    #[test]
    fn ids_are_those_of_the_groups_and_all_different() {
        let ids: Vec<_> = world(10_000, 3).ids().collect();
        let of_groups: Vec<_> = world(10_000, 3).groups().map(|group| group.uuid).collect();
        assert_eq!(ids, of_groups);
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 10_000);
    }

    #[test]
    fn the_size_and_the_clips_are_as_promised() {
        let mut out = Vec::new();
        let mut clips = 0;
        for group in world(10_000, 1).groups() {
            clips += group.clips.len();
            write_group(&mut out, &group, Quirk::None);
        }
        assert!((22_500..23_500).contains(&clips), "{clips}");
        let each = out.len() / 10_000;
        assert!((750..790).contains(&each), "{each} bytes a group");
    }

    #[test]
    fn a_quarter_is_open_and_a_fifth_never_ends() {
        let open = per_mille(|group| group.secured != Field::Is(true));
        assert!((235..265).contains(&open), "{open}");
        let never =
            per_mille(|group| !matches!(group.expiration, Field::Is(seconds) if seconds != 0));
        assert!((185..215).contains(&never), "{never}");
        let ttl = per_mille(|group| matches!(group.expiration, Field::Is(1..1_000_000_000)));
        assert!((130..170).contains(&ttl), "{ttl}");
    }

    #[test]
    fn cameras_come_from_the_pool() {
        let cameras: HashSet<_> = world(2_000, 1)
            .groups()
            .flat_map(|group| group.clips)
            .flat_map(|clip| clip.cameras)
            .map(|camera| camera.uuid)
            .collect();
        assert_eq!(cameras.len(), 104);
    }
}
