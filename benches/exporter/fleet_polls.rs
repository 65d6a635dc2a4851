//! What thousands of organisations cost, over TLS and with all defaults, and how they are asked.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::common::certificate::Certificate;
use crate::common::process::Process;
use crate::servers::beside;
use crate::usage::Usage;

const ORGANIZATIONS: [&str; 2] = ["2500", "5000"];
const HOST: &str = "127.0.0.1";
/// The default interval, in which the first polls are spread; then a while until the last of them ends.
const FIRST: Duration = Duration::from_secs(75);
/// In this time, what is asked beside the lists is asked once too, but for what is asked each hour.
const MEASURED: Duration = Duration::from_secs(300);

/// Measures `[ORGANIZATIONS [MILLISECONDS]]`: how many there are, and how long each answer takes at least.
pub(crate) async fn measure(words: &[&str]) {
    let (sizes, delay) = match words {
        [] => (&ORGANIZATIONS[..], "0"),
        [_] => (words, "0"),
        [_, delay] => (&words[..1], *delay),
        other => panic!("expected ORGANIZATIONS and MILLISECONDS; got {other:?}"),
    };
    for organizations in sizes {
        measure_one(organizations, delay).await;
    }
}

async fn measure_one(organizations: &str, delay: &str) {
    let certificate = Certificate::of(HOST);
    let directory = certificate.file("");
    let directory = directory.to_str().expect("a path");
    // As those that collect. With only the time that nobody else wants, it would answer nobody on a busy
    // machine, and the requests would end in timeouts.
    let nice = ["nice", "-n", "10"];
    let server = beside(&nice, &["serve-fleet", organizations, delay, directory]);
    let exporter = exporter(&server, organizations, &certificate);
    let started = Instant::now();
    let mut most_files = 0;
    let mut usage = Vec::new();
    for until in [FIRST, FIRST + MEASURED] {
        while started.elapsed() < until {
            sleep(Duration::from_secs(1)).await;
            most_files = most_files.max(open_files(&exporter));
        }
        usage.push((Usage::of(exporter.id()), seen(&server).await));
    }
    let [(before, seen_before), (after, seen)] = &usage[..] else {
        unreachable!("two moments");
    };
    // No scrape before: it would count too.
    let metrics = exporter.metrics().await;
    let scraped = Usage::of(exporter.id());
    let cpu = (after.cpu - before.cpu).as_secs_f64();
    let [requests, requests_before] =
        [seen, seen_before].map(|seen| by_second(seen).iter().sum::<u64>());
    let requests = requests - requests_before;
    let [resident, peak, scraped] =
        [after.resident_bytes, after.peak_bytes, scraped.peak_bytes].map(|bytes| bytes / 1_000_000);
    println!(
        "\n| organisations | CPU | a request | resident, peak, after a scrape | fresh | errors |\n\
         |---|---|---|---|---|---|"
    );
    println!(
        "| {organizations} | {:.1} % of a core | {:.0} µs | {resident} MB, {peak} MB, {scraped} MB | {} | {} |",
        cpu / MEASURED.as_secs_f64() * 100.0,
        cpu / requests as f64 * 1e6,
        metrics.value(r#"rhombus_organizations{state="fresh"}"#),
        metrics.sum("rhombus_collect_errors_total"),
    );
    println!("\n{}", connections(seen_before, seen, most_files));
}

/// What the server has seen, in words.
fn connections(before: &Value, seen: &Value, most_files: usize) -> String {
    let of = |seen: &Value, what: &str| seen[what].as_u64().expect("a number");
    let mut text = format!("at most {most_files} open files");
    for what in ["open", "most_open", "most_in_flight"] {
        let _ = write!(text, ", {what} {}", of(seen, what));
    }
    for what in ["full_handshakes", "resumed_handshakes"] {
        let first = of(before, what);
        let _ = write!(text, ", {what} {first} then {}", of(seen, what) - first);
    }
    let seconds = by_second(seen);
    let (first, then) = seconds.split_at(by_second(before).len());
    for (when, seconds) in [("at first", first), ("then", then)] {
        let most = seconds.iter().max().expect("some");
        let mean = seconds.iter().sum::<u64>() as f64 / seconds.len() as f64;
        let _ = write!(
            text,
            "\nrequests a second {when}: {mean:.0}, at most {most}"
        );
    }
    text
}

/// How many requests there were in each second since the first.
fn by_second(seen: &Value) -> Vec<u64> {
    let seconds = seen["by_second"].as_array().expect("a list");
    seconds.iter().filter_map(Value::as_u64).collect()
}

/// What the server has counted.
async fn seen(server: &Process) -> Value {
    let (_, counts) = server.get("/counts").await;
    serde_json::from_str(&counts).expect("JSON")
}

/// Sockets are nearly all of them.
fn open_files(process: &Process) -> usize {
    let open = fs::read_dir(format!("/proc/{}/fd", process.id()));
    open.expect("/proc").count()
}

/// The exporter of so many organisations, each with a key of its own, that are asked at `server`.
fn exporter(server: &Process, organizations: &str, certificate: &Certificate) -> Process {
    let output = server.output();
    let address = output
        .lines()
        .find_map(|line| line.strip_prefix("rhombus="))
        .expect("it says where it listens first");
    // The server is no feed: what is measured are the lists.
    let mut config = String::from("collect: {audit_feed: false}\norganizations:\n");
    for number in 0..organizations.parse().expect("a number of organisations") {
        let _ = writeln!(
            config,
            "- {{name: organization-{number:05}, api_key: k-{number}, endpoint: 'https://{address}'}}"
        );
    }
    let file = certificate.file("exporter.yml");
    fs::write(&file, config).expect("written");
    let flag = format!("--config.file={}", file.display());
    let trusted = certificate.file("cert.pem");
    Process::start(
        &["serve", "--web.listen-address=127.0.0.1:0", &flag],
        &[("SSL_CERT_FILE", trusted.to_str().expect("a path"))],
    )
}
