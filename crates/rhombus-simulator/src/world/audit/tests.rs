use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::num::NonZeroUsize;

use serde_json::Value;

use super::action::SHARES;
use super::*;
use crate::clock::UnixMillis;
use crate::world::unstated::AuditPage;
use crate::world::{List, Place, Record, World, WorldKind};

const START: UnixMillis = UnixMillis(1_760_000_000_000);
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const PLACES: [Place; 3] = [Place::School, Place::Clinic, Place::Shop];

fn generated(groups: usize) -> World {
    unpaged(WorldKind::Generated { groups, seed: 1 })
}

fn demo(place: Place) -> World {
    unpaged(WorldKind::Demo(place))
}

/// A world whose feed tells all at once.
fn unpaged(kind: WorldKind) -> World {
    let mut world = World::new(kind, "", START);
    world.unstated.audit_page = AuditPage::Newest(NonZeroUsize::MAX);
    world
}

fn later(millis: i64) -> UnixMillis {
    UnixMillis(START.0 + millis)
}

fn told(world: &World, now: UnixMillis, wanted: &Wanted) -> Vec<Value> {
    let records = world.audit_feed(now, wanted);
    records
        .map(|record| match record {
            Record::Made(event) => event,
            _ => panic!("an event that was put"),
        })
        .collect()
}

fn between(after: UnixMillis, before: UnixMillis) -> Wanted {
    Wanted {
        after: Some(after.0),
        before: Some(before.0),
        ..Wanted::default()
    }
}

fn of(actions: &[&str]) -> Wanted {
    Wanted {
        include: actions.iter().map(|&action| action.to_owned()).collect(),
        ..Wanted::default()
    }
}

fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event[field].as_str().unwrap_or_default()
}

fn at(event: &Value) -> i64 {
    time::read(text(event, "timestamp")).unwrap()
}

/// The uuids of some events.
fn uuids(events: &[Value]) -> BTreeSet<String> {
    events
        .iter()
        .map(|it| text(it, "uuid").to_owned())
        .collect()
}

#[test]
fn the_parts_of_a_time_are_the_whole_and_each_event_has_its_own_uuid() {
    let now = later(DAY);
    for world in [generated(400), demo(Place::School), demo(Place::Shop)] {
        let whole = told(&world, now, &between(later(-4 * DAY), now));
        assert!(whole.len() > 200, "{}", whole.len());
        let mut parts = BTreeSet::new();
        for hour in -4 * 24..24 {
            let from = later(hour * DAY / 24);
            let to = later((hour + 1) * DAY / 24 - 1);
            let part = told(&world, now, &between(from, to));
            assert!(part.iter().all(|it| (from.0..=to.0).contains(&at(it))));
            parts.extend(uuids(&part));
        }
        let until_now = between(now, now);
        parts.extend(uuids(&told(&world, now, &until_now)));
        let whole_uuids = uuids(&whole);
        assert_eq!(whole_uuids.len(), whole.len());
        let differ: Vec<_> = whole_uuids.symmetric_difference(&parts).collect();
        let event = |it: &&Value| differ.iter().any(|uuid| **uuid == it["uuid"]);
        assert!(
            differ.is_empty(),
            "{differ:?} {:?}",
            whole.iter().find(event)
        );
    }
}

#[test]
fn what_has_happened_stays_as_it_was() {
    for world in [
        generated(400),
        demo(Place::School),
        demo(Place::Clinic),
        demo(Place::Shop),
    ] {
        let until = later(30 * MINUTE);
        let wanted = between(later(-DAY), until);
        let then = told(&world, until, &wanted);
        assert!(!then.is_empty());
        assert_eq!(told(&world, later(DAY), &wanted), then);
        assert!(then.iter().all(|it| at(it) <= until.0));
        assert!(then.is_sorted_by_key(|it| -at(it)), "the newest first");
    }
}

#[test]
fn each_share_was_made_once_but_for_timelapses() {
    let world = generated(2000);
    let creations = [
        "SHARED_CLIP_CREATE",
        "SHARED_LIVE_VIDEO_STREAM_WITH_PASSWORD_CREATE",
        "SHARED_LIVE_VIDEO_STREAM_WITHOUT_PASSWORD_CREATE",
        "SHARED_VIDEOWALL_WITH_PASSWORD_CREATE",
        "SHARED_VIDEOWALL_WITHOUT_PASSWORD_CREATE",
    ];
    let events = told(&world, START, &of(&creations));
    let mut made: BTreeMap<_, _> = events
        .iter()
        .map(|it| (text(it, "targetUuid").to_owned(), it))
        .collect();
    assert_eq!(made.len(), events.len());
    for list in SHARES {
        for share in world.records(list, START) {
            let share = share.value();
            let event = made.remove(text(&share, "uuid"));
            assert_eq!(event.is_none(), list == List::TimelapseGroups, "{share}");
            let Some(event) = event else { continue };
            assert_eq!(share[list.fields().created], at(event));
            let action = text(event, "action");
            let is_open = share[list.fields().protected] != true;
            assert_eq!(
                action.contains("WITHOUT"),
                list != List::ClipGroups && is_open
            );
            let is_named = ["title", "name"]
                .iter()
                .any(|it| share[it] == event["targetName"]);
            assert!(is_named || list == List::VideoWallShares, "{event}");
        }
    }
    assert!(made.is_empty(), "{made:?}");
}

/// When each share of a list was looked at from some days before the start on.
fn looked_at(world: &World, list: List, days: i64) -> BTreeMap<String, Vec<i64>> {
    let [action, principal] = list.viewing().unwrap();
    let wanted = Wanted {
        after: Some(START.0 - days * DAY),
        ..of(&[action])
    };
    let mut times = BTreeMap::<_, Vec<i64>>::new();
    for view in told(world, later(3 * DAY), &wanted) {
        assert_eq!(view["principalUuid"], view["targetUuid"]);
        assert_eq!(view["principalType"], principal);
        let share = text(&view, "principalUuid").to_owned();
        times.entry(share).or_default().push(at(&view));
    }
    times
}

#[test]
fn a_share_is_looked_at_until_it_ends() {
    let world = generated(2000);
    for (list, days) in [(List::ClipGroups, 90), (List::LiveStreams, 0)] {
        let times = looked_at(&world, list, days);
        let mut seen = 0;
        for share in world.records(list, START) {
            let made = share.field(list.fields().created).and_then(Value::as_i64);
            let uuid = share.field("uuid").unwrap().as_str().unwrap();
            for at in times.get(uuid).into_iter().flatten() {
                let ended = list.has_ended(&share, UnixMillis(*at));
                assert!(*at >= made.unwrap() && !ended, "{uuid} at {at}");
                seen += 1;
            }
        }
        assert_eq!(seen, times.values().map(Vec::len).sum::<usize>());
        assert!(seen > 100, "{list:?}");
    }
}

#[test]
fn one_share_is_looked_at_more_than_a_thousand_times_a_day() {
    let mut world = generated(20);
    world.unstated.audit_wrong_passwords = true;
    let times = looked_at(&world, List::LiveStreams, 0);
    let in_a_day = |times: &Vec<i64>| {
        let last = times.iter().max().unwrap();
        times.iter().filter(|at| **at > last - DAY).count()
    };
    let most = times.values().map(in_a_day).max().unwrap();
    assert!((1439..=1441).contains(&most), "{most}");
}

#[test]
fn pages_of_the_demo_are_made_and_taken_down_when_they_come_and_go() {
    for place in PLACES {
        let world = demo(place);
        let wanted = between(START, later(30 * MINUTE));
        let events = told(&world, later(30 * MINUTE), &wanted);
        for list in SHARES {
            let listed = |at: i64| -> HashSet<String> {
                // One stream is not listed.
                let records = world.all(list, UnixMillis(at));
                records
                    .map(|it| text(&it.value(), "uuid").to_owned())
                    .collect()
            };
            let mut counts = [0, 0, 0];
            for event in &events {
                let (action, at) = (text(event, "action"), at(event));
                let uuid = text(event, "targetUuid");
                let is = |locked| list.creation(locked) == Some(action);
                if is(true) || is(false) {
                    counts[0] += 1;
                    assert!(!listed(at - 1).contains(uuid) && listed(at).contains(uuid));
                } else if list.deletion() == Some(action) {
                    counts[1] += 1;
                    assert!(listed(at - 1).contains(uuid) && !listed(at).contains(uuid));
                } else if list.viewing().is_some_and(|[view, _]| view == action) {
                    counts[2] += 1;
                    assert!(listed(at).contains(uuid), "{event}");
                }
            }
            let has_none = list == List::TimelapseGroups
                || (place, list) == (Place::Clinic, List::VideoWallShares);
            assert!(counts[2] > 0, "{place:?} {list:?} {counts:?}");
            assert_eq!(
                counts[0] == 0 || counts[1] == 0,
                has_none,
                "{place:?} {list:?} {counts:?}"
            );
        }
    }
}

#[test]
fn the_demo_has_every_sort_of_viewer_and_of_principal() {
    let mut seen = BTreeSet::new();
    let mut networks = BTreeSet::new();
    let mut own = HashSet::new();
    for place in PLACES {
        let world = demo(place);
        let now = later(DAY);
        for event in told(&world, now, &between(later(-DAY), now)) {
            assert!(own.insert(text(&event, "uuid").to_owned()), "{event}");
            seen.insert(text(&event, "clientType").to_owned());
            seen.insert(text(&event, "principalType").to_owned());
            let ip = text(&event, "sourceIp");
            let end = ip.rfind(['.', ':']).unwrap();
            networks.insert(ip[..=end].to_owned());
        }
    }
    for expected in [
        "SHARE_ANONYMOUS",
        "SHARE_ANONYMOUS_V2",
        "SHARE_RAW",
        "SHARE_SSO",
        "SHARED_CLIP",
        "SHARED_STREAM",
        "SHARED_TIMELAPSE",
        "SHARED_VIDEOWALL",
        "USER",
        "API_TOKEN",
        "PARTNER",
        "RHOMBUS_SUPPORT",
        "BROWSER",
        "MOBILE",
    ] {
        assert!(seen.contains(expected), "{expected} {seen:?}");
    }
    let documentation = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
    let is_set_aside = |ip: &String| documentation.iter().any(|it| ip.starts_with(it));
    assert!(
        networks.iter().all(is_set_aside) && networks.len() == 5,
        "{networks:?}"
    );
}

#[test]
fn whoever_may_enter_was_let_in() {
    let doors = [
        "SUPPORT_ACCESS_GRANT",
        "SUPPORT_ACCESS_REVOKE",
        "SUPPORT_PARTNER_ADD",
    ];
    let open = |place| {
        let events = told(&demo(place), START, &of(&doors));
        let count = |action: &str| events.iter().filter(|it| it["action"] == action).count();
        doors.map(count)
    };
    assert_eq!(open(Place::School), [2, 1, 0]);
    assert_eq!(open(Place::Clinic), [1, 1, 1]);
    assert_eq!(open(Place::Shop), [1, 1, 1]);
}

#[test]
fn a_share_that_is_taken_down_is_looked_at_no_more() {
    for mut world in [generated(400), demo(Place::School)] {
        let now = later(2 * 60 * MINUTE);
        let views = Wanted {
            after: Some(START.0 - 60 * MINUTE),
            ..of(&["VIEW_SHARE_STREAM"])
        };
        let before = told(&world, now, &views);
        let busy = text(&before[0], "principalUuid").to_owned();
        let by = By::Key;
        assert!(world.take_down(List::LiveStreams, &busy, START, by));
        assert!(!world.take_down(List::LiveStreams, &busy, START, by));
        let after = told(&world, now, &views);
        let expected = before
            .iter()
            .filter(|it| text(it, "principalUuid") != busy || at(it) < START.0);
        assert!(after.iter().eq(expected));
        assert!(after.len() < before.len());
        let deletions = told(&world, START, &of(&["SHARED_LIVE_VIDEO_STREAM_DELETE"]));
        assert_eq!(
            (deletions.len(), text(&deletions[0], "targetUuid")),
            (1, &*busy)
        );

        world.take_all_down(List::LiveStreams, later(MINUTE));
        let after = told(&world, now, &views);
        assert!(after.iter().all(|it| at(it) < START.0 + MINUTE));
    }
}

#[test]
fn what_is_done_again_and_again_takes_no_more_memory() {
    let mut world = unpaged(WorldKind::Empty);
    for number in 0..30_000 {
        let now = later(number);
        let list = List::ClipGroups;
        world.make(list, "x".to_owned(), "{}", now).unwrap();
        world.make(list, "x".to_owned(), "{}", now).unwrap();
        assert!(world.take_down(list, "x", now, By::Key));
    }
    let events = told(&world, later(30_000), &Wanted::default());
    assert_eq!((events.len(), uuids(&events).len()), (50_000, 50_000));
    assert_eq!(at(&events[0]), later(29_999).0);
    assert_eq!(at(&events[49_999]), later(5_000).0);
}

/// Were each share made for each answer, this would take minutes.
#[test]
fn an_hour_of_a_large_world_is_found_without_making_all_of_it() {
    let mut world = generated(100_000);
    world.unstated.audit_page = AuditPage::default();
    let mut count = 0;
    for hour in 0..10 {
        let now = later((hour + 1) * DAY / 24);
        count += told(&world, now, &between(later(hour * DAY / 24), now)).len();
    }
    assert!(count > 1_000, "{count}");
    // All of it is millions of events, of which one answer has the newest.
    assert_eq!(told(&world, START, &Wanted::default()).len(), 1000);
}
