//! The operations that take a share down.

use serde_json::{Value, json};

use super::{KEY, PATH, Served};

/// An operation that takes a share down.
struct Deletion {
    path: &'static str,
    operation: &'static str,
    /// Where the share is listed, and in which member.
    list: (&'static str, &'static str),
    /// Which field of the request names what the share is of, if one does.
    parent: Option<&'static str>,
}

const CLIP_GROUP: Deletion = Deletion {
    path: "/api/event/deleteSharedClipGroupV2",
    operation: "delete_clip_group",
    list: (PATH, "sharedClipGroups"),
    parent: None,
};
const TIMELAPSE_GROUP: Deletion = Deletion {
    path: "/api/video/deleteSharedTimelapseGroup",
    operation: "delete_timelapse_group",
    list: ("/api/video/getSharedTimelapseGroups", "sharedTimelapses"),
    parent: None,
};
const LIVE_STREAM: Deletion = Deletion {
    path: "/api/camera/deleteSharedLiveVideoStream",
    operation: "delete_live_stream",
    list: (
        "/api/camera/findAllSharedLiveVideoStreams",
        "sharedLiveVideoStreams",
    ),
    parent: Some("cameraUuid"),
};
const VIDEO_WALL: Deletion = Deletion {
    path: "/api/camera/deleteSharedVideoWall",
    operation: "delete_video_wall",
    list: ("/api/camera/findSharedVideoWalls", "sharedVideoWalls"),
    parent: Some("videoWallUuid"),
};
const DELETIONS: [Deletion; 4] = [CLIP_GROUP, TIMELAPSE_GROUP, LIVE_STREAM, VIDEO_WALL];

/// The third wall, which is the first with two shares.
async fn wall(served: &Served) -> Value {
    let path = "/api/camera/getVideoWalls";
    let mut answer = served.answer_to(path, &json!({})).await;
    answer["videoWalls"][2].take()
}

impl Deletion {
    async fn left(&self, served: &Served) -> Vec<Value> {
        let (path, member) = self.list;
        let body = json!({"videoWallUuid": wall(served).await["uuid"]});
        let listed = served.answer_to(path, &body).await;
        listed[member].as_array().unwrap().clone()
    }

    /// What asks for this share. A doorbell's stream names no camera.
    fn body(&self, share: &Value) -> Value {
        let mut body = json!({"uuid": share["uuid"]});
        if let Some(parent) = self.parent {
            let named = [&share[parent], &share["deviceUuid"]];
            body[parent] = named.into_iter().find(|it| !it.is_null()).cloned().into();
        }
        body
    }
}

#[tokio::test]
async fn a_share_is_taken_down_unless_a_fault_answers() {
    let served = Served::generated(60).await;
    for deletion in DELETIONS {
        let (path, operation) = (deletion.path, deletion.operation);
        let before = deletion.left(&served).await;
        let body = deletion.body(&before[1]);

        let fault = json!({"fault": "server_error", "operation": operation, "times": 1});
        served.put("fault", &fault).await;
        let request = served.ask_for(path, KEY).body(body.to_string());
        assert_eq!(request.send().await.unwrap().status(), 500);
        assert_eq!(deletion.left(&served).await, before, "{path}");

        let answer = served.answer_to(path, &body).await;
        let is_bare = operation == LIVE_STREAM.operation;
        let expected = json!({"error": false, "errorMsg": null, "warningMsg": null});
        assert_eq!(answer, if is_bare { json!({}) } else { expected });
        let mut after = before;
        after.remove(1);
        assert_eq!(deletion.left(&served).await, after, "{path}");

        let again = served.answer_to(path, &body).await;
        assert_eq!(again["error"], true, "{path}");
        let of_none = served.ask_for(path, KEY).send().await.unwrap();
        assert_eq!(of_none.status(), 400, "{path}");
        let seen = served.seen(&format!("?operation={operation}")).await;
        assert_eq!(
            (&seen["requests"], &seen["refused"]),
            (&json!(4), &json!(2)),
            "{seen}"
        );
    }
}

#[tokio::test]
async fn a_share_of_a_camera_or_a_wall_goes_only_where_that_is_named() {
    let served = Served::generated(60).await;
    for deletion in [LIVE_STREAM, VIDEO_WALL] {
        let path = deletion.path;
        let before = deletion.left(&served).await;
        let parent = deletion.parent.unwrap();
        let mut body = deletion.body(&before[0]);
        let right = body[parent].as_str().unwrap().to_owned();

        body[parent] = "AAAAAAAAAAAAAAAAAAAAAQ".into();
        assert_eq!(served.answer_to(path, &body).await["error"], true, "{path}");
        body.as_object_mut().unwrap().remove(parent);
        let request = served.ask_for(path, KEY).body(body.to_string());
        assert_eq!(request.send().await.unwrap().status(), 400, "{path}");
        assert_eq!(deletion.left(&served).await, before, "{path}");

        // With a facet or without one, it is the same camera.
        let bare = right.split('.').next().unwrap();
        body[parent] = if right == bare {
            format!("{bare}.v0")
        } else {
            bare.to_owned()
        }
        .into();
        served.answer_to(path, &body).await;
        assert_eq!(deletion.left(&served).await, before[1..], "{path}");
    }
}

#[tokio::test]
async fn the_wall_of_a_share_that_is_gone_counts_it_no_more() {
    let served = Served::generated(60).await;
    let shares = VIDEO_WALL.left(&served).await;
    served
        .answer_to(VIDEO_WALL.path, &VIDEO_WALL.body(&shares[0]))
        .await;
    assert_eq!(wall(&served).await["numShares"], 1);
}

#[tokio::test]
async fn an_answer_without_fields_can_be_bent_all_the_same() {
    let served = Served::generated(1).await;
    let Deletion {
        path, operation, ..
    } = LIVE_STREAM;
    for (fault, member) in [
        ("warning", "warningMsg"),
        ("error_with_list", "error"),
        ("deep_nesting", "unknown"),
    ] {
        served
            .put("fault", &json!({"fault": fault, "operation": operation}))
            .await;
        let body = r#"{"uuid":"u","cameraUuid":"c"}"#;
        let answer = served.ask_for(path, KEY).body(body).send().await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(text.contains(&format!("\"{member}\":")), "{text}");
        assert!(!text.contains(",}") && !text.contains("{,"), "{text}");
    }
}
