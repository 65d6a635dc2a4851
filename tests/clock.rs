//! A clock that is wrong: the exporter's own, faked by libfaketime so that it can jump while the
//! exporter runs, and Rhombus's, which the simulator makes up. A link that is open must not look
//! closed by either.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use common::fake_clock::FakeClock;
use common::metrics::Metrics;
use common::process::{Process, command};
use common::series::{failing, open, organizations, success};
use common::several::{arrivals, is_all_clear};
use common::{KEY, clear_fault, put_group, set_fault, simulator};

const ORG: &str = "default";
const DAY: i64 = 86_400;
const MONTH: i64 = 31 * DAY;

/// An exporter that polls `simulator` each second, by `clock`.
fn exporter(simulator: &Process, clock: &FakeClock, flags: &[&str]) -> Process {
    let mut args = vec![
        "serve",
        "--web.listen-address=127.0.0.1:0",
        "--collect.sources=clip_groups",
        "--collect.audit-feed=false",
        "--collect.interval=1s",
        "--log.level=debug",
    ];
    if !flags
        .iter()
        .any(|flag| flag.starts_with("--collect.timeout"))
    {
        args.push("--collect.timeout=5s");
    }
    args.extend(flags);
    let url = simulator.url("");
    let env = [("RHOMBUS_API_KEY", KEY), ("RHOMBUS_ENDPOINT_URL", &url)];
    let started = Process::spawn(clock.of(command(&args, &env)));
    started.unwrap_or_else(|(status, output)| panic!("it ended with {status}:\n{output}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator of these tests goes by the real clock"
)]
fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since_epoch.as_secs()).unwrap()
}

/// Puts an open page that was made 40 days ago and ends so many seconds from now.
async fn put_ending(simulator: &Process, uuid: &str, in_seconds: i64) {
    let (created, end) = (1000 * (now() - 40 * DAY), now() + in_seconds);
    let group =
        format!(r#"{{"createdAtMillis":{created},"expirationTimeSecs":{end},"isSecured":false}}"#);
    put_group(simulator, uuid, &group).await;
}

const ENDS_LATER: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const ENDED: &str = "AAAAAAAAAAAAAAAAAAAAAQ";

/// A simulator with an open page that ends in 10 days, and one that ended 10 days ago.
async fn one_open() -> Process {
    let simulator = simulator(0);
    put_ending(&simulator, ENDS_LATER, 10 * DAY).await;
    put_ending(&simulator, ENDED, -10 * DAY).await;
    simulator
}

fn skew(simulator: &Process) -> String {
    let endpoint = simulator.url("");
    format!(r#"rhombus_clock_skew_seconds{{endpoint="{endpoint}"}}"#)
}

/// Whether the exporter's clock is said to be so far ahead, within a few seconds.
fn is_ahead_by(seconds: i64, metrics: &Metrics, simulator: &Process) -> bool {
    let said = metrics.get(&skew(simulator));
    said.is_some_and(|said| (said - seconds as f64).abs() <= 5.0)
}

fn open_links(metrics: &Metrics) -> Option<f64> {
    metrics.get(&open(ORG))
}

/// The page says that one link is open, and nothing else.
async fn assert_page_shows_the_open_link(exporter: &Process) {
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    assert!(page.contains("1 known open link"), "{page}");
}

#[tokio::test]
async fn a_clock_that_is_a_month_ahead_ends_no_link() {
    let simulator = one_open().await;
    let clock = FakeClock::ahead(MONTH);
    let exporter = exporter(&simulator, &clock, &[]);
    let metrics = exporter.wait_for_success().await;
    assert_eq!(open_links(&metrics), Some(1.0), "{metrics}");
    assert_eq!(metrics.sum("rhombus_shares_expired"), 1.0, "{metrics}");
    assert!(is_ahead_by(MONTH, &metrics, &simulator), "{metrics}");
    assert_page_shows_the_open_link(&exporter).await;
}

#[tokio::test]
async fn a_clock_that_jumps_forwards_ends_no_link() {
    let simulator = one_open().await;
    let clock = FakeClock::ahead(0);
    let exporter = exporter(&simulator, &clock, &[]);
    let metrics = exporter.wait_for_success().await;
    assert!(is_ahead_by(0, &metrics, &simulator), "{metrics}");
    clock.jump_to(MONTH);
    let is_open = |metrics: &Metrics| open_links(metrics) == Some(1.0);
    let metrics = exporter.all_along("open", (&[ORG], 3), is_open).await;
    assert!(is_ahead_by(MONTH, &metrics, &simulator), "{metrics}");
    assert_eq!(metrics.value(&success(ORG)), 1.0);
    assert_page_shows_the_open_link(&exporter).await;

    clock.jump_to(0);
    let metrics = exporter.all_along("open", (&[ORG], 3), is_open).await;
    assert!(is_ahead_by(0, &metrics, &simulator), "{metrics}");
}

#[tokio::test]
async fn a_clock_that_jumps_backwards_is_told_and_ends_no_link() {
    let simulator = one_open().await;
    let clock = FakeClock::ahead(0);
    let exporter = exporter(&simulator, &clock, &[]);
    exporter.wait_for_success().await;
    clock.jump_to(-MONTH);
    // By this clock the link that has ended is still open, and a link has ended only when both say so.
    let is_open = |metrics: &Metrics| open_links(metrics).is_some_and(|open| open >= 1.0);
    let metrics = exporter.all_along("open", (&[ORG], 3), is_open).await;
    assert_eq!(open_links(&metrics), Some(2.0), "{metrics}");
    assert!(is_ahead_by(-MONTH, &metrics, &simulator), "{metrics}");
    assert_eq!(metrics.value(&organizations("fresh")), 1.0, "{metrics}");
    assert!(!is_all_clear(&exporter.page().await));
}

#[tokio::test]
async fn a_clock_that_jumps_while_rhombus_is_asked_ends_no_link() {
    for fault in ["delay", "delay_midway"] {
        let simulator = one_open().await;
        let clock = FakeClock::ahead(0);
        let exporter = exporter(&simulator, &clock, &[]);
        exporter.wait_for_success().await;
        let slow = format!(r#"{{"fault":"{fault}","millis":3000,"times":1}}"#);
        set_fault(&simulator, &slow).await;
        let before = arrivals(&simulator, "").await.len();
        // A request comes after the fault was set, and its answer 3 s later.
        while arrivals(&simulator, "").await.len() <= before {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        clock.jump_to(MONTH);
        let is_open = |metrics: &Metrics| open_links(metrics) == Some(1.0);
        let metrics = exporter.all_along("open", (&[ORG], 2), is_open).await;
        assert!(
            is_ahead_by(MONTH, &metrics, &simulator),
            "{fault}:\n{metrics}"
        );
        assert_eq!(metrics.sum("rhombus_collect_errors_total"), 0.0, "{fault}");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_while_rhombus_is_silent_ends_no_link_and_ages_no_picture() {
    let simulator = one_open().await;
    let clock = FakeClock::ahead(0);
    let exporter = exporter(&simulator, &clock, &["--collect.max-staleness=1h"]);
    let before = exporter.wait_for_success().await;
    for fault in [
        r#"{"fault":"drop"}"#,
        r#"{"fault":"drop","operation":"organization"}"#,
    ] {
        set_fault(&simulator, fault).await;
    }
    exporter
        .wait_for("it fails", |metrics| {
            metrics.get(&failing(ORG, "connect")) == Some(1.0)
        })
        .await;
    for ahead in [MONTH, -MONTH, 0] {
        clock.jump_to(ahead);
        let is_open = |metrics: &Metrics| {
            open_links(metrics).is_some_and(|open| open >= 1.0)
                && metrics.value(&organizations("withdrawn")) == 0.0
        };
        let metrics = exporter.all_along("open", (&[ORG], 2), is_open).await;
        assert!(is_ahead_by(ahead, &metrics, &simulator), "{metrics}");
        assert!(!is_all_clear(&exporter.page().await));
    }
    clear_fault(&simulator).await;
    let after = exporter.wait_for_success().await;
    assert_eq!(after.shares(), before.shares());
}

#[tokio::test]
async fn a_picture_grows_old_whatever_the_clock_says() {
    let simulator = one_open().await;
    let clock = FakeClock::ahead(0);
    let flags = ["--collect.max-staleness=4s", "--collect.timeout=1s"];
    let exporter = exporter(&simulator, &clock, &flags);
    exporter.wait_for_success().await;
    set_fault(&simulator, r#"{"fault":"drop"}"#).await;
    // By a clock that was set back, the picture is of the future and never grows old.
    clock.jump_to(-MONTH);
    exporter
        .wait_for("the picture is withdrawn", |metrics| {
            open_links(metrics).is_none()
        })
        .await;
}

/// The earliest creation that the last request asked for, in epoch seconds.
async fn asked_after(simulator: &Process) -> i64 {
    let (_, text) = simulator.get("/simulator/requests").await;
    let seen: serde_json::Value = serde_json::from_str(&text).unwrap();
    seen["last"]["createdAfterMs"].as_i64().unwrap() / 1000
}

#[tokio::test]
async fn a_lookback_is_counted_from_the_earlier_clock() {
    for (ahead, earlier) in [(MONTH, 0), (-MONTH, -MONTH)] {
        let simulator = one_open().await;
        let clock = FakeClock::ahead(ahead);
        let exporter = exporter(&simulator, &clock, &["--collect.lookback=50d"]);
        exporter.wait_for_success().await;
        let metrics = exporter.wait_for_success().await;
        let expected = now() + earlier - 50 * DAY;
        let asked = asked_after(&simulator).await;
        assert!((asked - expected).abs() < 120, "{asked}, not {expected}");
        assert!(
            open_links(&metrics).is_some_and(|open| open >= 1.0),
            "{metrics}"
        );
    }
}

#[tokio::test]
async fn a_lookback_by_a_wrong_clock_is_no_all_clear_before_rhombus_has_said_the_time() {
    let simulator = one_open().await;
    // The list is the first that is answered, so that nothing was known when it was asked for.
    set_fault(&simulator, r#"{"fault":"drop","operation":"organization"}"#).await;
    let clock = FakeClock::ahead(MONTH);
    // The page was made 40 days ago: outside of what this asks for at first.
    let exporter = exporter(&simulator, &clock, &["--collect.lookback=50d"]);
    let never_empty = |metrics: &Metrics| open_links(metrics) != Some(0.0);
    exporter
        .wait_for("the open link is seen", |metrics| {
            assert!(never_empty(metrics), "a false all-clear:\n{metrics}");
            open_links(metrics) == Some(1.0)
        })
        .await;
}

#[tokio::test]
async fn each_endpoint_has_a_clock_of_its_own() {
    let (right, wrong) = (one_open().await, one_open().await);
    let ahead = r#"{"ahead_seconds":2678400}"#;
    assert_eq!(wrong.send("PUT", "/simulator/clock", ahead).await.0, 204);
    let files = common::files::Files::new();
    let config = files.write_config(&[("right", &right), ("wrong", &wrong)]);
    let exporter = common::files::serve(&config, &[]);
    let metrics = exporter.wait_for_polls(&["right", "wrong"], 1).await;
    assert!(is_ahead_by(0, &metrics, &right), "{metrics}");
    assert!(is_ahead_by(-MONTH, &metrics, &wrong), "{metrics}");
    for org in ["right", "wrong"] {
        assert_eq!(metrics.value(&open(org)), 1.0, "{metrics}");
    }
}

#[tokio::test]
async fn no_page_gives_an_all_clear_by_a_clock_that_is_five_minutes_off() {
    let simulator = simulator(0);
    put_ending(&simulator, ENDED, -10 * DAY).await;
    let clock = FakeClock::ahead(0);
    let exporter = exporter(&simulator, &clock, &[]);
    let metrics = exporter.wait_for_success().await;
    assert_eq!(open_links(&metrics), Some(0.0));
    assert!(is_all_clear(&exporter.page().await));
    for (ahead, all_clear) in [
        (240, true),
        (-240, true),
        (310, false),
        (-310, false),
        (MONTH, false),
        (0, true),
    ] {
        clock.jump_to(ahead);
        let metrics = exporter.wait_for_polls(&[ORG], 1).await;
        assert!(is_ahead_by(ahead, &metrics, &simulator), "{metrics}");
        let page = exporter.page().await;
        assert_eq!(is_all_clear(&page), all_clear, "{ahead} s ahead:\n{page}");
        assert!(all_clear || page.contains("clock"), "{page}");
    }
}

#[tokio::test]
async fn an_answer_without_a_usable_date_says_nothing_of_the_time() {
    let simulator = one_open().await;
    let say = async |date: &str| {
        let (status, said) = simulator.send("PUT", "/simulator/clock", date).await;
        assert_eq!(status, 204, "{said}");
    };
    say(r#"{"date":null}"#).await;
    let clock = FakeClock::ahead(0);
    let exporter = exporter(&simulator, &clock, &[]);
    for rubbish in [
        r#"{"date":null}"#,
        r#"{"date":"rubbish"}"#,
        r#"{"date":""}"#,
        r#"{"date":"Thu, 99 Nov 2026 25:61:61 GMT"}"#,
        r#"{"date":"1795575771"}"#,
    ] {
        say(rubbish).await;
        let metrics = exporter.wait_for_polls(&[ORG], 1).await;
        assert_eq!(
            metrics.get(&skew(&simulator)),
            None,
            "{rubbish}:\n{metrics}"
        );
        assert_eq!(metrics.value(&success(ORG)), 1.0, "{rubbish}");
        assert_eq!(open_links(&metrics), Some(1.0), "{rubbish}");
    }
    // What was known once is carried on by itself.
    say(r#"{"ahead_seconds":0}"#).await;
    exporter
        .wait_for("the time is told", |metrics| {
            is_ahead_by(0, metrics, &simulator)
        })
        .await;
    say(r#"{"date":null}"#).await;
    clock.jump_to(MONTH);
    let is_open = |metrics: &Metrics| open_links(metrics) == Some(1.0);
    let metrics = exporter.all_along("open", (&[ORG], 2), is_open).await;
    assert!(is_ahead_by(MONTH, &metrics, &simulator), "{metrics}");
}

#[tokio::test]
async fn a_date_to_come_again_is_by_rhombuss_clock() {
    let simulator = one_open().await;
    let clock = FakeClock::ahead(MONTH);
    let exporter = exporter(&simulator, &clock, &["--collect.timeout=60s"]);
    exporter.wait_for_success().await;
    let later = r#"{"fault":"throttled","retry_after":{"in_seconds":6},"times":1}"#;
    set_fault(&simulator, later).await;
    exporter
        .wait_for("it is tried again", |metrics| {
            metrics.sum("rhombus_api_retries_total") >= 1.0
        })
        .await;
    exporter.wait_for_success().await;
    let arrivals = arrivals(&simulator, "").await;
    let longest = arrivals.windows(2).map(|pair| pair[1] - pair[0]).max();
    // The date has lost the fraction of its second. Without it, it would come after 2 s at the latest.
    assert!(longest.unwrap() >= 4_900, "{arrivals:?}");
}

/// Rows and what is beside them tell ages by one clock.
#[tokio::test]
async fn no_age_on_a_page_is_told_by_two_clocks() {
    let simulator = simulator(0);
    let group = |name: &str, created: i64| serde_json::json!({"title": name, "isSecured": false, "createdAtMillis": created * 1000});
    put_group(
        &simulator,
        "AAAAAAAAAAAAAAAAAAAAAA",
        &group("made", now()).to_string(),
    )
    .await;
    let behind = r#"{"ahead_seconds":-7200}"#;
    assert_eq!(
        simulator.send("PUT", "/simulator/clock", behind).await.0,
        204
    );
    let exporter = common::exporter(&simulator, &[]);
    exporter
        .wait_for("Rhombus's clock is known", |metrics| {
            is_ahead_by(7200, metrics, &simulator) && metrics.get(&success(ORG)) == Some(1.0)
        })
        .await;
    set_fault(
        &simulator,
        r#"{"fault":"forbidden","operation":"clip_groups"}"#,
    )
    .await;
    exporter
        .wait_for("the list fails", |metrics| {
            metrics.get(&success(ORG)) == Some(0.0)
        })
        .await;
    let (_, page) = exporter.get("/shares").await;
    assert!(page.contains("could not be read"), "{page}");
    assert!(
        page.contains(" s ago") && !page.contains(" h ago"),
        "{page}"
    );
    // By Rhombus's clock it will be made only then.
    assert!(
        page.contains(">in 119 min<") || page.contains(">in 2 h<"),
        "{page}"
    );
}
