use proptest::prelude::*;

use super::bench::{Bench, LONG, key, told};
use super::*;
use crate::share::samples::share_of;
use crate::share::{Expiry, Protection, Share, ShareKey, Violation};

fn link(id: &str) -> Share {
    let mut share = share_of(id, Expiry::Never, &["a"]);
    share.protection = Protection::Password;
    share
}

fn open(id: &str) -> Share {
    let mut share = link(id);
    share.protection = Protection::None;
    share
}

fn ending(id: &str, second: i64) -> Share {
    let mut share = link(id);
    share.expiry = Expiry::At(UnixMillis::from_secs(second));
    share
}

#[test]
fn the_first_look_is_no_news_and_counts_nothing() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a"), open("b")]);
    assert_eq!(bench.events(), ["baseline 1", "baseline 1"]);
    assert!(!Event::Baseline.is_counted());
    let lines = bench.lines();
    let breaks = lines.iter().find(|line| line["is"]["protection"] == "none");
    assert_eq!(breaks.unwrap()["is"]["breaks"], json!(["unsecured"]));
    bench.crash();
    bench.look(2, vec![link("a"), open("b")]);
    assert_eq!(bench.events_after(2), [""; 0]);
}

#[test]
fn a_list_that_was_empty_at_first_is_known_to_the_next_process() {
    let mut bench = Bench::new();
    bench.look(1, Vec::new());
    bench.commit();
    bench.crash();
    bench.look(2, vec![link("a")]);
    assert_eq!(bench.events(), ["created 1"]);
}

#[test]
fn what_has_opened_and_closed_is_told_once_over_a_restart() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a")]);
    bench.look(2, vec![open("a")]);
    assert_eq!(bench.events_after(1), ["unsecured 2", "violation_opened 3"]);
    bench.crash();
    bench.look(3, vec![open("a")]);
    bench.look(4, vec![link("a")]);
    assert_eq!(bench.events_after(3), ["secured 4", "violation_closed 5"]);
    bench.crash();
    bench.look(5, vec![link("a")]);
    assert_eq!(bench.events_after(5), [""; 0]);
}

fn violation(exception: Option<&str>) -> Violation {
    Violation {
        rule: "unsecured".into(),
        share: ShareKey::Id(Id::parse("a")),
        since: UnixMillis(0),
        exception: exception.map(Arc::from),
        has_series: exception.is_none(),
    }
}

fn violations(open: Option<Violation>) -> Violations {
    Violations {
        open: open.into_iter().collect(),
        ..Violations::default()
    }
}

#[test]
fn an_exception_closes_nothing() {
    let mut bench = Bench::new();
    bench.look(1, vec![open("a")]);
    bench.judge(violations(Some(violation(Some("lobby")))));
    bench.commit();
    bench.crash();
    bench.judge(violations(Some(violation(None))));
    assert_eq!(bench.events(), ["baseline 1"]);
}

#[test]
fn a_rule_that_is_gone_leaves_what_broke_it_unwatched() {
    let mut bench = Bench::new();
    bench.look(1, vec![open("a")]);
    bench.policy = Policy::new(Vec::new(), Vec::new(), bench.policy.series_limit);
    bench.judge(violations(None));
    assert_eq!(bench.events_after(1), ["unwatched 2"]);
    assert_eq!(bench.lines()[1]["policy"], "unsecured");
}

#[test]
fn a_lookback_that_narrows_removes_nothing() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a")]);
    bench.made_since = Some(UnixMillis::from_secs(501));
    bench.look(2, Vec::new());
    bench.commit();
    bench.crash();
    bench.look(3, Vec::new());
    bench.made_since = None;
    bench.look(4, vec![link("a")]);
    assert_eq!(bench.events_after(1), ["unwatched 2", "baseline 3"]);
}

#[test]
fn a_list_that_is_watched_no_more_is_told_once_and_its_links_are_not_removed() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a"), link("b")]);
    for _ in 0..2 {
        let changes = bench.trail.unwatch(&key(), "it is watched no more");
        bench.enter(changes);
        bench.commit();
        bench.crash();
    }
    assert_eq!(bench.events_after(2), ["watched", "unwatched"]);
    // What has become of them meanwhile is told as such.
    bench.look(3, vec![link("a")]);
    assert_eq!(bench.events_after(4), ["removed 2"]);
    assert_eq!(bench.lines()[4]["while_unwatched"], true);
}

#[test]
fn links_of_another_organisation_are_not_removed_and_come_back_with_their_numbers() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a"), open("b")]);
    bench.org_uuid = Some(Id::parse("another"));
    bench.look(2, vec![link("c")]);
    let events = bench.events_after(2);
    assert_eq!(events[..2], ["watched", "unwatched"]);
    let mut links = events[2..].to_vec();
    links.sort();
    assert_eq!(links, ["baseline 1", "unwatched 2", "unwatched 2"]);
    // Nor are they by the next process.
    bench.crash();
    bench.look(3, vec![link("c")]);
    assert_eq!(bench.events_after(7), [""; 0]);
    bench.crash();
    bench.org_uuid = Some(Id::parse("one"));
    bench.look(4, vec![link("a"), open("b")]);
    let mut links = bench.events_after(9);
    links.sort();
    assert_eq!(links, ["baseline 3", "baseline 3", "unwatched 2"]);
}

#[test]
fn a_look_at_another_organisation_that_is_not_whole_closes_nothing() {
    let mut bench = Bench::new();
    bench.look(1, vec![open("a")]);
    bench.org_uuid = Some(Id::parse("another"));
    bench.judge(violations(None));
    assert_eq!(bench.events_after(1), [""; 0]);
    bench.look(2, vec![open("c")]);
    let expected = ["watched", "unwatched", "unwatched 2", "baseline 1"];
    let mut events = bench.events_after(1);
    events[2..].sort_by(|one, two| two.cmp(one));
    assert_eq!(events, expected);
}

#[test]
fn an_organisation_that_is_renamed_is_the_same() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a")]);
    bench.org = "acme-2";
    bench.look(2, vec![open("a")]);
    assert_eq!(bench.events_after(1), ["unsecured 2", "violation_opened 3"]);
    assert_eq!(bench.lines()[1]["org"], "acme-2");
}

#[test]
fn what_happened_while_nobody_looked_for_long_is_marked() {
    let mut bench = Bench::new();
    bench.max_staleness = Duration::from_secs(60);
    bench.look(1, vec![link("a")]);
    bench.commit();
    bench.crash();
    bench.look(61, vec![open("a")]);
    assert_eq!(bench.events_after(1), ["unsecured 2", "violation_opened 3"]);
    assert_eq!(bench.lines()[1]["while_unwatched"], Value::Null);
    bench.crash();
    bench.look(122, vec![link("a")]);
    assert_eq!(
        bench.events_after(3),
        ["watched", "secured 4", "violation_closed 5"]
    );
    let lines = bench.lines();
    assert_eq!(lines[4]["while_unwatched"], true);
    let looks = &lines[3]["looks"]["clip_group"];
    assert_eq!(looks["first"], "1970-01-01T00:00:01Z");
    assert_eq!(looks["last"], "1970-01-01T00:01:01Z");
    assert_eq!(looks["count"], 2);
}

#[test]
fn a_clock_that_is_set_back_is_told_and_a_range_of_looks_does_not_end_before_it_begins() {
    let mut bench = Bench::new();
    bench.look(1_000, vec![link("a")]);
    bench.look(1_001, vec![link("a")]);
    bench.look(10, vec![link("a")]);
    bench.look(11, vec![open("a")]);
    assert_eq!(
        bench.events_after(1),
        ["watched", "unsecured 2", "violation_opened 3"]
    );
    let lines = bench.lines();
    assert_eq!(lines[2]["while_unwatched"], Value::Null);
    let between = ["1970-01-01T00:00:10Z", "1970-01-01T00:00:11Z"];
    assert_eq!(lines[2]["between"], json!(between));
}

#[test]
fn a_clock_that_jumps_is_told_once_each_time() {
    let bench = Bench::new();
    let tick = |uptime: u64, time: i64| {
        let here = Moment {
            time: UnixMillis::from_secs(time),
            uptime: Duration::from_secs(uptime),
        };
        bench.trail.tick(here).len()
    };
    let told: Vec<_> = [
        (1, 1_000),
        (2, 1_001),
        (7, 1_006),
        (12, 100_000),
        (17, 100_005),
        (22, 1_021),
        (27, 1_026),
        // Less than what is said.
        (32, 1_085),
    ]
    .map(|(uptime, time)| tick(uptime, time))
    .into();
    assert_eq!(told, [0, 0, 0, 1, 0, 1, 0, 0]);
}

#[test]
fn past_the_bound_looks_are_not_compared_and_the_next_tells_what_came_of_it() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a"), link("b")]);
    bench.commit();
    assert!(!bench.look_where(2, vec![open("a"), link("b")], QUEUE));
    assert!(!bench.look_where(3, vec![link("a"), link("b"), link("c")], QUEUE));
    assert!(bench.waiting.is_empty());
    assert!(bench.progress.read(|reached| reached.dropped) > 0);
    // One that has nothing to tell is no news, and has the same room.
    assert!(bench.look_where(4, vec![link("a"), link("b")], QUEUE));
    assert_eq!(bench.events_after(2), [""; 0]);
    bench.look(5, vec![open("b"), link("c")]);
    assert_eq!(bench.events_after(2)[0], "dropped");
    let mut links = bench.events_after(3);
    links.sort();
    assert_eq!(
        links,
        [
            "created 1",
            "removed 2",
            "unsecured 2",
            "violation_opened 3"
        ]
    );
    let dropped = &bench.lines()[2];
    assert_eq!(dropped["looks"], 2);
    assert_eq!(dropped["since"], "1970-01-01T00:00:02Z");
    bench.look(6, vec![link("b"), link("c")]);
    assert_eq!(bench.events_after(7), ["secured 4", "violation_closed 5"]);
}

#[test]
fn what_was_dropped_is_told_though_nothing_came_of_it() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a")]);
    assert!(!bench.look_where(2, vec![open("a")], QUEUE));
    bench.look(3, vec![link("a")]);
    assert_eq!(bench.events_after(1), ["dropped"]);
    assert!(!bench.look_where(4, vec![open("a")], QUEUE));
    let changes = bench.trail.stop();
    bench.enter(changes);
    assert_eq!(bench.events_after(2), ["dropped", "stopped"]);
}

#[test]
fn what_was_dropped_before_a_crash_is_found_by_the_next_process() {
    let mut bench = Bench::new();
    bench.look(1, vec![link("a")]);
    bench.commit();
    assert!(!bench.look_where(2, vec![open("a")], QUEUE));
    bench.commit();
    bench.crash();
    bench.look(3, vec![open("a")]);
    assert_eq!(bench.events_after(1), ["unsecured 2", "violation_opened 3"]);
}

#[test]
fn a_link_that_was_extended_ends_again_over_a_restart() {
    let mut bench = Bench::new();
    bench.look(1, vec![ending("a", 10)]);
    bench.look(10, vec![ending("a", 10)]);
    bench.look(11, vec![ending("a", 20)]);
    assert_eq!(bench.events_after(1), ["expired 2", "expiry_extended 3"]);
    bench.crash();
    bench.look(20, vec![ending("a", 20)]);
    assert_eq!(bench.events_after(3), ["expired 4"]);
}

#[test]
fn what_could_not_be_read_of_a_link_has_not_changed() {
    let mut bench = Bench::new();
    let mut whole = ending("a", 1_000);
    whole.title = Some("Door".into());
    bench.look(1, vec![whole.clone()]);
    let mut unread = open("a");
    unread.unread = crate::share::Unread::RECORD;
    unread.media.clips = 0;
    bench.look(2, vec![unread]);
    assert_eq!(bench.events_after(1), ["violation_opened 2"]);
    bench.crash();
    whole.title = Some("Gate".into());
    bench.look(3, vec![whole]);
    assert_eq!(bench.events_after(2), ["renamed 3", "violation_closed 4"]);
}

/// What Rhombus lists, and what happens to the process at that look.
#[derive(Clone, Debug)]
struct Step {
    shares: Vec<Share>,
    seconds: i64,
    /// Whether it crashes before what it has noticed is on the disk, and looks again; and whether after that.
    crashes: [bool; 2],
    is_unwatched: bool,
    is_narrow: bool,
}

fn any_step() -> impl Strategy<Value = Step> {
    let share = (0..6_u8, any::<bool>(), 0..4_i64, 0..3_u32, any::<bool>());
    let share = share.prop_map(|(id, is_open, end, clips, is_old)| {
        let id = format!("share-{id}");
        let mut share = if is_open { open(&id) } else { link(&id) };
        if end > 0 {
            share.expiry = Expiry::At(UnixMillis::from_secs(end * 20));
        }
        share.media.clips = clips;
        share.created = Some(UnixMillis::from_secs(if is_old { 0 } else { 600 }));
        share
    });
    let shares = prop::collection::btree_map(0..6_u8, share, 0..6).prop_map(|shares| {
        let named = shares.into_iter().map(|(number, mut share)| {
            share.id = Some(Id::parse(&format!("share-{number}")));
            share
        });
        named.collect()
    });
    let flags = (any::<[bool; 2]>(), 0..8_u8, 0..4_u8);
    (shares, 1..30_i64, flags).prop_map(|(shares, seconds, (crashes, unwatched, narrow))| Step {
        shares,
        seconds,
        crashes,
        is_unwatched: unwatched == 0,
        is_narrow: narrow == 0,
    })
}

fn history(steps: &[Step], may_crash: bool) -> Vec<Value> {
    let mut bench = Bench::new();
    bench.max_staleness = LONG;
    let mut second = 0;
    for step in steps {
        second += step.seconds;
        bench.made_since = step.is_narrow.then(|| UnixMillis::from_secs(300));
        let mut shares = step.shares.clone();
        shares.retain(|share| share.created >= bench.made_since);
        bench.look(second, shares.clone());
        if may_crash && step.crashes[0] {
            bench.crash();
            bench.look(second, shares);
        }
        bench.commit();
        if step.is_unwatched {
            let changes = bench.trail.unwatch(&key(), "it is watched no more");
            bench.enter(changes);
            bench.commit();
        }
        if may_crash && step.crashes[1] {
            bench.crash();
        }
    }
    let mut lines = bench.lines();
    for line in &mut lines {
        // When it was last looked at is not kept each time.
        let line = line.as_object_mut().unwrap();
        line.remove("between");
        line.remove("looks");
    }
    lines
}

proptest! {
    /// Crashes neither lose nor double an entry, nor move one.
    #[test]
    fn a_trail_is_the_same_with_crashes(steps in prop::collection::vec(any_step(), 1..10)) {
        let (whole, crashed) = (history(&steps, false), history(&steps, true));
        let tell = |lines: &[Value]| lines.iter().map(told).collect::<Vec<_>>();
        prop_assert_eq!(tell(&whole), tell(&crashed));
        prop_assert_eq!(whole, crashed);
    }
}
