//! The audit feed, as far as it is seen from outside: what the metrics and the log say of it, and how
//! Rhombus is asked.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;
mod events;

use common::files::{Files, key, key_file, serve};
use common::process::Process;
use common::{exporter, set_fault, simulator};
use serde_json::Value;

const ON: &str = "--collect.audit-feed=true";
const FAST: &str = "--collect.requests-per-second=100";
const FORBIDDEN: &str =
    r#"rhombus_collect_failing{org="default",source="audit_feed",reason="forbidden"}"#;
const FAULT: &str = r#"{"fault":"forbidden","operation":"audit_feed"}"#;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A series of the feed of the one organisation.
fn of_feed(metric: &str) -> String {
    format!(r#"{metric}{{org="default",source="audit_feed"}}"#)
}

/// Where what it tells is kept: nobody asks for it else.
fn storage(files: &Files) -> String {
    format!("--storage.path={}", files.path("data").display())
}

fn succeeded(of: &common::metrics::Metrics) -> f64 {
    let polls =
        r#"rhombus_collect_polls_total{org="default",source="audit_feed",outcome="success"}"#;
    of.get(polls).unwrap_or_default()
}

/// How many polls of the list have succeeded.
fn of_list(of: &common::metrics::Metrics) -> f64 {
    let polls =
        r#"rhombus_collect_polls_total{org="default",source="clip_groups",outcome="success"}"#;
    of.get(polls).unwrap_or_default()
}

/// How Rhombus was asked for the feed.
async fn requests(simulator: &Process) -> Value {
    let path = "/simulator/requests?operation=audit_feed";
    let (status, text) = simulator.get(path).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

async fn put(simulator: &Process, path: &str, body: &str) {
    let (status, text) = simulator.send("PUT", path, body).await;
    assert_eq!(status, 204, "{text}");
}

#[tokio::test]
async fn it_is_read_far_back_once_and_then_from_where_it_was_read() {
    let simulator = simulator(0);
    let files = Files::new();
    let exporter = exporter(&simulator, &[ON, FAST, &storage(&files)]);
    let metrics = exporter
        .wait_for("it was read", |metrics| succeeded(metrics) > 0.0)
        .await;
    assert_eq!(metrics.value(&of_feed("rhombus_collect_success")), 1.0);
    assert_eq!(metrics.value(&of_feed("rhombus_collect_partial")), 0.0);
    exporter.wait_for_output("the audit feed was read").await;
    let before = succeeded(&metrics);
    exporter
        .wait_for("it was read again", |metrics| {
            succeeded(metrics) > before + 1.0
        })
        .await;
    let last = &requests(&simulator).await["last"];
    let actions = last["includeActions"].as_array().unwrap();
    assert!(actions.len() <= 50 && actions.contains(&"VIEW_SHARE_CLIP".into()));
    let bounds = ["timestampMsAfter", "timestampMsBefore"].map(|name| last[name].as_i64().unwrap());
    let length = bounds[1] - bounds[0];
    assert!((1..DAY).contains(&length), "{bounds:?}");
}

/// More than an answer has, in any order, with bounds that leave out their own moment.
#[tokio::test]
async fn a_feed_that_is_cut_is_asked_for_in_pieces() {
    let simulator = simulator(20_000);
    let unstated =
        r#"{"audit_page":{"oldest":60},"audit_order":"shuffled","audit_excludes_bounds":true}"#;
    put(&simulator, "/simulator/unstated", unstated).await;
    let files = Files::new();
    let storage = storage(&files);
    let streams = "--collect.sources=live_streams";
    let exporter = exporter(&simulator, &[ON, FAST, streams, &storage]);
    let metrics = exporter
        .wait_for("it was read", |metrics| succeeded(metrics) > 0.0)
        .await;
    assert!(requests(&simulator).await["requests"].as_u64() > Some(3));
    assert_eq!(requests(&simulator).await["refused"], 0);
    assert_eq!(metrics.value(&of_feed("rhombus_collect_partial")), 0.0);
}

#[tokio::test]
async fn a_key_that_may_not_read_it_is_said_once_and_asked_with_again_after_an_hour() {
    let simulator = simulator(3);
    set_fault(&simulator, FAULT).await;
    let files = Files::new();
    let exporter = exporter(&simulator, &[ON, FAST, &storage(&files)]);
    let metrics = exporter
        .wait_for("it is refused", |metrics| {
            metrics.get(FORBIDDEN) == Some(1.0)
        })
        .await;
    let before = of_list(&metrics);
    let metrics = exporter
        .wait_for("the list goes on", |metrics| {
            of_list(metrics) > before + 3.0
        })
        .await;
    assert_eq!(metrics.value(FORBIDDEN), 1.0);
    assert_eq!(metrics.value(&of_feed("rhombus_collect_success")), 0.0);
    assert_eq!(requests(&simulator).await["requests"], 1);
    let said = exporter.output();
    let said: Vec<_> = said
        .lines()
        .filter(|line| line.contains("may not read the audit feed"))
        .collect();
    assert!(said.len() == 1 && said[0].contains("info"), "{said:?}");
    // What is no list makes no organisation unknown.
    let fresh = metrics.value(r#"rhombus_organizations{state="fresh"}"#);
    assert_eq!(fresh, 1.0);
}

#[tokio::test]
async fn another_key_is_asked_with_at_once() {
    let simulator = simulator(0);
    let files = Files::new();
    let path = files.write_key(&key_file("acme"), &key("acme"));
    let config = format!(
        "collect: {{interval: 1s, requests_per_second: 100}}\norganizations:\n{}",
        files.organization("default", &simulator.url(""))
    );
    let first = files.write_key(&key_file("default"), &key("first"));
    assert_ne!(path, first);
    set_fault(&simulator, FAULT).await;
    let exporter = serve(&files.write("config.yml", &config), &[&storage(&files)]);
    exporter
        .wait_for("it is refused", |metrics| {
            metrics.get(FORBIDDEN) == Some(1.0)
        })
        .await;
    clear_fault_of_feed(&simulator).await;
    files.write_key(&key_file("default"), &key("second"));
    exporter
        .wait_for("it was read", |metrics| succeeded(metrics) > 0.0)
        .await;
}

async fn clear_fault_of_feed(simulator: &Process) {
    let path = "/simulator/fault?operation=audit_feed";
    let (status, text) = simulator.send("DELETE", path, "").await;
    assert_eq!(status, 204, "{text}");
}

#[tokio::test]
async fn a_failure_of_it_fails_no_list() {
    let simulator = simulator(3);
    set_fault(
        &simulator,
        r#"{"fault":"not_json","operation":"audit_feed"}"#,
    )
    .await;
    let files = Files::new();
    let exporter = exporter(&simulator, &[ON, FAST, &storage(&files)]);
    let failing = r#"rhombus_collect_failing{org="default",source="audit_feed",reason="decode"}"#;
    let metrics = exporter
        .wait_for("it fails", |metrics| metrics.get(failing) == Some(1.0))
        .await;
    exporter
        .wait_for("the list goes on", |now| {
            of_list(now) > of_list(&metrics) + 1.0
        })
        .await;
    clear_fault_of_feed(&simulator).await;
    let metrics = exporter
        .wait_for("it was read", |metrics| succeeded(metrics) > 0.0)
        .await;
    assert_eq!(metrics.get(failing), None);
}

#[tokio::test]
async fn what_can_not_be_understood_is_counted() {
    let simulator = simulator(0);
    let event =
        r#"{"uuid":"AAAAAAAAAAAAAAAAAAAAAQ","action":"VIEW_SHARE_CLIP","timestamp":"yesterday"}"#;
    put(
        &simulator,
        "/simulator/audit_events/AAAAAAAAAAAAAAAAAAAAAQ",
        event,
    )
    .await;
    let files = Files::new();
    let exporter = exporter(&simulator, &[ON, FAST, &storage(&files)]);
    let odd = r#"rhombus_malformed_records{org="default",source="audit_feed",field="timestamp"}"#;
    exporter
        .wait_for("it was read", |metrics| metrics.get(odd) == Some(1.0))
        .await;
}

#[tokio::test]
async fn a_reload_that_switches_it_off_ends_it() {
    let simulator = simulator(0);
    let files = Files::new();
    let write = |audit_feed: bool| {
        let organization = files.organization("default", &simulator.url(""));
        let text = format!(
            "collect: {{interval: 1s, requests_per_second: 100, audit_feed: {audit_feed}}}\n\
             organizations:\n{organization}"
        );
        files.write("config.yml", &text)
    };
    let exporter = serve(&write(true), &[&storage(&files)]);
    exporter
        .wait_for("it was read", |metrics| succeeded(metrics) > 0.0)
        .await;
    write(false);
    exporter.signal("HUP");
    let success = of_feed("rhombus_collect_success");
    let metrics = exporter
        .wait_for("its series are gone", |metrics| {
            metrics.get(&success).is_none()
        })
        .await;
    let (status, text) = simulator
        .send("DELETE", "/simulator/requests?operation=audit_feed", "")
        .await;
    assert_eq!(status, 204, "{text}");
    exporter
        .wait_for("the list goes on", |now| {
            of_list(now) > of_list(&metrics) + 2.0
        })
        .await;
    assert_eq!(requests(&simulator).await["requests"], 0);
}

#[tokio::test]
async fn nobody_asks_for_it_where_what_it_tells_is_not_kept() {
    let simulator = simulator(1);
    let exporter = exporter(&simulator, &[ON, FAST]);
    let metrics = exporter
        .wait_for("the list goes on", |metrics| of_list(metrics) > 3.0)
        .await;
    assert_eq!(requests(&simulator).await["requests"], 0);
    assert_eq!(metrics.get(&of_feed("rhombus_collect_success")), None);
}
