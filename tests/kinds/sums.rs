//! The gauges of a generated organisation against a second calculation.

use crate::common::metrics::Metrics;
use crate::common::sums::{Api, compare};
use crate::common::{exporter, simulator};

#[tokio::test]
async fn every_gauge_of_every_kind_is_as_a_second_calculation_has_it() {
    let simulator = simulator(1_000);
    let api = Api {
        simulator: &simulator,
        headers: &[("x-auth-scheme", "api-token"), ("x-auth-apikey", "any")],
    };
    let lists = api.lists().await;
    let open = lists.open();
    assert!(
        open.iter().all(|open| *open > 3),
        "too few to tell: {open:?}"
    );
    let flags = [
        "--collect.sources=clip_groups,live_streams,timelapse_groups,video_walls",
        "--collect.requests-per-second=100",
        "--collect.timeout=30s",
    ];
    let exporter = exporter(&simulator, &flags);
    let what = "every list has been read";
    let all_read = |metrics: &Metrics| metrics.sum("rhombus_collect_success") == 4.0;
    exporter.wait_for(what, all_read).await;
    compare(&exporter, &[("default", &lists)]).await;
}
