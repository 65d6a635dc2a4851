//! What these tests share.

use crate::common::metrics::Metrics;
use crate::common::process::{Process, assert_holds_no_key};
use crate::common::series::{last_success, open, success};
use crate::common::{exporter, put_some_groups, simulator};

pub(crate) const ORG: &str = "default";

pub(crate) fn succeeds(metrics: &Metrics) -> f64 {
    metrics.value(&success(ORG))
}

pub(crate) fn last(metrics: &Metrics) -> f64 {
    metrics.value(&last_success(ORG))
}

pub(crate) fn open_links(metrics: &Metrics) -> f64 {
    metrics.value(&open(ORG))
}

/// A simulator with three pages and an exporter that has seen them.
pub(crate) async fn seen(flags: &[&str]) -> (Process, Process, Metrics) {
    let simulator = simulator(0);
    put_some_groups(&simulator).await;
    let exporter = exporter(&simulator, flags);
    let metrics = exporter.wait_for_success().await;
    assert_eq!(open_links(&metrics), 1.0);
    assert_eq!(succeeds(&metrics), 1.0);
    (simulator, exporter, metrics)
}

/// Of the titles that are put, of those that are generated, and of the hostile strings.
const TITLES: [&str; 6] = [
    "Front",
    "loading dock",
    "gate",
    "Incident",
    "Claim",
    "<b>{{1}}",
];

/// Nothing that it said holds the key, or what people wrote.
pub(crate) async fn assert_keeps_quiet(exporter: Process, others: &[&str]) {
    let (_, metrics) = exporter.get("/metrics").await;
    exporter.signal("TERM");
    let (status, output) = exporter.ended().await;
    assert!(status.success(), "{status}:\n{output}");
    for said in [output.as_str(), metrics.as_str()].iter().chain(others) {
        assert_holds_no_key(said);
        for title in TITLES {
            assert!(!said.contains(title), "{title:?} was shown:\n{said}");
        }
    }
}
