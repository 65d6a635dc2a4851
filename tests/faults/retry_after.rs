//! How long Rhombus wants to be left alone: both forms of `Retry-After`, beside both statuses.

use crate::common::several::Several;

/// What Rhombus says, and the least time in milliseconds until it may be asked again, and the most
/// that it may take on a machine that does other things too.
const CASES: [(&str, &str, i64, i64); 9] = [
    (
        "seconds",
        r#"{"fault":"throttled","retry_after":6,"times":1}"#,
        6_000,
        30_000,
    ),
    // A date has lost the fraction of its second.
    (
        "date",
        r#"{"fault":"throttled","retry_after":{"in_seconds":6},"times":1}"#,
        4_900,
        30_000,
    ),
    (
        "seconds-503",
        r#"{"fault":"server_error","status":503,"retry_after":6,"times":1}"#,
        6_000,
        30_000,
    ),
    (
        "date-503",
        r#"{"fault":"server_error","status":503,"retry_after":{"in_seconds":6},"times":1}"#,
        4_900,
        30_000,
    ),
    // What says nothing of the time to come is no reason to wait longer than usual.
    (
        "past",
        r#"{"fault":"throttled","retry_after":{"in_seconds":-3600},"times":1}"#,
        900,
        30_000,
    ),
    (
        "zero",
        r#"{"fault":"throttled","retry_after":0,"times":1}"#,
        900,
        30_000,
    ),
    (
        "rubbish",
        r#"{"fault":"throttled","retry_after":"soon","times":1}"#,
        900,
        30_000,
    ),
    (
        "fraction",
        r#"{"fault":"throttled","retry_after":"1.5","times":1}"#,
        900,
        30_000,
    ),
    // It is of 429 and 503 that HTTP says what it means.
    (
        "500",
        r#"{"fault":"server_error","retry_after":60,"times":1}"#,
        900,
        30_000,
    ),
];

#[tokio::test]
async fn both_forms_are_waited_out_within_the_poll() {
    let names = CASES.map(|(name, ..)| name);
    let several = Several::new(&names);
    let collect = "{sources: [clip_groups], interval: 1s, audit_feed: false, timeout: 90s, max_staleness: 10m}";
    let exporter = several.exporter(collect, &names);
    exporter.wait_for_polls(&names, 1).await;
    for (name, fault, ..) in CASES {
        several.set_fault(name, fault).await;
    }
    let metrics = exporter
        .wait_for("each has tried again", |metrics| {
            metrics.sum("rhombus_api_retries_total") >= CASES.len() as f64
        })
        .await;
    let metrics_after = exporter.wait_for_polls(&names, 1).await;
    assert_eq!(metrics_after.sum("rhombus_collect_errors_total"), 0.0);
    for (name, fault, least, most) in CASES {
        let arrivals = several.arrivals(name).await;
        let gaps = arrivals.windows(2).map(|pair| pair[1] - pair[0]);
        let longest = gaps.max().unwrap();
        assert!(
            (least..most).contains(&longest),
            "{longest} ms after {fault}"
        );
    }
    let waited = r#"rhombus_api_wait_seconds_total{source="clip_groups",for="retry_after"}"#;
    let waited = metrics.value(waited);
    // Twice 6 s, and twice 5 s at least.
    assert!((22.0..60.0).contains(&waited), "{waited} s");
}

#[tokio::test]
async fn a_wait_that_no_poll_has_time_for_delays_the_next_one() {
    let names = ["seconds", "date", "seconds-503", "date-503"];
    let several = Several::new(&names);
    let collect = "{sources: [clip_groups], interval: 1s, audit_feed: false, timeout: 2s, max_staleness: 10m}";
    let exporter = several.exporter(collect, &names);
    exporter.wait_for_polls(&names, 1).await;
    for (name, fault, ..) in CASES.iter().filter(|(name, ..)| names.contains(name)) {
        several.set_fault(name, &fault.replace(":6", ":8")).await;
    }
    exporter
        .wait_for("each has failed", |metrics| {
            metrics.sum("rhombus_collect_errors_total") >= 4.0
        })
        .await;
    exporter.wait_for_polls(&names, 1).await;
    for name in names {
        let arrivals = several.arrivals(name).await;
        let longest = arrivals.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(longest.unwrap() >= 6_900, "{name}: {arrivals:?}");
    }
}
