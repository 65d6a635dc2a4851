//! What happened in a generated world. Most of its shares are never looked at, a third a few times
//! after they were made, one in a hundred every hour or two, and the first live stream once a minute.

use std::sync::Arc;

use serde_json::Value;

use super::event::Event;
use super::life::{Asks, Life, each, seed, sent};
use super::look::Look;
use super::visits::Visits;
use crate::world::generated::{Generated, Part, uuid};
use crate::world::{List, Uuid, clip_group, live_stream, timelapse_group, video_wall};

/// A share of a generated world, and what can be said of it without making it.
#[derive(Clone, Copy)]
struct Sketch {
    list: List,
    index: usize,
    uuid: Uuid,
    created: i64,
}

impl Generated {
    /// Whether there is such a share or wall, told without making any.
    pub(in crate::world) fn has(self, list: List, wanted: Uuid) -> bool {
        if list == List::VideoWalls {
            let number = video_wall::number(self, wanted);
            return number.is_some_and(|number| number < self.walls());
        }
        self.sketches(list).any(|sketch| sketch.uuid == wanted)
    }

    /// What is wanted of the shares of a list; `gone` says from when on nothing of one is known.
    pub(super) fn events<'a>(
        self,
        list: List,
        look: Look<'a>,
        gone: impl Fn(Uuid) -> i64 + 'a,
    ) -> impl Iterator<Item = Event> + 'a {
        let sketches = self.sketches(list).filter(move |it| it.is_wanted(&look));
        sketches.flat_map(move |sketch| {
            let gone = gone(sketch.uuid);
            sketch
                .life(self, gone)
                .map_or_else(Vec::new, |(life, share)| {
                    let asks = Asks::of(list, &share);
                    life.events(&look, |at| asks.still(at))
                })
        })
    }

    /// Those that the records of a list are made from: what each begins with is its uuid and its creation.
    fn sketches(self, list: List) -> impl Iterator<Item = Sketch> {
        let (part, count) = match list {
            List::ClipGroups => (Part::ClipGroup, self.groups),
            List::TimelapseGroups => (Part::TimelapseGroup, self.groups.div_ceil(10)),
            List::LiveStreams => (Part::LiveStream, self.groups.div_ceil(4)),
            List::VideoWallShares => (Part::VideoWallShare, 2 * self.walls()),
            List::VideoWalls | List::Cameras => (Part::VideoWall, 0),
        };
        let is_there = move |index: &usize| match list {
            List::VideoWallShares => index % 2 < video_wall::shares_of(index / 2),
            _ => true,
        };
        (0..count).filter(is_there).map(move |index| {
            let rng = &mut self.rng(part, index);
            Sketch {
                list,
                index,
                uuid: uuid(rng),
                created: self.created(rng),
            }
        })
    }
}

impl Sketch {
    fn visits(self) -> Visits {
        let seed = seed(self.uuid);
        let few = i64::try_from(seed % 7).unwrap_or_default();
        let of = |minutes, most| each(minutes, (self.created, seed), most);
        match (self.list, self.index, seed % 300) {
            (List::LiveStreams, 0, _) => of(1, i64::MAX),
            (_, _, 0..3) => of(60 + 20 * few, i64::MAX),
            (_, _, 3..103) => of(300, 1 + few),
            _ => of(1, 0),
        }
    }

    /// Whether anything of it can be.
    fn is_wanted(&self, look: &Look<'_>) -> bool {
        let within = |at: i64| (look.from..=look.to).contains(&at);
        let is_seen = || self.visits().within(look.from, look.to).next().is_some();
        let moments = within(self.created)
            || sent(self.created, seed(self.uuid)).is_some_and(within)
            || is_seen();
        moments && (look.wanted.target.is_none() || look.concerns(&self.uuid.to_string()))
    }

    /// All of it, and its record.
    fn life(self, world: Generated, gone: i64) -> Option<(Life, Value)> {
        let (index, org) = (self.index, world.org());
        let share = match self.list {
            List::ClipGroups => clip_group::generated(world, index, org),
            List::TimelapseGroups => timelapse_group::generated(world, index, org),
            List::LiveStreams => live_stream::generated(world, index, org),
            List::VideoWallShares => {
                let mut of_wall = video_wall::generated_shares(world, index / 2, org);
                of_wall.nth(index % 2)?
            }
            List::VideoWalls | List::Cameras => return None,
        };
        let name: Arc<str> = match self.list {
            List::VideoWallShares => {
                name(&video_wall::generated_wall(world, index / 2), "displayName")
            }
            List::LiveStreams => name(&share, "name"),
            _ => name(&share, "title"),
        };
        let life = Life {
            list: self.list,
            uuid: self.uuid,
            name,
            created: self.created,
            locked: share[self.list.fields().protected] == true,
            removed: None,
            visits: self.visits(),
            gone,
        };
        Some((life, share))
    }
}

fn name(record: &Value, field: &str) -> Arc<str> {
    record[field].as_str().unwrap_or_default().into()
}
