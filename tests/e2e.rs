//! The main job on real input: the binary polls an HTTP server that answers as documented, a real
//! Prometheus scrapes it with this repository's rules, a real Alertmanager holds the alert and tells
//! a webhook, whose reader opens the link in it and takes down what it is about; and all that with each
//! generation of Prometheus, at the same time. Takes some eight minutes, since the rules are those that
//! ship, with their patience.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;
#[path = "e2e/people.rs"]
mod people;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use common::files::Files;
use common::process::Process;
use common::time::{at, now};
use common::toolchains::{Toolchain, toolchains};
use common::{dashboards, put_group, put_some_groups, set_fault, simulator};
use people::{SCRAPER, VIEWER};
use rhombus_share_exporter::share::{Id, Ref};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A page and a live stream that a test opens and locks: nothing else is open.
const PAGE: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
const STREAM: &str = "AAAAAAAAAAAAAAAAAAAABA";

/// An alert by its name, and by the label that tells which of those it is.
type Which = (&'static str, &'static str, &'static str);

/// That of the page.
fn page_open() -> Which {
    static REF: LazyLock<String> = LazyLock::new(|| Ref::of(&Id::parse(PAGE)).to_string());
    ("RhombusShareOpen", "share", &REF)
}

/// That of the stream.
fn stream_open() -> Which {
    static REF: LazyLock<String> = LazyLock::new(|| Ref::of(&Id::parse(STREAM)).to_string());
    ("RhombusShareOpen", "share", &REF)
}

/// Longer than any alert takes, since the rules are those that ship.
const TEN_MINUTES: Duration = Duration::from_secs(600);

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
        // It listens before it answers queries.
        let started = Instant::now();
        while prometheus.get("/-/ready").await.0 != 200 {
            assert!(started.elapsed() < TEN_MINUTES, "{}", prometheus.output());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
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
        let started = Instant::now();
        loop {
            let (status, alerts) = self.alertmanager.get("/api/v2/alerts?active=true").await;
            if status == 200 {
                return serde_json::from_str(&alerts).expect("a list of alerts");
            }
            // One that is busy says so.
            assert!(started.elapsed() < TEN_MINUTES, "{status}: {alerts}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
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

    /// Prometheus has recorded where the exporter is found.
    async fn wait_until_recorded(&self) {
        let started = Instant::now();
        let recorded = "job_org:rhombus_share_exporter_web_info:watching";
        while self
            .query(recorded)
            .await
            .is_ok_and(|found| found.is_empty())
        {
            assert!(started.elapsed() < TEN_MINUTES, "{}", self.state().await);
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Alertmanager holds the alert of a link, and tells of it without a word that names it otherwise; gives
    /// where its description leads to: nowhere, where it fires before Prometheus has recorded, for the first
    /// time, where the exporter is found.
    async fn is_told(&self, which: Which, link: &str) -> Option<String> {
        let held = self.wait_until_firing(which, TEN_MINUTES).await;
        assert_eq!(held["labels"]["org"], "acme");
        let (receiver, notice) = self.notices.wait_for(which, "firing").await;
        assert_eq!(receiver, "warning");
        assert!(description(&notice).contains(link), "{notice}");
        let all = notice.to_string();
        assert!(!all.contains("Loading dock"), "a title got out: {all}");
        for uuid in [PAGE, STREAM] {
            assert!(!all.contains(uuid), "a uuid got out: {all}");
        }
        let way = description(&notice).rsplit_once(" See ");
        way.map(|(_, way)| way.to_owned())
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
    let texts = "rhombus-shares.tmpl";
    fs::write(directory.join(texts), example(texts)).expect("written");
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
    let username = format!("      username: {SCRAPER}\n");
    let password = format!("      password: {}", people::password(SCRAPER));
    let config = replaced(
        example("prometheus.example.yml"),
        &[
            ("127.0.0.1:10063", &exporter.to_string()),
            ("127.0.0.1:9093", &alertmanager.to_string()),
            ("scrape_interval: 30s", "scrape_interval: 1s"),
            ("scrape_timeout: 10s", "scrape_timeout: 1s"),
            ("evaluation_interval: 30s", "evaluation_interval: 1s"),
            ("    # basic_auth:\n", "    basic_auth:\n"),
            ("    #   username: prometheus\n", &username),
            (
                "    #   password_file: /etc/prometheus/rhombus-share-exporter-password",
                &password,
            ),
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

    /// Whether it was told of `alert` with this status.
    fn has(&self, alert: Which, status: &str) -> bool {
        let told = self.told.lock().expect("no panic");
        told.iter()
            .any(|(_, notice)| is(notice, alert) && notice["status"] == status)
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
            assert!(started.elapsed() < TEN_MINUTES, "told only: {told:#?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A page that anyone may look at, or that asks for a password; it was made just now and ends in an hour.
async fn open(simulator: &Process, is_open: bool) {
    put_page(simulator, is_open, now() + 3600).await;
}

async fn put_page(simulator: &Process, is_open: bool, ends: i64) {
    let page = json!({
        "uuid": PAGE, "title": "Loading dock", "createdAtMillis": (now() - 60) * 1000,
        "isSecured": !is_open, "expirationTimeSecs": ends, "sharedClips": [{ "durationSec": 90 }],
    });
    put_group(simulator, PAGE, &page.to_string()).await;
}

/// A live stream that anyone may watch, or that asks for a sign-in.
async fn open_stream(simulator: &Process, is_open: bool) {
    let stream = json!({
        "uuid": STREAM, "name": "Loading dock, live", "cameraUuid": "CAMERAAAAAAAAAAAAAAAAA.v0",
        "timestampMs": (now() - 60) * 1000, "expirationTime": now() + 3600,
        "passwordProtected": false, "ssoProtected": !is_open,
    });
    let path = format!("/simulator/live_streams/{STREAM}");
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
async fn a_link_that_opens_is_told_by_itself_until_it_is_mended_or_excepted() {
    with_each_toolchain(|toolchain| tokio::spawn(what_is_opened_is_told(toolchain))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn not_looking_is_no_all_clear() {
    with_each_toolchain(|toolchain| tokio::spawn(nobody_looks(toolchain))).await;
}

async fn with_each_toolchain(run: impl Fn(&'static Toolchain) -> JoinHandle<()>) {
    let runs = toolchains().each_ref().map(|it| (it.name, run(it)));
    for (name, run) in runs {
        run.await
            .unwrap_or_else(|error| panic!("with {name}: {error}"));
    }
}

/// An organisation, and the files of the exporter that watches it.
struct Watched {
    simulator: Process,
    files: Files,
}

impl Watched {
    async fn start() -> Self {
        let simulator = simulator(0);
        // One that lives for long, and one that has ended: panels have something to show.
        put_some_groups(&simulator).await;
        let path = "/simulator/clip_groups/AAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(simulator.send("DELETE", path, "").await.0, 204);
        open(&simulator, false).await;
        open_stream(&simulator, false).await;
        let files = Files::new();
        let organization = files.organization("acme", &simulator.url(""));
        let text = format!(
            "collect: {{ interval: 1s, timeout: 1s, requests_per_second: 20, max_staleness: 5s }}\n\
             organizations:\n{organization}policy: {{ exceptions_file: exceptions.yml }}\n\
             web: {{ share_viewers: [{VIEWER}] }}\n"
        );
        files.write("config.yml", &text);
        files.write("web.yml", &people::web_config());
        files.write("exceptions.yml", "");
        Self { simulator, files }
    }

    /// Writes down why a link may be open until then.
    fn except(&self, (_, _, share): Which, until: i64) {
        let until = at(until);
        let exception = format!(
            "exceptions:\n  - name: dock\n    match: {{ share: \"{share}\" }}\n    policies: [unsecured]\n    \
             reason: \"Hauliers look at it, CHG-1042\"\n    owner: dock@example.com\n    until: {until}\n"
        );
        self.files.write("exceptions.yml", &exception);
    }

    /// An exporter that remembers what it saw, at this address. It is asked as Prometheus asks it.
    fn exporter(&self, address: &str) -> Process {
        let flag = |name: &str, file: &str| format!("{name}={}", self.files.path(file).display());
        let config = flag("--config.file", "config.yml");
        let storage = flag("--storage.path", "storage");
        let web = flag("--web.config.file", "web.yml");
        let listen = format!("--web.listen-address={address}");
        let url = format!("--web.external-url={}", people::EXPORTER);
        let args = ["serve", &listen, &config, &storage, &web, &url];
        Process::start(&args, &[]).asked_by(SCRAPER, &people::password(SCRAPER))
    }
}

/// A page and a live stream are opened: Alertmanager holds an alert for each link, and the webhook is told
/// all of it, with the way to that link for who may see it. One is taken down, and the other excepted: both
/// resolve. The end of the exception brings its alert back.
async fn what_is_opened_is_told(toolchain: &'static Toolchain) {
    let watched = Watched::start().await;
    let exporter = watched.exporter("127.0.0.1:0");
    exporter.wait_for_success().await;
    let stack = Stack::start(toolchain, exporter.address()).await;

    // Nothing is open: nothing is said.
    the_dashboards_show_something(&stack).await;
    assert!(!stack.is_firing(page_open()).await && !stack.is_firing(stream_open()).await);

    watched.reports(&[]).await;

    stack.wait_until_recorded().await;
    open(&watched.simulator, true).await;
    let way = stack.is_told(page_open(), "acme to a clip page").await;
    let way = way.expect("a way to the link");
    people::follow(&exporter, &way, page_open(), "Loading dock").await;
    watched.reports(&[page_open()]).await;
    // A second link is news, though the first is told.
    open_stream(&watched.simulator, true).await;
    let way = stack.is_told(stream_open(), "acme to a live stream").await;
    let way = way.expect("a way to the link");
    people::follow(&exporter, &way, stream_open(), "Loading dock, live").await;
    watched.reports(&[page_open(), stream_open()]).await;

    watched.revoke(stream_open()).await;
    let ends = now() + 450;
    watched.except(page_open(), ends);
    watched.reports(&[]).await;
    for which in [page_open(), stream_open()] {
        stack.notices.wait_for(which, "resolved").await;
    }
    people::is_gone(&exporter, &way).await;
    assert!(now() < ends, "it resolved within six minutes");
    let page = exporter.page().await;
    assert!(page.contains("Hauliers look at it, CHG-1042"), "{page}");
    stack.wait_until_firing(page_open(), TEN_MINUTES).await;
    assert!(now() >= ends && !stack.is_firing(stream_open()).await);
}

/// A page is open, and its list fails until the picture is withdrawn. The other lists go on, but one that the
/// key may not read. The exporter is killed and started again, and the end of the link passes meanwhile.
async fn nobody_looks(toolchain: &'static Toolchain) {
    let watched = Watched::start().await;
    let simulator = &watched.simulator;
    let forbidden = r#"{"fault":"forbidden","operation":"video_walls"}"#;
    set_fault(simulator, forbidden).await;
    let ends = now() + 60;
    put_page(simulator, true, ends).await;
    let exporter = watched.exporter("127.0.0.1:0");
    exporter.wait_for_success().await;
    let stack = Stack::start(toolchain, exporter.address()).await;
    stack.is_told(page_open(), "acme to a clip page").await;

    set_fault(simulator, r#"{"fault":"server_error"}"#).await;
    let of = |kind| format!("rhombus_shares{{org=\"acme\",kind=\"{kind}\"");
    let metrics = exporter
        .wait_for("the picture is withdrawn", |metrics| {
            metrics.starting(&of("clip_group")).is_empty()
        })
        .await;
    assert!(
        !metrics.starting(&of("live_stream")).is_empty(),
        "{metrics}"
    );
    let address = exporter.address().to_string();
    exporter.signal("KILL");
    exporter.ended().await;
    // Some scrapes fail.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let _exporter = watched.exporter(&address);

    let stale = ("RhombusDataStale", "source", "clip_groups");
    stack.wait_until_firing(stale, TEN_MINUTES).await;
    for (which, words) in [
        (("RhombusCollectFailing", "source", "clip_groups"), "server"),
        (
            ("RhombusListForbidden", "source", "video_walls"),
            "The others are seen.",
        ),
    ] {
        stack.wait_until_firing(which, TEN_MINUTES).await;
        let (_, notice) = stack.notices.wait_for(which, "firing").await;
        assert!(description(&notice).contains(words), "{notice}");
    }
    assert!(now() > ends);
    assert!(
        stack.is_firing(page_open()).await && !stack.notices.has(page_open(), "resolved"),
        "not looking was taken for an all-clear"
    );
    for silent in [
        ("RhombusKeyRejected", "org", "acme"),
        ("RhombusDataStale", "source", "video_walls"),
        ("RhombusDataStale", "source", "live_streams"),
        ("RhombusCollectFailing", "source", "video_walls"),
        stream_open(),
    ] {
        assert!(!stack.is_firing(silent).await, "{silent:?} fires too");
    }
}
