//! What it costs to run: the numbers of `docs/performance.md`, all in one run. The real binary polls
//! the simulator, or what that has answered, each in its own process, and is scraped over loopback.
//!
//! `cargo bench --bench exporter` runs everything but what takes long; `-- poll`, `-- scrape`,
//! `-- render`, `-- links`, `-- memory`, `-- start`, `-- expressions`, `-- policy`, `-- storage`, `-- trail` one part; `-- poll 1000000` polls of that
//! size; `-- trail 10000000` finds pages of a trail of so many events; `-- fleet` watches thousands of organisations, `-- fleet 5000 200` so many with answers that take so many
//! milliseconds. Linux only: it reads `/proc`. `-- decode FILE`, `-- parse FILE` and `-- write ORGANISATIONS` are for counting
//! instructions: of reading an answer, of a bare parse, of `/metrics`.

#![allow(clippy::print_stdout, reason = "the tables are what it is for")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "exporter/expressions.rs"]
mod expressions;
#[path = "exporter/fleet_polls.rs"]
mod fleet_polls;
#[path = "exporter/fleet_server.rs"]
mod fleet_server;
#[path = "exporter/fleets.rs"]
mod fleets;
#[path = "exporter/links.rs"]
mod links;
#[path = "exporter/load.rs"]
mod load;
#[path = "exporter/memory.rs"]
mod memory;
#[path = "exporter/policy.rs"]
mod policy;
#[path = "exporter/recorded.rs"]
mod recorded;
#[path = "exporter/rendering.rs"]
mod rendering;
#[path = "exporter/served.rs"]
mod served;
#[path = "exporter/servers.rs"]
mod servers;
#[path = "exporter/storage.rs"]
mod storage;
#[path = "exporter/trail.rs"]
mod trail;
#[path = "exporter/trail_growth.rs"]
mod trail_growth;
#[path = "exporter/usage.rs"]
mod usage;

use std::time::{Duration, Instant};

use common::metrics::Metrics;
use common::process::Process;
use load::Load;
use rhombus_share_exporter::inventory::Inventory;
use rhombus_share_exporter::rhombus::shares::{Options, clip_groups::ClipGroup, reader};
use rhombus_share_exporter::rhombus::{ApiKey, ExpirationTime};
use rhombus_share_exporter::share::{Moment, UnixMillis};
use servers::{exporter, fixed_response, node_exporter, recorded, simulator};
use usage::Usage;

const GROUPS: usize = 100_000;
/// What was recorded.
const CLIP_GROUPS: &str = "--collect.sources=clip_groups";
const SIZES: [usize; 3] = [GROUPS / 10, GROUPS, GROUPS * 3];

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve-fixed", body] => servers::serve_fixed_response(body).await,
        ["serve-recorded", groups] => servers::serve_recorded(groups).await,
        ["serve-fleet", rest @ ..] => fleet_server::serve(rest).await,
        ["fleet", rest @ ..] => fleet_polls::measure(rest).await,
        ["poll", groups] => poll(&[groups.parse().expect("a number of groups")]).await,
        ["poll"] => poll(&SIZES).await,
        ["scrape"] => scrape().await,
        ["render"] => render().await,
        ["links"] => links::measure().await,
        ["memory"] => memory::measure().await,
        ["serve-links", list] => memory::serve(list).await,
        ["start"] => start().await,
        ["expressions"] => expressions::measure(),
        ["policy"] => policy::measure(),
        ["storage"] => storage::measure(),
        ["trail"] => {
            trail_growth::measure();
            trail::measure();
        }
        ["trail", events] => trail_growth::pages(events),
        ["decode", answer] => decode(answer),
        ["parse", answer] => parse(answer),
        ["write", organizations] => write(organizations),
        [] => {
            start().await;
            poll(&SIZES).await;
            scrape().await;
            render().await;
            links::measure().await;
            memory::measure().await;
            expressions::measure();
            policy::measure();
            storage::measure();
            trail_growth::measure();
            trail::measure();
        }
        other => panic!(
            "expected poll, scrape, render, links, memory, start, expressions, policy, storage, trail or fleet; got {other:?}"
        ),
    }
}

/// The cost of writing `/metrics` and the landing page, by the number of organisations.
async fn render() {
    const SIZES: [usize; 3] = [1, 100, 5_000];
    println!("\n| organisations | lines | text | a rendering | gzip | a rendering | a snapshot |");
    println!("|---|---|---|---|---|---|---|");
    for organizations in SIZES {
        let of = rendering::render(&fleets::well(organizations));
        println!(
            "| {organizations} | {} | {} B | {:.2?} | {} B | {:.2?} | {:.2?} |",
            of.lines, of.text, of.took, of.gzip, of.gzip_took, of.snapshot
        );
    }
    println!("\n| organisations | page | size | a request |");
    println!("|---|---|---|---|");
    for organizations in SIZES {
        let fleet = fleets::mixed(organizations);
        for path in ["/", "/?q=00&show=all", "/?show=open"] {
            let (bytes, took) = rendering::page(&fleet, path).await;
            println!("| {organizations} | `{path}` | {bytes} B | {took:.2?} |");
        }
    }
}

/// Writes `/metrics` of so many organisations.
fn write(organizations: &str) {
    let organizations = organizations.parse().expect("a number of organisations");
    let bytes = rendering::write(&fleets::well(organizations));
    println!("{bytes} bytes");
}

/// The cost of a poll, from the request to the swapped inventory, and what it takes in memory.
async fn poll(sizes: &[usize]) {
    const POLLS: f64 = 3.0;
    // Not all requests: a server may close a connection just when it is used again.
    const ANSWERS: &str = r#"rhombus_api_requests_total{code="200",source="clip_groups"}"#;
    println!("\n| clip groups | body | CPU a poll | of a bare parse | peak memory |");
    println!("|---|---|---|---|---|");
    for &groups in sizes {
        let rhombus = recorded(groups);
        let bare = bare_parse(&rhombus).await.as_secs_f64();
        // Far longer than a poll takes, so that the last one has ended when they are counted.
        let interval = Duration::from_secs(10.max(groups as u64 / 10_000));
        let flag = format!("--collect.interval={}s", interval.as_secs());
        let flags = [flag.as_str(), CLIP_GROUPS, "--collect.timeout=60s"];
        let exporter = exporter(&rhombus, &flags);
        let first = exporter.wait_for_success().await;
        let before = Usage::of(exporter.id());
        // No scrapes meanwhile: they would count too.
        tokio::time::sleep(interval.mul_f64(POLLS + 0.4)).await;
        let after = Usage::of(exporter.id());
        let last = exporter.metrics().await;
        assert_eq!(last.sum("rhombus_collect_errors_total"), 0.0, "{last}");
        assert_eq!(last.value(ANSWERS) - first.value(ANSWERS), POLLS, "{last}");
        let read = |metrics: &Metrics| metrics.sum("rhombus_api_response_bytes_total");
        let body = (read(&last) - read(&first)) / POLLS / 1e6;
        let cpu = (after.cpu - before.cpu).as_secs_f64() / POLLS;
        let peak = after.peak_bytes as f64 / 1e6;
        println!(
            "| {groups} | {body:.1} MB | {cpu:.3} s | {:.1} | {peak:.0} MB |",
            cpu / bare
        );
    }
}

/// Reads a recorded answer as a poll does, in pieces, and puts it in order.
fn decode(answer: &str) {
    const PIECE: usize = 64 << 10;
    let body = std::fs::read(answer).expect("a recorded answer");
    let now = UnixMillis::from_secs(1_700_000_000);
    let options = Options {
        expiration_time: ExpirationTime::Auto,
        keep_titles: true,
        key: ApiKey::new("an-api-key").expect("a key"),
    };
    let mut reader = reader::<ClipGroup>(options, now, 16 << 20);
    for piece in body.chunks(PIECE) {
        reader.push(piece).expect("the documented object");
    }
    let (shares, _) = reader.finish().expect("a whole answer");
    let inventory = Inventory::new(shares.into_listing(), Moment::default());
    println!("{} shares", inventory.shares().len());
}

/// Finds a recorded answer well-formed.
fn parse(answer: &str) {
    let body = std::fs::read(answer).expect("a recorded answer");
    serde_json::from_slice::<serde::de::IgnoredAny>(&body).expect("it is JSON");
}

/// The CPU time that `serde_json` takes to find the same answer well-formed, held in memory and kept
/// nowhere: what reading it can't be cheaper than, on this machine as it is now.
async fn bare_parse(rhombus: &Process) -> Duration {
    const TIMES: u32 = 5;
    let body = servers::answer(&rhombus.url("")).await;
    let before = Usage::of(std::process::id());
    for _ in 0..TIMES {
        serde_json::from_slice::<serde::de::IgnoredAny>(&body).expect("it is JSON");
    }
    (Usage::of(std::process::id()).cpu - before.cpu) / TIMES
}

/// Requests a second of `/metrics`, beside a fixed response and beside the node exporter, in one
/// run; then the latencies.
async fn scrape() {
    let simulator = simulator(14);
    let exporter = exporter(&simulator, &[]);
    exporter.wait_for_success().await;
    let (_, body) = exporter.get("/metrics").await;
    let fixed = fixed_response(&body);
    println!("\n| server | answer | requests a second | of the fixed response |");
    println!("|---|---|---|---|");
    let baseline = throughput(&fixed).await;
    for (name, server) in [
        ("a fixed response of the same bytes, same server", &fixed),
        ("this exporter", &exporter),
        ("prometheus-node-exporter", &node_exporter()),
    ] {
        let rate = throughput(server).await;
        let bytes = server.get("/metrics").await.1.len();
        println!(
            "| {name} | {bytes} B | {rate:.0} | {:.2} |",
            rate / baseline
        );
    }
    drop((fixed, exporter, simulator));
    during_polls().await;
}

/// The best of three, since others use the machine too.
async fn throughput(server: &Process) -> f64 {
    let mut best: f64 = 0.0;
    for _ in 0..3 {
        best = best.max(
            Load::saturate(server.address(), Duration::from_secs(3))
                .await
                .rate(),
        );
    }
    best
}

/// The latency of a scrape while nothing else happens, and while polls of 100,000 groups run.
async fn during_polls() {
    println!("\n| 100 scrapes a second | p50 | p99 | longest |");
    println!("|---|---|---|---|");
    let rhombus = recorded(GROUPS);
    for (name, interval) in [
        ("idle", "1h"),
        ("while polling 100,000 groups each 2 s", "2s"),
    ] {
        let interval = format!("--collect.interval={interval}");
        let flags = [
            interval.as_str(),
            CLIP_GROUPS,
            "--collect.timeout=60s",
            "--collect.max-staleness=12h",
        ];
        let exporter = exporter(&rhombus, &flags);
        exporter.wait_for_success().await;
        let load = Load::paced(exporter.address(), 100, Duration::from_secs(30)).await;
        let [p50, p99, longest] = [0.5, 0.99, 1.0].map(|part| load.quantile(part));
        println!("| {name} | {p50:.2?} | {p99:.2?} | {longest:.2?} |");
    }
}

/// The time from start to ready, and what the process takes when nothing happens.
async fn start() {
    const REST: Duration = Duration::from_secs(60);
    let simulator = simulator(14);
    let mut times = Vec::new();
    for _ in 0..10 {
        let started = Instant::now();
        let exporter = exporter(&simulator, &[]);
        while exporter.get("/-/ready").await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(started.elapsed());
    }
    times.sort();
    let exporter = exporter(&simulator, &[]);
    exporter.wait_for_success().await;
    let before = Usage::of(exporter.id());
    tokio::time::sleep(REST).await;
    let after = Usage::of(exporter.id());
    let cpu = (after.cpu - before.cpu).as_secs_f64() / REST.as_secs_f64() * 100.0;
    let resident = after.resident_bytes as f64 / 1e6;
    println!("\n| start to ready (median, worst of 10) | resident | CPU while idle |");
    println!("|---|---|---|");
    println!(
        "| {:.1?}, {:.1?} | {resident:.1} MB | {cpu:.2} % of a core |",
        times[5], times[9]
    );
}
