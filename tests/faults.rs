//! Whatever Rhombus does: each fault in turn, with the metrics that must follow, those that must not
//! change, and the recovery after it. And the key, in no output of any of these runs.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use common::metrics::Metrics;
use common::process::Process;
use common::{KEY, clear_fault, exporter, put_some_groups, set_fault, simulator};

const SUCCESS: &str = r#"rhombus_collect_success{org="default",source="clip_groups"}"#;
const LAST_SUCCESS: &str =
    r#"rhombus_collect_last_success_timestamp_seconds{org="default",source="clip_groups"}"#;
const OPEN: &str = r#"rhombus_shares{org="default",kind="clip_group",protection="none"}"#;

fn errors(reason: &str) -> String {
    format!(
        r#"rhombus_collect_errors_total{{org="default",source="clip_groups",reason="{reason}"}}"#
    )
}

fn malformed(field: &str) -> String {
    format!(
        r#"rhombus_malformed_records_total{{org="default",source="clip_groups",field="{field}"}}"#
    )
}

/// A simulator with three pages and an exporter that has seen them.
async fn seen(flags: &[&str]) -> (Process, Process, Metrics) {
    let simulator = simulator(0);
    put_some_groups(&simulator).await;
    let exporter = exporter(&simulator, flags);
    let metrics = exporter.wait_for_success().await;
    assert_eq!(metrics.value(OPEN), 1.0);
    assert_eq!(metrics.value(SUCCESS), 1.0);
    (simulator, exporter, metrics)
}

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
    assert_eq!(failed.value(SUCCESS), 0.0);
    assert_eq!(
        failed.shares(),
        before.shares(),
        "a failure changed what is known"
    );
    assert_eq!(failed.sum("rhombus_malformed_records_total"), 0.0);
    let others = failed.sum("rhombus_collect_errors_total") - failed.value(&errors(reason));
    assert_eq!(others, 0.0, "counted under another reason too:\n{failed}");
    assert_eq!(exporter.get("/-/healthy").await.0, 200);
    assert_eq!(exporter.get("/-/ready").await.0, 200, "it was ready before");

    clear_fault(&simulator).await;
    let recovered = exporter
        .wait_for("it has recovered", |metrics| metrics.value(SUCCESS) == 1.0)
        .await;
    assert!(recovered.value(LAST_SUCCESS) > before.value(LAST_SUCCESS));
    assert_eq!(recovered.shares(), before.shares());
    let (_, page) = exporter.get("/").await;
    assert_keeps_quiet(exporter, &[&page]).await;
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
async fn assert_keeps_quiet(exporter: Process, others: &[&str]) {
    let (_, metrics) = exporter.get("/metrics").await;
    exporter.signal("TERM");
    let (status, output) = exporter.ended().await;
    assert!(status.success(), "{status}:\n{output}");
    for said in [output.as_str(), metrics.as_str()].iter().chain(others) {
        assert!(!said.contains(KEY), "the key was shown:\n{said}");
        for title in TITLES {
            assert!(!said.contains(title), "{title:?} was shown:\n{said}");
        }
    }
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
    a_client_error: r#"{"fault":"client_error","status":404}"# => "client";
    a_redirect: r#"{"fault":"redirect"}"# => "client";
    a_key_that_is_echoed: r#"{"fault":"echo_key"}"# => "server";
    a_dropped_connection: r#"{"fault":"drop"}"# => "connect";
    a_connection_dropped_midway: r#"{"fault":"drop_midway"}"# => "connect";
    no_answer: r#"{"fault":"no_answer"}"# => "timeout";
    an_endless_slow_body: r#"{"fault":"slow_body"}"# => "timeout";
    an_answer_that_comes_too_late: r#"{"fault":"delay","millis":5000}"# => "timeout";
    corrupt_gzip: r#"{"fault":"gzip_corrupt"}"# => "decode";
    cut_json: r#"{"fault":"cut_json"}"# => "decode";
    not_json: r#"{"fault":"not_json"}"# => "decode";
    an_array_at_the_top: r#"{"fault":"array_top"}"# => "decode";
    an_empty_object: r#"{"fault":"empty_object"}"# => "decode";
    an_empty_body: r#"{"fault":"empty_body"}"# => "decode";
    a_list_of_a_wrong_type: r#"{"fault":"groups_wrong_type"}"# => "decode";
    error_true: r#"{"fault":"error_true"}"# => "api";
    error_true_after_the_whole_list: r#"{"fault":"error_with_groups"}"# => "api";
}

/// A `raw` fault: 200 with this JSON.
fn raw(body: &str) -> String {
    let body = serde_json::to_string(body).unwrap();
    format!(
        r#"{{"fault":"raw","status":200,"headers":{{"content-type":"application/json"}},"body":{body}}}"#
    )
}

/// Every 200 that says it failed, or that its empty list is not all there is.
#[tokio::test]
async fn an_empty_list_beside_any_sign_of_failure_is_no_answer() {
    let (simulator, exporter, before) = seen(&[]).await;
    let mut counted = [0.0; 3];
    for (body, reason) in [
        (
            r#"{"sharedClipGroups":null,"warningMsg":"partial: access was denied"}"#,
            "partial",
        ),
        (r#"{"sharedClipGroups":[],"nextPageToken":"x"}"#, "partial"),
        (r#"{"sharedClipGroups":[],"totalCount":3}"#, "partial"),
        (r#"{"sharedClipGroups":[],"total":5.0}"#, "partial"),
        (r#"{"sharedClipGroups":[],"total":"5"}"#, "partial"),
        (r#"{"clipGroups":[{"uuid":"x"}],"error":false}"#, "decode"),
        (r#"{"error":false,"warningMsg":"x"}"#, "partial"),
        (r#"{"sharedClipGroups":[],"message":"denied"}"#, "api"),
        (r#"{"sharedClipGroups":[],"errors":["denied"]}"#, "api"),
        (r#"{"sharedClipGroups":[],"Error":true}"#, "api"),
        (r#"{}"#, "decode"),
        (r#"{"requestId":"7"}"#, "decode"),
    ] {
        let index = ["api", "decode", "partial"]
            .iter()
            .position(|r| *r == reason)
            .unwrap();
        set_fault(&simulator, &raw(body)).await;
        let at_least = counted[index] + 1.0;
        let failed = exporter
            .wait_for("it is counted", |metrics| {
                metrics.value(&errors(reason)) >= at_least && metrics.value(SUCCESS) == 0.0
            })
            .await;
        assert_eq!(failed.shares(), before.shares(), "{body}");
        clear_fault(&simulator).await;
        let good = exporter
            .wait_for("it has recovered", |metrics| metrics.value(SUCCESS) == 1.0)
            .await;
        counted[index] = good.value(&errors(reason));
        assert_eq!(
            good.sum("rhombus_collect_errors_total"),
            counted.iter().sum::<f64>(),
            "{body}"
        );
    }
    assert_keeps_quiet(exporter, &[]).await;
}

const PARTIAL: &str = r#"rhombus_collect_partial{org="default",source="clip_groups"}"#;

#[tokio::test]
async fn a_list_beside_a_warning_is_taken_and_shown_as_partial() {
    let (simulator, exporter, before) = seen(&[]).await;
    assert_eq!(before.value(PARTIAL), 0.0);
    let body =
        r#"{"sharedClipGroups":[{"uuid":"BBBBBBBBBBBBBBBBBBBBBA"}],"warningMsg":"the Front gate"}"#;
    set_fault(&simulator, &raw(body)).await;
    let warned = exporter
        .wait_for("it is shown", |metrics| metrics.value(PARTIAL) == 1.0)
        .await;
    assert_eq!(warned.sum("rhombus_shares"), 1.0);
    assert_eq!(warned.value(SUCCESS), 1.0);
    let (_, page) = exporter.get("/").await;
    assert!(page.contains("not whole"), "{page}");
    clear_fault(&simulator).await;
    let whole = exporter
        .wait_for("it is over", |metrics| metrics.value(PARTIAL) == 0.0)
        .await;
    assert_eq!(whole.shares(), before.shares());
    assert_keeps_quiet(exporter, &[&page]).await;
}

/// An answer that lost everything once changes nothing; said twice, it is believed.
#[tokio::test]
async fn a_list_that_is_suddenly_empty_is_believed_the_second_time() {
    let (simulator, exporter, before) = seen(&[]).await;
    let empty = raw(r#"{"sharedClipGroups":[],"error":false}"#);
    let once = empty.replacen('{', r#"{"times":1,"#, 1);
    set_fault(&simulator, &once).await;
    for _ in 0..3 {
        let metrics = exporter.wait_for_success().await;
        assert_eq!(metrics.shares(), before.shares());
    }
    set_fault(&simulator, &empty).await;
    exporter
        .wait_for("it is believed", |metrics| {
            metrics.sum("rhombus_shares") == 0.0
        })
        .await;
}

/// The longest time between two requests that `simulator` saw, in milliseconds.
async fn longest_gap(simulator: &Process) -> i64 {
    let (_, seen) = simulator.get("/simulator/requests").await;
    let seen: serde_json::Value = serde_json::from_str(&seen).unwrap();
    let arrivals = seen["arrivals_millis"].as_array().unwrap();
    let arrivals: Vec<i64> = arrivals.iter().map(|at| at.as_i64().unwrap()).collect();
    let gaps = arrivals.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.max().unwrap_or(0)
}

/// In seconds and as a date, on 429 and on 503: it is left alone for as long as it says.
#[tokio::test]
async fn it_waits_for_as_long_as_it_is_told_to_in_any_form() {
    let (simulator, exporter, _) = seen(&[]).await;
    for (status, reason) in [
        (r#""fault":"throttled""#, "throttled"),
        (r#""fault":"server_error","status":503"#, "server"),
    ] {
        for retry_after in ["6", r#"{"in_seconds":6}"#] {
            let before = exporter.wait_for_success().await.value(&errors(reason));
            let cleared = simulator.send("DELETE", "/simulator/requests", "").await.0;
            assert_eq!(cleared, 204);
            let fault = format!(r#"{{{status},"times":1,"retry_after":{retry_after}}}"#);
            set_fault(&simulator, &fault).await;
            exporter
                .wait_for("it has been told, and has come back", |metrics| {
                    metrics.value(&errors(reason)) > before && metrics.value(SUCCESS) == 1.0
                })
                .await;
            // A date has lost up to a second.
            let gap = longest_gap(&simulator).await;
            assert!(gap >= 4_900, "{fault}: it came back after {gap} ms");
        }
    }
}

/// A key that turns out to be another organisation's: nothing of it is shown before a reload.
#[tokio::test]
async fn a_list_of_another_organisation_is_not_believed() {
    let (simulator, exporter, before) = seen(&["--web.enable-lifecycle"]).await;
    let other = r#"{"sharedClipGroups":[{"uuid":"BBBBBBBBBBBBBBBBBBBBBA","orgUuid":"OTHERAAAAAAAAAAAAAAAAA"}]}"#;
    set_fault(&simulator, &raw(other)).await;
    for _ in 0..2 {
        let failed = exporter
            .wait_for("it is counted", |metrics| {
                metrics.value(&errors("other_org")) >= 1.0
            })
            .await;
        assert_eq!(failed.value(SUCCESS), 0.0);
        assert_eq!(failed.shares(), before.shares());
    }
    assert_eq!(exporter.send("POST", "/-/reload", "").await.0, 200);
    let accepted = exporter
        .wait_for("it is accepted", |metrics| {
            metrics.sum("rhombus_shares") == 1.0
        })
        .await;
    assert!(
        accepted
            .starting("rhombus_org_info")
            .to_string()
            .contains("OTHERAAAAAAAAAAAAAAAAA"),
        "{accepted}"
    );
}

/// Ends that can't be, and whole numbers however they are written.
#[tokio::test]
async fn an_end_that_cannot_be_never_comes() {
    let simulator = simulator(0);
    for (uuid, created, expiration) in [
        ("AAAAAAAAAAAAAAAAAAAAAA", "0", "86400"),
        ("AAAAAAAAAAAAAAAAAAAAAQ", "1700000000000", "1576800000"),
        ("AAAAAAAAAAAAAAAAAAAAAg", "1700000000000", "1700000000"),
        ("AAAAAAAAAAAAAAAAAAAAAw", "1700000000000", "4.1E9"),
        ("AAAAAAAAAAAAAAAAAAAABA", "1700000000000", "4100000000.0"),
        ("AAAAAAAAAAAAAAAAAAAABQ", "1700000000000", "86400"),
    ] {
        let group = format!(
            r#"{{"uuid":"{uuid}","createdAtMillis":{created},"expirationTimeSecs":{expiration}}}"#
        );
        common::put_group(&simulator, uuid, &group).await;
    }
    let exporter = exporter(&simulator, &[]);
    let metrics = exporter.wait_for_success().await;
    assert_eq!(metrics.sum("rhombus_shares"), 5.0);
    assert_eq!(metrics.sum("rhombus_shares_without_expiry"), 3.0);
    assert_eq!(metrics.sum("rhombus_shares_expired"), 1.0);
    assert!(metrics.value(&malformed("expirationTimeSecs")) >= 3.0);
    for (reading, count) in [("epoch", 2.0), ("never", 3.0), ("ttl", 1.0)] {
        let series = format!(
            r#"rhombus_share_expiry_readings{{org="default",kind="clip_group",reading="{reading}"}}"#
        );
        assert_eq!(metrics.value(&series), count, "{metrics}");
    }
}

const SMALL: &[&str] = &["--collect.max-response-bytes=1MiB"];

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

/// How many generated pages there are where a fault bends records.
const PAGES: f64 = 20.0;

/// A fault that still makes a whole answer: the poll succeeds, what can't be understood is counted,
/// and nothing is hidden. Gives the metrics before it and during it.
async fn understood(fault: &str, flags: &[&str]) -> (Metrics, Metrics) {
    understood_of(PAGES as usize, fault, flags).await
}

async fn understood_of(pages: usize, fault: &str, flags: &[&str]) -> (Metrics, Metrics) {
    let simulator = simulator(pages);
    let exporter = exporter(&simulator, flags);
    let before = exporter.wait_for_success().await;
    set_fault(&simulator, fault).await;
    exporter.wait_for_success().await;
    let metrics = exporter.wait_for_success().await;
    assert_eq!(metrics.value(SUCCESS), 1.0);
    assert_eq!(
        metrics.sum("rhombus_collect_errors_total"),
        0.0,
        "{metrics}"
    );
    clear_fault(&simulator).await;
    exporter.wait_for_success().await;
    let recovered = exporter.wait_for_success().await;
    assert_eq!(counts(&recovered), counts(&before));
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
    assert_eq!(metrics.value(OPEN), PAGES, "each is open");
    assert_eq!(metrics.value(without_expiry), PAGES, "and for ever");
    assert_eq!(metrics.sum("rhombus_shares"), PAGES);
    assert_eq!(metrics.sum("rhombus_shares_expired"), 0.0);
    for field in ["uuid", "createdAtMillis", "expirationTimeSecs", "isSecured"] {
        assert!(
            metrics.value(&malformed(field)) >= PAGES,
            "{field}:\n{metrics}"
        );
    }
    for field in ["sharedClips", "durationSec", "deviceUuidMap"] {
        assert!(
            metrics.value(&malformed(field)) >= 1.0,
            "{field}:\n{metrics}"
        );
    }
}

#[tokio::test]
async fn numbers_that_no_type_holds_hide_nothing() {
    let (_, metrics) = understood(r#"{"fault":"huge_numbers"}"#, &[]).await;
    for field in ["createdAtMillis", "expirationTimeSecs", "durationSec"] {
        assert!(
            metrics.value(&malformed(field)) >= 1.0,
            "{field}:\n{metrics}"
        );
    }
    assert_eq!(metrics.sum("rhombus_shares_without_expiry"), PAGES);
}

#[tokio::test]
async fn negative_numbers_hide_nothing() {
    let (_, metrics) = understood(r#"{"fault":"negative_numbers"}"#, &[]).await;
    for field in ["createdAtMillis", "expirationTimeSecs", "durationSec"] {
        assert!(
            metrics.value(&malformed(field)) >= PAGES,
            "{field}:\n{metrics}"
        );
    }
    assert_eq!(metrics.sum("rhombus_shares_without_expiry"), PAGES);
    assert_eq!(metrics.sum("rhombus_shared_clip_duration_seconds"), 0.0);
}

#[tokio::test]
async fn hostile_strings_stay_out_of_the_metrics() {
    let (before, metrics) = understood(r#"{"fault":"hostile_strings"}"#, &[]).await;
    assert_eq!(counts(&metrics)[0], counts(&before)[0]);
    assert!(metrics.value(&malformed("uuid")) >= PAGES, "{metrics}");
    assert!(metrics.value(&malformed("orgUuid")) >= 1.0, "{metrics}");
    let info = |metrics: &Metrics| metrics.starting("rhombus_org_info");
    assert_eq!(
        info(&metrics),
        info(&before),
        "it is the organisation that it was"
    );
}

#[tokio::test]
async fn titles_of_ten_megabytes_are_passed_over() {
    // On a machine that does other things too.
    let patient = ["--collect.timeout=30s"];
    let (before, metrics) = understood_of(3, r#"{"fault":"huge_titles"}"#, &patient).await;
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

#[tokio::test]
async fn a_list_that_is_null_is_documented_and_empty() {
    let (_, metrics) = understood(r#"{"fault":"null_groups"}"#, &[]).await;
    assert_eq!(metrics.value(OPEN), 0.0, "there, and 0");
    assert_eq!(metrics.sum("rhombus_shares"), 0.0);
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
    assert!(retried.value(SUCCESS) == 1.0, "it never failed:\n{retried}");
    let code = r#"rhombus_api_requests_total{code="500",source="clip_groups"}"#;
    assert_eq!(metrics.value(code), 1.0);
}

#[tokio::test]
async fn throttling_is_waited_out_as_rhombus_says() {
    let (simulator, exporter, _) = seen(&["--collect.timeout=10s"]).await;
    set_fault(
        &simulator,
        r#"{"fault":"throttled","retry_after":2,"times":1}"#,
    )
    .await;
    exporter
        .wait_for("it is tried again", |metrics| {
            metrics.sum("rhombus_api_retries_total") >= 1.0
        })
        .await;
    let metrics = exporter.wait_for_success().await;
    assert_eq!(metrics.sum("rhombus_collect_errors_total"), 0.0);
    let took = r#"rhombus_collect_duration_seconds{org="default",source="clip_groups"}"#;
    let (_, requests) = simulator.get("/simulator/requests").await;
    let requests: serde_json::Value = serde_json::from_str(&requests).unwrap();
    let arrivals: Vec<i64> =
        serde_json::from_value(requests["arrivals_millis"].clone()).expect("times");
    let longest = arrivals
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap();
    assert!(
        longest >= 2000,
        "it came back after {longest} ms; the poll took {}",
        metrics.value(took)
    );
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
    assert_eq!(failed.value(SUCCESS), 0.0);
    assert_eq!(failed.shares(), before.shares());
}

#[tokio::test]
async fn a_picture_that_is_too_old_is_withdrawn_and_comes_back() {
    let (simulator, exporter, before) = seen(&["--collect.max-staleness=3s"]).await;
    set_fault(&simulator, r#"{"fault":"server_error"}"#).await;
    let withdrawn = exporter
        .wait_for("the picture is withdrawn", |metrics| {
            metrics.shares().is_empty()
        })
        .await;
    assert_eq!(
        withdrawn.value(SUCCESS),
        0.0,
        "absent, and not for want of trouble"
    );
    assert!(withdrawn.value(LAST_SUCCESS) > 0.0);
    clear_fault(&simulator).await;
    let back = exporter
        .wait_for("it is back", |metrics| !metrics.shares().is_empty())
        .await;
    assert_eq!(back.shares(), before.shares());
}

#[tokio::test]
async fn before_the_first_success_there_is_no_picture_and_no_readiness() {
    let simulator = simulator(0);
    set_fault(&simulator, r#"{"fault":"unauthorized"}"#).await;
    let exporter = exporter(&simulator, &[]);
    let metrics = exporter
        .wait_for("the first poll has failed", |metrics| {
            metrics.get(SUCCESS).is_some()
        })
        .await;
    assert_eq!(metrics.value(SUCCESS), 0.0);
    assert_eq!(metrics.value(LAST_SUCCESS), 0.0);
    assert!(metrics.shares().is_empty(), "{metrics}");
    let (status, missing) = exporter.get("/-/ready").await;
    assert_eq!(status, 503);
    assert!(missing.contains("default"), "{missing}");
    clear_fault(&simulator).await;
    exporter.wait_for_success().await;
    assert_eq!(exporter.get("/-/ready").await.0, 200);
}
