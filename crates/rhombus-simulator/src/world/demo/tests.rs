use super::*;
use crate::operation::Operation;
use crate::world::{Record, World, WorldKind};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

const START: UnixMillis = UnixMillis(1_760_000_000_000);
const PLACES: [Place; 3] = [Place::School, Place::Clinic, Place::Shop];

/// What `place` lists `seconds` after its start, by uuid.
fn at(place: Place, seconds: i64) -> BTreeMap<String, Value> {
    let demo = Demo {
        place,
        start: START,
    };
    let now = UnixMillis(START.0 + 1000 * seconds);
    let records = demo.records(List::ClipGroups, now, demo.org());
    records
        .map(|group| (group["uuid"].as_str().unwrap().to_owned(), group))
        .collect()
}

fn is_over(group: &Value, seconds: i64) -> bool {
    let end = match group["expirationTimeSecs"].as_i64().unwrap() {
        0 => i64::MAX,
        end @ 1_000_000_000.. => end,
        ttl => group["createdAtMillis"].as_i64().unwrap() / 1000 + ttl,
    };
    end <= 1_760_000_000 + seconds
}

#[test]
fn the_acts_of_a_scene_are_in_order_and_fit_its_period() {
    for scene in PLACES
        .iter()
        .flat_map(|place| place.scenes(List::ClipGroups))
    {
        assert!(scene.acts.is_sorted_by_key(|act| act.0), "{}", scene.title);
        let last = scene.acts.last().unwrap().0;
        match scene.repeat {
            Repeat::Once => {}
            Repeat::Same(period) => assert!(last < period, "{}", scene.title),
            Repeat::New(period) => {
                assert!(last < period && scene.acts[0].0 >= 0, "{}", scene.title);
            }
        }
    }
}

#[test]
fn every_kind_has_shares_that_are_open_and_shares_that_move() {
    for place in PLACES {
        let demo = Demo {
            place,
            start: START,
        };
        let at = |list, seconds: i64| -> Vec<_> {
            let now = UnixMillis(START.0 + 1000 * seconds);
            demo.records(list, now, demo.org()).collect()
        };
        for list in [
            List::TimelapseGroups,
            List::LiveStreams,
            List::VideoWallShares,
        ] {
            let open = |record: &Value| record[list.fields().protected] == false;
            assert!((0..600).any(|second| at(list, second).iter().any(open)));
            let first = at(list, 0);
            assert!(!first.is_empty(), "{place:?} {list:?}");
            assert!((0..600).any(|second| at(list, second) != first));
        }
    }
}

#[test]
fn the_start_has_every_sort_of_page() {
    for place in PLACES {
        let listed = at(place, 0);
        let has = |so: fn(&Value) -> bool| listed.values().any(so);
        assert!(has(|group| group["isSecured"] == true));
        assert!(has(|group| group["isSecured"] == false));
        assert!(has(|group| group["expirationTimeSecs"] == 0));
        assert!(has(|group| is_over(group, 0)), "{place:?}");
    }
    assert!(at(Place::School, 0).len() >= 9);
}

#[test]
fn within_ten_minutes_pages_come_change_end_and_go() {
    for place in PLACES {
        let mut seen = [false; 6];
        for second in 1..600 {
            let (before, after) = (at(place, second - 1), at(place, second));
            seen[0] |= after.keys().any(|uuid| !before.contains_key(uuid));
            seen[1] |= before.keys().any(|uuid| !after.contains_key(uuid));
            for (uuid, old) in &before {
                let Some(new) = after.get(uuid) else { continue };
                let secured = (&old["isSecured"], &new["isSecured"]);
                seen[2] |= secured == (&json!(false), &json!(true));
                seen[3] |= secured == (&json!(true), &json!(false));
                seen[4] |= old["expirationTimeSecs"] != new["expirationTimeSecs"];
                seen[5] |= !is_over(old, second - 1) && is_over(new, second);
            }
        }
        let names = ["come", "go", "locked", "opened", "extended", "ended"];
        assert_eq!(seen, [true; 6], "{place:?}: {names:?}");
    }
}

#[test]
fn a_page_keeps_its_creation_time_and_a_day_later_it_still_moves() {
    for place in PLACES {
        let (first, later) = (at(place, 0), at(place, DAY));
        for (uuid, group) in &first {
            if let Some(same) = later.get(uuid) {
                assert_eq!(same["createdAtMillis"], group["createdAtMillis"], "{group}");
            }
        }
        let moved = (0..600).any(|second| at(place, DAY + second) != later);
        assert!(moved, "{place:?}");
    }
}

#[test]
fn what_lies_before_the_start_happened_once() {
    let gym = |seconds| {
        let groups = at(Place::School, seconds).into_values();
        let mut gyms = groups.filter(|group| group["title"].as_str().unwrap().starts_with("Gym"));
        gyms.next().unwrap()
    };
    assert_ne!(gym(100), gym(0));
    assert_eq!(gym(3 * MINUTE), gym(0));
}

#[test]
fn every_page_of_a_day_has_its_own_uuid() {
    let mut titles = BTreeMap::new();
    for place in PLACES {
        for second in (0..DAY).step_by(20) {
            for (uuid, group) in at(place, second) {
                let page = (
                    place as u8,
                    group["title"].clone(),
                    group["createdAtMillis"].clone(),
                );
                assert_eq!(*titles.entry(uuid).or_insert_with(|| page.clone()), page);
            }
        }
    }
    assert!(titles.len() > 500);
}

#[test]
fn organisations_share_nothing() {
    let orgs: HashSet<_> = PLACES
        .map(|place| at(place, 0).into_values().next().unwrap()["orgUuid"].clone())
        .into();
    assert_eq!(orgs.len(), PLACES.len());
}

fn world(place: Place) -> World {
    World::new(WorldKind::Demo(place), "", START)
}

#[test]
fn one_key_is_no_super_admin_and_is_not_told_of_a_stream() {
    let [school, clinic, shop] = PLACES.map(world);
    assert_eq!(school.permissions()["superAdmin"], true);
    assert_eq!(clinic.permissions()["superAdmin"], false);
    assert_eq!(shop.permissions()["superAdmin"], true);
    let unlisted = |world: &World| {
        let cameras = world.records(List::Cameras, START);
        let count = |camera: Record| camera.field("liveStreamsSharedCount").unwrap().as_u64();
        let counted: u64 = cameras.filter_map(count).sum();
        counted - world.count(List::LiveStreams, START) as u64
    };
    assert_eq!(
        [school, clinic, shop].map(|world| unlisted(&world)),
        [0, 1, 0]
    );
}

#[test]
fn support_and_a_partner_may_enter_for_a_while() {
    let [school, clinic, shop] = PLACES.map(world);
    let later = |until: &Value| until.as_i64().unwrap() > 1_760_000_000;
    assert!(later(&school.profile().support_access_until));
    assert!(school.profile().partner_access_until.is_null());
    assert!(later(&clinic.profile().partner_access_until));
    assert!(clinic.profile().support_access_until.is_null());
    assert!(later(&shop.profile().partner_access_until));
}

#[test]
fn some_lists_fail_for_some_minutes_again_and_again() {
    let minutes = |place, operation| -> Vec<i64> {
        let at = |minute: i64| UnixMillis(START.0 + 60_000 * minute);
        let fails = |minute: &i64| world(place).own_fault(operation, at(*minute)).is_some();
        (0..60).filter(fails).collect()
    };
    let failing = minutes(Place::Clinic, Operation::VideoWalls);
    assert_eq!(failing, [2, 3, 4, 5, 6, 32, 33, 34, 35, 36]);
    assert!(minutes(Place::Clinic, Operation::LiveStreams).is_empty());
    assert!(minutes(Place::School, Operation::VideoWalls).is_empty());
    let warning = minutes(Place::Shop, Operation::LiveStreams);
    assert_eq!(warning, [4, 5, 6, 24, 25, 26, 44, 45, 46]);
    assert!(minutes(Place::Shop, Operation::VideoWalls).is_empty());
}

#[test]
fn streams_differ_in_who_may_watch_and_whose_they_are() {
    for place in PLACES {
        let has = |field: &str, value: Value| {
            let mut streams = world(place).records(List::LiveStreams, START);
            streams.any(|stream| stream.field(field) == Some(&value))
        };
        assert!(has("ssoProtected", true.into()), "{place:?}");
        assert!(has("vodEnabled", true.into()), "{place:?}");
        let walls = world(place).records(List::VideoWalls, START);
        assert!(walls.count() > 1, "{place:?}");
    }
}

#[test]
fn a_monitoring_service_and_those_who_may_talk_have_streams_of_their_own() {
    let have = |place, fields: &[(&str, Value)]| {
        let streams = world(place).records(List::LiveStreams, START);
        let has =
            |stream: &Record, (name, value): &(&str, Value)| stream.field(name) == Some(value);
        let mut streams = streams.filter(|stream| fields.iter().all(|field| has(stream, field)));
        streams.next().is_some()
    };
    let shared = |of| {
        [
            ("streamType", of),
            ("sharedWithMonitoringService", true.into()),
        ]
    };
    assert!(have(Place::Clinic, &shared("DICE".into())));
    assert!(have(Place::Shop, &shared("ALARM_MONITORING".into())));
    assert!(!have(Place::School, &shared("USER".into())));
    let talks = ("audioPushToTalkEnabled", true.into());
    assert!(have(Place::School, std::slice::from_ref(&talks)));
    assert!(!have(
        Place::School,
        &[talks, ("audioGatewayUuid", Value::Null)]
    ));
}

/// From when to when each clip or timelapse of a page shows something, in milliseconds.
fn shown(page: &Value) -> Vec<[i64; 2]> {
    let number = |value: &Value| value.as_i64().unwrap();
    let of_clip = |clip: &Value| {
        let start = number(&clip["startTime"]);
        [start, start + 1000 * number(&clip["durationSec"])]
    };
    let of_timelapse = |it: &Value| ["videoStartTime", "videoStopTime"].map(|end| number(&it[end]));
    let all = |list: &str| page[list].as_array().into_iter().flatten();
    let clips = all("sharedClips").map(of_clip);
    clips
        .chain(all("sharedTimelapses").map(of_timelapse))
        .collect()
}

#[test]
fn what_a_page_shows_was_over_when_it_was_made_and_no_two_clips_begin_at_once() {
    for place in PLACES {
        for list in [List::ClipGroups, List::TimelapseGroups] {
            let demo = world(place);
            for page in demo.records(list, UnixMillis(START.0 + 100_000)) {
                let page = page.value();
                let shown = shown(&page);
                let made = page["createdAtMillis"].as_i64().unwrap();
                assert!(!shown.is_empty(), "{page}");
                assert!(
                    shown.iter().all(|[from, to]| from < to && *to <= made),
                    "{page}"
                );
                let starts: HashSet<_> = shown.iter().map(|[from, _]| from).collect();
                assert!(
                    list != List::ClipGroups || starts.len() == shown.len(),
                    "{page}"
                );
            }
        }
    }
}

#[test]
fn each_camera_that_a_share_shows_has_a_name() {
    for place in PLACES {
        let demo = world(place);
        let names = demo.camera_names(START).filter_map(|record| match record {
            Record::Named(camera, _) => Some(camera),
            _ => None,
        });
        let names: HashSet<_> = names.collect();
        assert_eq!(names.len(), place.facts().cameras.len(), "{place:?}");
        for list in [
            List::ClipGroups,
            List::TimelapseGroups,
            List::LiveStreams,
            List::VideoWalls,
        ] {
            let scenes = place.scenes(list).iter();
            for camera in scenes.flat_map(|scene| scene.cameras) {
                let uuid = demo.base.cameras()[usize::from(*camera) - 1].to_string();
                assert!(names.contains(&uuid), "{place:?} {list:?}: camera {camera}");
            }
        }
    }
}
