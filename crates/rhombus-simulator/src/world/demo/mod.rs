//! A small organisation to watch: its pages come, change, end and go within minutes. What it shows
//! is worked out from the time alone, so that the same moment always shows the same, and nothing
//! has to run. A new organisation is a file of [`Scene`]s and a variant of [`Place`].

mod clinic;
mod facts;
mod school;
mod shop;
mod spans;

use serde_json::{Map, Value};

pub(in crate::world) use spans::Span;

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
    /// A chain of hardware shops: 8 pages, of which 4 move.
    Shop,
}

impl Place {
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
            (Self::Shop, List::ClipGroups) => &shop::CLIP_GROUPS,
            (Self::Shop, List::TimelapseGroups) => &shop::TIMELAPSE_GROUPS,
            (Self::Shop, List::LiveStreams) => &shop::LIVE_STREAMS,
            (Self::Shop, List::VideoWalls | List::VideoWallShares) => &shop::VIDEO_WALLS,
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
    /// A stream's viewers have to sign in.
    AskToSignIn,
    /// A stream is of this type, instead of a person's own.
    IsOf(&'static str),
    /// A stream has sound; its viewers can answer if it talks.
    IsHeard { talks: bool },
    /// A stream shows something at the hours of a schedule only.
    HasHours,
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
        let cameras = self.place.facts().cameras;
        (1..)
            .zip(cameras)
            .map(|(number, _)| self.device(number))
            .collect()
    }

    fn device(self, number: u8) -> Uuid {
        self.uuid([Sort::Camera as u8, number, 0], 0)
    }

    /// One of the things that the stream of the scene with this number has, beside its camera.
    fn of_stream(self, number: u8, part: u8) -> Uuid {
        self.uuid([Sort::LiveStream as u8, number, part], 0)
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
        let elapsed = self.elapsed(now);
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

    /// How many seconds have passed since the start.
    fn elapsed(self, now: UnixMillis) -> i64 {
        i64::try_from(now.since(self.start).as_secs()).unwrap_or(i64::MAX)
    }

    fn record(
        self,
        list: List,
        (number, scene): (u8, &Scene),
        elapsed: i64,
        org: Uuid,
    ) -> Option<Value> {
        let (round, time) = match scene.repeat {
            // Nothing is repeated before the start.
            _ if elapsed < 0 => (0, elapsed),
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
                (Act::AskToSignIn, Some(record)) => record["ssoProtected"] = true.into(),
                (Act::IsOf(kind), Some(record)) => live_stream::make_of(record, kind),
                (Act::IsHeard { talks }, Some(record)) => {
                    live_stream::make_heard(record, self.of_stream(number, 1), talks);
                }
                (Act::HasHours, Some(record)) => {
                    live_stream::make_scheduled(record, self.of_stream(number, 2));
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
mod tests;
