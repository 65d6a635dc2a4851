//! `--web.shares`.

use crate::asking::{API, PAGES, at, get, outcome, sent};
use crate::common::KEY;
use crate::common::process::Process;

#[tokio::test]
async fn on_every_address_they_are_shown_to_nobody_who_has_not_shown_who_they_are() {
    for address in [":0", "0.0.0.0:0"] {
        let exporter = at(address, &[]);
        for path in PAGES.iter().chain(&API) {
            let answer = sent(get(&exporter, path)).await;
            for way in [
                "basic_auth_users",
                "client_auth_type",
                "--web.listen-address",
                "--web.shares=on",
            ] {
                answer.is_refused(path, way);
            }
        }
        for path in ["/", "/metrics", "/-/healthy"] {
            assert_eq!(sent(get(&exporter, path)).await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn switched_on_they_are_shown_to_whoever_a_proxy_lets_in() {
    let exporter = at("0.0.0.0:0", &["--web.shares=on"]);
    for path in PAGES.iter().chain(&API) {
        let asked = || get(&exporter, path);
        sent(asked()).await.is_shown(path);
        let proxied = asked()
            .header("Host", "exporter.example")
            .header("X-Forwarded-For", "192.0.2.1")
            .header("Via", "1.1 proxy");
        sent(proxied).await.is_shown(path);
        let foreign = asked().header("Sec-Fetch-Site", "cross-site");
        sent(foreign).await.is_refused(path, "another site");
    }
}

#[tokio::test]
async fn the_mode_can_come_from_the_environment_and_is_one_of_three() {
    let env = [
        ("RHOMBUS_API_KEY", KEY),
        ("RHOMBUS_SHARE_EXPORTER_WEB_SHARES", "off"),
    ];
    let exporter = Process::start(&["serve", "--web.listen-address=127.0.0.1:0"], &env);
    let answer = sent(get(&exporter, "/shares")).await;
    answer.is_refused("/shares", "--web.shares=off");
    let (status, text) = outcome(&["check-config", "--web.shares=yes"]);
    assert_eq!(status, Some(2));
    assert!(text.contains("auto, on, off"), "{text}");
}

#[tokio::test]
async fn the_metrics_are_at_no_path_of_theirs() {
    for path in ["/shares", "/shares/metrics", "/audit", "/api/v1/metrics"] {
        let (status, text) = outcome(&["check-config", &format!("--web.telemetry-path={path}")]);
        assert_eq!(status, Some(2), "{path}");
        assert!(text.contains("belongs to another page"), "{text}");
    }
}
