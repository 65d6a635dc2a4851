//! The gauges of organisations, worked out a second time from what the API answers, with
//! nothing of the exporter's: field by field, as `docs/metrics.md` and Rhombus's documentation have it.

use std::collections::{BTreeMap, BTreeSet};

use rhombus_share_exporter::clock::Clock;
use serde_json::{Value, json};

use super::metrics::Metrics;
use super::process::Process;

/// The metrics that are worked out.
pub(crate) const METRICS: [&str; 11] = [
    "rhombus_malformed_records{",
    "rhombus_share_expiry_readings{",
    "rhombus_share_next_expiry_timestamp_seconds{",
    "rhombus_share_oldest_created_timestamp_seconds{",
    "rhombus_shared_clip_duration_seconds{",
    "rhombus_shared_clips{",
    "rhombus_shared_devices{",
    "rhombus_shares_expired{",
    "rhombus_shares_expiring{",
    "rhombus_shares_without_expiry{",
    "rhombus_shares{",
];
const DAY: i64 = 86_400_000;

/// A share, as far as it counts. Times are epoch milliseconds.
struct Share {
    protection: &'static str,
    created: i64,
    end: Option<i64>,
    reading: &'static str,
    malformed: Option<&'static str>,
    clips: Option<(u64, u64)>,
    cameras: BTreeSet<String>,
}

/// What the fields of a kind are called.
struct Names {
    kind: &'static str,
    source: &'static str,
    created: &'static str,
    expiration: &'static str,
    password: &'static str,
}

const CLIP_GROUPS: Names = Names {
    kind: "clip_group",
    source: "clip_groups",
    created: "createdAtMillis",
    expiration: "expirationTimeSecs",
    password: "isSecured",
};
const TIMELAPSE_GROUPS: Names = Names {
    kind: "timelapse_group",
    source: "timelapse_groups",
    ..CLIP_GROUPS
};
const LIVE_STREAMS: Names = Names {
    kind: "live_stream",
    source: "live_streams",
    created: "timestampMs",
    expiration: "expirationTime",
    password: "passwordProtected",
};
const VIDEO_WALLS: Names = Names {
    kind: "video_wall",
    source: "video_walls",
    ..LIVE_STREAMS
};

impl Names {
    fn share(&self, record: &Value) -> Share {
        let created = record[self.created].as_i64().expect("a creation");
        let expiration = record[self.expiration].as_i64().unwrap_or(0);
        let (end, reading) = match expiration {
            0 => (None, "never"),
            1_000_000_000.. => (Some(expiration * 1000), "epoch"),
            _ => (Some(created + expiration * 1000), "ttl"),
        };
        let impossible = end.is_some_and(|end| end <= created);
        let sso = record["ssoProtected"] == true;
        let password = record[self.password] == true;
        Share {
            protection: if sso {
                "sso"
            } else if password {
                "password"
            } else {
                "none"
            },
            created,
            end: end.filter(|_| !impossible),
            reading: if impossible { "never" } else { reading },
            malformed: impossible.then_some(self.expiration),
            clips: None,
            cameras: BTreeSet::new(),
        }
    }

    /// The series of these shares at `now`.
    fn series(&self, org: &str, shares: &[Share], now: i64, series: &mut BTreeMap<String, f64>) {
        let kind = self.kind;
        let org = format!(r#"org="{org}""#);
        let mut put = |name: &str, labels: &str, value: f64| {
            series.insert(format!("{name}{{{org},{labels}}}"), value);
        };
        let is_active = |share: &&Share| share.end.is_none_or(|end| end > now);
        let mut protections = vec!["none", "password"];
        protections.extend((kind == "live_stream").then_some("sso"));
        for protection in protections {
            let labels = format!(r#"kind="{kind}",protection="{protection}""#);
            let of = || shares.iter().filter(|it| it.protection == protection);
            let active = || of().filter(is_active);
            put("rhombus_shares", &labels, active().count() as f64);
            let never = active().filter(|share| share.end.is_none()).count();
            put("rhombus_shares_without_expiry", &labels, never as f64);
            let expired = of().count() - active().count();
            put("rhombus_shares_expired", &labels, expired as f64);
            for (window, days) in [("24h", 1), ("7d", 7)] {
                let ends = |share: &&Share| share.end.is_some_and(|end| end <= now + days * DAY);
                let labels = format!(r#"{labels},within="{window}""#);
                let expiring = active().filter(ends).count();
                put("rhombus_shares_expiring", &labels, expiring as f64);
            }
            if let Some(next) = active().filter_map(|share| share.end).min() {
                let name = "rhombus_share_next_expiry_timestamp_seconds";
                put(name, &labels, next as f64 / 1000.0);
            }
            if let Some(oldest) = active().map(|share| share.created).min() {
                let name = "rhombus_share_oldest_created_timestamp_seconds";
                put(name, &labels, oldest as f64 / 1000.0);
            }
            if kind == "clip_group" || kind == "timelapse_group" {
                let clips = || active().filter_map(|share| share.clips);
                let count: u64 = clips().map(|(count, _)| count).sum();
                put("rhombus_shared_clips", &labels, count as f64);
                let secs: u64 = clips().map(|(_, secs)| secs).sum();
                put("rhombus_shared_clip_duration_seconds", &labels, secs as f64);
            }
        }
        let active = shares.iter().filter(is_active);
        let cameras: BTreeSet<_> = active.flat_map(|share| &share.cameras).collect();
        let labels = format!(r#"kind="{kind}""#);
        put("rhombus_shared_devices", &labels, cameras.len() as f64);
        for reading in ["epoch", "never", "ttl"] {
            let labels = format!(r#"kind="{kind}",reading="{reading}""#);
            let count = shares.iter().filter(|it| it.reading == reading).count();
            put("rhombus_share_expiry_readings", &labels, count as f64);
        }
        let malformed: Vec<_> = shares.iter().filter_map(|share| share.malformed).collect();
        if let Some(field) = malformed.first() {
            let labels = format!(r#"source="{}",field="{field}""#, self.source);
            put("rhombus_malformed_records", &labels, malformed.len() as f64);
        }
    }
}

/// A device without its facet.
fn camera(device: &Value) -> Option<String> {
    Some(device.as_str()?.split('.').next()?.to_owned())
}

fn clip_group(record: &Value) -> Share {
    let clips = record["sharedClips"].as_array().expect("a list");
    let secs = clips.iter().filter_map(|clip| clip["durationSec"].as_u64());
    let devices = clips
        .iter()
        .filter_map(|clip| clip["deviceUuidMap"].as_object());
    let devices = devices.flat_map(|map| map.keys().map(|key| Value::from(key.as_str())));
    Share {
        clips: Some((clips.len() as u64, secs.sum())),
        cameras: devices.filter_map(|device| camera(&device)).collect(),
        ..CLIP_GROUPS.share(record)
    }
}

fn timelapse_group(record: &Value) -> Share {
    let clips = record["sharedTimelapses"].as_array().expect("a list");
    let secs = clips
        .iter()
        .filter_map(|clip| clip["clipDuration"].as_u64());
    let sources = clips.iter().filter_map(|clip| clip["sources"].as_array());
    let sources = sources.flatten().map(|source| &source["deviceUuid"]);
    Share {
        clips: Some((clips.len() as u64, secs.sum())),
        cameras: sources.filter_map(camera).collect(),
        ..TIMELAPSE_GROUPS.share(record)
    }
}

fn live_stream(record: &Value) -> Share {
    let device = [&record["cameraUuid"], &record["deviceUuid"]];
    Share {
        cameras: device.into_iter().find_map(camera).into_iter().collect(),
        ..LIVE_STREAMS.share(record)
    }
}

/// The API of one organisation, as who asks with these headers sees it.
pub(crate) struct Api<'a> {
    pub(crate) simulator: &'a Process,
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

/// All that an organisation shares.
pub(crate) struct Lists([(Names, Vec<Share>); 4]);

impl Api<'_> {
    /// What it answers under `list`.
    async fn ask(&self, path: &str, request: Value, list: &str) -> Vec<Value> {
        let url = self.simulator.url(&format!("/api/{path}"));
        let mut post = reqwest::Client::new().post(url).body(request.to_string());
        for (name, value) in self.headers {
            post = post.header(*name, *value);
        }
        let answer = post
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("text");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        answer[list].as_array().expect("a list").clone()
    }

    async fn video_walls(&self) -> Vec<Share> {
        let mut shares = Vec::new();
        for wall in self
            .ask("camera/getVideoWalls", json!({}), "videoWalls")
            .await
        {
            let devices = wall["deviceList"].as_array().expect("a list");
            let cameras: BTreeSet<_> = devices.iter().filter_map(camera).collect();
            let request = json!({"videoWallUuid": wall["uuid"]});
            let path = "camera/findSharedVideoWalls";
            for record in self.ask(path, request, "sharedVideoWalls").await {
                let cameras = cameras.clone();
                shares.push(Share {
                    cameras,
                    ..VIDEO_WALLS.share(&record)
                });
            }
        }
        shares
    }

    /// All lists.
    pub(crate) async fn lists(&self) -> Lists {
        let list = async |path, list| self.ask(path, json!({}), list).await;
        let all =
            |records: Vec<Value>, share: fn(&Value) -> Share| records.iter().map(share).collect();
        let clips = list("event/getSharedClipGroupsV2", "sharedClipGroups").await;
        let timelapses = list("video/getSharedTimelapseGroups", "sharedTimelapses").await;
        let streams = list(
            "camera/findAllSharedLiveVideoStreams",
            "sharedLiveVideoStreams",
        )
        .await;
        Lists([
            (CLIP_GROUPS, all(clips, clip_group)),
            (LIVE_STREAMS, all(streams, live_stream)),
            (TIMELAPSE_GROUPS, all(timelapses, timelapse_group)),
            (VIDEO_WALLS, self.video_walls().await),
        ])
    }
}

impl Lists {
    /// How many links of each kind are open.
    pub(crate) fn open(&self) -> [usize; 4] {
        self.0
            .each_ref()
            .map(|(_, shares)| shares.iter().filter(|it| it.protection == "none").count())
    }
}

/// All series of these organisations, by their label, at `now`.
fn expected(organizations: &[(&str, &Lists)], now: i64) -> Metrics {
    let mut series = BTreeMap::new();
    for (org, Lists(lists)) in organizations {
        for (names, shares) in lists {
            names.series(org, shares, now, &mut series);
        }
    }
    let lines = series
        .iter()
        .map(|(series, value)| format!("{series} {value}\n"));
    Metrics::parse(&lines.collect::<String>())
}

fn now() -> i64 {
    Clock::system().now().0
}

/// Holds every gauge that is exported of anybody's shares against those of these organisations, worked out
/// a second time.
pub(crate) async fn compare(exporter: &Process, organizations: &[(&str, &Lists)]) {
    loop {
        let before = expected(organizations, now());
        let metrics = exporter.metrics().await;
        let metrics = metrics.of(&METRICS);
        // A rendering is kept for a second; and some share may end just now.
        if metrics == before || metrics == expected(organizations, now() - 1_000) {
            return;
        }
        let is_calm = before == expected(organizations, now() - 2_000);
        assert!(!is_calm, "expected:\n{before}\nexported:\n{metrics}");
    }
}
