//! What rules say, from the list to the metrics.

use serde_json::json;

use crate::common::files::serve;
use crate::site::{LIST, Site, now, open_page, since, unsecured, uuid, violations};

const BUILT_IN: [(&str, &str); 7] = [
    ("unsecured", "warning"),
    ("no-expiry", "warning"),
    ("long-open", "warning"),
    ("long-lived", "info"),
    ("past-footage-open", "critical"),
    ("open-sound", "critical"),
    ("expired-not-removed", "info"),
];

#[tokio::test]
async fn each_rule_has_a_zero_for_each_kind_from_the_first_look() {
    let site = Site::new();
    let exporter = site.judged("", &[]).await;
    let metrics = exporter.metrics().await;
    for kind in ["clip_group", "live_stream", "timelapse_group", "video_wall"] {
        for (policy, severity) in BUILT_IN {
            assert_eq!(metrics.value(&violations(kind, policy, severity)), 0.0);
        }
    }
    assert_eq!(metrics.sum("rhombus_share_violation_series_dropped"), 0.0);
    assert!(metrics.starting("rhombus_share_violation_since").is_empty());
}

#[tokio::test]
async fn a_violation_is_told_by_its_ref_and_ends_when_the_link_is_mended_or_gone() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    site.put(LIST, &uuid(2), open_page(3600)).await;
    let exporter = site.judged("", &[]).await;
    let metrics = exporter.metrics().await;
    assert_eq!(unsecured(&metrics), 2.0);
    let from = metrics.value(&since("unsecured", "warning", 1));
    assert!((from - now() as f64).abs() < 60.0, "{from}");
    let text = exporter.get("/metrics").await.1;
    assert!(!text.contains(&uuid(1)) && !text.contains("Loading dock"));

    let mut secured = open_page(3600);
    secured["isSecured"] = json!(true);
    site.put(LIST, &uuid(1), secured).await;
    let metrics = exporter
        .wait_for("it has a password", |metrics| unsecured(metrics) == 1.0)
        .await;
    assert_eq!(metrics.get(&since("unsecured", "warning", 1)), None);
    assert!(metrics.get(&since("unsecured", "warning", 2)).is_some());
    site.take_down(LIST, &uuid(2)).await;
    exporter
        .wait_for("it is gone", |metrics| unsecured(metrics) == 0.0)
        .await;
}

#[tokio::test]
async fn rules_are_changed_switched_off_and_added_without_a_gap() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    let exporter = site.judged("", &["--web.enable-lifecycle"]).await;
    site.configure(
        "policy:\n  rules:\n\
         \x20   - { name: unsecured, severity: critical }\n\
         \x20   - { name: open-sound, enabled: false }\n\
         \x20   - { name: short, ends_later_than: 30m, severity: info }\n",
        "",
    );
    let before = exporter
        .metrics()
        .await
        .value(&since("unsecured", "warning", 1));
    let (status, said) = exporter.send("POST", "/-/reload", "").await;
    assert_eq!(status, 200, "{said}");
    let metrics = exporter.metrics().await;
    assert_eq!(
        metrics.value(&violations("clip_group", "unsecured", "critical")),
        1.0
    );
    assert_eq!(metrics.value(&since("unsecured", "critical", 1)), before);
    assert_eq!(
        metrics.value(&violations("clip_group", "short", "info")),
        1.0
    );
    assert_eq!(
        metrics.value(&violations("video_wall", "short", "info")),
        0.0
    );
    assert_eq!(
        metrics.get(&violations("clip_group", "open-sound", "critical")),
        None
    );
}

#[tokio::test]
async fn what_gives_more_than_the_moment_breaks_more_than_one_rule() {
    let site = Site::new();
    let stream = json!({
        "timestampMs": now() * 1000,
        "cameraUuid": "CAMERAAAAAAAAAAAAAAAAA.v0",
        "passwordProtected": false,
        "vodEnabled": true,
        "audioGatewayUuid": "GATEWAYAAAAAAAAAAAAAAA",
    });
    site.put("live_streams", &uuid(1), stream).await;
    let exporter = site.judged("", &[]).await;
    let metrics = exporter.metrics().await;
    for (policy, severity, count) in [
        ("unsecured", "warning", 1.0),
        ("no-expiry", "warning", 1.0),
        ("past-footage-open", "critical", 1.0),
        ("open-sound", "critical", 1.0),
        ("long-open", "warning", 0.0),
    ] {
        let value = metrics.value(&violations("live_stream", policy, severity));
        assert_eq!(value, count, "{policy}");
    }
}

#[tokio::test]
async fn what_can_not_be_read_never_complies_and_has_no_series_without_a_uuid() {
    let site = Site::new();
    let fault = r#"{"fault":"raw","body":"{\"sharedClipGroups\":[7,{\"isSecured\":\"?\"}]}"}"#;
    let (status, text) = site.simulator.send("PUT", "/simulator/fault", fault).await;
    assert_eq!(status, 204, "{text}");
    let exporter = site.judged("", &[]).await;
    let metrics = exporter.metrics().await;
    assert_eq!(unsecured(&metrics), 2.0);
    assert!(metrics.starting("rhombus_share_violation_since").is_empty());
    assert_eq!(metrics.sum("rhombus_share_violation_series_dropped"), 0.0);
}

#[tokio::test]
async fn a_series_keeps_its_place_and_what_has_none_is_counted() {
    let site = Site::new();
    site.put(LIST, &uuid(9), open_page(3600)).await;
    let policy = "policy: { violation_series_limit: 1 }\n";
    let exporter = site.judged(policy, &[]).await;
    site.put(LIST, &uuid(1), open_page(3600)).await;
    let metrics = exporter
        .wait_for("there are two", |metrics| unsecured(metrics) == 2.0)
        .await;
    let dropped = r#"rhombus_share_violation_series_dropped{org="acme"}"#;
    assert!(metrics.get(&since("unsecured", "warning", 9)).is_some());
    assert_eq!(metrics.get(&since("unsecured", "warning", 1)), None);
    assert_eq!(metrics.value(dropped), 1.0);
    site.take_down(LIST, &uuid(9)).await;
    let metrics = exporter
        .wait_for("the other has room", |metrics| {
            metrics.get(&since("unsecured", "warning", 1)).is_some()
        })
        .await;
    assert_eq!(metrics.value(dropped), 0.0);
}

#[tokio::test]
async fn an_expression_that_fails_on_a_share_is_a_violation_and_counted() {
    let site = Site::new();
    let mut odd = open_page(3600);
    odd["isSecured"] = json!(true);
    odd["title"] = json!(7);
    site.put(LIST, &uuid(1), odd).await;
    let policy = "policy:\n  rules:\n    - { name: titled, expression: 'share.title == \"x\"' }\n";
    let exporter = site.judged(policy, &[]).await;
    let metrics = exporter.metrics().await;
    assert_eq!(
        metrics.value(&violations("clip_group", "titled", "warning")),
        1.0
    );
    assert_eq!(
        metrics.value(r#"rhombus_policy_errors{policy="titled"}"#),
        1.0
    );
}

#[tokio::test]
async fn a_wrong_policy_ends_it_at_the_start_with_one_clear_message() {
    let site = Site::new();
    let config = site.configure("policy:\n  rules:\n    - { name: x, kinds: [clips] }\n", "");
    let config = format!("--config.file={}", config.display());
    let args = ["serve", "--web.listen-address=127.0.0.1:0", &config];
    let Err((status, output)) = crate::common::process::Process::try_start(&args, &[]) else {
        panic!("it started");
    };
    assert_eq!(status.code(), Some(2), "{output}");
    assert!(
        output.contains("policy.rules[0].kinds[0]: `clips`: expected one of clip_group"),
        "{output}"
    );
    drop(serve(&site.configure("policy:\n", ""), &[]));
}
