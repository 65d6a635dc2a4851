//! Rules and exceptions that go by who made a link, and by how often it was looked at.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::files::serve;
use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::set_fault;
use crate::site::{LIST, Site, excepted, in_seconds, open_page, unsecured, uuid, violations};

const NO_LIST: &str = r#"{"fault":"server_error","operation":"clip_groups"}"#;
const NO_FEED: &str = r#"{"fault":"server_error","operation":"audit_feed"}"#;

/// Rules by who made a link and who looked, and an exception of what Ann made.
fn configured(site: &Site) -> PathBuf {
    let until = in_seconds(86_400);
    let policy = format!(
        "policy:\n  rules:\n    - {{ name: by-script, created_by: [API_TOKEN] }}\n    \
         - {{ name: seen, views_more_than: 1 }}\n  exceptions:\n    - name: ann\n      \
         match: {{ created_by: \"Ann.*\" }}\n      policies: [unsecured]\n      reason: CHG-1042\n      \
         owner: web\n      until: {until}\n"
    );
    let path = site.configure(&policy, "");
    let text = std::fs::read_to_string(&path).unwrap();
    site.files.write(
        "config.yml",
        &text.replace("audit_feed: false", "audit_feed: true"),
    )
}

fn begun(site: &Site, config: &Path) -> Process {
    let storage = format!("--storage.path={}", site.files.path("storage").display());
    serve(config, &[&storage])
}

/// Puts an event of the link that has just happened.
async fn happens(site: &Site, number: u8, mut event: Value) {
    event["timestamp"] = json!(in_seconds(0));
    event["targetUuid"] = json!(uuid(1));
    event["uuid"] = json!(uuid(number));
    let path = format!("/simulator/audit_events/{}", uuid(number));
    let (status, text) = site.simulator.send("PUT", &path, &event.to_string()).await;
    assert_eq!(status, 204, "{text}");
}

/// Takes the fault of this operation away.
async fn mend(site: &Site, operation: &str) {
    let path = format!("/simulator/fault?operation={operation}");
    assert_eq!(site.simulator.send("DELETE", &path, "").await.0, 204);
}

/// How many clip pages break `by-script`, `seen` and `unsecured`, and how many may be unsecured.
fn broken(metrics: &Metrics) -> Option<[f64; 4]> {
    let of = |rule| metrics.get(&violations("clip_group", rule, "warning"));
    let excepted = metrics.get(&excepted("clip_group", "unsecured"));
    of("unsecured")?;
    Some([of("by-script")?, of("seen")?, unsecured(metrics), excepted?])
}

async fn shows(exporter: &Process, what: &str, expected: [f64; 4]) {
    let is_it = |metrics: &Metrics| broken(metrics) == Some(expected);
    exporter.wait_for(what, is_it).await;
}

#[tokio::test]
async fn a_link_is_judged_anew_when_the_feed_tells_who_made_it_and_who_looked() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    let none = site.simulator.send("DELETE", "/simulator/audit_events", "");
    assert_eq!(none.await.0, 204);
    set_fault(&site.simulator, NO_FEED).await;
    let config = configured(&site);
    let exporter = begun(&site, &config);
    shows(&exporter, "nothing is known", [1.0, 1.0, 1.0, 0.0]).await;
    // No list can be read from here on: what is known of it is judged anew.
    set_fault(&site.simulator, NO_LIST).await;
    mend(&site, "audit_feed").await;
    shows(&exporter, "nobody looked", [1.0, 0.0, 1.0, 0.0]).await;

    let made = json!({
        "action": "SHARED_CLIP_CREATE",
        "principalName": "Ann Other",
        "principalType": "USER",
    });
    happens(&site, 2, made).await;
    shows(&exporter, "Ann made it", [0.0, 0.0, 0.0, 1.0]).await;
    for number in [3, 4] {
        let view = json!({
            "action": "VIEW_SHARE_CLIP",
            "clientType": "SHARE_ANONYMOUS",
            "principalType": "SHARED_CLIP",
        });
        happens(&site, number, view).await;
    }
    let known = [0.0, 1.0, 0.0, 1.0];
    shows(&exporter, "two looked", known).await;

    set_fault(&site.simulator, NO_FEED).await;
    let pending = "rhombus_share_exporter_storage_pending_lists";
    exporter
        .wait_for("all is written", |metrics| metrics.value(pending) == 0.0)
        .await;
    exporter.signal("KILL");
    exporter.ended().await;
    mend(&site, "clip_groups").await;
    let exporter = begun(&site, &config);
    let polls = r#"rhombus_collect_polls_total{org="acme",source="clip_groups",outcome="success"}"#;
    exporter
        .wait_for("it is known without the feed", |metrics| {
            let broken = broken(metrics);
            assert!(broken.is_none_or(|it| it == known), "{metrics}");
            metrics.get(polls).is_some_and(|polls| polls > 1.0) && broken.is_some()
        })
        .await;
}
