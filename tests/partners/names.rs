//! Which clients are watched, and what they are called.

use crate::common::process::Process;
use crate::partner::{ALL, Partner, all_read, clients, info};

async fn rename(partner: &Partner, uuid: &str, name: &str) {
    let name = serde_json::json!({ "name": name }).to_string();
    partner
        .order("PUT", &format!("clients/{uuid}"), &name)
        .await;
}

async fn are_read(exporter: &Process, labels: &[&str]) {
    let what = format!("{labels:?} are read");
    exporter
        .wait_for(&what, |metrics| all_read(metrics, labels))
        .await;
}

#[tokio::test]
async fn patterns_choose_by_name_or_uuid() {
    let partner = Partner::new(4, 3, &[]);
    let found = partner.uuids().await;
    let uuid = |index: usize| found[index].as_str();
    rename(&partner, uuid(0), "Oak School").await;
    rename(&partner, uuid(1), "Oak Test").await;
    let more = format!(
        r#", include: ["Oak .*", {}], exclude: ["(?i).* test"]"#,
        uuid(3)
    );
    let exporter = partner.exporter(ALL, &partner.entry(&more), "", &[]);
    are_read(&exporter, &["Oak School", "Client 4"]).await;
    let metrics = exporter.metrics().await;
    assert_eq!(metrics.value(&clients("watched")), 2.0);
    assert_eq!(metrics.value(&clients("excluded")), 2.0);
    assert!(metrics.get(&info("Oak Test", "allowed")).is_none());

    // A name is what one sees of it, and one that is not known may be meant.
    rename(&partner, uuid(1), "Oak School\u{200b}").await;
    const NAMELESS: &str = "AAECAwQFBgcICQoLDA0ODw";
    let nameless = r#"{"clientOrgName":null,"groups":3}"#;
    partner
        .order("PUT", &format!("clients/{NAMELESS}"), nameless)
        .await;
    // One that has lost its name keeps the last one.
    let path = format!("clients/{}", uuid(2));
    partner
        .order("PUT", &path, r#"{"clientOrgName":null}"#)
        .await;
    let more = r#", include: ["Oak School"]"#;
    partner.configure(ALL, &partner.entry(more), "");
    exporter.reload().await;
    let labels = [0, 1].map(|index| format!("Oak School ({})", &uuid(index)[..8]));
    are_read(&exporter, &[&labels[0], &labels[1], NAMELESS]).await;

    // All, by a reload.
    partner.configure(ALL, &partner.entry(""), "");
    exporter.reload().await;
    let all = [&labels[0], &labels[1], NAMELESS, "Client 3", "Client 4"];
    are_read(&exporter, &all).await;
}

#[tokio::test]
async fn a_pace_that_is_too_slow_for_all_clients_is_told() {
    let partner = Partner::new(3, 0, &[]);
    let entry = partner.entry(", requests_per_second: 11");
    let exporter = partner.exporter(ALL, &entry, "", &[]);
    exporter
        .wait_for_output("the partner's pace is less than one request a list in an interval")
        .await;
    let output = exporter.output();
    assert!(output.contains("least=12"), "{output}");
}

#[tokio::test]
async fn a_name_that_no_query_can_ask_for_is_made_one() {
    let partner = Partner::new(4, 3, &["acme"]);
    let found = partner.uuids().await;
    let uuid = |index: usize| found[index].as_str();
    for (index, name) in ["\"Old\" Mill\u{202e}", "", "All", "acme"]
        .iter()
        .enumerate()
    {
        rename(&partner, uuid(index), name).await;
    }
    let own = partner
        .files
        .organization("acme", &partner.simulator.url(""));
    let exporter = partner.exporter(ALL, &partner.entry(""), &own, &[]);
    let part = |index: usize| &uuid(index)[..8];
    let all = format!("All ({})", part(2));
    let acme = format!("acme ({})", part(3));
    are_read(&exporter, &["'Old' Mill", uuid(1), &all, &acme, "acme"]).await;
}
