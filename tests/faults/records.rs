//! Records that are not as documented: what can't be understood is counted, and hides nothing.

use crate::common::metrics::Metrics;
use crate::common::series::malformed;
use crate::common::{clear_fault, exporter, set_fault, simulator};
use crate::support::{ORG, assert_keeps_quiet, open_links, succeeds};

/// How many generated pages there are where a fault bends records.
const PAGES: f64 = 20.0;

/// A fault that still makes a whole answer: the poll succeeds, what can't be understood is counted,
/// and nothing is hidden. Gives the metrics before it and during it.
async fn understood(fault: &str, flags: &[&str]) -> (Metrics, Metrics) {
    understood_of(PAGES as usize, fault, flags).await
}

async fn understood_of(pages: usize, fault: &str, flags: &[&str]) -> (Metrics, Metrics) {
    let simulator = simulator(pages);
    // On a machine that does other things too.
    let patient = [flags, &["--collect.timeout=30s"]].concat();
    let exporter = exporter(&simulator, &patient);
    let before = exporter.wait_for_success().await;
    set_fault(&simulator, fault).await;
    exporter.wait_for_success().await;
    let metrics = exporter.wait_for_success().await;
    assert_eq!(succeeds(&metrics), 1.0);
    assert_eq!(
        metrics.sum("rhombus_collect_errors_total"),
        0.0,
        "{metrics}"
    );
    clear_fault(&simulator).await;
    exporter.wait_for_success().await;
    let recovered = exporter.wait_for_success().await;
    assert_eq!(counts(&recovered), counts(&before));
    assert!(recovered.starting("rhombus_malformed_records{").is_empty());
    assert_keeps_quiet(exporter, &[]).await;
    (before, metrics)
}

/// What does not change by itself in the seconds of a test.
fn counts(metrics: &Metrics) -> [f64; 4] {
    let all = ["rhombus_shares", "rhombus_shares_expired"].map(|name| metrics.sum(name));
    let [active, expired] = all;
    let without_expiry = metrics.sum("rhombus_shares_without_expiry");
    let open =
        "rhombus_shares_without_expiry{org=\"default\",kind=\"clip_group\",protection=\"none\"}";
    [
        active + expired,
        without_expiry,
        metrics.value(open),
        metrics.sum("rhombus_shared_devices").min(1.0),
    ]
}

#[tokio::test]
async fn wrong_types_are_counted_by_field_and_hide_nothing() {
    let (_, metrics) = understood(r#"{"fault":"wrong_types"}"#, &[]).await;
    let without_expiry =
        r#"rhombus_shares_without_expiry{org="default",kind="clip_group",protection="none"}"#;
    assert_eq!(open_links(&metrics), PAGES, "each is open");
    assert_eq!(metrics.value(without_expiry), PAGES, "and for ever");
    assert_eq!(metrics.sum("rhombus_shares"), PAGES);
    assert_eq!(metrics.sum("rhombus_shares_expired"), 0.0);
    for field in ["uuid", "createdAtMillis"] {
        assert_eq!(metrics.value(&malformed(ORG, field)), PAGES, "{field}");
    }
    // Some records leave these out.
    for field in ["expirationTimeSecs", "isSecured"] {
        let count = metrics.value(&malformed(ORG, field));
        assert!(
            (PAGES / 2.0..=PAGES).contains(&count),
            "{field}:\n{metrics}"
        );
    }
    for field in ["sharedClips", "durationSec", "deviceUuidMap"] {
        assert!(
            metrics.value(&malformed(ORG, field)) >= 1.0,
            "{field}:\n{metrics}"
        );
    }
}

#[tokio::test]
async fn numbers_that_no_type_holds_hide_nothing() {
    let (_, metrics) = understood(r#"{"fault":"huge_numbers"}"#, &[]).await;
    for field in ["createdAtMillis", "expirationTimeSecs", "durationSec"] {
        assert!(
            metrics.value(&malformed(ORG, field)) >= 1.0,
            "{field}:\n{metrics}"
        );
    }
    assert_eq!(metrics.sum("rhombus_shares_without_expiry"), PAGES);
}

#[tokio::test]
async fn negative_numbers_hide_nothing() {
    let (_, metrics) = understood(r#"{"fault":"negative_numbers"}"#, &[]).await;
    assert_eq!(metrics.value(&malformed(ORG, "createdAtMillis")), PAGES);
    for field in ["expirationTimeSecs", "durationSec"] {
        let count = metrics.value(&malformed(ORG, field));
        assert!(count >= PAGES / 2.0, "{field}:\n{metrics}");
    }
    assert_eq!(metrics.sum("rhombus_shares_without_expiry"), PAGES);
    assert_eq!(metrics.sum("rhombus_shared_clip_duration_seconds"), 0.0);
}

#[tokio::test]
async fn hostile_strings_stay_out_of_the_metrics() {
    let (before, metrics) = understood(r#"{"fault":"hostile_strings"}"#, &[]).await;
    assert_eq!(counts(&metrics)[0], counts(&before)[0]);
    assert_eq!(metrics.value(&malformed(ORG, "uuid")), PAGES, "{metrics}");
    assert!(
        metrics.value(&malformed(ORG, "orgUuid")) >= 1.0,
        "{metrics}"
    );
    let info = |metrics: &Metrics| metrics.starting("rhombus_org_info");
    assert_eq!(
        info(&metrics),
        info(&before),
        "it is the organisation that it was"
    );
}

#[tokio::test]
async fn titles_of_ten_megabytes_are_passed_over() {
    let (before, metrics) = understood_of(3, r#"{"fault":"huge_titles"}"#, &[]).await;
    assert_eq!(counts(&metrics), counts(&before));
    // Each takes twice as much in JSON.
    assert!(metrics.sum("rhombus_api_response_bytes_total") > 3.0 * 20e6);
    assert_eq!(metrics.sum("rhombus_malformed_records_total"), 0.0);
}

#[tokio::test]
async fn records_that_come_twice_count_once() {
    let (before, metrics) = understood(r#"{"fault":"duplicate_uuids"}"#, &[]).await;
    assert_eq!(counts(&metrics), counts(&before));
}

#[tokio::test]
async fn unknown_fields_may_be_nested_deeply() {
    let (before, metrics) = understood(r#"{"fault":"deep_nesting"}"#, &[]).await;
    assert_eq!(counts(&metrics), counts(&before));
    assert_eq!(metrics.sum("rhombus_malformed_records_total"), 0.0);
}
