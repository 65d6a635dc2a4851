//! `org/getOrgV2`: the organisation that the key belongs to.

use serde_json::json;

use super::{Ask, Asked};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::World;

pub(super) const ASK: Ask = Ask {
    operation: Operation::Organization,
    path: "/api/org/getOrgV2",
    read: |_| Ok(Asked::new()),
    content,
};

fn content(world: &World, _: UnixMillis, _: &Asked) -> Content {
    let profile = world.profile();
    let org = json!({
        "uuid": profile.uuid.to_string(),
        "name": profile.name,
        "type": "CUSTOMER",
        "supportAccessAllowedUntil": null,
        "partnerAccessAllowedUntil": null,
    });
    Content::object("org", &org)
}
