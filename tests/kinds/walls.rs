//! Video walls are one request each: a list of many takes long, and is whole or none.

use serde_json::json;

use crate::common::metrics::Metrics;
use crate::common::several::Several;

/// A poll of one request has to end in two seconds.
const COLLECT: &str = "{sources: [video_walls], interval: 1s, audit_feed: false, timeout: 1s, max_staleness: 10m, \
                       requests_per_second: 5}";
const SUCCESS: &str = r#"rhombus_collect_success{org="ours",source="video_walls"}"#;

fn uuid(number: usize) -> String {
    format!("WALL{number:04}AAAAAAAAAAAAAA")
}

/// Walls with a link each.
async fn put_walls(several: &Several, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let wall = json!({"uuid": uuid(number), "numShares": null});
        let path = format!("video_walls/{}", uuid(number));
        several.order("PUT", &path, "ours", &wall.to_string()).await;
        let uuid_of_share = format!("LINK{number:04}AAAAAAAAAAAAAA");
        let share = json!({"uuid": uuid_of_share, "videoWallUuid": uuid(number)});
        let path = format!("video_wall_shares/{uuid_of_share}");
        several
            .order("PUT", &path, "ours", &share.to_string())
            .await;
    }
}

#[tokio::test]
async fn many_walls_are_read_late_rather_than_never_and_it_shows_how_long_it_takes() {
    let several = Several::new(&["ours"]);
    put_walls(&several, 0..40).await;
    let exporter = several.exporter(COLLECT, &["ours"]);
    let read = |metrics: &Metrics| metrics.get(SUCCESS) == Some(1.0);
    let metrics = exporter.wait_for("the walls are read", read).await;
    assert_eq!(metrics.sum("rhombus_shares"), 40.0);
    // 42 requests, of which 8 go at once.
    let took = metrics.sum("rhombus_collect_duration_seconds");
    assert!(took > 6.0, "{took} s");
    assert_eq!(metrics.sum("rhombus_collect_errors_total"), 0.0);
    assert!(exporter.page().await.contains("Fresh"));
}

#[tokio::test]
async fn a_list_that_is_withdrawn_before_it_can_be_read_again_is_told() {
    let several = Several::new(&["ours"]);
    put_walls(&several, 0..40).await;
    let brief = COLLECT.replace("10m", "3s");
    let exporter = several.exporter(&brief, &["ours"]);
    exporter
        .wait_for_output("takes so long to read that it is withdrawn before it is read again")
        .await;
}

#[tokio::test]
async fn a_wall_that_can_not_be_read_leaves_what_was_known_of_all() {
    let several = Several::new(&["ours"]);
    put_walls(&several, 0..2).await;
    let exporter = several.exporter(COLLECT, &["ours"]);
    let read = |metrics: &Metrics| metrics.sum("rhombus_shares") == 2.0;
    let before = exporter.wait_for("the walls are read", read).await;
    put_walls(&several, 2..3).await;
    let fault = r#"{"fault":"client_error","operation":"video_wall_shares","times":1}"#;
    several.set_fault("ours", fault).await;
    let failed = |metrics: &Metrics| metrics.sum("rhombus_collect_errors_total") == 1.0;
    let metrics = exporter.wait_for("one was refused", failed).await;
    if metrics.get(SUCCESS) == Some(0.0) {
        assert_eq!(metrics.shares(), before.shares());
    }
    let all = |metrics: &Metrics| metrics.sum("rhombus_shares") == 3.0;
    exporter.wait_for("all three are read", all).await;
}
