//! A small organisation to watch: its pages come, change, end and go within minutes. What it shows
//! is worked out from the time alone, so that the same moment always shows the same, and nothing
//! has to run. A new organisation is a file of [`Scene`]s and a variant of [`Place`].

mod clinic;
mod school;

use serde_json::{Map, Value};

use super::{List, Uuid, Values, clip_group, live_stream, timelapse_group, video_wall};
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
    /// How many cameras there are.
    fn cameras(self) -> u8 {
        match self {
            Self::School => 17,
            Self::Clinic => 12,
        }
    }

    fn scenes(self, list: List) -> &'static [Scene] {
        match (self, list) {
            (Self::School, List::ClipGroups) => &school::CLIP_GROUPS,
            (Self::School, List::TimelapseGroups) => &school::TIMELAPSE_GROUPS,
            (Self::School, List::LiveStreams) => &school::LIVE_STREAMS,
            (Self::School, List::VideoWalls | List::VideoWallShares) => &school::VIDEO_WALLS,
            (Self::Clinic, List::ClipGroups) => &clinic::CLIP_GROUPS,
            (Self::Clinic, List::TimelapseGroups) => &clinic::TIMELAPSE_GROUPS,
            (Self::Clinic, List::LiveStreams) => &clinic::LIVE_STREAMS,
            (Self::Clinic, List::VideoWalls | List::VideoWallShares) => &clinic::VIDEO_WALLS,
            (_, List::Cameras) => &[],
        }
    }
}

/// The life of one page.
pub(super) struct Scene {
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    /// Numbers of the cameras that the clips show, one clip each.
    pub(super) cameras: &'static [u8],
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

/// One page of a scene.
pub(super) struct Page<'a> {
    pub(super) scene: &'a Scene,
    pub(super) uuid: Uuid,
    pub(super) org: Uuid,
    /// Epoch milliseconds.
    pub(super) created: i64,
    /// The number of the scene.
    pub(super) number: u8,
    /// How often there was such a page before.
    round: u64,
    list: List,
}

impl Page<'_> {
    /// The uuid of one of the things that it shows.
    pub(super) fn uuid_of_part(&self, world: Demo, part: u8) -> Uuid {
        world.uuid([self.list.sorts()[1] as u8, self.number, part], self.round)
    }
}

/// What has a uuid.
#[derive(Clone, Copy)]
enum Sort {
    Org,
    ClipGroup,
    Camera,
    Clip,
    TimelapseGroup,
    Timelapse,
    LiveStream,
    VideoWall,
    VideoWallShare,
}

impl Demo {
    /// Whose pages they are, to begin with.
    pub(super) fn org(self) -> Uuid {
        self.uuid([Sort::Org as u8, 0, 0], 0)
    }

    /// A device, a third of them with a facet.
    pub(super) fn camera(self, number: u8) -> String {
        let uuid = self.device(number);
        let facet = if number.is_multiple_of(3) { ".v0" } else { "" };
        format!("{uuid}{facet}")
    }

    /// Every device, without its facet.
    pub(super) fn cameras(self) -> Vec<Uuid> {
        (1..=self.place.cameras())
            .map(|number| self.device(number))
            .collect()
    }

    fn device(self, number: u8) -> Uuid {
        self.uuid([Sort::Camera as u8, number, 0], 0)
    }

    /// The video wall of the scene with this number.
    pub(super) fn wall(self, number: u8) -> Uuid {
        self.uuid([Sort::VideoWall as u8, number, 0], 0)
    }

    /// Whose wall that is.
    pub(super) fn user(self, number: u8) -> Uuid {
        self.uuid([Sort::VideoWall as u8, number, 1], 0)
    }

    /// The names of those who have walls, by uuid.
    pub(super) fn users(self) -> Map<String, Value> {
        let walls = self.place.scenes(List::VideoWalls);
        let names = (1..).zip(video_wall::OWNERS).take(walls.len());
        names
            .map(|(number, name)| (self.user(number).to_string(), name.into()))
            .collect()
    }

    /// What is listed at `now`, as records of `org`.
    pub(super) fn records(self, list: List, now: UnixMillis, org: Uuid) -> Values {
        let elapsed = i64::try_from(now.since(self.start).as_secs()).unwrap_or(i64::MAX);
        let scenes = (1_u8..).zip(self.place.scenes(list));
        match list {
            List::VideoWalls => {
                Box::new(scenes.map(move |scene| video_wall::demo_wall(self, scene)))
            }
            list => {
                Box::new(scenes.filter_map(move |scene| self.record(list, scene, elapsed, org)))
            }
        }
    }

    fn record(
        self,
        list: List,
        (number, scene): (u8, &Scene),
        elapsed: i64,
        org: Uuid,
    ) -> Option<Value> {
        let (round, time) = match scene.repeat {
            Repeat::Once => (0, elapsed),
            Repeat::Same(period) | Repeat::New(period) => (elapsed / period, elapsed % period),
        };
        let began = self.start.0 / 1000 + elapsed - time;
        let (round, page_began) = match scene.repeat {
            Repeat::New(_) => (round.unsigned_abs(), began),
            Repeat::Once | Repeat::Same(_) => (0, self.start.0 / 1000),
        };
        let fields = list.fields();
        let mut record: Option<Value> = None;
        for &(at, act) in scene.acts.iter().take_while(|(at, _)| *at <= time) {
            match (act, &mut record) {
                (Act::Share { locked }, None) => {
                    let page = Page {
                        scene,
                        uuid: self.uuid([list.sorts()[0] as u8, number, 0], round),
                        org,
                        created: 1000 * (page_began + at),
                        number,
                        round,
                        list,
                    };
                    let mut made = self.made(list, &page);
                    made[fields.protected] = locked.into();
                    made[fields.expiration] = 0.into();
                    record = Some(made);
                }
                (Act::Lock, Some(record)) => record[fields.protected] = true.into(),
                (Act::Open, Some(record)) => record[fields.protected] = false.into(),
                (Act::EndsIn(seconds), Some(record)) => {
                    let from = if at < 0 { page_began } else { began };
                    record[fields.expiration] = (from + at + seconds).into();
                }
                (Act::LivesFor(seconds), Some(record)) => {
                    record[fields.expiration] = seconds.into();
                }
                (Act::Remove, _) => record = None,
                (_, _) => {}
            }
        }
        record
    }

    fn made(self, list: List, page: &Page<'_>) -> Value {
        match list {
            List::ClipGroups => clip_group::demo(self, page),
            List::TimelapseGroups => timelapse_group::demo(self, page),
            List::LiveStreams => live_stream::demo(self, page),
            List::VideoWalls | List::VideoWallShares | List::Cameras => {
                video_wall::demo_share(self, page)
            }
        }
    }

    /// The same thing always has the same uuid.
    fn uuid(self, thing: [u8; 3], round: u64) -> Uuid {
        let thing = thing
            .iter()
            .fold(self.place as u64, |all, &part| (all << 8) | u64::from(part));
        Uuid(fastrand::Rng::with_seed((thing << 32) ^ round).u128(..))
    }
}

impl List {
    /// What its records are, and what they show.
    fn sorts(self) -> [Sort; 2] {
        match self {
            Self::ClipGroups => [Sort::ClipGroup, Sort::Clip],
            Self::TimelapseGroups => [Sort::TimelapseGroup, Sort::Timelapse],
            Self::LiveStreams => [Sort::LiveStream, Sort::Camera],
            Self::VideoWalls | Self::VideoWallShares | Self::Cameras => {
                [Sort::VideoWallShare, Sort::VideoWall]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::{BTreeMap, HashSet};

    const START: UnixMillis = UnixMillis(1_760_000_000_000);
    const PLACES: [Place; 2] = [Place::School, Place::Clinic];

    /// What `place` lists `seconds` after its start, by uuid.
    fn at(place: Place, seconds: i64) -> BTreeMap<String, Value> {
        let demo = Demo {
            place,
            start: START,
        };
        let now = UnixMillis(START.0 + 1000 * seconds);
        let records = demo.records(List::ClipGroups, now, demo.org());
        records
            .map(|group| (group["uuid"].as_str().unwrap().to_owned(), group))
            .collect()
    }

    fn is_over(group: &Value, seconds: i64) -> bool {
        let end = match group["expirationTimeSecs"].as_i64().unwrap() {
            0 => i64::MAX,
            end @ 1_000_000_000.. => end,
            ttl => group["createdAtMillis"].as_i64().unwrap() / 1000 + ttl,
        };
        end <= 1_760_000_000 + seconds
    }

    #[test]
    fn the_acts_of_a_scene_are_in_order_and_fit_its_period() {
        for scene in PLACES
            .iter()
            .flat_map(|place| place.scenes(List::ClipGroups))
        {
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
    fn every_kind_has_shares_that_are_open_and_shares_that_move() {
        for place in PLACES {
            let demo = Demo {
                place,
                start: START,
            };
            let at = |list, seconds: i64| -> Vec<_> {
                let now = UnixMillis(START.0 + 1000 * seconds);
                demo.records(list, now, demo.org()).collect()
            };
            for list in [
                List::TimelapseGroups,
                List::LiveStreams,
                List::VideoWallShares,
            ] {
                let open = |record: &Value| record[list.fields().protected] == false;
                assert!((0..600).any(|second| at(list, second).iter().any(open)));
                let first = at(list, 0);
                assert!(!first.is_empty(), "{place:?} {list:?}");
                assert!((0..600).any(|second| at(list, second) != first));
            }
        }
    }

    #[test]
    fn the_start_has_every_sort_of_page() {
        for place in PLACES {
            let listed = at(place, 0);
            let has = |so: fn(&Value) -> bool| listed.values().any(so);
            assert!(has(|group| group["isSecured"] == true));
            assert!(has(|group| group["isSecured"] == false));
            assert!(has(|group| group["expirationTimeSecs"] == 0));
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
                    let secured = (&old["isSecured"], &new["isSecured"]);
                    seen[2] |= secured == (&json!(false), &json!(true));
                    seen[3] |= secured == (&json!(true), &json!(false));
                    seen[4] |= old["expirationTimeSecs"] != new["expirationTimeSecs"];
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
                    assert_eq!(same["createdAtMillis"], group["createdAtMillis"], "{group}");
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
            let mut gyms =
                groups.filter(|group| group["title"].as_str().unwrap().starts_with("Gym"));
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
                    let page = (
                        place as u8,
                        group["title"].clone(),
                        group["createdAtMillis"].clone(),
                    );
                    assert_eq!(*titles.entry(uuid).or_insert_with(|| page.clone()), page);
                }
            }
        }
        assert!(titles.len() > 500);
    }

    #[test]
    fn organisations_share_nothing() {
        let orgs: HashSet<_> = PLACES
            .map(|place| at(place, 0).into_values().next().unwrap()["orgUuid"].clone())
            .into();
        assert_eq!(orgs.len(), 2);
    }
}
