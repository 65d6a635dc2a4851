use std::collections::BTreeMap;

use super::*;

const NOW: UnixMillis = UnixMillis(1_760_000_000_000);
const LIST: List = List::ClipGroups;

fn generated(groups: usize) -> World {
    World::new(WorldKind::Generated { groups, seed: 1 }, "", NOW)
}

/// The uuids of the world's own records, and what was put.
fn all(world: &World) -> Vec<String> {
    let text = |record| match record {
        Record::Made(record) | Record::Named(_, record) => {
            record["uuid"].as_str().unwrap().to_owned()
        }
        Record::Put(put) => put.json().to_owned(),
    };
    world.records(LIST, NOW).map(text).collect()
}

#[test]
fn a_put_takes_the_place_of_the_record_with_its_uuid() {
    let mut world = generated(3);
    let uuid = all(&world)[1].clone();
    for (uuid, json) in [(uuid.as_str(), "{}"), ("new", r#"{"uuid":null}"#)] {
        world.put(LIST, uuid.to_owned(), json).unwrap();
    }
    for json in [
        format!(r#"{{"uuid":"{uuid}"}}"#),
        r#"{"uuid":null}"#.to_owned(),
    ] {
        assert!(all(&world).contains(&json), "{json}");
    }
    assert_eq!(all(&world).len(), 4);
    assert_eq!(world.count(LIST, NOW), 4);
}

#[test]
fn a_record_can_be_taken_away_and_put_back() {
    let mut world = generated(3);
    let uuid = all(&world)[1].clone();
    assert!(world.remove(LIST, &uuid, NOW));
    assert!(!world.remove(LIST, &uuid, NOW));
    assert_eq!(world.count(LIST, NOW), 2);
    world.put(LIST, uuid.clone(), "{}").unwrap();
    assert_eq!(world.count(LIST, NOW), 3);
    assert!(world.remove(LIST, &uuid, NOW));
    assert_eq!(world.count(LIST, NOW), 2);
    assert!(!world.remove(LIST, "unknown", NOW));
    world.clear(LIST);
    assert_eq!(world.count(LIST, NOW), 0);
    world.put(LIST, uuid.clone(), "{}").unwrap();
    assert_eq!(world.count(LIST, NOW), 1);
}

#[test]
fn its_own_records_bear_the_uuid_of_the_organisation() {
    let mut world = generated(3);
    let orgs = |world: &World| -> Vec<_> {
        let records = world.records(LIST, NOW);
        let org = |record: Record| {
            record
                .field("orgUuid")
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        records.map(org).collect()
    };
    let json = r#"{"orgUuid":"x"}"#;
    world.put(LIST, "put".to_owned(), json).unwrap();
    let first = world.profile().uuid.to_string();
    assert_eq!(orgs(&world), [&first, &first, &first, "x"]);
    world.set_profile(Profile {
        uuid: Uuid(7),
        ..world.profile().clone()
    });
    let other = Uuid(7).to_string();
    assert_eq!(orgs(&world), [&other, &other, &other, "x"]);
}

#[test]
fn an_edit_does_not_show_in_an_answer_that_has_begun() {
    let mut world = generated(10);
    let records = world.records(LIST, NOW);
    world.clear(LIST);
    assert_eq!(records.count(), 10);
}

/// How many of `shares` name each thing in `field`, by uuid.
fn named(shares: Records, field: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for share in shares {
        if let Some(named) = share.field(field).and_then(Value::as_str) {
            *counts.entry(without_facet(named).to_owned()).or_default() += 1;
        }
    }
    counts
}

#[test]
fn walls_and_cameras_say_how_many_shares_they_have() {
    for kind in [
        WorldKind::Generated {
            groups: 1000,
            seed: 1,
        },
        WorldKind::Demo(Place::School),
        WorldKind::Demo(Place::Clinic),
        WorldKind::Demo(Place::Shop),
    ] {
        let world = World::new(kind, "", NOW);
        for second in (0..600).step_by(50) {
            let now = UnixMillis(NOW.0 + 1000 * second);
            for (things, count, shares, field) in [
                (
                    List::VideoWalls,
                    "numShares",
                    List::VideoWallShares,
                    "videoWallUuid",
                ),
                (
                    List::Cameras,
                    "liveStreamsSharedCount",
                    List::LiveStreams,
                    "cameraUuid",
                ),
            ] {
                let mut named = named(world.all(shares, now), field);
                for thing in world.records(things, now) {
                    let uuid = thing.field("uuid").unwrap().as_str().unwrap();
                    let there = named.remove(uuid).unwrap_or_default();
                    let said = thing.field(count).unwrap();
                    assert!(said.is_null() || *said == there, "{kind:?} {said} {there}");
                    if things == List::Cameras {
                        assert_eq!(thing.field("liveStreamShared").unwrap(), there > 0);
                    }
                }
                assert!(named.is_empty(), "{kind:?} {things:?}: {named:?}");
            }
        }
    }
}

#[test]
fn a_seventh_of_the_generated_walls_does_not_say_how_many() {
    let world = generated(1000);
    let walls = world.records(List::VideoWalls, NOW);
    let unsaid = walls.filter(|wall| wall.field("numShares").unwrap().is_null());
    assert_eq!(unsaid.count(), 7);
}

/// Were each wall looked for among all shares, this would take minutes.
#[test]
fn thousands_of_walls_are_asked_for_their_shares() {
    let world = generated(200_000);
    let uuid = |record: Record| record.field("uuid").unwrap().clone();
    let shares = |wall| world.shares_of_wall(&wall, NOW).map(uuid);
    let walls = world.records(List::VideoWalls, NOW).map(uuid);
    let of_walls: Vec<_> = walls.flat_map(shares).collect();
    let all: Vec<_> = world
        .records(List::VideoWallShares, NOW)
        .map(uuid)
        .collect();
    assert_eq!((of_walls.len(), &of_walls), (9999, &all));
    for none in [Value::Null, "w".into(), Uuid(7).into()] {
        assert_eq!(world.shares_of_wall(&none, NOW).count(), 0);
    }
}

#[test]
fn what_is_not_listed_is_counted_all_the_same() {
    let mut world = World::new(WorldKind::Empty, "", NOW);
    let camera = Uuid(7).to_string();
    for uuid in ["a", "b"] {
        let stream = format!(r#"{{"cameraUuid":"{camera}.v0"}}"#);
        world
            .put(List::LiveStreams, uuid.to_owned(), &stream)
            .unwrap();
    }
    let seen = |world: &World| {
        let cameras: Vec<_> = world.records(List::Cameras, NOW).collect();
        assert_eq!(cameras.len(), 1);
        assert_eq!(cameras[0].field("uuid").unwrap(), &camera);
        let counted = cameras[0].field("liveStreamsSharedCount").unwrap().clone();
        (world.count(List::LiveStreams, NOW), counted.as_u64())
    };
    assert_eq!(seen(&world), (2, Some(2)));
    world.hide(List::LiveStreams, "a".to_owned());
    assert_eq!(seen(&world), (1, Some(2)));
    assert!(world.show(List::LiveStreams, "a") && !world.show(List::LiveStreams, "a"));
    assert_eq!(seen(&world), (2, Some(2)));
    assert!(world.remove(List::LiveStreams, "a", NOW));
    assert_eq!(seen(&world), (1, Some(1)));
}
