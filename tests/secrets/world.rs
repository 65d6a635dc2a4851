//! What an organisation shares whose every text and uuid is a canary: a link of each kind, open to anyone.

use serde_json::{Value, json};

use crate::canary::Canary;
use crate::common::process::Process;
use crate::common::simulator;
use crate::common::time::now;

/// The organisation, and all that is to be looked for.
pub(crate) struct World {
    pub(crate) simulator: Process,
    /// What people called links, cameras and places: for those who may see details.
    pub(crate) titles: Vec<Canary>,
    pub(crate) names: Vec<Canary>,
    /// Where links are: for those who have logged in, when they ask.
    pub(crate) addresses: Vec<Canary>,
    /// Those of links, then of what else there is.
    pub(crate) uuids: Vec<Canary>,
    /// What cameras are called by machines: for those who may see details.
    pub(crate) cameras: Vec<Canary>,
    /// What is not kept at all.
    pub(crate) unread: Vec<Canary>,
}

/// The operations that are asked for lists of links, and those that are asked beside.
pub(crate) const LISTS: [&str; 4] = [
    "clip_groups",
    "live_streams",
    "timelapse_groups",
    "video_walls",
];
pub(crate) const BESIDE: [&str; 4] = ["cameras", "camera_names", "organization", "permissions"];

impl World {
    pub(crate) async fn new() -> Self {
        let word = |word: &str| Canary::word(word);
        let uuid = |what: &str, number| Canary::uuid(what, number);
        let world = Self {
            simulator: simulator(0),
            titles: [
                "xqtitleofclips",
                "xqtitleofstream",
                "xqtitleoftimelapse",
                "xqtitleofwall",
            ]
            .map(word)
            .into(),
            names: ["xqcameraname", "xqlocationname"].map(word).into(),
            addresses: ["xqaddressoflive", "xqaddressofwall"].map(word).into(),
            uuids: vec![
                uuid("the uuid of the page of clips", 1),
                uuid("the uuid of the stream", 2),
                uuid("the uuid of the timelapses", 3),
                uuid("the uuid of the link to a wall", 4),
                uuid("the uuid of the wall", 5),
                uuid("the uuid of the wall's owner", 6),
                word("xqoddshareuuid"),
            ],
            cameras: vec![uuid("the uuid of the camera", 7)],
            unread: [
                "xqdescription",
                "xqmanifestaddress",
                "xqoutofhours",
                "xqmalformedvalue",
            ]
            .map(word)
            .into(),
        };
        world.fill().await;
        world
    }

    /// Everything that must be in no log, no metric, and no answer to who may not see details.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Canary> {
        [
            &self.titles,
            &self.names,
            &self.addresses,
            &self.uuids,
            &self.cameras,
            &self.unread,
        ]
        .into_iter()
        .flatten()
    }

    /// What opens a link: the addresses that Rhombus gives, and the uuids that those of the other kinds are
    /// made of.
    pub(crate) fn opening(&self) -> impl Iterator<Item = &Canary> {
        let of_pages = [&self.uuids[0], &self.uuids[2]];
        self.addresses.iter().chain(of_pages)
    }

    /// What no answer holds, whoever asks.
    pub(crate) fn for_nobody(&self) -> impl Iterator<Item = &Canary> {
        let others = [&self.uuids[1]].into_iter().chain(&self.uuids[3..]);
        others.chain(&self.unread)
    }

    async fn fill(&self) {
        let [clips, stream, timelapse, wall] = [0, 1, 2, 3].map(|at| title(&self.titles[at]));
        let [of_stream, of_wall] = [0, 1].map(|at| &*self.addresses[at].text);
        let [description, manifest, hours, malformed] =
            [0, 1, 2, 3].map(|at| &*self.unread[at].text);
        let uuid = |at: usize| &*self.uuids[at].text;
        let (camera, created) = (&*self.cameras[0].text, (now() - 3600) * 1000);
        let url = |word: &str| format!("https://links.example.com/share/{word}");
        let names = [&self.names[0].text, &self.names[1].text];
        for (list, uuid, record) in [
            (
                "cameras",
                camera,
                json!({"name": names[0], "locationName": names[1]}),
            ),
            (
                "clip_groups",
                uuid(0),
                json!({
                    "title": clips, "description": description, "createdAtMillis": created,
                    "isSecured": false, "sharedClips": [{
                        "startTime": created, "durationSec": 60, "deviceUuidMap": {camera: {}},
                    }],
                }),
            ),
            (
                "live_streams",
                uuid(1),
                json!({
                    "name": stream, "timestampMs": created, "cameraUuid": format!("{camera}.v0"),
                    "passwordProtected": false, "vodEnabled": true, "unscheduledMessage": hours,
                    "sharedLiveVideoStreamUrl": url(of_stream), "sharedLiveM3U8StreamUrl": url(manifest),
                }),
            ),
            (
                "timelapse_groups",
                uuid(2),
                json!({
                    "title": timelapse, "description": description, "createdAtMillis": created,
                    "isSecured": false,
                }),
            ),
            (
                "video_walls",
                uuid(4),
                json!({
                    "displayName": wall, "deviceList": [camera], "ownerUserUuid": uuid(5), "shared": true,
                }),
            ),
            (
                "video_wall_shares",
                uuid(3),
                json!({
                    "videoWallUuid": uuid(4), "timestampMs": created, "passwordProtected": false,
                    "sharedVideoWallUrl": url(of_wall), "unscheduledMessage": hours,
                }),
            ),
            // Nothing of it is as documented.
            (
                "clip_groups",
                uuid(6),
                json!({
                    "title": [malformed], "createdAtMillis": malformed, "expirationTimeSecs": malformed,
                    "isSecured": malformed, "sharedClips": malformed,
                }),
            ),
        ] {
            self.put(list, uuid, record).await;
        }
    }

    pub(crate) async fn put(&self, list: &str, uuid: &str, record: Value) {
        self.order("PUT", &format!("{list}/{uuid}"), &record).await;
    }

    pub(crate) async fn order(&self, method: &str, path: &str, body: &Value) {
        let path = format!("/simulator/{path}");
        let sent = self.simulator.send(method, &path, &body.to_string()).await;
        assert_eq!(sent.0, 204, "{path}: {}", sent.1);
    }

    /// Makes these operations go wrong as `fault` says.
    pub(crate) async fn fail(&self, operations: &[&str], fault: &Value) {
        for operation in operations {
            let mut fault = fault.clone();
            fault["operation"] = (*operation).into();
            self.order("PUT", "fault", &fault).await;
        }
    }

    pub(crate) async fn mend(&self, operations: &[&str]) {
        for operation in operations {
            let path = format!("fault?operation={operation}");
            self.order("DELETE", &path, &Value::Null).await;
        }
    }

    /// All that is looked for in one text, for an answer that repeats it.
    pub(crate) fn words(&self) -> String {
        let words = self.all().map(|canary| &*canary.text);
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A title as people write one.
fn title(canary: &Canary) -> String {
    format!("Gate \"{}\" <b> + 50% of 'it' & more", canary.text)
}
