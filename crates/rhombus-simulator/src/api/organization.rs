//! `org/getOrgV2`: the organisation that the key belongs to.

use serde_json::{Map, json};

use super::{Ask, Asked, Tells, asks_nothing, changes_nothing};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::World;

pub(super) const ASK: Ask = Ask {
    operation: Operation::Organization,
    path: "/api/org/getOrgV2",
    read: asks_nothing,
    change: changes_nothing,
    content: Tells::Organization(content),
};

fn content(world: &World, _: UnixMillis, _: &Asked) -> Content {
    let profile = world.profile();
    let org = json!({
        "uuid": profile.uuid.to_string(),
        "name": profile.name,
        "type": "CUSTOMER",
        "supportAccessAllowedUntil": profile.support_access_until,
        "partnerAccessAllowedUntil": profile.partner_access_until,
    });
    Content::members(&Map::from_iter([("org".to_owned(), org)]))
}
