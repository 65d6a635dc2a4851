//! `event/getSharedClipGroupsV2`: the pages of saved clips, within the bounds that were asked for.

use serde_json::{Map, Value};

use super::{Ask, Asked, Rejection, Tells, changes_nothing};
use crate::clock::UnixMillis;
use crate::document::Content;
use crate::operation::Operation;
use crate::world::{List, World};

pub(super) const ASK: Ask = Ask {
    operation: Operation::ClipGroups,
    path: "/api/event/getSharedClipGroupsV2",
    read,
    change: changes_nothing,
    content: Tells::Organization(content),
};

const BOUNDS: [&str; 2] = ["createdAfterMs", "createdBeforeMs"];

fn read(fields: &Map<String, Value>) -> Result<Asked, Rejection> {
    let bound = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(Value::Null),
        Some(value) if value.is_i64() => Ok(value.clone()),
        Some(_) => Err(Rejection::bad_request(
            "createdAfterMs and createdBeforeMs have to be int64 or null.",
        )),
    };
    let bounds = BOUNDS.map(|name| bound(name).map(|bound| (name, bound)));
    bounds.into_iter().collect()
}

/// A record whose creation can't be read is within all bounds.
fn content(world: &World, now: UnixMillis, asked: &Asked) -> Content {
    let [after, before] = BOUNDS.map(|name| asked.get(name).and_then(Value::as_i64));
    let margin = i64::from(world.unstated.excludes_bounds);
    let records = world.matching(List::ClipGroups, now, move |record| {
        let created = record.field("createdAtMillis").and_then(Value::as_i64);
        created.is_none_or(|created| {
            after.is_none_or(|after| after.saturating_add(margin) <= created)
                && before.is_none_or(|before| created <= before.saturating_sub(margin))
        })
    });
    Content::list("sharedClipGroups", records)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::WorldKind;

    const NOW: UnixMillis = UnixMillis(1_760_000_000_000);

    fn listed(world: &World, body: &Value) -> usize {
        let asked = read(body.as_object().unwrap()).ok().unwrap();
        content(world, NOW, &asked).records.count()
    }

    #[test]
    fn the_bounds_of_creation_are_inclusive() {
        let mut world = World::new(WorldKind::Empty, "", NOW);
        let mut put = |uuid: String, json: String| {
            world.put(List::ClipGroups, uuid, &json).unwrap();
        };
        for created in 1..=4 {
            put(
                created.to_string(),
                json!({"createdAtMillis": created}).to_string(),
            );
        }
        put("unknown".to_owned(), "{}".to_owned());
        for (body, count) in [
            (json!({}), 5),
            (json!({"createdAfterMs": 2, "createdBeforeMs": null}), 4),
            (json!({"createdBeforeMs": 3}), 4),
            (json!({"createdAfterMs": 2, "createdBeforeMs": 3}), 3),
            (json!({"createdAfterMs": 5}), 1),
        ] {
            assert_eq!(listed(&world, &body), count, "{body}");
        }
    }

    #[test]
    fn the_bounds_hold_for_the_records_of_the_world() {
        let kind = WorldKind::Generated {
            groups: 1000,
            seed: 1,
        };
        let world = World::new(kind, "", NOW);
        let middle = NOW.0 - 365 * 86_400_000;
        let after = listed(&world, &json!({"createdAfterMs": middle}));
        let before = listed(&world, &json!({"createdBeforeMs": middle - 1}));
        assert_eq!(after + before, 1000);
        assert!((400..600).contains(&after), "{after}");
    }
}
