//! `permission/getPermissionsForCurrentUser`: what the key may do.

use super::{Ask, Tells, asks_nothing, changes_nothing};
use crate::document::Content;
use crate::operation::Operation;

pub(super) const ASK: Ask = Ask {
    operation: Operation::Permissions,
    path: "/api/permission/getPermissionsForCurrentUser",
    read: asks_nothing,
    change: changes_nothing,
    content: Tells::Organization(|world, _, _| Content::members(&world.permissions())),
};
