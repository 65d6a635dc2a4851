//! A small organisation to watch: its pages come, change, end and go within minutes. What it shows
//! is worked out from the time alone, so that the same moment always shows the same, and nothing
//! has to run. A new organisation is a file of [`Scene`]s and a variant of [`Place`].

mod clinic;
mod school;

use super::record::{Camera, Clip, Field, Group, Uuid};
use crate::clock::UnixMillis;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Which organisation is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A school: 14 pages, of which 5 move.
    School,
    /// A clinic: 10 pages, of which 3 move.
    Clinic,
}

impl Place {
    fn scenes(self) -> &'static [Scene] {
        match self {
            Self::School => &school::SCENES,
            Self::Clinic => &clinic::SCENES,
        }
    }
}

/// The life of one page.
struct Scene {
    title: &'static str,
    description: &'static str,
    /// Numbers of the cameras that the clips show, one clip each.
    cameras: &'static [u8],
    repeat: Repeat,
    /// What happens, in order: seconds from the start (of each repetition), and what.
    acts: &'static [(i64, Act)],
}

/// Whether what happens happens again. Each number is the seconds from one time to the next.
#[derive(Clone, Copy)]
enum Repeat {
    /// No.
    Once,
    /// To the same page. What lies before the start happened once, to begin with.
    Same(i64),
    /// To a new page each time.
    New(i64),
}

#[derive(Clone, Copy)]
enum Act {
    /// The page is made, with a password or without.
    Share { locked: bool },
    /// It gets a password.
    Lock,
    /// Its password is taken away.
    Open,
    /// From now on it ends this many seconds after this act.
    EndsIn(i64),
    /// It is listed with this time to live, in seconds after its creation.
    LivesFor(i64),
    /// It is taken down.
    Remove,
}

/// A [`Place`] whose clock began at `start`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demo {
    pub(super) place: Place,
    pub(super) start: UnixMillis,
}

impl Demo {
    /// Whose pages they are.
    pub(super) fn org(self) -> Uuid {
        self.uuid([0; 3], 0)
    }

    /// What is listed at `now`.
    pub(super) fn groups(self, now: UnixMillis) -> impl Iterator<Item = Group> + Send {
        let elapsed = i64::try_from(now.since(self.start).as_secs()).unwrap_or(i64::MAX);
        let scenes = (1_u64..).zip(self.place.scenes());
        scenes.filter_map(move |(number, scene)| self.group(number, scene, elapsed))
    }

    fn group(self, number: u64, scene: &Scene, elapsed: i64) -> Option<Group> {
        let (round, time) = match scene.repeat {
            Repeat::Once => (0, elapsed),
            Repeat::Same(period) | Repeat::New(period) => (elapsed / period, elapsed % period),
        };
        let began = self.start.0 / 1000 + elapsed - time;
        let (page, page_began) = match scene.repeat {
            Repeat::New(_) => (round.unsigned_abs(), began),
            Repeat::Once | Repeat::Same(_) => (0, self.start.0 / 1000),
        };
        let mut group: Option<Group> = None;
        for &(at, act) in scene.acts.iter().take_while(|(at, _)| *at <= time) {
            match (act, &mut group) {
                (Act::Share { locked }, None) => {
                    let created = 1000 * (page_began + at);
                    group = Some(self.page(scene, (number, page), created, locked));
                }
                (Act::Lock, Some(group)) => group.secured = Field::Is(true),
                (Act::Open, Some(group)) => group.secured = Field::Is(false),
                (Act::EndsIn(seconds), Some(group)) => {
                    let from = if at < 0 { page_began } else { began };
                    group.expiration = Field::Is(from + at + seconds);
                }
                (Act::LivesFor(seconds), Some(group)) => group.expiration = Field::Is(seconds),
                (Act::Remove, _) => group = None,
                (_, _) => {}
            }
        }
        group
    }

    fn page(self, scene: &Scene, (number, page): (u64, u64), created: i64, locked: bool) -> Group {
        let clips = (1_u64..).zip(scene.cameras).map(|(clip, &camera)| Clip {
            uuid: self.uuid([3, number, clip], page),
            start: created - 1000 * HOUR * i64::from(camera),
            seconds: 45 + 30 * i64::from(camera % 7),
            cameras: vec![Camera {
                uuid: self.uuid([2, camera.into(), 0], 0),
                facet: if camera % 3 == 0 { ".v0" } else { "" },
            }],
        });
        Group {
            uuid: self.uuid([1, number, 0], page),
            org: self.org(),
            title: scene.title.into(),
            description: scene.description,
            created,
            expiration: Field::Is(0),
            secured: Field::Is(locked),
            clips: clips.collect(),
        }
    }

    /// The same thing always has the same uuid. Sort, number and clip are below 256.
    fn uuid(self, thing: [u64; 3], page: u64) -> Uuid {
        let thing = thing
            .iter()
            .fold(self.place as u64, |all, part| (all << 8) | part);
        Uuid(fastrand::Rng::with_seed((thing << 32) ^ page).u128(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashSet};

    const START: UnixMillis = UnixMillis(1_760_000_000_000);
    const PLACES: [Place; 2] = [Place::School, Place::Clinic];

    /// What `place` lists `seconds` after its start, by uuid.
    fn at(place: Place, seconds: i64) -> BTreeMap<Uuid, Group> {
        let demo = Demo {
            place,
            start: START,
        };
        let groups = demo.groups(UnixMillis(1000 * (1_760_000_000 + seconds)));
        groups.map(|group| (group.uuid, group)).collect()
    }

    fn is_over(group: &Group, seconds: i64) -> bool {
        let end = match group.expiration {
            Field::Is(0) | Field::Null | Field::Absent => i64::MAX,
            Field::Is(end @ 1_000_000_000..) => end,
            Field::Is(ttl) => group.created / 1000 + ttl,
        };
        end <= 1_760_000_000 + seconds
    }

    #[test]
    fn the_acts_of_a_scene_are_in_order_and_fit_its_period() {
        for scene in PLACES.iter().flat_map(|place| place.scenes()) {
            assert!(scene.acts.is_sorted_by_key(|act| act.0), "{}", scene.title);
            let last = scene.acts.last().unwrap().0;
            match scene.repeat {
                Repeat::Once => {}
                Repeat::Same(period) => assert!(last < period, "{}", scene.title),
                Repeat::New(period) => {
                    assert!(last < period && scene.acts[0].0 >= 0, "{}", scene.title);
                }
            }
        }
    }

    #[test]
    fn the_start_has_every_sort_of_page() {
        for place in PLACES {
            let listed = at(place, 0);
            let has = |so: fn(&Group) -> bool| listed.values().any(so);
            assert!(has(|group| group.secured == Field::Is(true)));
            assert!(has(|group| group.secured == Field::Is(false)));
            assert!(has(|group| group.expiration == Field::Is(0)));
            assert!(has(|group| is_over(group, 0)), "{place:?}");
        }
        assert!(at(Place::School, 0).len() >= 9);
    }

    #[test]
    fn within_ten_minutes_pages_come_change_end_and_go() {
        for place in PLACES {
            let mut seen = [false; 6];
            for second in 1..600 {
                let (before, after) = (at(place, second - 1), at(place, second));
                seen[0] |= after.keys().any(|uuid| !before.contains_key(uuid));
                seen[1] |= before.keys().any(|uuid| !after.contains_key(uuid));
                for (uuid, old) in &before {
                    let Some(new) = after.get(uuid) else { continue };
                    let secured = (old.secured, new.secured);
                    seen[2] |= secured == (Field::Is(false), Field::Is(true));
                    seen[3] |= secured == (Field::Is(true), Field::Is(false));
                    seen[4] |= old.expiration != new.expiration;
                    seen[5] |= !is_over(old, second - 1) && is_over(new, second);
                }
            }
            let names = ["come", "go", "locked", "opened", "extended", "ended"];
            assert_eq!(seen, [true; 6], "{place:?}: {names:?}");
        }
    }

    #[test]
    fn a_page_keeps_its_creation_time_and_a_day_later_it_still_moves() {
        for place in PLACES {
            let (first, later) = (at(place, 0), at(place, DAY));
            for (uuid, group) in &first {
                if let Some(same) = later.get(uuid) {
                    assert_eq!(same.created, group.created, "{}", group.title);
                }
            }
            let moved = (0..600).any(|second| at(place, DAY + second) != later);
            assert!(moved, "{place:?}");
        }
    }

    #[test]
    fn what_lies_before_the_start_happened_once() {
        let gym = |seconds| {
            let groups = at(Place::School, seconds).into_values();
            let mut gyms = groups.filter(|group| group.title.starts_with("Gym"));
            gyms.next().unwrap()
        };
        assert_ne!(gym(100), gym(0));
        assert_eq!(gym(3 * MINUTE), gym(0));
    }

    #[test]
    fn every_page_of_a_day_has_its_own_uuid() {
        let mut titles = BTreeMap::new();
        for place in PLACES {
            for second in (0..DAY).step_by(20) {
                for (uuid, group) in at(place, second) {
                    let page = (place as u8, group.title.clone(), group.created);
                    assert_eq!(*titles.entry(uuid).or_insert_with(|| page.clone()), page);
                }
            }
        }
        assert!(titles.len() > 500);
    }

    #[test]
    fn organisations_share_nothing() {
        let orgs: HashSet<_> = PLACES
            .map(|place| at(place, 0).into_values().next().unwrap().org)
            .into();
        assert_eq!(orgs.len(), 2);
    }
}
