//! Rhombus's own shared-media report against the simulator: a client that sends what
//! `create_shared_media_report.py` of rhombus-api-examples-python sends (@690e01d), and reads what
//! it reads. Nothing but its address is another.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use common::{KEY, simulator};
use reqwest::{Client, Response};
use serde_json::{Value, json};

/// What the report says of one organisation.
#[derive(Debug, PartialEq)]
struct Report {
    streams: Vec<Value>,
    clip_groups: Vec<Value>,
    timelapse_groups: Vec<Value>,
}

/// The report's session: two headers, and no other.
struct Session {
    url: String,
    client: Client,
}

impl Session {
    fn new(base: &str) -> Self {
        Self {
            url: format!("{base}/api/"),
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn post(&self, operation: &str, payload: Option<Value>) -> Response {
        let request = self
            .client
            .post(format!("{}{operation}", self.url))
            .header("x-auth-scheme", "api-token")
            .header("x-auth-apikey", KEY);
        let request = match payload {
            // As `requests` sends `json=`; without it there is neither a body nor a type.
            Some(payload) => request
                .header("content-type", "application/json")
                .body(payload.to_string()),
            None => request,
        };
        request.send().await.unwrap()
    }

    /// The list that has to be a member of the answer.
    async fn list(&self, operation: &str, payload: Option<Value>, member: &str) -> Vec<Value> {
        let answer = self.post(operation, payload).await;
        assert_eq!(answer.status(), 200, "{operation}");
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        answer[member].as_array().unwrap().clone()
    }

    async fn report(&self) -> Report {
        let mut report = Report {
            clip_groups: self
                .list("event/getSharedClipGroupsV2", None, "sharedClipGroups")
                .await,
            timelapse_groups: self
                .list("video/getSharedTimelapseGroups", None, "sharedTimelapses")
                .await,
            streams: Vec::new(),
        };
        let cameras = "camera/getMinimalCameraStateList";
        for camera in self.list(cameras, None, "cameraStates").await {
            if camera["liveStreamShared"] == true {
                let streams = "camera/findSharedLiveVideoStreams";
                let payload = json!({"cameraUuid": camera["uuid"]});
                let streams = self
                    .list(streams, Some(payload), "sharedLiveVideoStreams")
                    .await;
                report.streams.extend(streams);
            }
        }
        report
    }
}

/// Each field that the report divides has to be a number.
fn assert_is_printable(report: &Report) {
    let groups = report.clip_groups.iter().chain(&report.timelapse_groups);
    for group in groups {
        assert!(group["createdAtMillis"].is_i64(), "{group}");
    }
    for stream in &report.streams {
        assert!(stream["timestampMs"].is_i64(), "{stream}");
        assert!(stream["sharedLiveVideoStreamUrl"].is_string(), "{stream}");
    }
}

#[tokio::test]
async fn the_report_lists_what_is_shared_and_takes_it_down() {
    let simulator = simulator(100);
    let session = Session::new(&simulator.url(""));
    let before = session.report().await;
    assert_is_printable(&before);
    assert_eq!(before.clip_groups.len(), 100);
    assert_eq!(before.timelapse_groups.len(), 10);
    // It asks cameras only: the streams of doorbells escape it.
    let all = "camera/findAllSharedLiveVideoStreams";
    let mut all = session.list(all, None, "sharedLiveVideoStreams").await;
    all.retain(|stream| !stream["cameraUuid"].is_null());
    assert!(!all.is_empty());
    assert_eq!(before.streams.len(), all.len());
    assert!(all.iter().all(|stream| before.streams.contains(stream)));

    let stream = &before.streams[0];
    for (operation, payload) in [
        (
            "event/deleteSharedClipGroupV2",
            json!({"uuid": before.clip_groups[0]["uuid"]}),
        ),
        (
            "video/deleteSharedTimelapseGroup",
            json!({"uuid": before.timelapse_groups[0]["uuid"]}),
        ),
        (
            "camera/deleteSharedLiveVideoStream",
            json!({"cameraUuid": stream["cameraUuid"], "uuid": stream["uuid"]}),
        ),
    ] {
        let answer = session.post(operation, Some(payload)).await;
        assert_eq!(answer.status(), 200, "{operation}");
    }
    let left = Report {
        streams: before.streams[1..].to_vec(),
        clip_groups: before.clip_groups[1..].to_vec(),
        timelapse_groups: before.timelapse_groups[1..].to_vec(),
    };
    assert_eq!(session.report().await, left);
}
