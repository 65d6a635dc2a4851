//! The operations that take a share down.

use serde_json::{Value, json};

use super::{KEY, PATH, Served};

/// Each operation, the list that it takes a share from, where that is listed, and in which member.
const DELETIONS: [[&str; 4]; 3] = [
    [
        "/api/event/deleteSharedClipGroupV2",
        "delete_clip_group",
        PATH,
        "sharedClipGroups",
    ],
    [
        "/api/video/deleteSharedTimelapseGroup",
        "delete_timelapse_group",
        "/api/video/getSharedTimelapseGroups",
        "sharedTimelapses",
    ],
    [
        "/api/camera/deleteSharedLiveVideoStream",
        "delete_live_stream",
        "/api/camera/findAllSharedLiveVideoStreams",
        "sharedLiveVideoStreams",
    ],
];

#[tokio::test]
async fn a_share_is_taken_down_unless_a_fault_answers() {
    let served = Served::generated(40).await;
    for [path, name, list, member] in DELETIONS {
        let left = async || -> Vec<Value> {
            let listed = served.answer_to(list, &json!({})).await;
            listed[member].as_array().unwrap().clone()
        };
        let before = left().await;
        let body = json!({"uuid": before[1]["uuid"], "cameraUuid": "c"});

        let fault = json!({"fault": "server_error", "operation": name, "times": 1});
        served.put("fault", &fault).await;
        let request = served.ask_for(path, KEY).body(body.to_string());
        assert_eq!(request.send().await.unwrap().status(), 500);
        assert_eq!(left().await, before, "{path}");

        let answer = served.answer_to(path, &body).await;
        let is_bare = name == "delete_live_stream";
        let expected = json!({"error": false, "errorMsg": null, "warningMsg": null});
        assert_eq!(answer, if is_bare { json!({}) } else { expected });
        let mut after = before;
        after.remove(1);
        assert_eq!(left().await, after, "{path}");

        let again = served.answer_to(path, &body).await;
        assert_eq!(again["error"], true, "{path}");
        let of_none = served.ask_for(path, KEY).send().await.unwrap();
        assert_eq!(of_none.status(), 400, "{path}");
        let seen = served.seen(&format!("?operation={name}")).await;
        assert_eq!(
            (&seen["requests"], &seen["refused"]),
            (&json!(4), &json!(2)),
            "{seen}"
        );
    }
}

#[tokio::test]
async fn an_answer_without_fields_can_be_bent_all_the_same() {
    let served = Served::generated(1).await;
    let [path, name, ..] = DELETIONS[2];
    for (fault, member) in [
        ("warning", "warningMsg"),
        ("error_with_list", "error"),
        ("deep_nesting", "unknown"),
    ] {
        served
            .put("fault", &json!({"fault": fault, "operation": name}))
            .await;
        let body = r#"{"uuid":"u","cameraUuid":"c"}"#;
        let answer = served.ask_for(path, KEY).body(body).send().await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(text.contains(&format!("\"{member}\":")), "{text}");
        assert!(!text.contains(",}") && !text.contains("{,"), "{text}");
    }
}
