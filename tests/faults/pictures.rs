//! The last good picture: how long it stands, and what there is without one.

use crate::common::series::{organizations, success};
use crate::common::{clear_fault, exporter, set_fault, simulator};
use crate::support::{ORG, last, seen, succeeds};

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
        succeeds(&withdrawn),
        0.0,
        "absent, and not for want of trouble"
    );
    assert!(last(&withdrawn) > 0.0);
    assert_eq!(
        withdrawn.value(&organizations("withdrawn")),
        1.0,
        "{withdrawn}"
    );
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
            metrics.get(&success(ORG)).is_some()
        })
        .await;
    assert_eq!(succeeds(&metrics), 0.0);
    assert_eq!(last(&metrics), 0.0);
    assert!(metrics.shares().is_empty(), "{metrics}");
    let (status, missing) = exporter.get("/-/ready").await;
    assert_eq!(status, 503);
    assert!(missing.contains("default"), "{missing}");
    clear_fault(&simulator).await;
    exporter.wait_for_success().await;
    assert_eq!(exporter.get("/-/ready").await.0, 200);
}

/// The number of organisations in each state, by the label `state`.
const STATES: [&str; 6] = [
    "fresh",
    "stale",
    "withdrawn",
    "waiting",
    "not_allowed",
    "duplicate",
];

#[tokio::test]
async fn an_organisation_is_in_one_state_at_a_time() {
    let simulator = simulator(0);
    set_fault(&simulator, r#"{"fault":"no_answer","times":1}"#).await;
    // The first poll takes a while, in which nothing was said yet.
    let exporter = exporter(&simulator, &["--collect.timeout=3s"]);
    let is = async |state: &str| {
        exporter
            .wait_for(state, |metrics| {
                let each = STATES.map(|state| metrics.value(&organizations(state)));
                assert_eq!(each.iter().sum::<f64>(), 1.0, "{metrics}");
                metrics.value(&organizations(state)) == 1.0
            })
            .await
    };
    is("waiting").await;
    is("fresh").await;
    set_fault(&simulator, r#"{"fault":"forbidden"}"#).await;
    is("stale").await;
    clear_fault(&simulator).await;
    is("fresh").await;
}
