//! A violation that was seen stays until a good look, whole and not partial, has seen it mended.

use serde_json::json;

use crate::common::files::serve;
use crate::common::process::Process;
use crate::common::series::open;
use crate::common::{clear_fault, set_fault};
use crate::site::{LIST, Site, now, open_page, since, unsecured, uuid};

const SUCCESS: &str = r#"rhombus_collect_success{org="acme",source="clip_groups"}"#;
const PARTIAL: &str = r#"rhombus_collect_partial{org="acme",source="clip_groups"}"#;

/// An exporter that knows one open link, which ends in so many seconds.
async fn one_open(site: &Site, ends_in: i64, flags: &[&str]) -> Process {
    site.put(LIST, &uuid(1), open_page(ends_in)).await;
    let exporter = site.judged("", flags).await;
    exporter
        .wait_for("it is seen", |metrics| unsecured(metrics) >= 1.0)
        .await;
    exporter
}

#[tokio::test]
async fn the_end_of_a_link_that_passes_while_nobody_can_look_closes_nothing() {
    let site = Site::new();
    let exporter = one_open(&site, 8, &["--collect.max-staleness=3s"]).await;
    set_fault(&site.simulator, r#"{"fault":"server_error"}"#).await;
    let before = exporter
        .metrics()
        .await
        .value(&since("unsecured", "warning", 1));
    let ends = now() + 10;
    let metrics = exporter
        .wait_for("its end has passed", |metrics| {
            assert_eq!(unsecured(metrics), 1.0);
            now() > ends && metrics.get(&open("acme")).is_none()
        })
        .await;
    assert_eq!(metrics.value(&since("unsecured", "warning", 1)), before);
    // The next good look sees that it has ended.
    clear_fault(&site.simulator).await;
    exporter
        .wait_for("it is seen", |metrics| unsecured(metrics) == 0.0)
        .await;
}

#[tokio::test]
async fn an_answer_that_is_not_whole_closes_nothing_and_opens_what_it_shows() {
    let site = Site::new();
    let exporter = one_open(&site, 3600, &[]).await;
    let record = json!({ "uuid": uuid(2), "createdAtMillis": now() * 1000, "isSecured": false });
    let body = json!({ "sharedClipGroups": [record], "warningMsg": "There is more." });
    let fault = json!({ "fault": "raw", "body": body.to_string() });
    set_fault(&site.simulator, &fault.to_string()).await;
    let metrics = exporter
        .wait_for("it is partial", |metrics| metrics.value(PARTIAL) == 1.0)
        .await;
    assert_eq!(unsecured(&metrics), 2.0);
    clear_fault(&site.simulator).await;
    exporter
        .wait_for("a whole answer says what is gone", |metrics| {
            unsecured(metrics) == 1.0
        })
        .await;
}

#[tokio::test]
async fn a_list_that_is_suddenly_empty_closes_nothing_until_it_is_believed() {
    let site = Site::new();
    let exporter = one_open(&site, 3600, &[]).await;
    let empty = r#"{"fault":"raw","body":"{\"sharedClipGroups\":[],\"error\":false}","times":1}"#;
    for _ in 0..2 {
        set_fault(&site.simulator, empty).await;
        for _ in 0..2 {
            let metrics = exporter.wait_for_success().await;
            assert_eq!(unsecured(&metrics), 1.0);
        }
    }
    site.take_down(LIST, &uuid(1)).await;
    exporter
        .wait_for("it is believed", |metrics| unsecured(metrics) == 0.0)
        .await;
}

#[tokio::test]
async fn a_link_that_is_older_than_a_lookback_that_narrows_is_unwatched_and_not_mended() {
    let site = Site::new();
    let mut old = open_page(3600);
    old["createdAtMillis"] = json!((now() - 86_400) * 1000);
    site.put(LIST, &uuid(1), old).await;
    site.put(LIST, &uuid(2), open_page(3600)).await;
    let exporter = serve(&site.configure("", ""), &["--web.enable-lifecycle"]);
    exporter
        .wait_for("both are seen", |metrics| {
            let series = crate::site::violations("clip_group", "unsecured", "warning");
            metrics.get(&series) == Some(2.0)
        })
        .await;
    site.configure("", ", lookback: 1h");
    let (status, said) = exporter.send("POST", "/-/reload", "").await;
    assert_eq!(status, 200, "{said}");
    // There is no gap until the next look, which then asks for less.
    exporter
        .wait_for("the new look has ended", |metrics| {
            unsecured(metrics) == 1.0
        })
        .await;
    assert!(
        exporter
            .output()
            .contains("no longer watched, which is not mended")
    );
    assert_eq!(exporter.metrics().await.value(SUCCESS), 1.0);
}

#[tokio::test]
async fn a_link_whose_uuid_can_not_be_read_is_not_gone() {
    let site = Site::new();
    site.put(LIST, &uuid(2), open_page(3600)).await;
    let exporter = one_open(&site, 3600, &[]).await;
    let before = exporter.metrics().await;
    let mut odd = open_page(3600);
    odd["uuid"] = json!(7);
    site.put(LIST, &uuid(1), odd).await;
    let malformed = r#"rhombus_malformed_records{org="acme",source="clip_groups",field="uuid"}"#;
    for _ in 0..2 {
        exporter.wait_for_success().await;
        let metrics = exporter
            .wait_for("it is not read", |metrics| {
                metrics.get(malformed) == Some(1.0)
            })
            .await;
        assert_eq!(unsecured(&metrics), 2.0);
        let series = since("unsecured", "warning", 1);
        assert_eq!(metrics.value(&series), before.value(&series));
    }
    site.take_down(LIST, &uuid(1)).await;
    exporter
        .wait_for("it is gone", |metrics| unsecured(metrics) == 1.0)
        .await;
}

#[tokio::test]
async fn what_has_opened_by_time_alone_outlasts_a_reload() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    let policy = "policy:\n  rules: [{ name: soon, open_longer_than: 6s }]\n";
    let exporter = site.judged(policy, &["--web.enable-lifecycle"]).await;
    set_fault(&site.simulator, r#"{"fault":"server_error"}"#).await;
    let series = since("soon", "warning", 1);
    let before = exporter
        .wait_for("it has been open for long", |metrics| {
            metrics.get(&series).is_some()
        })
        .await;
    let (status, said) = exporter.send("POST", "/-/reload", "").await;
    assert_eq!(status, 200, "{said}");
    let after = exporter.metrics().await;
    assert_eq!(after.value(&series), before.value(&series));
}
