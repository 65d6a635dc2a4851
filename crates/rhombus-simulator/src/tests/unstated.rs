//! What the documentation leaves open, either way.

use reqwest::Method;
use serde_json::{Value, json};

use super::lists::LISTS;
use super::{KEY, PATH, Served};
use crate::{Settings, WorldKind};

const TIMELAPSES: [&str; 3] = LISTS[0];
const STREAMS: [&str; 3] = LISTS[1];
const WALLS: [&str; 3] = LISTS[2];
const SHARES: [&str; 3] = LISTS[3];
const CAMERAS: [&str; 3] = LISTS[4];
const CLIPS: [&str; 3] = ["clip_groups", PATH, "sharedClipGroups"];

impl Served {
    /// Acts so and no longer otherwise.
    async fn act(&self, unstated: Value) {
        self.put("unstated", &unstated).await;
    }

    async fn listed_in(&self, list: [&str; 3]) -> usize {
        self.records(list, "").await.len()
    }

    /// How many streams cameras count, and how many are listed.
    async fn counted_and_listed(&self) -> (u64, usize) {
        let cameras = self.records(CAMERAS, "").await;
        let counts = cameras
            .iter()
            .map(|camera| camera["liveStreamsSharedCount"].as_u64().unwrap());
        let streams = self.records(STREAMS, "").await;
        let of_cameras = streams
            .iter()
            .filter(|stream| !stream["cameraUuid"].is_null());
        (counts.sum(), of_cameras.count())
    }
}

#[tokio::test]
async fn shares_that_have_ended_can_be_left_out_and_not_counted() {
    let served = Served::generated(400).await;
    let all = [CLIPS, TIMELAPSES, STREAMS];
    let mut before = Vec::new();
    for list in all {
        before.push(served.listed_in(list).await);
    }
    let (counted, listed) = served.counted_and_listed().await;
    assert_eq!(counted, listed as u64);

    served.act(json!({"hides_ended": true})).await;
    for (list, before) in all.into_iter().zip(before) {
        assert!(served.listed_in(list).await < before, "{list:?}");
    }
    let (still_counted, left) = served.counted_and_listed().await;
    assert!(still_counted == counted && left < listed);

    served
        .act(json!({"hides_ended": true, "counts_no_ended": true}))
        .await;
    let (counted, listed) = served.counted_and_listed().await;
    assert_eq!((counted, listed), (left as u64, left));
}

#[tokio::test]
async fn no_password_and_no_end_can_be_said_in_three_ways() {
    let served = Served::generated(400).await;
    let mut shared = Vec::new();
    for wall in served.records(WALLS, "").await {
        if wall["numShares"] == 2 {
            shared.push(wall["uuid"].as_str().unwrap().to_owned());
        }
    }
    for (said, [unprotected, never]) in [
        ("plain", [Some(json!(false)), Some(json!(0))]),
        ("null", [Some(json!(null)), Some(json!(null))]),
        ("absent", [None, None]),
    ] {
        served
            .act(json!({"unprotected": said, "never": said}))
            .await;
        for (list, fields) in [
            (CLIPS, ["isSecured", "expirationTimeSecs"]),
            (TIMELAPSES, ["isSecured", "expirationTimeSecs"]),
            (STREAMS, ["passwordProtected", "expirationTime"]),
            (SHARES, ["passwordProtected", "expirationTime"]),
        ] {
            let mut records = Vec::new();
            for wall in &shared {
                records.extend(served.records(list, wall).await);
            }
            let values = |field: &str| -> Vec<_> {
                records
                    .iter()
                    .map(|record| record.get(field).cloned())
                    .collect()
            };
            let [passwords, ends] = fields.map(values);
            let open: Vec<_> = passwords
                .iter()
                .filter(|value| **value != Some(json!(true)))
                .collect();
            assert!(
                !open.is_empty() && open.iter().all(|value| **value == unprotected),
                "{list:?}"
            );
            let has_no_end = |value: &&Option<Value>| {
                value
                    .as_ref()
                    .and_then(Value::as_i64)
                    .is_none_or(|end| end == 0)
            };
            let endless: Vec<_> = ends.iter().filter(has_no_end).collect();
            assert!(
                !endless.is_empty() && endless.iter().all(|value| **value == never),
                "{list:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_end_can_be_a_date_or_a_time_to_live() {
    let served = Served::generated(400).await;
    let ends = async || -> Vec<i64> {
        let records = served.records(STREAMS, "").await;
        let end = |record: &Value| record["expirationTime"].as_i64().filter(|end| *end != 0);
        records.iter().filter_map(end).collect()
    };
    let is_date = |end: &i64| *end >= 1_000_000_000;
    let first = ends().await;
    served.act(json!({"expiration": "epoch"})).await;
    let dates = ends().await;
    assert!(dates.iter().all(is_date) && dates.len() == first.len());
    served.act(json!({"expiration": "ttl"})).await;
    let spans = ends().await;
    assert!(!spans.iter().any(is_date) && spans.len() == first.len());
}

#[tokio::test]
async fn times_of_timelapses_can_be_in_other_units() {
    let served = Served::generated(40).await;
    let first = async || {
        let groups = served.records(TIMELAPSES, "").await;
        let timelapse = &groups[0]["sharedTimelapses"][0];
        ["videoStartTime", "videoStopTime", "clipDuration"]
            .map(|name| timelapse[name].as_i64().unwrap())
    };
    let [start, stop, duration] = first().await;
    served.act(json!({"timelapses_in_seconds": true})).await;
    assert_eq!(first().await, [start / 1000, stop / 1000, duration]);
    served.act(json!({"durations_in_millis": true})).await;
    assert_eq!(first().await, [start, stop, 1000 * duration]);
}

#[tokio::test]
async fn a_stream_can_name_its_camera_or_its_device() {
    let served = Served::generated(100).await;
    for (named, other) in [("camera", "device"), ("device", "camera")] {
        served.act(json!({"stream_names": named})).await;
        let field = |name: &str| format!("{name}Uuid");
        for stream in served.records(STREAMS, "").await {
            assert!(stream.get(field(named)).is_some() && stream.get(field(other)).is_none());
        }
        // What can be asked for is the same.
        let cameras = served.records(CAMERAS, "").await;
        let camera = cameras
            .iter()
            .find(|camera| camera["liveStreamShared"] == true);
        let camera = camera.unwrap();
        let path = "/api/camera/findSharedLiveVideoStreams";
        let answer = served
            .answer_to(path, &json!({"cameraUuid": camera["uuid"]}))
            .await;
        let count = answer["sharedLiveVideoStreams"].as_array().unwrap().len();
        assert_eq!(camera["liveStreamsSharedCount"], count);
    }
}

#[tokio::test]
async fn doorbells_and_private_walls_can_be_left_out_and_counts_unsaid() {
    let served = Served::generated(400).await;
    let (streams, walls) = (
        served.listed_in(STREAMS).await,
        served.listed_in(WALLS).await,
    );
    served
        .act(json!({"hides_doorbells": true, "hides_private_walls": true}))
        .await;
    assert_eq!(served.listed_in(WALLS).await, walls - walls / 4);
    let left = served.records(STREAMS, "").await;
    assert!(left.len() < streams);
    assert!(left.iter().all(|stream| !stream["cameraUuid"].is_null()));

    served.act(json!({"hides_share_counts": true})).await;
    for (list, field) in [(WALLS, "numShares"), (CAMERAS, "liveStreamsSharedCount")] {
        let records = served.records(list, "").await;
        assert!(!records.is_empty() && records.iter().all(|record| record[field].is_null()));
    }
}

#[tokio::test]
async fn the_bounds_of_a_request_can_leave_out_their_moment() {
    let served = Served::new(Settings::any_key(WorldKind::Empty)).await;
    served
        .put("clip_groups/x", &json!({"createdAtMillis": 5}))
        .await;
    let within = async || {
        let bounds = json!({"createdAfterMs": 5, "createdBeforeMs": 5});
        let answer = served.answer_to(PATH, &bounds).await;
        answer["sharedClipGroups"].as_array().unwrap().len()
    };
    served.act(json!({"excludes_bounds": true})).await;
    assert_eq!(within().await, 0);
    assert_eq!(served.control(Method::DELETE, "unstated", "").await, 204);
    assert_eq!(within().await, 1);
}

#[tokio::test]
async fn an_empty_list_can_be_null_or_absent() {
    let served = Served::new(Settings::any_key(WorldKind::Empty)).await;
    for (said, expected) in [
        ("plain", Some(json!([]))),
        ("null", Some(json!(null))),
        ("absent", None),
    ] {
        served.act(json!({"nothing": said})).await;
        for [_, path, member] in LISTS.into_iter().chain([CLIPS]) {
            let answer = served.answer_to(path, &json!({"videoWallUuid": "w"})).await;
            assert_eq!(answer.get(member), expected.as_ref(), "{path}");
            assert_eq!(answer["error"], false, "{path}");
            assert_eq!(answer["userNameMap"].is_object(), path == WALLS[1]);
        }
    }
    served.put("clip_groups/x", &json!({})).await;
    assert_eq!(served.listed(KEY).await, 1);
}

#[tokio::test]
async fn a_limited_key_can_be_told_less() {
    let served = Served::generated(400).await;
    let path = "/api/permission/getPermissionsForCurrentUser";
    let access = served.answer_to(path, &json!({})).await["locationAccessMap"].clone();
    let mut locations = access.as_object().unwrap().clone();
    let closed = locations.keys().next().unwrap().clone();
    locations.remove(&closed);
    let all = [CLIPS, TIMELAPSES, STREAMS, WALLS, CAMERAS];
    let counts = async || {
        let mut counts = Vec::new();
        for list in all {
            counts.push(served.listed_in(list).await);
        }
        counts
    };
    let first = counts().await;
    let limits = json!({"limits_shares": true, "limits_cameras": true});
    served.act(limits.clone()).await;
    assert_eq!(counts().await, first, "a super admin sees all");

    let access = json!({"superAdmin": false, "locationAccessMap": locations});
    served.put("permissions", &access).await;
    let limited = counts().await;
    assert!(
        limited
            .iter()
            .zip(&first)
            .all(|(few, all)| few < all && *few > 0),
        "{limited:?}"
    );
    let cameras = served.records(CAMERAS, "").await;
    let is_open = |camera: &Value| camera["locationUuid"] != closed;
    assert!(cameras.iter().all(is_open));

    served.act(json!({"limits_shares": true})).await;
    let (counted, listed) = served.counted_and_listed().await;
    assert!(counted > listed as u64, "what it may not see is counted");
    served.act(json!({})).await;
    assert_eq!(counts().await, first);
}

#[tokio::test]
async fn what_is_no_switch_is_refused() {
    let served = Served::generated(1).await;
    for bad in [
        "",
        r#"{"x":1}"#,
        r#"{"never":"no"}"#,
        r#"{"hides_ended":1}"#,
    ] {
        assert_eq!(
            served.control(Method::PUT, "unstated", bad).await,
            400,
            "{bad}"
        );
    }
}
