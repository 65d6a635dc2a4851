//! `camera/findAllSharedLiveVideoStreams`: the shared live streams of all devices.

use super::{Ask, Asked};
use crate::document::Content;
use crate::operation::Operation;
use crate::world::List;

pub(super) const ASK: Ask = Ask {
    operation: Operation::LiveStreams,
    path: "/api/camera/findAllSharedLiveVideoStreams",
    read: |_| Ok(Asked::new()),
    content: |world, now, _| {
        Content::list(
            "sharedLiveVideoStreams",
            world.records(List::LiveStreams, now),
        )
    },
};
