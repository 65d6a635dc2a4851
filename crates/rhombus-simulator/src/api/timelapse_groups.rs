//! `video/getSharedTimelapseGroups`: the pages of timelapses.

use super::{Ask, Tells, asks_nothing, changes_nothing};
use crate::document::Content;
use crate::operation::Operation;
use crate::world::List;

pub(super) const ASK: Ask = Ask {
    operation: Operation::TimelapseGroups,
    path: "/api/video/getSharedTimelapseGroups",
    read: asks_nothing,
    change: changes_nothing,
    content: Tells::Organization(|world, now, _| {
        Content::list(
            "sharedTimelapses",
            world.records(List::TimelapseGroups, now),
        )
    }),
};
