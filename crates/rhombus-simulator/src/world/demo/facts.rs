//! What is true of a place as a whole: its cameras, its key, who may enter, and what fails.

use serde_json::Value;

use super::{Demo, Place, Sort, clinic, school, shop};
use crate::clock::UnixMillis;
use crate::fault::Fault;
use crate::operation::Operation;
use crate::world::{List, Profile, Uuid, World, camera, permissions};

pub(super) struct Facts {
    /// What the places are called where its cameras are.
    pub(super) locations: [&'static str; 3],
    /// What each camera is called, and the number of its location.
    pub(super) cameras: &'static [(&'static str, usize)],
    /// The role of the key; none: it is a super admin.
    pub(super) role: Option<&'static str>,
    /// The number of a live stream that the key is not told of, though its camera counts it.
    pub(super) unlisted: Option<u8>,
    /// Until when Rhombus's support and a partner may enter: seconds from the start.
    pub(super) access: [Option<i64>; 2],
    pub(super) outage: Option<Outage>,
}

/// An operation that fails for a while, again and again. The numbers are seconds.
pub(super) struct Outage {
    pub(super) operation: Operation,
    pub(super) period: i64,
    /// From and to when in each period.
    pub(super) within: std::ops::Range<i64>,
    /// How it fails.
    pub(super) fault: fn() -> Fault,
}

impl Place {
    pub(super) fn facts(self) -> &'static Facts {
        match self {
            Self::School => &school::FACTS,
            Self::Clinic => &clinic::FACTS,
            Self::Shop => &shop::FACTS,
        }
    }
}

impl Demo {
    /// Makes the world what this place is, but for its records.
    pub(in crate::world) fn prepare(self, world: &mut World) {
        let facts = self.place.facts();
        let until = |seconds| Value::from(self.start.0 / 1000 + seconds);
        let [support, partner] = facts.access.map(|seconds| seconds.map(until));
        world.set_profile(Profile {
            support_access_until: support.unwrap_or_default(),
            partner_access_until: partner.unwrap_or_default(),
            ..world.profile().clone()
        });
        if let Some(role) = facts.role {
            let locations = camera::locations(self.org());
            world.set_permissions(permissions::of_viewer(role, &locations));
        }
        if let Some(number) = facts.unlisted {
            let stream = self.uuid([Sort::LiveStream as u8, number, 0], 0);
            world.hide(List::LiveStreams, stream.to_string());
        }
    }

    /// Until when Rhombus's support and a partner may enter, in epoch milliseconds, as it began.
    pub(in crate::world) fn access(self) -> [Option<i64>; 2] {
        let until = |seconds| self.start.0 + 1000 * seconds;
        self.place.facts().access.map(|seconds| seconds.map(until))
    }

    /// What the camera with this number is called, counted from 1.
    pub(in crate::world) fn camera_name(self, number: usize) -> Option<&'static str> {
        let cameras = self.place.facts().cameras;
        let (name, _) = cameras.get(number.checked_sub(1)?)?;
        Some(name)
    }

    /// Where a camera is, if it is one of these.
    pub(in crate::world) fn location(self, camera: Uuid) -> Option<Uuid> {
        let cameras = self.cameras().into_iter().zip(self.place.facts().cameras);
        let mut of_it = cameras.filter(|(uuid, _)| *uuid == camera);
        let (_, (_, location)) = of_it.next()?;
        Some(camera::locations(self.org())[*location])
    }

    /// What the location with this number is called.
    pub(in crate::world) fn location_name(self, number: usize) -> &'static str {
        self.place.facts().locations[number]
    }

    /// How this operation fails at `now`, if it does.
    pub(in crate::world) fn fault(self, operation: Operation, now: UnixMillis) -> Option<Fault> {
        let outage = self.place.facts().outage.as_ref()?;
        let time = self.elapsed(now) % outage.period;
        let fails = outage.operation == operation && outage.within.contains(&time);
        fails.then(outage.fault)
    }
}
