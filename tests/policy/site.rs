//! An organisation with one link or a few, and an exporter that judges it by a policy of the test's.

use rhombus_share_exporter::share::{Id, Ref};
use serde_json::{Value, json};

use crate::common::files::{Files, serve};
use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::simulator;
pub(crate) use crate::common::time::{in_seconds, now};

pub(crate) const LIST: &str = "clip_groups";

/// What is watched, and by what.
pub(crate) struct Site {
    pub(crate) simulator: Process,
    pub(crate) files: Files,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self {
            simulator: simulator(0),
            files: Files::new(),
        }
    }

    /// Writes the configuration, with this section `policy` and these settings of `collect`.
    pub(crate) fn configure(&self, policy: &str, collect: &str) -> std::path::PathBuf {
        let organization = self.files.organization("acme", &self.simulator.url(""));
        let text = format!(
            "collect: {{ interval: 1s, audit_feed: false, timeout: 1s, requests_per_second: 100{collect} }}\n\
             organizations:\n{organization}{policy}"
        );
        self.files.write("config.yml", &text)
    }

    /// An exporter with this section `policy`, which has judged every list.
    pub(crate) async fn judged(&self, policy: &str, flags: &[&str]) -> Process {
        let exporter = serve(&self.configure(policy, ""), flags);
        exporter
            .wait_for("all is judged", |metrics| {
                let kinds = ["clip_group", "live_stream", "timelapse_group", "video_wall"];
                kinds.iter().all(|kind| {
                    metrics
                        .get(&violations(kind, "no-expiry", "warning"))
                        .is_some()
                })
            })
            .await;
        exporter
    }

    /// Lists a link, with these fields beside its uuid.
    pub(crate) async fn put(&self, list: &str, uuid: &str, fields: Value) {
        let mut record = json!({ "uuid": uuid });
        record
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let path = format!("/simulator/{list}/{uuid}");
        let (status, text) = self.simulator.send("PUT", &path, &record.to_string()).await;
        assert_eq!(status, 204, "{text}");
    }

    pub(crate) async fn take_down(&self, list: &str, uuid: &str) {
        let path = format!("/simulator/{list}/{uuid}");
        let (status, text) = self.simulator.send("DELETE", &path, "").await;
        assert_eq!(status, 204, "{text}");
    }
}

/// The uuid of a link by its number.
pub(crate) fn uuid(number: u8) -> String {
    let mut bytes = [0; 16];
    bytes[15] = number;
    Id::Uuid(bytes).to_string()
}

/// The ref of that link.
pub(crate) fn reference(number: u8) -> String {
    Ref::of(&Id::parse(&uuid(number))).to_string()
}

/// An open page that ends in this many seconds.
pub(crate) fn open_page(ends_in: i64) -> Value {
    json!({
        "createdAtMillis": now() * 1000,
        "expirationTimeSecs": now() + ends_in,
        "isSecured": false,
        "title": "Loading dock",
    })
}

pub(crate) fn violations(kind: &str, policy: &str, severity: &str) -> String {
    format!(
        r#"rhombus_share_violations{{org="acme",kind="{kind}",policy="{policy}",severity="{severity}"}}"#
    )
}

pub(crate) fn excepted(kind: &str, policy: &str) -> String {
    format!(r#"rhombus_share_violations_excepted{{org="acme",kind="{kind}",policy="{policy}"}}"#)
}

/// Open violations of the rule `unsecured` by clip pages.
pub(crate) fn unsecured(metrics: &Metrics) -> f64 {
    metrics.value(&violations("clip_group", "unsecured", "warning"))
}

/// The series of one violation.
pub(crate) fn since(policy: &str, severity: &str, number: u8) -> String {
    let share = reference(number);
    format!(
        r#"rhombus_share_violation_since_timestamp_seconds{{org="acme",kind="clip_group",policy="{policy}",severity="{severity}",share="{share}"}}"#
    )
}
