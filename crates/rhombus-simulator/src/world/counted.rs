//! What says how many shares it has: video walls and cameras. It is counted each time, so that it is
//! true after every edit. A share that is not listed counts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{List, Uuid, Values, World, camera, video_wall, without_facet};
use crate::clock::UnixMillis;

/// How many shares each thing has.
pub(super) type Counts = BTreeMap<Uuid, usize>;

impl World {
    /// What the world has of itself at `now`, before it is edited.
    pub(super) fn own(&self, list: List, now: UnixMillis) -> Values {
        let own = self.base_of(list).records(list, now, self.profile.uuid);
        match list {
            List::VideoWalls => {
                let shares = self.counted(List::VideoWallShares, "videoWallUuid", now);
                Box::new(own.map(move |wall| video_wall::counted(wall, &shares)))
            }
            List::Cameras => Box::new(self.cameras(now).into_iter()),
            _ => own,
        }
    }

    /// The cameras that the world has, and those that only a stream names.
    fn cameras(&self, now: UnixMillis) -> Vec<Value> {
        if self.edits(List::Cameras).is_cleared {
            return Vec::new();
        }
        let mut streams = self.counted(List::LiveStreams, "cameraUuid", now);
        let own = self.base.cameras().into_iter();
        let own: Vec<_> = own
            .map(|camera| (camera, streams.remove(&camera).unwrap_or_default()))
            .collect();
        let state = |(number, (camera, shared))| {
            let name = self.base.camera_name(number);
            camera::state((camera, name), self.base.location(camera), shared)
        };
        let all = own.into_iter().chain(streams);
        (1..).zip(all).map(state).collect()
    }

    /// How many of `shares` name each thing in this field, but for those that are not to count.
    fn counted(&self, shares: List, field: &str, now: UnixMillis) -> Counts {
        let mut counts = Counts::new();
        let counts_no_ended = self.unstated.counts_no_ended;
        let all = self.all(shares, now);
        for share in all.filter(|share| !(counts_no_ended && shares.has_ended(share, now))) {
            let named = share.field(field).and_then(Value::as_str);
            if let Some(named) = named.and_then(|named| Uuid::parse(without_facet(named))) {
                *counts.entry(named).or_default() += 1;
            }
        }
        counts
    }
}
