//! The main job on real input: the binary polls an HTTP server that answers as documented, a real
//! Prometheus scrapes it with this repository's rules, a real Alertmanager holds the alert and tells
//! a webhook; and all that with each generation of Prometheus, at the same time. Takes some six
//! minutes, since the rules are those that ship, with their patience.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::process::Process;
use common::toolchains::{Toolchain, toolchains};
use common::{dashboards, exporter, put_group, put_some_groups, set_fault, simulator};
use serde_json::{Value, json};

/// A page and a live stream that a test opens and locks: nothing else on the simulator is open.
const UUID: &str = "AAAAAAAAAAAAAAAAAAAAAQ";

/// An alert by its name, and by the label that tells which of those it is.
type Which = (&'static str, &'static str, &'static str);

const PAGE_OPEN: Which = ("RhombusShareOpen", "kind", "clip_group");
const STREAM_OPEN: Which = ("RhombusShareOpen", "kind", "live_stream");

fn is(alert: &Value, (name, label, value): Which) -> bool {
    let labels = &alert["labels"];
    labels["alertname"] == name && labels[label] == value
}

/// Everything that stands beside the exporter in an organisation that uses it.
struct Stack {
    prometheus: Process,
    alertmanager: Process,
    notices: Notices,
    _directory: tempfile::TempDir,
}

impl Stack {
    /// Starts the example configurations of this repository, with the addresses put in and the
    /// pauses between looks taken out.
    async fn start(toolchain: &Toolchain, exporter: SocketAddr) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let notices = Notices::listen().await;
        let alertmanager = alertmanager(toolchain, directory.path(), notices.address);
        let prometheus = prometheus(
            toolchain,
            directory.path(),
            exporter,
            alertmanager.address(),
        );
        Self {
            prometheus,
            alertmanager,
            notices,
            _directory: directory,
        }
    }

    /// Runs a query; gives the series of its answer.
    async fn query(&self, expression: &str) -> Result<Vec<Value>, String> {
        let url = reqwest::Url::parse_with_params(
            &self.prometheus.url("/api/v1/query"),
            [("query", expression)],
        );
        let answer = reqwest::get(url.expect("a URL")).await.expect("an answer");
        let answer: Value =
            serde_json::from_str(&answer.text().await.expect("text")).expect("JSON");
        match answer["data"]["result"].as_array() {
            Some(series) => Ok(series.clone()),
            None => Err(answer["error"].to_string()),
        }
    }

    /// What Alertmanager holds.
    async fn alerts(&self) -> Vec<Value> {
        let (_, alerts) = self.alertmanager.get("/api/v2/alerts?active=true").await;
        serde_json::from_str(&alerts).expect("a list of alerts")
    }

    async fn is_firing(&self, alert: Which) -> bool {
        self.alerts().await.iter().any(|held| is(held, alert))
    }

    async fn wait_until_firing(&self, alert: Which, patience: Duration) -> Value {
        let started = Instant::now();
        loop {
            let alerts = self.alerts().await;
            if let Some(held) = alerts.into_iter().find(|held| is(held, alert)) {
                return held;
            }
            assert!(
                started.elapsed() < patience,
                "{alert:?} does not fire: {}",
                self.state().await
            );
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    async fn state(&self) -> String {
        let (_, alerts) = self.prometheus.get("/api/v1/alerts").await;
        format!(
            "{alerts}\n{}\n{}",
            self.prometheus.output(),
            self.alertmanager.output()
        )
    }
}

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("alerts")
        .join(name);
    fs::read_to_string(path).expect("the example ships")
}

/// `text` with each of `pairs` replaced; each must be there.
fn replaced(mut text: String, pairs: &[(&str, &str)]) -> String {
    for (from, to) in pairs {
        assert!(text.contains(from), "the example no longer has {from:?}");
        text = text.replace(from, to);
    }
    text
}

fn alertmanager(toolchain: &Toolchain, directory: &Path, webhook: SocketAddr) -> Process {
    let config = replaced(
        example("alertmanager.example.yml"),
        &[
            ("http://127.0.0.1:5001/", &format!("http://{webhook}/")),
            ("group_wait: 30s", "group_wait: 1s"),
            ("group_interval: 5m", "group_interval: 1s"),
        ],
    );
    let file = directory.join("alertmanager.yml");
    fs::write(&file, config).expect("written");
    let mut command = toolchain.command("prometheus-alertmanager");
    command
        .arg(format!("--config.file={}", file.display()))
        .arg(format!(
            "--storage.path={}",
            directory.join("alertmanager").display()
        ))
        .args([
            "--web.listen-address=127.0.0.1:0",
            "--cluster.listen-address=",
        ]);
    Process::spawn(command).expect("Alertmanager starts")
}

fn prometheus(
    toolchain: &Toolchain,
    directory: &Path,
    exporter: SocketAddr,
    alertmanager: SocketAddr,
) -> Process {
    fs::write(
        directory.join("rhombus-shares.rules.yml"),
        example("rhombus-shares.rules.yml"),
    )
    .expect("written");
    let config = replaced(
        example("prometheus.example.yml"),
        &[
            ("127.0.0.1:10063", &exporter.to_string()),
            ("127.0.0.1:9093", &alertmanager.to_string()),
            ("scrape_interval: 30s", "scrape_interval: 1s"),
            ("scrape_timeout: 10s", "scrape_timeout: 1s"),
            ("evaluation_interval: 30s", "evaluation_interval: 1s"),
        ],
    );
    let file = directory.join("prometheus.yml");
    fs::write(&file, config).expect("written");
    let mut command = toolchain.command("prometheus");
    command
        .arg(format!("--config.file={}", file.display()))
        .arg(format!(
            "--storage.tsdb.path={}",
            directory.join("prometheus").display()
        ))
        .arg("--web.listen-address=127.0.0.1:0");
    Process::spawn(command).expect("Prometheus starts")
}

/// A webhook, and what it was told.
struct Notices {
    address: SocketAddr,
    told: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Notices {
    async fn listen() -> Self {
        use axum::extract::{Path, State};
        type Told = Arc<Mutex<Vec<(String, Value)>>>;
        async fn take(
            State(told): State<Told>,
            Path(receiver): Path<String>,
            axum::Json(notice): axum::Json<Value>,
        ) {
            for alert in notice["alerts"].as_array().expect("alerts") {
                told.lock()
                    .expect("no panic")
                    .push((receiver.clone(), alert.clone()));
            }
        }
        let told = Told::default();
        let app = axum::Router::new()
            .route("/{receiver}", axum::routing::post(take))
            .with_state(told.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, told }
    }

    /// Waits for a notice about `alert` with this status; gives where it was sent, and it.
    async fn wait_for(&self, alert: Which, status: &str) -> (String, Value) {
        let started = Instant::now();
        loop {
            let told = self.told.lock().expect("no panic").clone();
            let matching =
                |(_, notice): &&(String, Value)| is(notice, alert) && notice["status"] == status;
            if let Some(found) = told.iter().rfind(matching) {
                return found.clone();
            }
            assert!(
                started.elapsed() < common::process::PATIENCE,
                "told only: {told:#?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn open(simulator: &Process, is_open: bool) {
    let group = format!(
        r#"{{"uuid":"{UUID}","title":"Loading dock","createdAtMillis":1500000000000,
        "isSecured":{},"expirationTimeSecs":{},"sharedClips":[{{"durationSec":90}}]}}"#,
        !is_open, 4_102_444_800u64
    );
    put_group(simulator, UUID, &group).await;
}

/// A live stream that anyone may watch, or that asks for a sign-in.
async fn open_stream(simulator: &Process, is_open: bool) {
    let stream = json!({
        "uuid": UUID, "name": "Loading dock, live", "cameraUuid": "CAMERAAAAAAAAAAAAAAAAA.v0",
        "timestampMs": 1_500_000_000_000u64, "expirationTime": 4_102_444_800u64,
        "passwordProtected": false, "ssoProtected": !is_open,
    });
    let path = format!("/simulator/live_streams/{UUID}");
    let (status, text) = simulator.send("PUT", &path, &stream.to_string()).await;
    assert_eq!(status, 204, "{text}");
}

fn description(alert: &Value) -> &str {
    let description = alert["annotations"]["description"].as_str();
    description.expect("a description")
}

/// All queries of all dashboards parse and find data, where there is any.
async fn the_dashboards_show_something(stack: &Stack) {
    let queries = dashboards::queries();
    assert!(
        queries.len() > 20,
        "only {} queries were found",
        queries.len()
    );
    for query in queries {
        let started = Instant::now();
        let expression = query.filled("1m");
        loop {
            let found = stack.query(&expression).await;
            let what = format!("{} / {}: {expression}", query.dashboard, query.panel);
            let series = found.unwrap_or_else(|error| panic!("{what}: {error}"));
            if !series.is_empty() || query.may_find_nothing() {
                break;
            }
            assert!(
                started.elapsed() < common::process::PATIENCE,
                "no data: {what}"
            );
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_share_becomes_an_alert_and_stays_one_until_it_is_seen_to_be_protected() {
    let runs = toolchains().each_ref().map(|toolchain| {
        (
            toolchain.name,
            tokio::spawn(an_open_share_is_told_with(toolchain)),
        )
    });
    for (name, run) in runs {
        run.await
            .unwrap_or_else(|error| panic!("with {name}: {error}"));
    }
}

async fn an_open_share_is_told_with(toolchain: &Toolchain) {
    let simulator = simulator(0);
    put_some_groups(&simulator).await;
    let (status, _) = simulator
        .send(
            "DELETE",
            "/simulator/clip_groups/AAAAAAAAAAAAAAAAAAAAAA",
            "",
        )
        .await;
    assert_eq!(status, 204);
    open(&simulator, false).await;
    open_stream(&simulator, false).await;
    let exporter = exporter(
        &simulator,
        &[
            "--collect.sources=clip_groups,live_streams,timelapse_groups,video_walls",
            "--collect.requests-per-second=20",
            "--collect.max-staleness=5s",
        ],
    );
    exporter.wait_for_success().await;
    let stack = Stack::start(toolchain, exporter.address()).await;

    // Nothing is open: nothing is said.
    the_dashboards_show_something(&stack).await;
    assert!(!stack.is_firing(PAGE_OPEN).await && !stack.is_firing(STREAM_OPEN).await);

    // From now on the key may not read one of the lists: a ticket in time, while the others go on.
    set_fault(
        &simulator,
        r#"{"fault":"forbidden","operation":"video_walls"}"#,
    )
    .await;
    what_is_opened_is_told(&simulator, &stack).await;
    not_looking_is_no_all_clear(&simulator, &exporter, &stack).await;
}

/// A page and a live stream are opened: Alertmanager holds an alert for each, and the webhook is told
/// all of it. They are locked: both resolve, within seconds.
async fn what_is_opened_is_told(simulator: &Process, stack: &Stack) {
    open(simulator, true).await;
    open_stream(simulator, true).await;
    for (which, links) in [(PAGE_OPEN, "clip pages"), (STREAM_OPEN, "live streams")] {
        let held = stack
            .wait_until_firing(which, common::process::PATIENCE)
            .await;
        assert_eq!(held["labels"]["org"], "default");
        let (receiver, notice) = stack.notices.wait_for(which, "firing").await;
        assert_eq!(receiver, "warning");
        assert_eq!(notice["labels"]["protection"], "none");
        let words = format!("default has 1 open link(s) to {links}.");
        assert!(description(&notice).contains(&words), "{notice}");
        let all = notice.to_string();
        assert!(!all.contains("Loading dock"), "a title got out: {all}");
        assert!(!all.contains(UUID), "a uuid got out: {all}");
    }
    open(simulator, false).await;
    open_stream(simulator, false).await;
    for which in [PAGE_OPEN, STREAM_OPEN] {
        stack.notices.wait_for(which, "resolved").await;
        assert!(!stack.is_firing(which).await);
    }
}

/// The page is opened again, and then its list fails until the picture is withdrawn. The other lists go
/// on, but the one that the key may not read.
async fn not_looking_is_no_all_clear(simulator: &Process, exporter: &Process, stack: &Stack) {
    open(simulator, true).await;
    stack
        .wait_until_firing(PAGE_OPEN, common::process::PATIENCE)
        .await;
    set_fault(simulator, r#"{"fault":"server_error"}"#).await;
    let of = |kind| format!("rhombus_shares{{org=\"default\",kind=\"{kind}\"");
    let metrics = exporter
        .wait_for("the picture is withdrawn", |metrics| {
            metrics.starting(&of("clip_group")).is_empty()
        })
        .await;
    assert!(
        !metrics.starting(&of("live_stream")).is_empty(),
        "{metrics}"
    );

    let ten_minutes = Duration::from_secs(600);
    let stale = ("RhombusDataStale", "source", "clip_groups");
    stack.wait_until_firing(stale, ten_minutes).await;
    for (which, words) in [
        (("RhombusCollectFailing", "source", "clip_groups"), "server"),
        (
            ("RhombusListForbidden", "source", "video_walls"),
            "The others are seen.",
        ),
    ] {
        stack
            .wait_until_firing(which, common::process::PATIENCE)
            .await;
        let (_, notice) = stack.notices.wait_for(which, "firing").await;
        assert!(description(&notice).contains(words), "{notice}");
    }
    assert!(
        stack.is_firing(PAGE_OPEN).await,
        "not looking was taken for an all-clear"
    );
    for silent in [
        ("RhombusKeyRejected", "org", "default"),
        ("RhombusDataStale", "source", "video_walls"),
        ("RhombusDataStale", "source", "live_streams"),
        ("RhombusCollectFailing", "source", "video_walls"),
        STREAM_OPEN,
    ] {
        assert!(!stack.is_firing(silent).await, "{silent:?} fires too");
    }
}
