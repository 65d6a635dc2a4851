//! What is handed on of what the simulator tells: each event once, over polls and restarts, however the
//! simulator acts where Rhombus states nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rhombus_share_exporter::audit::{Remembering, Settings};
use rhombus_share_exporter::clock::Clock;
use rhombus_share_exporter::collector::{Collector, Watching};
use rhombus_share_exporter::config::{self, Environment};
use rhombus_share_exporter::inventory::{Fleet, FleetHandle, View};
use rhombus_share_exporter::rhombus::{Observer, Transport, Wait};
use rhombus_share_exporter::share::{ACTIONS, Source, UnixMillis};
use rhombus_share_exporter::store::{LineQuery, TrailReader};
use serde_json::{Value, json};

use crate::common::process::{PATIENCE, Process};
use crate::common::{KEY, simulator};
use crate::put;

const DAY: i64 = 24 * 60 * 60 * 1000;

struct Nobody;

impl Observer for Nobody {
    fn request(&self, _: Source, _: Option<u16>, _: Duration, _: u64) {}
    fn retry(&self, _: Source) {}
    fn waited(&self, _: Source, _: Wait, _: Duration) {}
}

/// A trail in a directory that is gone when dropped.
struct Trail(tempfile::TempDir);

impl Trail {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// It, opened as by another process.
    fn open(&self) -> Remembering {
        let settings = Settings {
            key_file: None,
            anchor_file: None,
            retention: Duration::from_secs(3600),
            log_titles: false,
        };
        Remembering::open(self.0.path(), &settings, &Clock::system()).unwrap()
    }

    /// How many lines it has.
    fn size(&self) -> u64 {
        let (_, size) = TrailReader::open(self.0.path()).unwrap().head().unwrap();
        size
    }

    /// What it has of the feed.
    fn activities(&self) -> Vec<Value> {
        let reader = TrailReader::open(self.0.path()).unwrap();
        let all = LineQuery {
            limit: u32::MAX,
            is_oldest_first: true,
            ..LineQuery::default()
        };
        let lines = reader.lines(&all).unwrap();
        let lines = lines
            .iter()
            .map(|line| serde_json::from_str(&line.line).unwrap());
        lines
            .filter(|line: &Value| !line["action"].is_null())
            .collect()
    }

    /// The uuids of what it has: each once.
    fn uuids(&self) -> BTreeSet<String> {
        let activities = self.activities();
        let uuids = uuids(&activities);
        assert_eq!(uuids.len(), activities.len(), "each once");
        uuids
    }
}

/// Reads the feed of `simulator` until `sink` has been given `wanted`.
async fn collect(simulator: &Process, trail: &Trail, wanted: &BTreeSet<String>) {
    let text = format!(
        "collect: {{interval: 1s, requests_per_second: 100}}\norganizations:\n  - {{name: acme, \
         api_key: '{KEY}', endpoint: '{}'}}\n",
        simulator.url("")
    );
    let environment = Environment::default();
    let config = config::parse_str("test.yml", &text, &environment, UnixMillis::default());
    let config = config.unwrap().config;
    let fleet = Fleet::new(Vec::new(), View::from(&config.collect));
    let watching = Watching {
        fleet: Arc::new(FleetHandle::new(fleet)),
        policy: Arc::default(),
    };
    let (transport, clock) = (Transport::default(), Clock::system());
    let remembering = trail.open();
    let keeper = remembering.keeper.clone();
    let storage = Some(remembering);
    let mut collector =
        Collector::new(transport, watching, Arc::new(Nobody), clock, storage).unwrap();
    collector.apply(&config).unwrap();
    let given = async {
        let mut looked_at = 0;
        loop {
            let size = trail.size();
            // To read all of it takes longer than to count it.
            if size > looked_at && size >= wanted.len() as u64 {
                looked_at = size;
                if trail.uuids().is_superset(wanted) {
                    break;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, given).await;
    collector.stop().await;
    assert!(keeper.finish(PATIENCE));
    let missing: Vec<_> = wanted.difference(&trail.uuids()).cloned().collect();
    assert!(in_time.is_ok(), "{} were never given", missing.len());
}

/// What the simulator tells of the last `days` in one answer.
async fn told(simulator: &Process, days: i64) -> Vec<Value> {
    let now = Clock::system().now().0;
    let actions: Vec<_> = ACTIONS.iter().map(|(action, _)| action).collect();
    let body = json!({
        "includeActions": actions,
        "timestampMsAfter": now - days * DAY,
        "timestampMsBefore": now,
    });
    let request = reqwest::Client::new()
        .post(simulator.url("/api/report/getAuditFeed"))
        .header("x-auth-scheme", "api-token")
        .header("x-auth-apikey", KEY)
        .header("content-type", "application/json")
        .body(body.to_string());
    let answer = request.send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["auditEvents"].as_array().unwrap().clone()
}

async fn act(simulator: &Process, unstated: &Value) {
    put(simulator, "/simulator/unstated", &unstated.to_string()).await;
}

fn uuids(events: &[Value]) -> BTreeSet<String> {
    let uuids = events.iter().map(|event| event["uuid"].as_str().unwrap());
    uuids.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_is_handed_on_once_however_answers_are_cut() {
    for unstated in [
        json!({"audit_page": {"newest": 400}}),
        json!({"audit_page": {"oldest": 900}, "audit_order": "shuffled", "audit_excludes_bounds": true}),
        json!({"audit_page": {"newest": 100_000}, "audit_order": "oldest"}),
    ] {
        let simulator = simulator(1);
        act(&simulator, &json!({"audit_page": {"newest": 1_000_000}})).await;
        // What is a little younger than the oldest that is asked for.
        let wanted = uuids(&told(&simulator, 29).await);
        assert!(wanted.len() > 300, "{} are few", wanted.len());
        act(&simulator, &unstated).await;
        let trail = Trail::new();
        collect(&simulator, &trail, &wanted).await;
        // Nor does another process hand on again what this one did.
        collect(&simulator, &trail, &wanted).await;
        put_event(&simulator).await;
        collect(&simulator, &trail, &BTreeSet::from([MADE.to_owned()])).await;
    }
}

const MADE: &str = "AAAAAAAAAAAAAAAAAAAAAQ";

/// Puts one that has just happened.
async fn put_event(simulator: &Process) {
    let event = json!({
        "uuid": MADE,
        "action": "SUPPORT_ACCESS_GRANT",
        "timestamp": Clock::system().now().rfc3339(),
    });
    let path = format!("/simulator/audit_events/{MADE}");
    put(simulator, &path, &event.to_string()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_names_the_share_whichever_way_it_is_named() {
    for named in ["both", "principal", "target"] {
        let simulator = simulator(1);
        act(&simulator, &json!({"audit_names": named})).await;
        let trail = Trail::new();
        let wanted = uuids(&told(&simulator, 10).await);
        collect(&simulator, &trail, &wanted).await;
        let activities = trail.activities();
        let views = activities.iter().filter(|it| it["event"] == "viewed");
        let views: Vec<_> = views.collect();
        assert!(!views.is_empty());
        for view in views {
            assert!(view["share"].is_string(), "{named}: {view}");
            assert!(view["viewer"].is_string(), "{named}: {view}");
        }
    }
}
