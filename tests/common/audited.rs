//! An exporter with a trail: three links, of which the audit feed tells who made them and who looked, and one that was
//! made while it ran and taken down again.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rhombus_share_exporter::share::{Id, Ref};
use serde_json::{Value, json};

use super::files::Files;
use super::process::{PATIENCE, Process};
use super::time::in_seconds;
use super::{exporter, put_group, put_some_groups, simulator};

/// Who made the first link.
pub(crate) const MAKER: &str = "Ann Öther <ann>";
/// What the link was called that was taken down.
pub(crate) const GONE_TITLE: &str = "Dock \u{202e}<b>7</b>";

const FIRST: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const SECOND: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
const GONE: &str = "AAAAAAAAAAAAAAAAAAAABA";

/// What is watched, and what watches it.
pub(crate) struct Audited {
    pub(crate) simulator: Process,
    pub(crate) exporter: Process,
    files: Files,
}

/// The ref of the link that Ann made, and that was looked at.
pub(crate) fn first() -> String {
    Ref::of(&Id::parse(FIRST)).to_string()
}

/// The ref of the link that was taken down.
pub(crate) fn gone() -> String {
    Ref::of(&Id::parse(GONE)).to_string()
}

impl Audited {
    pub(crate) async fn new() -> Self {
        let simulator = simulator(0);
        let files = Files::new();
        put_some_groups(&simulator).await;
        // It has made events of its own of that.
        let (status, text) = simulator
            .send("DELETE", "/simulator/audit_events", "")
            .await;
        assert_eq!(status, 204, "{text}");
        let made = json!({"action": "SHARED_CLIP_CREATE", "principalType": "USER",
            "principalName": MAKER, "targetUuid": FIRST, "sourceCity": "Utrecht"});
        put_event(&simulator, 1, made).await;
        let nameless = json!({"action": "SHARED_CLIP_CREATE", "principalType": "API_TOKEN",
            "targetUuid": SECOND});
        put_event(&simulator, 2, nameless).await;
        let view = json!({"action": "VIEW_SHARE_CLIP", "principalType": "SHARED_CLIP",
            "clientType": "SHARE_ANONYMOUS", "targetUuid": FIRST, "sourceCountry": "Netherlands"});
        put_event(&simulator, 3, view).await;
        let storage = format!("--storage.path={}", files.path("data").display());
        let flags = [
            "--collect.audit-feed=true",
            "--collect.requests-per-second=100",
            &storage,
        ];
        let audited = Self {
            exporter: exporter(&simulator, &flags),
            simulator,
            files,
        };
        audited
            .wait_for(&format!("/shares/{}", first()), MAKER_SHOWN)
            .await;
        audited.make_and_take_down().await;
        audited
    }

    /// Where its trail is.
    pub(crate) fn storage(&self) -> PathBuf {
        self.files.path("data")
    }

    async fn make_and_take_down(&self) {
        let page = json!({"uuid": GONE, "title": GONE_TITLE, "isSecured": true});
        put_group(&self.simulator, GONE, &page.to_string()).await;
        let path = format!("/shares/{}", gone());
        self.wait_for(&path, "is new").await;
        let open = json!({"uuid": GONE, "title": GONE_TITLE, "isSecured": false});
        put_group(&self.simulator, GONE, &open.to_string()).await;
        self.wait_for(&path, "from password to none").await;
        let path_there = format!("/simulator/clip_groups/{GONE}");
        let (status, text) = self.simulator.send("DELETE", &path_there, "").await;
        assert_eq!(status, 204, "{text}");
        self.wait_for(&path, "no longer listed").await;
        self.wait_for(&path, "is not listed any more").await;
    }

    /// Waits until a page has this text.
    pub(crate) async fn wait_for(&self, path: &str, text: &str) -> String {
        let started = Instant::now();
        loop {
            let (_, page) = self.exporter.get(path).await;
            if page.contains(text) {
                return page;
            }
            assert!(started.elapsed() < PATIENCE, "{path}: {text}:\n{page}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// That name as HTML has it.
pub(crate) const MAKER_SHOWN: &str = "Ann Öther &#60;ann&#62; (USER)";

/// Puts an event that has just happened.
async fn put_event(simulator: &Process, number: u8, mut event: Value) {
    let mut bytes = [7; 16];
    bytes[15] = number;
    let uuid = Id::Uuid(bytes).to_string();
    event["uuid"] = uuid.clone().into();
    event["timestamp"] = in_seconds(0).into();
    let path = format!("/simulator/audit_events/{uuid}");
    let (status, text) = simulator.send("PUT", &path, &event.to_string()).await;
    assert_eq!(status, 204, "{text}");
}
