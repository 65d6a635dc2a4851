//! The lists of the other kinds: each with its own records, faults and edits.

use reqwest::Method;
use serde_json::{Value, json};

use super::{KEY, Served};
use crate::{Place, Settings, WorldKind};

/// The name of each list, its path, and its member of the answer.
pub(super) const LISTS: [[&str; 3]; 5] = [
    [
        "timelapse_groups",
        "/api/video/getSharedTimelapseGroups",
        "sharedTimelapses",
    ],
    [
        "live_streams",
        "/api/camera/findAllSharedLiveVideoStreams",
        "sharedLiveVideoStreams",
    ],
    ["video_walls", "/api/camera/getVideoWalls", "videoWalls"],
    [
        "video_wall_shares",
        "/api/camera/findSharedVideoWalls",
        "sharedVideoWalls",
    ],
    [
        "cameras",
        "/api/camera/getMinimalCameraStateList",
        "cameraStates",
    ],
];

/// The operations that list the streams of one device, and the field that names it.
const OF_ONE: [[&str; 3]; 2] = [
    [
        "camera_streams",
        "/api/camera/findSharedLiveVideoStreams",
        "cameraUuid",
    ],
    [
        "doorbell_streams",
        "/api/doorbellcamera/findSharedLiveVideoStreams",
        "doorbellCameraUuid",
    ],
];

impl Served {
    /// What is listed; of shares, those of `wall`.
    pub(super) async fn records(&self, [_, path, member]: [&str; 3], wall: &str) -> Vec<Value> {
        let answer = self.answer_to(path, &json!({"videoWallUuid": wall})).await;
        answer[member].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn each_kind_is_listed() {
    let served = Served::generated(200).await;
    let walls = served.records(LISTS[2], "").await;
    let wall = walls.iter().find(|wall| wall["numShares"] == 2).unwrap();
    let wall = wall["uuid"].as_str().unwrap();
    let counts = [20, 50, 10, 2, 14];
    for (list, count) in LISTS.into_iter().zip(counts) {
        assert_eq!(served.records(list, wall).await.len(), count, "{list:?}");
    }
    let without_wall = served.ask_for(LISTS[3][1], KEY);
    assert_eq!(without_wall.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn walls_come_with_the_names_of_their_owners() {
    let served = Served::generated(200).await;
    let answer = served.answer_to(LISTS[2][1], &json!({})).await;
    let names = answer["userNameMap"].as_object().unwrap();
    assert_eq!(names.len(), 4);
    for wall in answer["videoWalls"].as_array().unwrap() {
        assert!(names[wall["ownerUserUuid"].as_str().unwrap()].is_string());
    }
    assert_eq!(answer["error"], false);
}

#[tokio::test]
async fn the_streams_of_a_device_are_listed_by_themselves() {
    let served = Served::new(Settings::any_key(WorldKind::Empty)).await;
    let [one, two] = ["AAAAAAAAAAAAAAAAAAAAAQ", "AAAAAAAAAAAAAAAAAAAAAg"];
    for (uuid, camera, device) in [
        ("a", json!(one), one),
        ("b", json!(format!("{one}.v0")), one),
        ("c", json!(two), two),
        ("d", json!(null), two),
    ] {
        let stream = json!({"cameraUuid": camera, "deviceUuid": device});
        served.put(&format!("live_streams/{uuid}"), &stream).await;
    }
    let of = async |[_, path, field]: [&str; 3], device: &str| -> Vec<_> {
        let answer = served.answer_to(path, &json!({field: device})).await;
        let streams = answer["sharedLiveVideoStreams"].as_array().unwrap();
        let uuid = |stream: &Value| stream["uuid"].as_str().unwrap().to_owned();
        streams.iter().map(uuid).collect()
    };
    let [camera, doorbell] = OF_ONE;
    assert_eq!(of(camera, one).await, ["a", "b"]);
    assert_eq!(of(camera, &format!("{one}.v0")).await, ["a", "b"]);
    assert_eq!(of(camera, two).await, ["c"]);
    assert_eq!(of(doorbell, two).await, ["d"]);
    assert!(of(doorbell, one).await.is_empty());
    for [_, path, _] in OF_ONE {
        let of_none = served.ask_for(path, KEY).send().await.unwrap();
        assert_eq!(of_none.status(), 400, "{path}");
    }

    // One that is not listed is counted.
    served.put("live_streams/a/unlisted", &json!({})).await;
    assert_eq!(of(camera, one).await, ["b"]);
    let cameras = served.records(LISTS[4], "").await;
    let counts: Vec<_> = cameras
        .iter()
        .map(|camera| [&camera["uuid"], &camera["liveStreamsSharedCount"]])
        .collect();
    assert_eq!(counts, [[&json!(one), &json!(2)], [&json!(two), &json!(1)]]);
    let again = async || {
        let path = "live_streams/a/unlisted";
        served.control(Method::DELETE, path, "").await
    };
    assert_eq!(
        (again().await, again().await),
        (204.try_into().unwrap(), 404.try_into().unwrap())
    );
    assert_eq!(of(camera, one).await, ["a", "b"]);
}

/// As Rhombus's description of its API has them, of a record that leaves nothing out.
#[tokio::test]
async fn the_records_have_the_documented_fields() {
    let timelapse_group = "createdAtMillis description expirationTimeSecs isSecured orgUuid \
        sharedTimelapses title uuid";
    let live_stream = "audioDeviceHwVar audioGatewayUuid audioPushToTalkEnabled cameraUuid \
        deviceHwVar deviceUuid expirationTime hideOverlay invertSchedule name orgUuid \
        passwordProtected scheduleUuid sharedLiveM3U8StreamUrl sharedLiveVideoStreamUrl \
        sharedWithMonitoringService ssoProtected streamType timestampMs unscheduledMessage uuid \
        vodEnabled";
    let wall = "deviceList displayName numShares othersCanEdit ownerUserUuid settings shared uuid";
    let share = "deviceScheduleMap expirationTime hideOverlay invertSchedule orgUuid \
        passwordProtected permissionGroupUuid scheduleUuid sharedVideoWallUrl timestampMs \
        unscheduledMessage uuid videoWallUuid vodEnabled";
    let served = Served::new(Settings::any_key(WorldKind::Demo(Place::School))).await;
    let walls = served.records(LISTS[2], "").await;
    let shared = walls.iter().find(|wall| wall["numShares"] == 1).unwrap();
    let shared = shared["uuid"].as_str().unwrap();
    let camera = "connectionStatus facetNameMap liveStreamShared liveStreamsSharedCount locationUuid \
        mummified name uuid";
    let all = [timelapse_group, live_stream, wall, share, camera];
    for (list, expected) in LISTS.into_iter().zip(all) {
        let record = &served.records(list, shared).await[0];
        let fields: Vec<_> = record.as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields.join(" "), expected);
    }
}

#[tokio::test]
async fn each_list_is_edited_by_itself() {
    let served = Served::generated(200).await;
    for list in LISTS {
        let name = list[0];
        let path = format!("{name}/x");
        served.put(&path, &json!({"videoWallUuid": "w"})).await;
        let mut records = served.records(list, "w").await;
        let put = json!({"uuid": "x", "videoWallUuid": "w"});
        assert_eq!(records.pop(), Some(put), "{name}");
        assert_eq!(served.control(Method::DELETE, &path, "").await, 204);
        assert_eq!(served.control(Method::DELETE, &path, "").await, 404);
        assert_eq!(served.control(Method::DELETE, name, "").await, 204);
        assert!(served.records(list, "w").await.is_empty(), "{name}");
        assert_eq!(served.listed(KEY).await, 200);
    }
}

#[tokio::test]
async fn every_fault_of_a_list_is_of_each() {
    let served = Served::generated(200).await;
    let streams = OF_ONE.map(|[name, path, _]| [name, path, "sharedLiveVideoStreams"]);
    for [name, path, member] in LISTS.into_iter().chain(streams) {
        let under = async |mut fault: Value| {
            fault["operation"] = name.into();
            served.put("fault", &fault).await;
            let body = r#"{"videoWallUuid":"w","cameraUuid":"c","doorbellCameraUuid":"d"}"#;
            let answer = served.ask_for(path, KEY).body(body).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let forbidden = under(json!({"fault": "forbidden"})).await;
        assert_eq!(forbidden.0, 403, "{name}");
        let null = under(json!({"fault": "null_list"})).await;
        assert_eq!(null.1, json!({member: null}).to_string());
        let warning = under(json!({"fault": "warning_and_null", "message": "m"})).await;
        assert_eq!(
            warning.1,
            json!({member: null, "warningMsg": "m"}).to_string()
        );
        let wrong = under(json!({"fault": "list_wrong_type"})).await;
        assert_eq!(wrong.1, json!({member: "none"}).to_string());
        for fault in [
            "warning",
            "error_with_list",
            "deep_nesting",
            "duplicate_uuids",
        ] {
            let (status, text) = under(json!({"fault": fault})).await;
            assert_eq!(status, 200, "{name} {fault}");
            assert!(text.contains(&format!("\"{member}\":[")), "{name} {fault}");
        }
        let large = under(json!({"fault": "too_large", "bytes": 50_000})).await;
        assert!(large.1.len() >= 50_000, "{name}");
        let large: Value = serde_json::from_str(&large.1).unwrap();
        assert!(large[member].is_array(), "{name}");
        let clear = format!("fault?operation={name}");
        assert_eq!(served.control(Method::DELETE, &clear, "").await, 204);
        assert_eq!(served.listed(KEY).await, 200, "the others are as they were");
    }
}
