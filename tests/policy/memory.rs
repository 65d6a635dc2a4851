//! What outlasts the process, and what ends with it.

use std::path::Path;

use serde_json::json;

use crate::common::files::{Files, key, serve};
use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::{clear_fault, set_fault};
use crate::site::{
    LIST, Site, excepted, in_seconds, now, open_page, reference, since, unsecured, uuid, violations,
};

const FAULT: &str = r#"{"fault":"server_error"}"#;

/// An exporter that remembers in the directory of the site.
async fn remembering(site: &Site, policy: &str) -> Process {
    let storage = format!("--storage.path={}", site.files.path("storage").display());
    site.judged(policy, &[&storage]).await
}

/// The same, begun again; it has not necessarily asked for anything.
fn begun_again(site: &Site, config: &Path) -> Process {
    let storage = format!("--storage.path={}", site.files.path("storage").display());
    serve(config, &[&storage])
}

async fn killed(exporter: Process) {
    let written = "rhombus_share_exporter_storage_pending_lists";
    exporter
        .wait_for("all is written", |metrics| metrics.value(written) == 0.0)
        .await;
    exporter.signal("KILL");
    exporter.ended().await;
}

#[tokio::test]
async fn a_violation_is_there_before_the_first_poll_after_a_restart() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(6)).await;
    let exporter = remembering(&site, "").await;
    let before = exporter.metrics().await;
    assert_eq!(unsecured(&before), 1.0);
    set_fault(&site.simulator, FAULT).await;
    killed(exporter).await;
    let ends = now() + 7;
    let exporter = begun_again(&site, &site.files.path("config.yml"));
    // Rhombus fails from the start, and the end of the link passes meanwhile.
    let first = since("unsecured", "warning", 1);
    let metrics = exporter
        .wait_for("its end has passed", |metrics| {
            assert_eq!(unsecured(metrics), 1.0);
            assert_eq!(metrics.value(&first), before.value(&first));
            now() > ends
        })
        .await;
    assert_eq!(
        metrics.get(r#"rhombus_shares{org="acme",kind="clip_group",protection="none"}"#),
        None
    );
    // Lists that were read again begin anew, and this one ends with a good look.
    clear_fault(&site.simulator).await;
    exporter
        .wait_for("it is seen", |metrics| unsecured(metrics) == 0.0)
        .await;
}

#[tokio::test]
async fn without_a_place_to_remember_violations_wait_for_the_first_poll_and_a_line_says_so() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    let exporter = site.judged("", &[]).await;
    assert!(
        exporter
            .output()
            .contains("set --storage.path to keep them")
    );
    exporter.signal("KILL");
    exporter.ended().await;
    set_fault(&site.simulator, FAULT).await;
    let exporter = serve(&site.files.path("config.yml"), &[]);
    let success = r#"rhombus_collect_success{org="acme",source="clip_groups"}"#;
    let metrics = exporter
        .wait_for("it has failed", |metrics| metrics.get(success) == Some(0.0))
        .await;
    let series = violations("clip_group", "unsecured", "warning");
    assert_eq!(metrics.get(&series), None);
    assert!(
        exporter.page().await.contains("Lists read"),
        "the page is there"
    );
}

#[tokio::test]
async fn a_list_that_is_suddenly_empty_is_looked_at_twice_after_a_restart_too() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    killed(remembering(&site, "").await).await;
    let empty = r#"{"fault":"raw","body":"{\"sharedClipGroups\":[],\"error\":false}","times":1}"#;
    set_fault(&site.simulator, empty).await;
    let exporter = begun_again(&site, &site.files.path("config.yml"));
    for _ in 0..2 {
        let metrics = exporter.wait_for_success().await;
        assert_eq!(unsecured(&metrics), 1.0);
    }
}

#[tokio::test]
async fn what_is_watched_no_more_is_forgotten_and_not_called_mended() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    killed(remembering(&site, "").await).await;
    let config = site.configure("", "");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("name: acme", "name: globex")).unwrap();
    let exporter = begun_again(&site, &config);
    exporter
        .wait_for_output("no longer watched, which is not mended")
        .await;
    let metrics = exporter.metrics().await;
    assert_eq!(
        metrics.get(&violations("clip_group", "unsecured", "warning")),
        None
    );
    // It was a mistake, which costs nothing.
    exporter.signal("KILL");
    exporter.ended().await;
    set_fault(&site.simulator, FAULT).await;
    let exporter = begun_again(&site, &site.configure("", ""));
    assert_eq!(unsecured(&exporter.metrics().await), 1.0);
}

#[tokio::test]
async fn another_organisations_key_after_a_restart_closes_nothing() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    killed(remembering(&site, "").await).await;
    let other = r#"{"uuid":"ANOTHERORGANIZATIONAAA"}"#;
    let (status, text) = site
        .simulator
        .send("PUT", "/simulator/organization", other)
        .await;
    assert_eq!(status, 204, "{text}");
    site.take_down(LIST, &uuid(1)).await;
    let exporter = begun_again(&site, &site.files.path("config.yml"));
    let failing = r#"rhombus_collect_failing{org="acme",source="clip_groups",reason="other_org"}"#;
    let metrics = exporter
        .wait_for("it is told", |metrics| {
            assert_eq!(unsecured(metrics), 1.0);
            metrics.get(failing) == Some(1.0)
        })
        .await;
    assert_eq!(unsecured(&metrics), 1.0);
    // A person accepts it.
    exporter.signal("HUP");
    exporter
        .wait_for("it is accepted", |metrics| {
            metrics.get(&violations("clip_group", "unsecured", "warning")) == Some(0.0)
        })
        .await;
    assert!(
        exporter
            .output()
            .contains("which is not mended: the key is of another organisation")
    );
}

#[tokio::test]
async fn an_exception_that_has_ended_during_a_restart_covers_nothing_after_it() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    let policy = format!(
        "policy:\n  exceptions:\n    - name: dock\n      match: {{ share: {} }}\n      \
         policies: [unsecured]\n      reason: CHG-1042\n      owner: dock\n      until: {}\n",
        reference(1),
        in_seconds(8),
    );
    let exporter = remembering(&site, &policy).await;
    let metrics = exporter.metrics().await;
    assert_eq!(metrics.value(&excepted("clip_group", "unsecured")), 1.0);
    set_fault(&site.simulator, FAULT).await;
    killed(exporter).await;
    let config = site.files.path("config.yml");
    let exporter = begun_again(&site, &config);
    exporter
        .wait_for("it has ended", |metrics| unsecured(metrics) == 1.0)
        .await;
}

/// A stream of a camera in the lobby, which is excepted by the camera's name.
async fn lobby(site: &Site) -> &'static str {
    let camera = r#"{"name":"Lobby 1","locationName":"Town hall"}"#;
    let path = "/simulator/cameras/AAAAAAAAAAAAAAAAAAAAAA";
    let (status, text) = site.simulator.send("PUT", path, camera).await;
    assert_eq!(status, 204, "{text}");
    let stream = json!({
        "timestampMs": now() * 1000,
        "cameraUuid": "AAAAAAAAAAAAAAAAAAAAAA.v0",
        "passwordProtected": false,
        "expirationTime": now() + 3600,
    });
    site.put("live_streams", &uuid(1), stream).await;
    "policy:\n  rules: [{ name: vault, severity: critical, cameras: [Vault] }]\n  exceptions:\n    \
     - name: lobby\n      match: { camera: \"Lobby.*\" }\n      policies: [unsecured]\n      \
     reason: CHG-1042\n      owner: web\n      until: 2099-01-01\n  max_exception_days: 3650\n"
}

#[tokio::test]
async fn what_is_known_by_the_names_of_cameras_is_so_while_they_are_not_known_after_a_restart() {
    let site = Site::new();
    let until = in_seconds(86_400);
    let policy = lobby(&site).await.replace("2099-01-01", &until);
    let exporter = remembering(&site, &policy).await;
    let holds = |metrics: &Metrics| {
        metrics.get(&excepted("live_stream", "unsecured")) == Some(1.0)
            && metrics.get(&violations("live_stream", "unsecured", "warning")) == Some(0.0)
            && metrics.get(&violations("live_stream", "vault", "critical")) == Some(0.0)
    };
    let metrics = exporter.metrics().await;
    assert!(holds(&metrics), "{metrics}");
    for operation in ["live_streams", "camera_names"] {
        let fault = format!(r#"{{"fault":"server_error","operation":"{operation}"}}"#);
        set_fault(&site.simulator, &fault).await;
    }
    killed(exporter).await;
    let exporter = begun_again(&site, &site.files.path("config.yml"));
    let success = r#"rhombus_collect_success{org="acme",source="live_streams"}"#;
    exporter
        .wait_for("it has failed", |metrics| {
            assert!(holds(metrics), "{metrics}");
            metrics.get(success) == Some(0.0)
        })
        .await;
    clear_fault(&site.simulator).await;
    for operation in ["live_streams", "camera_names"] {
        let path = format!("/simulator/fault?operation={operation}");
        assert_eq!(site.simulator.send("DELETE", &path, "").await.0, 204);
    }
    exporter
        .wait_for("it is seen again", |metrics| {
            assert!(holds(metrics), "{metrics}");
            metrics.get(success) == Some(1.0)
        })
        .await;
}

#[tokio::test]
async fn a_storage_that_is_gone_is_told_and_ends_nothing() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    let exporter = remembering(&site, "").await;
    std::fs::remove_dir_all(site.files.path("storage")).unwrap();
    site.put(LIST, &uuid(2), open_page(3600)).await;
    exporter
        .wait_for("it is told", |metrics| {
            metrics.value("rhombus_share_exporter_storage_write_errors_total") > 0.0
        })
        .await;
    exporter
        .wait_for("the new link is seen", |metrics| unsecured(metrics) == 2.0)
        .await;
}

/// A partner with two clients, each of which shares pages.
fn with_clients(site: &Site) -> std::path::PathBuf {
    site.files.write_key("msp", &key("msp"));
    let text = format!(
        "collect: {{ interval: 1s, audit_feed: false, timeout: 1s, requests_per_second: 100 }}\npartners:\n  \
         - {{ name: msp, api_key_file: msp, endpoint: \"{}\", refresh: 1s }}\n",
        site.simulator.url("")
    );
    site.files.write("config.yml", &text)
}

#[tokio::test]
async fn the_violations_of_clients_are_there_while_a_partner_can_not_say_whom_it_has() {
    let files = Files::new();
    let partner = files.write_key("partner", &key("msp"));
    let partner = format!("--partner-key-file={}", partner.display());
    let args = [
        "simulate",
        "--listen=127.0.0.1:0",
        "--groups=12",
        "--clients=2",
        &partner,
    ];
    let simulator = Process::start(&args, &[]);
    let site = Site { simulator, files };
    let config = with_clients(&site);
    let exporter = begun_again(&site, &config);
    let since = "rhombus_share_violation_since_timestamp_seconds";
    let lists = |metrics: &Metrics| metrics.sum("rhombus_collect_success");
    exporter
        .wait_for("all is judged", |metrics| lists(metrics) == 9.0)
        .await;
    let before = exporter.metrics().await.starting(since);
    assert!(!before.is_empty());
    let fault = r#"{"fault":"server_error","operation":"clients"}"#;
    set_fault(&site.simulator, fault).await;
    killed(exporter).await;
    let exporter = begun_again(&site, &config);
    let success = r#"rhombus_collect_success{org="msp",source="partner_clients"}"#;
    let metrics = exporter
        .wait_for("it has failed", |metrics| {
            assert_eq!(metrics.starting(since), before);
            metrics.get(success) == Some(0.0)
        })
        .await;
    // Nothing else is said of them.
    assert!(metrics.shares().is_empty(), "{metrics}");
    assert_eq!(lists(&metrics), 0.0);
    assert_eq!(exporter.get("/-/ready").await.0, 503);
    let path = "/simulator/fault?operation=clients";
    assert_eq!(site.simulator.send("DELETE", path, "").await.0, 204);
    let after = exporter
        .wait_for("all is judged again", |metrics| lists(metrics) == 9.0)
        .await;
    assert_eq!(after.starting(since), before);
}
