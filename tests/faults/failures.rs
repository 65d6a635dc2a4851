//! Polls that fail: for which reason, and that nothing that was known changes.

use crate::common::metrics::Metrics;
use crate::common::series::{errors, failing, polls};
use crate::common::{clear_fault, set_fault};
use crate::support::{ORG, assert_keeps_quiet, last, seen, succeeds};

/// A fault fails the poll for `reason`, changes nothing that was known, and is over once it is gone.
async fn fails(fault: &str, reason: &str) {
    fails_with(fault, reason, &[]).await;
}

async fn fails_with(fault: &str, reason: &str, flags: &[&str]) {
    let (simulator, exporter, before) = seen(flags).await;
    set_fault(&simulator, fault).await;
    let failed = exporter
        .wait_for("the fault is counted", |metrics| {
            metrics.value(&errors(reason)) >= 1.0
        })
        .await;
    assert_fails_for(reason, &failed);
    assert_eq!(
        failed.shares(),
        before.shares(),
        "a failure changed what is known"
    );
    assert_eq!(failed.sum("rhombus_malformed_records_total"), 0.0);
    assert_eq!(
        failed.value(&polls(ORG, "failure")),
        failed.value(&errors(reason))
    );
    assert_eq!(exporter.get("/-/healthy").await.0, 200);
    assert_eq!(exporter.get("/-/ready").await.0, 200, "it was ready before");

    clear_fault(&simulator).await;
    let recovered = exporter
        .wait_for("it has recovered", |metrics| succeeds(metrics) == 1.0)
        .await;
    assert!(last(&recovered) > last(&before));
    assert_eq!(recovered.shares(), before.shares());
    assert_eq!(recovered.sum("rhombus_collect_failing"), 0.0);
    let (_, page) = exporter.get("/").await;
    assert_keeps_quiet(exporter, &[&page]).await;
}

/// The polls fail for `reason`, and never failed for another.
fn assert_fails_for(reason: &str, metrics: &Metrics) {
    assert_eq!(succeeds(metrics), 0.0);
    assert_eq!(metrics.get(&failing(ORG, reason)), Some(1.0), "{metrics}");
    assert_eq!(metrics.sum("rhombus_collect_failing"), 1.0, "{metrics}");
    let others = metrics.sum("rhombus_collect_errors_total") - metrics.value(&errors(reason));
    assert_eq!(others, 0.0, "counted under another reason too:\n{metrics}");
}

macro_rules! failing {
    ($($name:ident: $fault:literal => $reason:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            fails($fault, $reason).await;
        }
    )*};
}

failing! {
    unauthorized: r#"{"fault":"unauthorized"}"# => "auth";
    forbidden: r#"{"fault":"forbidden"}"# => "forbidden";
    throttled_without_a_word_on_when: r#"{"fault":"throttled"}"# => "throttled";
    throttled_for_longer_than_a_poll: r#"{"fault":"throttled","retry_after":3}"# => "throttled";
    a_server_error_for_ever: r#"{"fault":"server_error"}"# => "server";
    a_gateway_error: r#"{"fault":"server_error","status":503}"# => "server";
    a_gateway_error_for_longer_than_a_poll: r#"{"fault":"server_error","status":503,"retry_after":3}"# => "server";
    a_client_error: r#"{"fault":"client_error","status":404}"# => "client";
    a_redirect: r#"{"fault":"redirect"}"# => "client";
    a_key_that_is_echoed: r#"{"fault":"echo_key"}"# => "server";
    a_dropped_connection: r#"{"fault":"drop"}"# => "connect";
    a_connection_dropped_midway: r#"{"fault":"drop_midway"}"# => "connect";
    no_answer: r#"{"fault":"no_answer"}"# => "timeout";
    an_endless_slow_body: r#"{"fault":"slow_body"}"# => "timeout";
    an_answer_that_comes_too_late: r#"{"fault":"delay","millis":5000}"# => "timeout";
    a_body_that_stops_midway: r#"{"fault":"delay_midway","millis":5000}"# => "timeout";
    corrupt_gzip: r#"{"fault":"gzip_corrupt"}"# => "decode";
    cut_json: r#"{"fault":"cut_json"}"# => "decode";
    not_json: r#"{"fault":"not_json"}"# => "decode";
    an_array_at_the_top: r#"{"fault":"array_top"}"# => "decode";
    an_empty_object: r#"{"fault":"empty_object"}"# => "decode";
    an_empty_body: r#"{"fault":"empty_body"}"# => "decode";
    a_list_of_a_wrong_type: r#"{"fault":"list_wrong_type"}"# => "decode";
    error_true: r#"{"fault":"error_true"}"# => "api";
    error_true_after_the_whole_list: r#"{"fault":"error_with_list"}"# => "api";
}

const SMALL: &[&str] = &["--collect.max-response-bytes=1MiB", "--collect.timeout=30s"];

#[tokio::test]
async fn a_body_over_the_limit() {
    fails_with(
        r#"{"fault":"too_large","bytes":2000000}"#,
        "too_large",
        SMALL,
    )
    .await;
}

#[tokio::test]
async fn throttled_for_longer_than_time_can_tell() {
    // It is left alone for half of this at most.
    let flags = ["--collect.max-staleness=8s"];
    let fault = r#"{"fault":"throttled","retry_after":18446744073709551615}"#;
    fails_with(fault, "throttled", &flags).await;
}

#[tokio::test]
async fn a_gzip_bomb() {
    fails_with(
        r#"{"fault":"gzip_bomb","bytes":1000000000}"#,
        "too_large",
        SMALL,
    )
    .await;
}

#[tokio::test]
async fn a_server_error_for_a_while_is_over_within_the_poll() {
    let (simulator, exporter, before) = seen(&["--collect.timeout=10s"]).await;
    set_fault(&simulator, r#"{"fault":"server_error","times":1}"#).await;
    let retried = exporter
        .wait_for("it is tried again", |metrics| {
            metrics.sum("rhombus_api_retries_total") >= 1.0
        })
        .await;
    let metrics = exporter.wait_for_success().await;
    assert_eq!(metrics.sum("rhombus_collect_errors_total"), 0.0);
    assert_eq!(metrics.shares(), before.shares());
    assert!(succeeds(&retried) == 1.0, "it never failed:\n{retried}");
    let code = r#"rhombus_api_requests_total{code="500",source="clip_groups"}"#;
    assert_eq!(metrics.value(code), 1.0);
}

#[tokio::test]
async fn a_poll_that_takes_longer_than_the_interval_is_not_doubled() {
    let (simulator, exporter, _) = seen(&["--collect.timeout=10s"]).await;
    set_fault(&simulator, r#"{"fault":"delay","millis":2500}"#).await;
    exporter.wait_for_success().await;
    exporter.wait_for_success().await;
    exporter.wait_for_success().await;
    let (_, requests) = simulator.get("/simulator/requests").await;
    let requests: serde_json::Value = serde_json::from_str(&requests).unwrap();
    assert_eq!(requests["max_in_flight"], 1, "{requests}");
}

#[tokio::test]
async fn nobody_listens() {
    let (simulator, exporter, before) = seen(&[]).await;
    drop(simulator);
    let failed = exporter
        .wait_for("it is counted", |metrics| {
            metrics.value(&errors("connect")) >= 1.0
        })
        .await;
    assert_fails_for("connect", &failed);
    assert_eq!(failed.shares(), before.shares());
}
