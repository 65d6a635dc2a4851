//! Exceptions: what they cover, until when, and how they are read again.

use crate::site::{LIST, Site, excepted, in_seconds, open_page, reference, since, unsecured, uuid};

const IN_FILE: &str = "policy: { exceptions_file: exceptions.yml }\n";
const END: &str = r#"rhombus_policy_exception_end_timestamp_seconds{exception="dock"}"#;
const SHARES: &str = r#"rhombus_policy_exception_shares{exception="dock"}"#;

fn dock(until: &str) -> String {
    let share = reference(1);
    format!(
        "exceptions:\n  - name: dock\n    match: {{ share: {share} }}\n    policies: [unsecured]\n    \
         reason: \"Haulier's view, CHG-1042\"\n    owner: dock@example.com\n    until: {until}\n"
    )
}

#[tokio::test]
async fn an_exception_covers_a_link_with_its_reason_on_the_page_until_its_end() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    site.put(LIST, &uuid(2), open_page(3600)).await;
    site.files.write("exceptions.yml", "");
    let exporter = site.judged(IN_FILE, &[]).await;
    let before = exporter.metrics().await;
    assert_eq!(unsecured(&before), 2.0);
    assert!(
        before
            .starting("rhombus_share_violations_excepted")
            .is_empty()
    );

    // Nobody asks for a reload: the file has changed.
    site.files.write("exceptions.yml", &dock(&in_seconds(20)));
    let covered = exporter
        .wait_for("it is covered", |metrics| unsecured(metrics) == 1.0)
        .await;
    assert_eq!(covered.value(&excepted("clip_group", "unsecured")), 1.0);
    assert_eq!(covered.value(&excepted("video_wall", "unsecured")), 0.0);
    assert_eq!(covered.get(&since("unsecured", "warning", 1)), None);
    assert!(covered.get(&since("unsecured", "warning", 2)).is_some());
    assert_eq!(covered.value(SHARES), 1.0);
    let page = exporter.page().await;
    assert!(page.contains("Haulier&#39;s view, CHG-1042"), "{page}");
    assert!(
        page.contains("1 violation of the policy is covered by exceptions"),
        "{page}"
    );
    assert!(!page.contains("dock@example.com"), "{page}");

    // Nor when it ends, whatever Rhombus says meanwhile.
    let fault = r#"{"fault":"forbidden"}"#;
    assert_eq!(
        site.simulator
            .send("PUT", "/simulator/fault", fault)
            .await
            .0,
        204
    );
    let ended = exporter
        .wait_for("it has ended", |metrics| unsecured(metrics) == 2.0)
        .await;
    assert_eq!(ended.value(&excepted("clip_group", "unsecured")), 0.0);
    assert_eq!(ended.value(SHARES), 0.0);
    assert_eq!(ended.value(END), covered.value(END));
    let first = since("unsecured", "warning", 1);
    assert_eq!(ended.value(&first), before.value(&first));
}

#[tokio::test]
async fn exceptions_that_are_wrong_change_nothing_and_are_told() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    site.files.write("exceptions.yml", &dock(&in_seconds(3600)));
    let exporter = site.judged(IN_FILE, &[]).await;
    assert_eq!(unsecured(&exporter.metrics().await), 0.0);
    let reloaded = "rhombus_share_exporter_config_last_reload_successful";
    site.files
        .write("exceptions.yml", "exceptions:\n  - name: dock\n");
    let wrong = exporter
        .wait_for("it is told", |metrics| metrics.value(reloaded) == 0.0)
        .await;
    assert_eq!(unsecured(&wrong), 0.0);
    assert!(
        exporter
            .output()
            .contains("exceptions[0].reason: it is missing")
    );
    site.files.write("exceptions.yml", "exceptions:\n");
    let right = exporter
        .wait_for("it is right again", |metrics| {
            metrics.value(reloaded) == 1.0
        })
        .await;
    assert_eq!(unsecured(&right), 1.0);
}
