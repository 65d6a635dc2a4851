//! Clients that come, go, are renamed, withdraw access, and every gauge of them against a second calculation.

use crate::common::files::{key, key_file};
use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::series::{failing, organizations};
use crate::common::several::is_all_clear;
use crate::common::sums::compare;
use crate::partner::{Partner, all_read, clients, info};

/// A client that was not there at first.
const NEW: &str = "AAECAwQFBgcICQoLDA0ODw";

/// Holds every gauge against those of these clients, by label and uuid.
async fn holds(partner: &Partner, exporter: &Process, expected: &[(&str, &str)]) {
    let labels: Vec<_> = expected.iter().map(|(label, _)| *label).collect();
    let what = format!("{labels:?} are read");
    exporter
        .wait_for(&what, |metrics| all_read(metrics, &labels))
        .await;
    let mut lists = Vec::new();
    for (_, uuid) in expected {
        lists.push(partner.lists_of(uuid).await);
    }
    let expected: Vec<_> = labels.into_iter().zip(&lists).collect();
    compare(exporter, &expected).await;
}

#[tokio::test]
async fn clients_come_go_are_renamed_and_withdraw_access_and_each_gauge_is_right() {
    let partner = Partner::new(4, 40, &[]);
    let found = partner.uuids().await;
    let uuid = |index: usize| found[index].as_str();
    let exporter = partner.watched();
    let all = ["Client 1", "Client 2", "Client 3", "Client 4"];
    let mut expected: Vec<_> = all.into_iter().zip((0..4).map(uuid)).collect();
    holds(&partner, &exporter, &expected).await;
    let metrics = exporter.metrics().await;
    assert_eq!(metrics.value(&clients("watched")), 4.0);
    assert_eq!(metrics.value(&organizations("fresh")), 4.0);

    // A new one.
    let path = format!("clients/{NEW}");
    partner
        .order("PUT", &path, r#"{"name":"Oak","groups":30}"#)
        .await;
    expected.push(("Oak", NEW));
    holds(&partner, &exporter, &expected).await;

    // Another name: the same pictures, under it.
    let path = format!("clients/{}", uuid(1));
    partner.order("PUT", &path, r#"{"name":"Elm"}"#).await;
    expected[1] = ("Elm", uuid(1));
    exporter
        .wait_for("it has its new name", |metrics| {
            let elm = metrics.starting(r#"rhombus_shares{org="Elm","#);
            let before = metrics.starting(r#"rhombus_shares{org="Client 2","#);
            // Never neither.
            assert!(elm.is_empty() != before.is_empty(), "{metrics}");
            !elm.is_empty()
        })
        .await;
    holds(&partner, &exporter, &expected).await;

    // The same name as another.
    let path = format!("clients/{}", uuid(2));
    partner.order("PUT", &path, r#"{"name":"Elm"}"#).await;
    let label = |uuid: &str| format!("Elm ({})", &uuid[..8]);
    let (second, third) = (label(uuid(1)), label(uuid(2)));
    expected[1] = (&second, uuid(1));
    expected[2] = (&third, uuid(2));
    holds(&partner, &exporter, &expected).await;

    // Access withdrawn: not shown, not asked, no failure.
    let path = format!("clients/{}", uuid(3));
    partner
        .order("PUT", &path, r#"{"clientAccessAllowed":false}"#)
        .await;
    let (gone, _) = expected.remove(3);
    exporter
        .wait_for("its access is withdrawn", |metrics| {
            metrics.get(&info(gone, "not_allowed")) == Some(1.0)
        })
        .await;
    let metrics = exporter.wait_for_looks().await;
    let (all, about) = (metrics.to_string(), format!(r#"org="{gone}""#));
    let others = all.lines().filter(|line| line.contains(&about));
    let others: Vec<_> = others
        .filter(|line| !line.starts_with("rhombus_partner_client_info{"))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    assert_eq!(metrics.value(&organizations("not_allowed")), 1.0);
    assert_eq!(metrics.value(&clients("not_allowed")), 1.0);
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    assert_eq!(exporter.get("/-/ready").await.0, 200);

    // And given again.
    partner
        .order("PUT", &path, r#"{"clientAccessAllowed":true}"#)
        .await;
    expected.push((gone, uuid(3)));
    holds(&partner, &exporter, &expected).await;

    // Gone.
    let path = format!("clients/{}", uuid(0));
    partner.order("DELETE", &path, "").await;
    expected.remove(0);
    holds(&partner, &exporter, &expected).await;
    exporter.wait_for_output("no longer watched").await;
    let output = exporter.output();
    for secret in ["clientAccountAccessUrl", "token="] {
        assert!(!output.contains(secret), "{output}");
    }
}

#[tokio::test]
async fn one_that_withdraws_access_between_two_looks_is_looked_for_at_once() {
    let partner = Partner::new(2, 3, &[]);
    let entry = partner.entry("").replace("refresh: 1s", "refresh: 1d");
    let exporter = partner.exporter(crate::partner::ALL, &entry, "", &[]);
    exporter
        .wait_for("both are read", |metrics| {
            all_read(metrics, &["Client 1", "Client 2"])
        })
        .await;
    let uuid = &partner.uuids().await[1];
    let path = format!("clients/{uuid}");
    partner
        .order("PUT", &path, r#"{"clientAccessAllowed":false}"#)
        .await;
    exporter
        .wait_for("it is not allowed", |metrics| {
            metrics.get(&info("Client 2", "not_allowed")) == Some(1.0)
        })
        .await;
    // Given again, a reload finds it.
    partner
        .order("PUT", &path, r#"{"clientAccessAllowed":true}"#)
        .await;
    exporter.reload().await;
    exporter
        .wait_for("both are read", |metrics| {
            all_read(metrics, &["Client 1", "Client 2"])
        })
        .await;
}

#[tokio::test]
async fn the_same_organisation_by_both_ways_is_said() {
    let partner = Partner::new(1, 3, &["acme"]);
    let uuid = partner.uuids().await.remove(0);
    let who = format!(r#"{{"uuid":"{uuid}"}}"#);
    partner.order_of("acme", "PUT", "organization", &who).await;
    let endpoint = partner.simulator.url("");
    let own = partner.files.organization("acme", &endpoint);
    let exporter = partner.exporter(crate::partner::ALL, &partner.entry(""), &own, &[]);
    exporter
        .wait_for("it is known", |metrics| {
            metrics.value(&organizations("duplicate")) == 2.0
        })
        .await;
    exporter.wait_for_output("these are one organisation").await;
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    assert!(
        page.contains("acme, Client 1") || page.contains("Client 1, acme"),
        "{page}"
    );
}

/// Only a person accepts that a key is another organisation's, by a reload.
#[tokio::test]
async fn a_look_at_clients_accepts_no_other_organisation_for_a_key() {
    let partner = Partner::new(1, 3, &["acme", "other"]);
    let own = partner
        .files
        .organization("acme", &partner.simulator.url(""));
    let exporter = partner.exporter(crate::partner::ALL, &partner.entry(""), &own, &[]);
    exporter
        .wait_for("all are read", |metrics| {
            all_read(metrics, &["acme", "Client 1"])
        })
        .await;
    partner.files.write_key(&key_file("acme"), &key("other"));
    let fails = |metrics: &Metrics| metrics.get(&failing("acme", "other_org")) == Some(1.0);
    exporter.wait_for("its lists are another's", fails).await;
    // A new client makes the tasks follow, and nobody accepts anything.
    let path = "clients/AAECAwQFBgcICQoLDA0OAA";
    let new = r#"{"name":"Oak","groups":3}"#;
    partner.order("PUT", path, new).await;
    exporter
        .wait_for("the new client is watched", |metrics| {
            metrics.get(&info("Oak", "allowed")) == Some(1.0)
        })
        .await;
    let metrics = exporter.wait_for_looks().await;
    assert!(fails(&metrics), "{metrics}");
    exporter.reload().await;
    exporter
        .wait_for("it is accepted", |metrics| {
            all_read(metrics, &["acme", "Client 1", "Oak"])
        })
        .await;
}
