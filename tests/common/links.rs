//! Links of every kind, with what people write and what faults make of it: two organisations at one
//! simulator, and an exporter that watches them. What is added here must not be in `/metrics`.

use std::time::{Duration, Instant};

use rhombus_share_exporter::share::{Id, Ref};
use serde_json::{Value, json};

use super::files::serve;
use super::process::{PATIENCE, Process};
use super::several::Several;
use super::time::now;

pub(crate) const DAY: i64 = 86_400;

/// What a browser or a terminal could be misled by.
pub(crate) const ODD_TITLES: [&str; 7] = [
    "report \u{202e}fdp.exe",
    "<script>alert(1)</script><b>\"bold'",
    "🚚🚚 Ramp 4 👩‍👩‍👧",
    "שער ראשי / البوابة الرئيسية",
    "=HYPERLINK(\"http://evil.example\",\"a\")",
    "  ",
    "a\u{0}b\u{7}c\nd",
];

const DOOR: &str = "CAMERAAAAAAAAAAAAAAAAQ";
const HALL: &str = "CAMERAAAAAAAAAAAAAAAAg";
const WALL: &str = "WALLAAAAAAAAAAAAAAAAAA";

/// Two organisations, `acme` and `bell`, and what watches them.
pub(crate) struct Links {
    pub(crate) several: Several,
    has_cameras: bool,
}

/// The uuid of a link by its number.
pub(crate) fn uuid(number: u16) -> String {
    let mut bytes = [0; 16];
    bytes[14..].copy_from_slice(&number.to_be_bytes());
    Id::Uuid(bytes).to_string()
}

/// The ref of that link.
pub(crate) fn reference(number: u16) -> String {
    Ref::of(&Id::parse(&uuid(number))).to_string()
}

impl Links {
    /// Without any.
    pub(crate) fn none() -> Self {
        Self {
            several: Several::new(&["acme", "bell"]),
            has_cameras: false,
        }
    }

    /// With all.
    pub(crate) async fn all() -> Self {
        let links = Self {
            has_cameras: true,
            ..Self::none()
        };
        links.put_cameras().await;
        links.put_pages().await;
        links.put_streams().await;
        links.put_walls().await;
        links
    }

    pub(crate) async fn put(&self, org: &str, list: &str, uuid: &str, record: &Value) {
        let path = format!("{list}/{uuid}");
        let body = record.to_string();
        self.several.order("PUT", &path, org, &body).await;
    }

    /// A clip page that is open for ever, without a clip.
    pub(crate) async fn put_page(&self, org: &str, number: u16, title: &str) {
        let record =
            json!({"title": title, "isSecured": false, "createdAtMillis": 1_600_000_000_000_i64});
        self.put(org, "clip_groups", &uuid(number), &record).await;
    }

    async fn put_cameras(&self) {
        for (camera, name, location) in [(DOOR, "Front Door", "Süd"), (HALL, "", "")] {
            let camera_record = json!({"name": name, "locationName": location});
            self.put("acme", "cameras", camera, &camera_record).await;
        }
    }

    async fn put_pages(&self) {
        let start = (now() - 3 * DAY) * 1000;
        let clip = |start: Value, camera: &str| json!({"startTime": start, "durationSec": 90, "deviceUuidMap": {camera: {}}});
        let page = json!({
            "title": "Delivery, 3 March", "isSecured": false, "createdAtMillis": start,
            "sharedClips": [
                clip(start.into(), DOOR), clip((start + 600_000).into(), HALL),
                {"durationSec": 5},
            ],
        });
        self.put("acme", "clip_groups", &uuid(1), &page).await;
        // The same link in another organisation.
        self.put("bell", "clip_groups", &uuid(1), &page).await;
        let locked = json!({"isSecured": true, "expirationTimeSecs": now() + DAY / 2});
        self.put("acme", "clip_groups", &uuid(2), &locked).await;
        let ended =
            json!({"title": "ended", "isSecured": false, "expirationTimeSecs": 1_600_000_000});
        self.put("acme", "clip_groups", &uuid(3), &ended).await;
        let nameless = json!({"uuid": null, "title": "nameless", "isSecured": "?"});
        self.put("acme", "clip_groups", &uuid(4), &nameless).await;
        let long = json!({"title": "x".repeat(300), "isSecured": false});
        self.put("acme", "clip_groups", &uuid(5), &long).await;
        for (number, title) in (10..).zip(ODD_TITLES) {
            self.put_page("acme", number, title).await;
        }
        let timelapse = json!({"title": "Building site", "isSecured": true, "sharedTimelapses": [{
            "clipDuration": 40, "videoStartTime": start, "videoStopTime": start + 1000 * DAY,
            "sources": [{"deviceUuid": DOOR}],
        }]});
        self.put("bell", "timelapse_groups", &uuid(30), &timelapse)
            .await;
    }

    async fn put_streams(&self) {
        let address = |number| {
            format!(
                "https://console.rhombussystems.com/share/live/{}",
                uuid(number)
            )
        };
        let stream = json!({
            "name": "Lobby on our website", "timestampMs": (now() - 100 * DAY) * 1000, "cameraUuid": DOOR,
            "passwordProtected": false, "ssoProtected": false, "vodEnabled": true, "streamType": "USER",
            "audioGatewayUuid": HALL, "audioPushToTalkEnabled": true, "scheduleUuid": WALL,
            "sharedLiveVideoStreamUrl": address(20),
        });
        self.put("acme", "live_streams", &uuid(20), &stream).await;
        let watched = json!({
            "name": "For the alarm centre", "cameraUuid": HALL, "streamType": "ALARM_MONITORING",
            "sharedWithMonitoringService": true, "ssoProtected": true,
        });
        self.put("acme", "live_streams", &uuid(21), &watched).await;
        let odd = json!({
            "name": 7, "cameraUuid": false, "streamType": 5, "expirationTime": "?", "passwordProtected": {},
        });
        self.put("acme", "live_streams", &uuid(22), &odd).await;
    }

    async fn put_walls(&self) {
        let wall = json!({"displayName": "Control room", "deviceList": [DOOR, HALL]});
        self.put("acme", "video_walls", WALL, &wall).await;
        let share = json!({
            "videoWallUuid": WALL, "passwordProtected": false, "timestampMs": 1_600_000_000_000_i64,
            "expirationTime": now() + 3 * DAY,
        });
        self.put("acme", "video_wall_shares", &uuid(40), &share)
            .await;
    }

    /// An exporter with these flags, which may not have read anything yet.
    pub(crate) fn start(&self, flags: &[&str]) -> Process {
        let collect = "{interval: 1s, audit_feed: false, timeout: 5s, requests_per_second: 100}";
        let organizations = ["acme", "bell"]
            .map(|name| self.several.entry(name))
            .concat();
        let until = super::time::in_seconds(60 * DAY);
        let policy = format!(
            "policy:\n  exceptions:\n    - name: lobby-on-website\n      match: {{ kind: live_stream, title: \
             \"Lobby.*\" }}\n      policies: [unsecured, no-expiry]\n      reason: \"Public <lobby> camera, \
             CHG-1042\"\n      owner: web@example.com\n      until: {until}\n"
        );
        let config = self
            .several
            .configure_as(collect, &(organizations + &policy));
        serve(&config, flags)
    }

    /// One on loopback without passwords, which has read so many lists, and what cameras are called.
    pub(crate) async fn exporter(&self, lists: f64, flags: &[&str]) -> Process {
        let exporter = self.start(flags);
        exporter
            .wait_for("all lists are read", |metrics| {
                metrics.sum("rhombus_collect_success") == lists
            })
            .await;
        let started = Instant::now();
        let path = "/api/v1/shares?camera=front";
        while self.has_cameras && !exporter.get(path).await.1.contains("Front Door") {
            assert!(started.elapsed() < PATIENCE, "{}", exporter.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        exporter
    }
}
