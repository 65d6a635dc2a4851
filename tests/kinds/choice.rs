//! Which lists are watched, and what the key may not read.

use crate::common::metrics::Metrics;
use crate::common::several::Several;

fn collect(sources: &str) -> String {
    format!(
        "{{sources: [{sources}], interval: 1s, audit_feed: false, timeout: 1s, max_staleness: 10m, \
         requests_per_second: 50}}"
    )
}

async fn put_open(several: &Several, list: &str) {
    let record = r#"{"uuid":"AAAAAAAAAAAAAAAAAAAAAQ"}"#;
    let path = format!("{list}/AAAAAAAAAAAAAAAAAAAAAQ");
    several.order("PUT", &path, "ours", record).await;
}

#[tokio::test]
async fn a_list_that_is_switched_off_is_neither_missing_nor_zero() {
    let several = Several::new(&["ours"]);
    put_open(&several, "clip_groups").await;
    put_open(&several, "live_streams").await;
    let exporter = several.exporter(&collect("clip_groups"), &["ours"]);
    let metrics = exporter.wait_for_polls(&["ours"], 1).await;
    assert_eq!(metrics.sum("rhombus_shares"), 1.0);
    let of_live_streams = |metrics: &Metrics| {
        let text = metrics.to_string();
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("rhombus_api_"));
        lines.filter(|line| line.contains("live_stream")).count()
    };
    assert_eq!(of_live_streams(&metrics), 0, "{metrics}");
    assert_eq!(exporter.get("/-/ready").await, (200, "Ready.\n".to_owned()));
    let page = exporter.page().await;
    assert!(
        page.contains("Live streams, timelapse pages and video walls are not watched"),
        "{page}"
    );

    several.configure(&collect("live_streams, clip_groups"), &["ours"]);
    exporter.reload().await;
    // What was known of the other is known still.
    assert!(exporter.metrics().await.sum("rhombus_shares") >= 1.0);
    let both = |metrics: &Metrics| metrics.sum("rhombus_shares") == 2.0;
    exporter.wait_for("both are counted", both).await;

    several.configure(&collect("live_streams"), &["ours"]);
    exporter.reload().await;
    let metrics = exporter.metrics().await;
    assert_eq!(metrics.sum("rhombus_shares"), 1.0);
    assert!(of_live_streams(&metrics) > 10, "{metrics}");
    let clips = r#"rhombus_collect_success{org="ours",source="clip_groups"}"#;
    assert_eq!(metrics.get(clips), None);
}

#[tokio::test]
async fn a_list_that_the_key_may_not_read_is_said_and_the_rest_goes_on() {
    let several = Several::new(&["ours"]);
    put_open(&several, "clip_groups").await;
    let fault = r#"{"fault":"forbidden","operation":"live_streams"}"#;
    several.set_fault("ours", fault).await;
    let hang = r#"{"fault":"server_error","operation":"video_walls"}"#;
    several.set_fault("ours", hang).await;
    let all = "clip_groups, live_streams, timelapse_groups, video_walls";
    let exporter = several.exporter(&collect(all), &["ours"]);
    let forbidden =
        r#"rhombus_collect_failing{org="ours",source="live_streams",reason="forbidden"}"#;
    let said = |metrics: &Metrics| {
        metrics.get(forbidden) == Some(1.0) && metrics.sum("rhombus_collect_success") == 2.0
    };
    let metrics = exporter.wait_for("it is said", said).await;
    assert_eq!(metrics.sum("rhombus_shares"), 1.0);
    assert!(
        metrics
            .of(&[r#"rhombus_shares{org="ours",kind="live_stream""#])
            .is_empty()
    );
    // It was answered; what could not be asked is missing yet.
    let missing = "Not ready: ours has lists that were not read yet: video_walls.\n";
    assert_eq!(exporter.get("/-/ready").await, (503, missing.to_owned()));
    let harmless = r#"{"fault":"delay","millis":1,"operation":"video_walls"}"#;
    several.set_fault("ours", harmless).await;
    let read = |metrics: &Metrics| metrics.sum("rhombus_collect_success") == 3.0;
    exporter.wait_for("the walls are read", read).await;
    assert_eq!(exporter.get("/-/ready").await.0, 200);
    let page = exporter.page().await;
    assert!(page.contains("The key may not read"), "{page}");
}
