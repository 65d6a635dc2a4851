//! Lists of clients that are no good ones: they change nothing but how the last look went, and are said.

use crate::common::metrics::Metrics;
use crate::common::several::is_all_clear;
use crate::partner::{ALL, Partner, all_read, clients, of_list};

const BOTH: [&str; 2] = ["Client 1", "Client 2"];

fn success() -> String {
    of_list("rhombus_collect_success", "")
}

fn failing(reason: &str) -> String {
    of_list("rhombus_collect_failing", &format!(r#",reason="{reason}""#))
}

/// Whether both are watched as before, while their list fails.
fn both_are_read(metrics: &Metrics) -> bool {
    let read = |org: &&str| {
        let prefix = format!(r#"rhombus_collect_success{{org="{org}","#);
        metrics.starting(&prefix).sum("rhombus_collect_success") == 4.0
    };
    BOTH.iter().all(read)
}

#[tokio::test]
async fn a_list_that_is_no_good_one_changes_nothing_and_says_so() {
    let partner = Partner::new(2, 3, &[]);
    let exporter = partner.watched();
    exporter
        .wait_for("both are read", |metrics| all_read(metrics, &BOTH))
        .await;
    for (fault, reason) in [
        (r#""fault":"drop""#, "connect"),
        (r#""fault":"server_error","status":500"#, "server"),
        (r#""fault":"forbidden""#, "forbidden"),
        (r#""fault":"unauthorized""#, "auth"),
        (r#""fault":"drop_midway""#, "connect"),
        (r#""fault":"cut_json""#, "decode"),
        (r#""fault":"list_wrong_type""#, "decode"),
        (r#""fault":"empty_object""#, "decode"),
        (r#""fault":"raw","body":"{\"error\":false}""#, "decode"),
        (r#""fault":"error_with_list""#, "api"),
        (r#""fault":"warning""#, "partial"),
    ] {
        let order = format!(r#"{{{fault},"operation":"clients"}}"#);
        partner.order("PUT", "fault", &order).await;
        let metrics = exporter
            .wait_for(&format!("{fault} is said"), |metrics| {
                metrics.get(&failing(reason)) == Some(1.0)
            })
            .await;
        assert_eq!(metrics.value(&success()), 0.0, "{fault}");
        assert_eq!(metrics.value(&clients("watched")), 2.0, "{fault}");
        assert!(both_are_read(&metrics), "{fault}:\n{metrics}");
        let page = exporter.page().await;
        assert!(!is_all_clear(&page), "{fault}: {page}");
        partner.order("DELETE", "fault?operation=clients", "").await;
        exporter
            .wait_for("it is right again", |metrics| {
                metrics.get(&success()) == Some(1.0)
            })
            .await;
    }
}

#[tokio::test]
async fn an_empty_list_where_there_were_clients_takes_nobody_away() {
    let partner = Partner::new(2, 3, &[]);
    let exporter = partner.watched();
    exporter
        .wait_for("both are read", |metrics| all_read(metrics, &BOTH))
        .await;
    partner.order("DELETE", "clients", "").await;
    exporter
        .wait_for("it is said", |metrics| {
            metrics.get(&failing("partial")) == Some(1.0)
        })
        .await;
    let metrics = exporter.wait_for_looks().await;
    assert_eq!(metrics.value(&clients("watched")), 2.0);
    assert!(
        exporter
            .output()
            .contains("the list of clients is empty and had 2")
    );
}

#[tokio::test]
async fn a_client_that_can_not_be_read_is_counted_and_takes_nobody_away() {
    let partner = Partner::new(2, 3, &[]);
    let exporter = partner.watched();
    exporter
        .wait_for("both are read", |metrics| all_read(metrics, &BOTH))
        .await;
    let uuid = &partner.uuids().await[1];
    // Its record has lost its uuid.
    partner
        .order(
            "PUT",
            "client_records/odd",
            r#"{"clientOrgName":"Client 2"}"#,
        )
        .await;
    let malformed = of_list("rhombus_malformed_records", r#",field="clientOrgUuid""#);
    exporter
        .wait_for("it is counted", |metrics| {
            metrics.get(&malformed) == Some(1.0)
        })
        .await;
    let path = format!("clients/{uuid}");
    partner.order("DELETE", &path, "").await;
    let metrics = exporter.wait_for_looks().await;
    assert_eq!(metrics.value(&clients("watched")), 2.0);
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    // Once the list can be read, it is gone.
    partner.order("DELETE", "client_records/odd", "").await;
    exporter
        .wait_for("it is gone", |metrics| {
            metrics.value(&clients("watched")) == 1.0
        })
        .await;
}

#[tokio::test]
async fn two_clients_with_one_uuid_are_no_list() {
    let partner = Partner::new(2, 3, &[]);
    let exporter = partner.watched();
    exporter
        .wait_for("both are read", |metrics| all_read(metrics, &BOTH))
        .await;
    let uuid = &partner.uuids().await[0];
    let twice = format!(r#"{{"clientOrgUuid":"{uuid}","clientOrgName":"Twin"}}"#);
    partner.order("PUT", "client_records/twin", &twice).await;
    exporter
        .wait_for("it is said", |metrics| {
            metrics.get(&failing("decode")) == Some(1.0)
        })
        .await;
    assert!(
        exporter
            .output()
            .contains(&format!("two clients have the uuid {uuid}"))
    );
    assert!(both_are_read(&exporter.metrics().await));
}

#[tokio::test]
async fn until_the_clients_are_known_nothing_is_ready_and_nothing_is_clear() {
    let partner = Partner::new(1, 0, &["acme"]);
    partner
        .order("PUT", "fault", r#"{"fault":"drop","operation":"clients"}"#)
        .await;
    let own = partner
        .files
        .organization("acme", &partner.simulator.url(""));
    let exporter = partner.exporter(ALL, &partner.entry(""), &own, &[]);
    let of_acme = r#"rhombus_collect_success{org="acme","#;
    exporter
        .wait_for("acme is read", |metrics| {
            metrics.starting(of_acme).sum("rhombus_collect_success") == 4.0
                && metrics.get(&success()) == Some(0.0)
        })
        .await;
    let (status, text) = exporter.get("/-/ready").await;
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("msp"), "{text}");
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    assert!(exporter.metrics().await.get(&clients("watched")).is_none());
    partner.order("DELETE", "fault?operation=clients", "").await;
    exporter
        .wait_for("all is read", |metrics| {
            all_read(metrics, &["acme", "Client 1"])
        })
        .await;
    assert_eq!(exporter.get("/-/ready").await.0, 200);
}

#[tokio::test]
async fn a_partner_without_clients_is_no_all_clear() {
    let partner = Partner::new(0, 0, &[]);
    let exporter = partner.watched();
    exporter
        .wait_for("it is known", |metrics| {
            metrics.get(&success()) == Some(1.0)
        })
        .await;
    assert_eq!(exporter.metrics().await.value(&clients("watched")), 0.0);
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
}

#[tokio::test]
async fn a_list_that_has_lost_half_at_once_is_believed_the_second_time() {
    let partner = Partner::new(4, 3, &[]);
    let entry = partner.entry("").replace("refresh: 1s", "refresh: 1d");
    let slow = "{interval: 5s, audit_feed: false, timeout: 5s, requests_per_second: 100}";
    let exporter = partner.exporter(slow, &entry, "", &[]);
    let all = ["Client 1", "Client 2", "Client 3", "Client 4"];
    exporter
        .wait_for("all are read", |metrics| all_read(metrics, &all))
        .await;
    for uuid in &partner.uuids().await[..2] {
        partner
            .order("DELETE", &format!("clients/{uuid}"), "")
            .await;
    }
    exporter.reload().await;
    let metrics = exporter
        .wait_for("it is said", |metrics| {
            metrics.get(&failing("partial")) == Some(1.0)
        })
        .await;
    assert_eq!(metrics.value(&clients("watched")), 4.0);
    exporter.wait_for_output("has lost 2 of 4 at once").await;
    assert!(!is_all_clear(&exporter.page().await));
    exporter
        .wait_for("it is believed", |metrics| {
            metrics.value(&clients("watched")) == 2.0
        })
        .await;
}
