//! What the key may not see is told, and what can't be asked is absent: never a 0, and never a failure
//! of the lists.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use common::files::key;
use common::metrics::Metrics;
use common::several::{Several, is_all_clear};

const CAMERA: &str = "CAMERAAAAAAAAAAAAAAAAA";
/// What people wrote, in no metric and on no page.
const CAMERA_NAME: &str = "Vault, left of the safe";
const STREAM: &str = "STREAMAAAAAAAAAAAAAAAA";
const SECOND_STREAM: &str = "STREAMAAAAAAAAAAAAAAAQ";
const WALL: &str = "WALLAAAAAAAAAAAAAAAAAA";
const SHARE: &str = "SHAREAAAAAAAAAAAAAAAAA";

/// All that is asked beside the lists is seldom asked again.
const SELDOM: &str = "{sources: [clip_groups, live_streams, video_walls], interval: 1s, audit_feed: false, timeout: 10s, \
     requests_per_second: 100}";
/// What is counted elsewhere is, each other second.
const OFTEN: &str = "{sources: [clip_groups, live_streams, video_walls], interval: 1s, audit_feed: false, timeout: 1s, \
     requests_per_second: 100, max_staleness: 4s}";

/// A simulator on which an organisation has two shared streams of one camera.
async fn two_streams() -> Several {
    let several = Several::new(&["acme"]);
    for stream in [STREAM, SECOND_STREAM] {
        let fields = format!(
            r#"{{"cameraUuid":"{CAMERA}.v0","passwordProtected":true,"timestampMs":1600000000000}}"#
        );
        several
            .order("PUT", &format!("live_streams/{stream}"), "acme", &fields)
            .await;
    }
    several
}

fn unlisted(kind: &str) -> String {
    format!(r#"rhombus_shares_unlisted{{org="acme",kind="{kind}"}}"#)
}

fn super_admin(value: &str) -> String {
    format!(r#"rhombus_key_info{{org="acme",super_admin="{value}"}}"#)
}

fn success(source: &str) -> String {
    format!(r#"rhombus_collect_success{{org="acme",source="{source}"}}"#)
}

fn all_succeed(metrics: &Metrics) -> bool {
    let succeeds = |source| metrics.get(&success(source)) == Some(1.0);
    succeeds("live_streams") && succeeds("video_walls")
}

/// Makes what is asked beside the lists go wrong.
async fn fail_beside(several: &Several, fault: &str) {
    for operation in ["camera_names", "cameras", "organization", "permissions"] {
        let fault = format!(r#"{{"fault":"{fault}","operation":"{operation}"}}"#);
        several.set_fault("acme", &fault).await;
    }
}

#[tokio::test]
async fn a_stream_that_is_counted_and_not_listed_is_told() {
    let several = two_streams().await;
    let exporter = several.exporter(SELDOM, &["acme"]);
    let number = unlisted("live_stream");
    exporter
        .wait_for("all are listed", |metrics| {
            metrics.get(&number) == Some(0.0)
        })
        .await;
    let page = exporter.page().await;
    assert!(!page.contains("than it lists"), "{page}");
    // A list that has become shorter is held against the cameras at once.
    let hidden = format!("live_streams/{STREAM}/unlisted");
    several.order("PUT", &hidden, "acme", "").await;
    exporter
        .wait_for("one is not", |metrics| metrics.get(&number) == Some(1.0))
        .await;
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    let told = "Rhombus counts 1 more link than it lists to this key: 1 live stream (acme).";
    assert!(page.contains(told), "{page}");
}

#[tokio::test]
async fn cameras_are_asked_seldom_and_again_in_time() {
    let several = two_streams().await;
    let hidden = format!("live_streams/{STREAM}/unlisted");
    several.order("PUT", &hidden, "acme", "").await;
    let asked = r#"rhombus_api_requests_total{source="cameras",code="200"}"#;
    let seldom = several.exporter(SELDOM, &["acme"]);
    seldom
        .wait_for("they are asked", |metrics| metrics.value(asked) == 1.0)
        .await;
    seldom
        .all_along("asked once", (&["acme"], 4), |metrics| {
            metrics.value(asked) == 1.0
        })
        .await;

    let often = several.exporter(OFTEN, &["acme"]);
    let number = unlisted("live_stream");
    for (method, expected) in [("DELETE", 0.0), ("PUT", 1.0)] {
        several.order(method, &hidden, "acme", "").await;
        often
            .wait_for(method, |metrics| metrics.get(&number) == Some(expected))
            .await;
    }
}

#[tokio::test]
async fn a_share_of_a_wall_that_is_counted_and_not_listed_is_told() {
    let several = Several::new(&["acme"]);
    let wall = format!(r#"{{"deviceList":["{CAMERA}"],"numShares":3}}"#);
    several
        .order("PUT", &format!("video_walls/{WALL}"), "acme", &wall)
        .await;
    let share = format!(r#"{{"videoWallUuid":"{WALL}","passwordProtected":true}}"#);
    several
        .order("PUT", &format!("video_wall_shares/{SHARE}"), "acme", &share)
        .await;
    let exporter = several.exporter(SELDOM, &["acme"]);
    let number = unlisted("video_wall");
    exporter
        .wait_for("two are not listed", |metrics| {
            metrics.get(&number) == Some(2.0)
        })
        .await;
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    assert!(page.contains("to this key: 2 video walls (acme)"), "{page}");
}

#[tokio::test]
async fn what_may_not_be_asked_is_absent_and_fails_nothing() {
    for fault in [
        "forbidden",
        "server_error",
        "throttled",
        "drop",
        "cut_json",
        "empty_object",
    ] {
        let several = two_streams().await;
        fail_beside(&several, fault).await;
        let exporter = several.exporter(SELDOM, &["acme"]);
        let metrics = exporter.wait_for(fault, all_succeed).await;
        assert_eq!(metrics.get(&unlisted("live_stream")), None, "{fault}");
        for absent in [
            "rhombus_key_info",
            "rhombus_org_access_until_timestamp_seconds",
            "rhombus_collect_failing",
        ] {
            assert!(metrics.starting(absent).is_empty(), "{fault}: {metrics}");
        }
        assert_eq!(metrics.sum("rhombus_collect_errors_total"), 0.0, "{fault}");
    }
}

#[tokio::test]
async fn a_number_that_can_not_be_had_again_ends_and_the_list_goes_on() {
    let several = two_streams().await;
    let exporter = several.exporter(OFTEN, &["acme"]);
    let number = unlisted("live_stream");
    exporter
        .wait_for("it is known", |metrics| metrics.get(&number) == Some(0.0))
        .await;
    fail_beside(&several, "server_error").await;
    exporter
        .wait_for("it is known no more", |metrics| {
            metrics.get(&number).is_none() && all_succeed(metrics)
        })
        .await;
}

#[tokio::test]
async fn a_key_that_is_no_super_admin_is_told_and_its_role_to_nobody_unknown() {
    let several = two_streams().await;
    let guards = r#"{"superAdmin":false,"permissionGroupName":"Guards <1>"}"#;
    several.order("PUT", "permissions", "acme", guards).await;
    let exporter = several.exporter(SELDOM, &["acme"]);
    let metrics = exporter
        .wait_for("it is told", |metrics| {
            all_succeed(metrics) && metrics.get(&super_admin("false")) == Some(1.0)
        })
        .await;
    assert_eq!(metrics.get(&super_admin("true")), None);
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    let told = "This key is not a super admin; it may not see all: acme.";
    assert!(page.contains(told), "{page}");
    assert!(!page.contains("Guards"), "{page}");
    let (_, metrics) = exporter.get("/metrics").await;
    assert!(!metrics.contains("Guards"), "{metrics}");
}

#[tokio::test]
async fn a_role_that_repeats_the_key_is_not_shown() {
    let several = two_streams().await;
    let role = format!(
        r#"{{"superAdmin":false,"permissionGroupName":"x{}"}}"#,
        key("acme")
    );
    several.order("PUT", "permissions", "acme", &role).await;
    let exporter = several.exporter(SELDOM, &["acme"]);
    exporter
        .wait_for("it is told", |metrics| {
            metrics.get(&super_admin("false")) == Some(1.0)
        })
        .await;
    let page = exporter.page().await;
    assert!(page.contains("it may not see all: acme."), "{page}");
}

/// How often the names of cameras were asked for and told.
fn names_asked(metrics: &Metrics, code: &str) -> f64 {
    let asked = format!(r#"rhombus_api_requests_total{{source="camera_names",code="{code}"}}"#);
    metrics.get(&asked).unwrap_or_default()
}

/// A rule that needs to know what cameras are called, beside these settings of `collect`.
fn by_name(collect: &str) -> String {
    format!("{collect}\npolicy: {{ rules: [{{ name: attic, cameras: [Attic] }}] }}")
}

#[tokio::test]
async fn what_cameras_are_called_is_asked_for_one_list_and_shown_nowhere() {
    let several = two_streams().await;
    let name = format!(r#"{{"name":"{CAMERA_NAME}","locationName":"{CAMERA_NAME}"}}"#);
    let camera = format!("cameras/{CAMERA}");
    several.order("PUT", &camera, "acme", &name).await;
    // Whether a rule goes by it or not: the pages about links say it too.
    for config in [SELDOM.to_owned(), by_name(SELDOM)] {
        let exporter = several.exporter(&config, &["acme"]);
        exporter
            .wait_for("all is known", |metrics| {
                all_succeed(metrics) && names_asked(metrics, "200") == 1.0
            })
            .await;
        exporter
            .all_along("asked once", (&["acme"], 4), |metrics| {
                names_asked(metrics, "200") == 1.0
            })
            .await;
        let (_, metrics) = exporter.get("/metrics").await;
        for shown in [metrics, exporter.page().await, exporter.output()] {
            assert!(!shown.contains(CAMERA_NAME), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_key_that_may_not_ask_what_cameras_are_called_is_not_asked_again_for_long() {
    let several = two_streams().await;
    fail_beside(&several, "forbidden").await;
    let exporter = several.exporter(&by_name(SELDOM), &["acme"]);
    exporter
        .wait_for("it is refused", |metrics| {
            names_asked(metrics, "403") == 1.0
        })
        .await;
    exporter
        .all_along("refused once", (&["acme"], 4), |metrics| {
            names_asked(metrics, "403") == 1.0 && metrics.sum("rhombus_collect_errors_total") == 0.0
        })
        .await;
}

#[tokio::test]
async fn who_may_enter_without_a_link_is_told() {
    let access = |who: &str| {
        format!(r#"rhombus_org_access_until_timestamp_seconds{{org="acme",who="{who}"}}"#)
    };
    let several = two_streams().await;
    for (support, partner, expected) in [
        ("1795575771", "null", (Some(1_795_575_771.0), None)),
        ("0", "-1", (None, Some(f64::INFINITY))),
        ("null", "0", (None, None)),
    ] {
        let dates = format!(
            r#"{{"supportAccessAllowedUntil":{support},"partnerAccessAllowedUntil":{partner}}}"#
        );
        several.order("PUT", "organization", "acme", &dates).await;
        let exporter = several.exporter(SELDOM, &["acme"]);
        let metrics = exporter.wait_for("all is known", all_succeed).await;
        let told = ["support", "partner"].map(|who| metrics.get(&access(who)));
        assert_eq!(told, [expected.0, expected.1], "{dates}");
    }
}
