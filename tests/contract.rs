//! The metrics are a public interface: what the documentation says is what the binary exports, no
//! more and no less, and Prometheus's own linter has nothing to say.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;

use common::files::{Files, key, serve};
use common::process::Process;
use common::toolchains::toolchains;
use common::{exporter, put_group, put_some_groups, set_fault, simulator};
use rhombus_share_exporter::clock::Clock;

/// A metric's type and its labels.
type Shape = (String, BTreeSet<String>);

/// All that there may be: also what is only there where a value could not be understood, and where a
/// poll has failed.
async fn exposition() -> String {
    let simulator = simulator(0);
    put_some_groups(&simulator).await;
    let odd = r#"{"uuid":"AAAAAAAAAAAAAAAAAAAAAw","isSecured":"perhaps"}"#;
    put_group(&simulator, "AAAAAAAAAAAAAAAAAAAAAw", odd).await;
    let access = r#"{"supportAccessAllowedUntil":4102444800}"#;
    let (status, text) = simulator
        .send("PUT", "/simulator/organization", access)
        .await;
    assert_eq!(status, 204, "{text}");
    let files = Files::new();
    let storage = format!("--storage.path={}", files.path("data").display());
    let flags = [
        "--collect.sources=clip_groups,live_streams",
        "--collect.requests-per-second=10",
        "--collect.audit-feed=true",
        &storage,
        "--web.external-url=https://exporter.example/",
    ];
    put_deeds(&simulator).await;
    let exporter = exporter(&simulator, &flags);
    exporter
        .wait_for("all is known", |metrics| {
            let known = |metric| !metrics.starting(metric).is_empty();
            known("rhombus_key_info")
                && known("rhombus_shares_unlisted")
                && known("rhombus_malformed_records{")
        })
        .await;
    // The first look is no event.
    let page = r#"{"uuid":"AAAAAAAAAAAAAAAAAAAABA","isSecured":false}"#;
    put_group(&simulator, "AAAAAAAAAAAAAAAAAAAABA", page).await;
    exporter
        .wait_for("an event is told, and the trail is sealed", |metrics| {
            let known = |metric| !metrics.starting(metric).is_empty();
            let of_feed = ["rhombus_share_views_total", "rhombus_audit_last_finding"];
            known("rhombus_share_last_event")
                && known("rhombus_audit_checkpoint_info")
                && of_feed.into_iter().all(known)
        })
        .await;
    set_fault(&simulator, r#"{"fault":"unauthorized"}"#).await;
    exporter
        .wait_for("a poll has failed", |metrics| {
            metrics.sum("rhombus_collect_failing") == 1.0
        })
        .await;
    exporter.get("/metrics").await.1
}

/// Puts a view of a page, and a door that was opened.
async fn put_deeds(simulator: &Process) {
    for (uuid, action) in [
        ("AAAAAAAAAAAAAAAAAAAABQ", "VIEW_SHARE_CLIP"),
        ("AAAAAAAAAAAAAAAAAAAABg", "SUPPORT_ACCESS_GRANT"),
    ] {
        let at = Clock::system().now().rfc3339();
        let event = format!(r#"{{"uuid":"{uuid}","action":"{action}","timestamp":"{at}"}}"#);
        let path = format!("/simulator/audit_events/{uuid}");
        let (status, text) = simulator.send("PUT", &path, &event).await;
        assert_eq!(status, 204, "{text}");
    }
}

/// What the demo says.
async fn demo() -> String {
    let demo = Process::start(&["demo", "--web.listen-address=127.0.0.1:0"], &[]);
    demo.get("/metrics").await.1
}

/// What an exporter says whose trail contradicts what is anchored: the check of a trail alone takes a minute to
/// begin.
async fn contradicted() -> String {
    let files = Files::new();
    files.write("anchor", "no checkpoint");
    let simulator = simulator(0);
    let organizations = files.organization("acme", &simulator.url(""));
    let text = format!("audit: {{anchor_file: anchor}}\norganizations:\n{organizations}");
    let config = files.write("config.yml", &text);
    let storage = format!("--storage.path={}", files.path("data").display());
    let exporter = serve(&config, &[&storage]);
    exporter.get("/metrics").await.1
}

/// What one of two exporters that share a partner's clients says.
async fn with_partner() -> String {
    let files = Files::new();
    let key = files.write_key("msp", &key("msp"));
    let simulator = Process::start(
        &[
            "simulate",
            "--listen=127.0.0.1:0",
            "--groups=0",
            "--clients=8",
            &format!("--partner-key-file={}", key.display()),
        ],
        &[],
    );
    let text = format!(
        "collect: {{interval: 1s, requests_per_second: 100, shard: 0/2}}\npartners:\n  - {{name: msp, api_key_file: msp, endpoint: '{}', refresh: 1s}}\n\
         policy:\n  rules: [{{name: loud, expression: share.sound}}]\n  \
         exceptions: [{{name: quiet, match: {{org: x}}, policies: [loud], reason: r, owner: o, until: 2020-01-01}}]\n",
        simulator.url("")
    );
    let config = files.write("config.yml", &text);
    let exporter = serve(&config, &[]);
    exporter
        .wait_for("a client is known", |metrics| {
            !metrics.starting("rhombus_partner_client_info").is_empty()
                && !metrics
                    .starting("rhombus_share_violations_excepted")
                    .is_empty()
        })
        .await;
    exporter.get("/metrics").await.1
}

/// The tables of `docs/metrics.md`: `| metric | type | labels | value |`.
fn documented() -> BTreeMap<String, Shape> {
    let page = include_str!("../docs/metrics.md");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line
            .trim()
            .trim_matches('|')
            .split('|')
            .map(str::trim)
            .collect();
        let [metric, kind, labels, _value] = cells.as_slice() else {
            return None;
        };
        let metric = metric.strip_prefix('`')?.strip_suffix('`')?;
        let labels = labels.split(", ").filter(|label| !label.is_empty());
        let labels = labels
            .map(|label| label.trim_matches('`').to_owned())
            .collect();
        Some((metric.to_owned(), ((*kind).to_owned(), labels)))
    });
    rows.collect()
}

/// What a scrape says of each family.
fn exported(text: &str) -> BTreeMap<String, Shape> {
    let mut families = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (family, kind) = rest.split_once(' ').expect("a name and a type");
            name = family.to_owned();
            families.insert(name.clone(), (kind.to_owned(), BTreeSet::new()));
        } else if !line.starts_with('#') {
            let labels = line
                .split_once('{')
                .and_then(|(_, rest)| rest.rsplit_once('}'));
            let (_, seen) = families.get_mut(&name).expect("a type before its series");
            for pair in labels
                .map(|(labels, _)| labels.split("\","))
                .into_iter()
                .flatten()
            {
                let label = pair.split_once("=\"").expect("a label").0;
                if label != "le" {
                    seen.insert(label.to_owned());
                }
            }
        }
    }
    families
}

#[tokio::test]
async fn what_is_documented_is_exported_and_nothing_else() {
    let documented = documented();
    assert!(
        documented.len() > 25,
        "the tables were not found: {documented:#?}"
    );
    let mut all = exported(&exposition().await);
    let demo = exported(&demo().await);
    let is_demo = "rhombus_share_exporter_demo";
    assert!(!all.contains_key(is_demo));
    all.insert(is_demo.to_owned(), demo[is_demo].clone());
    let checked = "rhombus_audit_check_success";
    assert!(!all.contains_key(checked));
    all.insert(
        checked.to_owned(),
        exported(&contradicted().await)[checked].clone(),
    );
    for (name, (kind, labels)) in exported(&with_partner().await) {
        let (_, all) = all.entry(name).or_insert((kind, BTreeSet::new()));
        all.extend(labels);
    }
    assert_eq!(all, documented);
}

#[tokio::test]
async fn promtool_has_nothing_to_say() {
    for text in [
        exposition().await,
        with_partner().await,
        contradicted().await,
    ] {
        the_linters_are_silent(&text);
    }
}

fn the_linters_are_silent(text: &str) {
    for toolchain in toolchains() {
        let mut promtool = toolchain
            .command("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it said its version before");
        let mut stdin = promtool.stdin.take().expect("piped");
        stdin.write_all(text.as_bytes()).expect("promtool reads");
        drop(stdin);
        let said = promtool.wait_with_output().expect("promtool ends");
        let words = [said.stdout, said.stderr].concat();
        assert!(
            said.status.success() && words.is_empty(),
            "{}: {}",
            toolchain.name,
            String::from_utf8_lossy(&words)
        );
    }
}
