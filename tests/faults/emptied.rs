//! A list that had active links and suddenly has none: believed when it was seen twice.

use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::series::{open, polls};
use crate::common::several::is_all_clear;
use crate::common::{exporter, set_fault, simulator};
use crate::support::{ORG, open_links, seen, succeeds};

const EMPTY: &str =
    r#"{"fault":"raw","body":"{\"sharedClipGroups\":[],\"error\":false}","times":1}"#;

fn is_open(metrics: &Metrics) -> bool {
    metrics.get(&open(ORG)) == Some(1.0)
}

async fn take_all_away(simulator: &Process) {
    assert_eq!(
        simulator
            .send("DELETE", "/simulator/clip_groups", "")
            .await
            .0,
        204
    );
}

#[tokio::test]
async fn one_empty_answer_changes_nothing() {
    let (simulator, exporter, before) = seen(&[]).await;
    set_fault(&simulator, EMPTY).await;
    let metrics = exporter.all_along("open", (&[ORG], 2), is_open).await;
    assert_eq!(metrics.shares(), before.shares());
    assert_eq!(metrics.sum("rhombus_collect_errors_total"), 0.0);
}

#[tokio::test]
async fn an_empty_list_is_believed_when_the_next_poll_says_so_too() {
    let (simulator, exporter, _) = seen(&[]).await;
    take_all_away(&simulator).await;
    let after = exporter
        .wait_for("it is believed", |metrics| open_links(metrics) == 0.0)
        .await;
    assert_eq!(succeeds(&after), 1.0);
    assert_eq!(
        after.sum("rhombus_shares") + after.sum("rhombus_shares_expired"),
        0.0
    );
    assert!(is_all_clear(&exporter.page().await));
}

#[tokio::test]
async fn until_it_is_believed_the_last_picture_stands_and_the_page_says_why() {
    // Long enough to look at what stands between two polls.
    let flags = ["--collect.interval=6s"];
    let (simulator, exporter, before) = seen(&flags).await;
    take_all_away(&simulator).await;
    let polled = before.value(&polls(ORG, "success"));
    let metrics = exporter
        .wait_for("the next poll has ended", |metrics| {
            metrics.value(&polls(ORG, "success")) > polled
        })
        .await;
    assert_eq!(metrics.shares(), before.shares());
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    assert!(page.contains("lost every link of a list at once"), "{page}");
}

#[tokio::test]
async fn a_failure_between_two_empty_answers_is_no_look() {
    let (simulator, exporter, before) = seen(&["--collect.interval=6s"]).await;
    take_all_away(&simulator).await;
    let polled = before.value(&polls(ORG, "success"));
    exporter
        .wait_for("it was empty once", |metrics| {
            assert!(is_open(metrics), "{metrics}");
            metrics.value(&polls(ORG, "success")) > polled
        })
        .await;
    set_fault(&simulator, r#"{"fault":"forbidden","times":1}"#).await;
    exporter
        .wait_for("it has failed", |metrics| {
            assert!(is_open(metrics), "{metrics}");
            succeeds(metrics) == 0.0
        })
        .await;
    exporter
        .wait_for("it was empty twice", |metrics| open_links(metrics) == 0.0)
        .await;
}

#[tokio::test]
async fn a_full_list_between_two_empty_ones_starts_anew() {
    let (simulator, exporter, _) = seen(&[]).await;
    for _ in 0..2 {
        set_fault(&simulator, EMPTY).await;
        exporter.all_along("open", (&[ORG], 2), is_open).await;
    }
    let twice = EMPTY.replace(r#""times":1"#, r#""times":2"#);
    set_fault(&simulator, &twice).await;
    exporter
        .wait_for("it is believed", |metrics| open_links(metrics) == 0.0)
        .await;
    exporter
        .wait_for("the full list is back", |metrics| {
            open_links(metrics) == 1.0
        })
        .await;
}

#[tokio::test]
async fn a_list_of_which_only_what_has_ended_is_left_is_empty_too() {
    let (simulator, exporter, before) = seen(&[]).await;
    let ended = r#"{\"uuid\":\"AAAAAAAAAAAAAAAAAAAAAg\",\"createdAtMillis\":1500000000000,\"expirationTimeSecs\":1600000000}"#;
    let fault = EMPTY.replace("[]", &format!("[{ended}]"));
    set_fault(&simulator, &fault).await;
    let metrics = exporter.all_along("open", (&[ORG], 2), is_open).await;
    assert_eq!(metrics.shares(), before.shares());
}

#[tokio::test]
async fn a_list_that_was_empty_before_needs_no_second_look() {
    let simulator = simulator(0);
    let exporter = exporter(&simulator, &["--collect.interval=5m"]);
    exporter
        .wait_for("it is believed at once", |metrics| {
            metrics.get(&open(ORG)) == Some(0.0)
        })
        .await;
    assert!(is_all_clear(&exporter.page().await));
}

#[tokio::test]
async fn a_picture_that_was_withdrawn_is_not_followed_by_a_sudden_all_clear() {
    let (simulator, exporter, _) = seen(&["--collect.max-staleness=3s"]).await;
    set_fault(&simulator, r#"{"fault":"forbidden"}"#).await;
    let withdrawn = |metrics: &Metrics| metrics.shares().is_empty();
    exporter.wait_for("it is withdrawn", withdrawn).await;
    exporter
        .all_along("withdrawn", (&[ORG], 1), withdrawn)
        .await;
    // Whatever is broken answers once with nothing, before all is well.
    set_fault(&simulator, EMPTY).await;
    exporter
        .wait_for("the open link is seen again", |metrics| {
            let open = metrics.get(&open(ORG));
            assert_ne!(open, Some(0.0), "a false all-clear:\n{metrics}");
            open == Some(1.0)
        })
        .await;
}
