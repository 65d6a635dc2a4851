//! The lists of the other kinds: each with its own records, faults and edits.

use reqwest::Method;
use serde_json::{Value, json};

use super::{KEY, Served};

/// The name of each list, its path, and its member of the answer.
const LISTS: [[&str; 3]; 4] = [
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
];

impl Served {
    /// What is listed; of shares, those of `wall`.
    async fn records(&self, [_, path, member]: [&str; 3], wall: &str) -> Vec<Value> {
        let body = json!({"videoWallUuid": wall}).to_string();
        let answer = self.ask_for(path, KEY).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        answer[member].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn each_kind_is_listed() {
    let served = Served::generated(200).await;
    let walls = served.records(LISTS[2], "").await;
    let wall = walls.iter().find(|wall| wall["numShares"] == 2).unwrap();
    let wall = wall["uuid"].as_str().unwrap();
    let counts = [20, 50, 10, 2];
    for (list, count) in LISTS.into_iter().zip(counts) {
        assert_eq!(served.records(list, wall).await.len(), count, "{list:?}");
    }
    let without_wall = served.ask_for(LISTS[3][1], KEY);
    assert_eq!(without_wall.send().await.unwrap().status(), 400);
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
    for [name, path, member] in LISTS {
        served
            .put(&format!("{name}/x"), &json!({"videoWallUuid": "w"}))
            .await;
        let under = async |mut fault: Value| {
            fault["operation"] = name.into();
            served.put("fault", &fault).await;
            let body = r#"{"videoWallUuid":"w"}"#;
            let answer = served.ask_for(path, KEY).body(body).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let forbidden = under(json!({"fault": "forbidden"})).await;
        assert_eq!(forbidden.0, 403, "{name}");
        let null = under(json!({"fault": "null_list"})).await;
        assert_eq!(null.1, json!({member: null}).to_string());
        let large = under(json!({"fault": "too_large", "bytes": 50_000})).await;
        assert!(large.1.len() >= 50_000, "{name}");
        let large: Value = serde_json::from_str(&large.1).unwrap();
        assert!(large[member].is_array(), "{name}");
        let clear = format!("fault?operation={name}");
        assert_eq!(served.control(Method::DELETE, &clear, "").await, 204);
        assert_eq!(served.listed(KEY).await, 200, "the others are as they were");
    }
}
