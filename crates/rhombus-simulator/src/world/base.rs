//! Where the records of an organisation come from, before anyone edits it.

use serde_json::{Map, Value};

use super::demo::Demo;
use super::generated::Generated;
use super::{List, Uuid, Values, WorldKind, camera};
use crate::clock::UnixMillis;

#[derive(Clone, Copy)]
pub(super) enum Base {
    Empty,
    Demo(Demo),
    Generated(Generated),
}

impl Base {
    pub(super) fn new(kind: WorldKind, start: UnixMillis) -> Self {
        match kind {
            WorldKind::Empty => Self::Empty,
            WorldKind::Demo(place) => Self::Demo(Demo { place, start }),
            WorldKind::Generated { groups, seed } => Self::Generated(Generated {
                groups,
                seed,
                start,
            }),
        }
    }

    /// The uuid that the organisation begins with.
    pub(super) fn org(self) -> Uuid {
        match self {
            Self::Empty => Uuid(0),
            Self::Demo(demo) => demo.org(),
            Self::Generated(generated) => generated.org(),
        }
    }

    /// Whether there is such a record of a list at `now`, told without making all of a large world.
    pub(super) fn has(self, list: List, uuid: Uuid, now: UnixMillis) -> bool {
        match self {
            Self::Empty => false,
            Self::Demo(demo) => {
                let mut records = demo.records(list, now, demo.org());
                records.any(|record| record["uuid"].as_str() == Some(&*uuid.to_string()))
            }
            Self::Generated(generated) => generated.has(list, uuid),
        }
    }

    pub(super) fn cameras(self) -> Vec<Uuid> {
        match self {
            Self::Empty => Vec::new(),
            Self::Demo(demo) => demo.cameras(),
            Self::Generated(generated) => generated.cameras(),
        }
    }

    /// What the camera with this number is called, counted from 1.
    pub(super) fn camera_name(self, number: usize) -> String {
        let name = match self {
            Self::Demo(demo) => demo.camera_name(number),
            Self::Empty | Self::Generated(_) => None,
        };
        name.map_or_else(|| format!("Camera {number}"), str::to_owned)
    }

    /// Where a camera is.
    pub(super) fn location(self, camera: Uuid) -> Uuid {
        let known = match self {
            Self::Demo(demo) => demo.location(camera),
            Self::Empty | Self::Generated(_) => None,
        };
        known.unwrap_or_else(|| camera::location(self.org(), camera))
    }

    /// Where cameras are.
    pub(super) fn locations(self) -> [Uuid; 3] {
        camera::locations(self.org())
    }

    /// What one of those places is called.
    pub(super) fn location_name(self, location: Uuid) -> Option<String> {
        let is_it = |place: &Uuid| *place == location;
        let number = self.locations().iter().position(is_it)?;
        Some(match self {
            Self::Demo(demo) => demo.location_name(number).to_owned(),
            Self::Empty | Self::Generated(_) => format!("Location {}", number + 1),
        })
    }

    /// The names of those who have walls, by uuid.
    pub(super) fn users(self) -> Map<String, Value> {
        match self {
            Self::Empty => Map::new(),
            Self::Demo(demo) => demo.users(),
            Self::Generated(generated) => generated.users(),
        }
    }

    /// The shares of one video wall at `now`, as those of `org`; maybe those of others too.
    pub(super) fn shares_of_wall(self, wall: &Value, now: UnixMillis, org: Uuid) -> Values {
        match self {
            Self::Generated(generated) => generated.shares_of_wall(wall, org),
            Self::Empty | Self::Demo(_) => self.records(List::VideoWallShares, now, org),
        }
    }

    /// The records of `list` at `now`, as those of `org`; what counts others is made elsewhere.
    pub(super) fn records(self, list: List, now: UnixMillis, org: Uuid) -> Values {
        match self {
            Self::Empty => Box::new(std::iter::empty()),
            Self::Demo(demo) => demo.records(list, now, org),
            Self::Generated(generated) => generated.records(list, org),
        }
    }
}
