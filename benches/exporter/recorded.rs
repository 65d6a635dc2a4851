//! What the simulator answers as one organisation with some 20 links of each kind, made once.

use std::collections::HashMap;

use serde_json::Value;

use crate::common::process::Process;
use crate::servers::simulator;

/// Stands in each answer where the uuid of an organisation goes.
pub(crate) const ORGANIZATION: &str = "ORGANIZATIONAAAAAAAAAA";
/// How many video walls there are, and how many links to each.
const WALLS: usize = 2;
const LINKS: usize = 10;
/// How many groups the simulator needs for 20 links of the kind; it makes fewer of the others.
const FOR_CLIPS: usize = 20;
const FOR_STREAMS: usize = 80;
const FOR_TIMELAPSES: usize = 200;
const FOR_WALLS: usize = 440;

const WALLS_PATH: &str = "camera/getVideoWalls";
const WALL_PATH: &str = "camera/findSharedVideoWalls";

/// An answer by its path below `/api/`; of those to a wall, by the wall too.
pub(crate) struct Answers(HashMap<String, String>);

impl Answers {
    /// Asks simulators, one after another.
    pub(crate) async fn record() -> Self {
        let mut answers = HashMap::new();
        for (groups, paths) in [
            (FOR_CLIPS, &["event/getSharedClipGroupsV2"][..]),
            (
                FOR_STREAMS,
                &[
                    "camera/findAllSharedLiveVideoStreams",
                    "camera/getMinimalCameraLocationMap",
                    "camera/getMinimalCameraStateList",
                    "org/getOrgV2",
                    "permission/getPermissionsForCurrentUser",
                ],
            ),
            (FOR_TIMELAPSES, &["video/getSharedTimelapseGroups"]),
        ] {
            let simulator = Recorder::new(groups).await;
            for path in paths {
                answers.insert((*path).to_owned(), simulator.answer(path, "{}").await);
            }
        }
        let simulator = Recorder::new(FOR_WALLS).await;
        let mut walls: Value = simulator.json(WALLS_PATH, "{}").await;
        let list = walls["videoWalls"].as_array_mut().expect("a list");
        let mut links = Vec::new();
        for wall in &*list {
            let answer = simulator.json(WALL_PATH, &asked(wall)).await;
            links.extend(
                answer["sharedVideoWalls"]
                    .as_array()
                    .expect("a list")
                    .clone(),
            );
        }
        list.truncate(WALLS);
        for (wall, links) in list.iter_mut().zip(links.chunks(LINKS)) {
            assert_eq!(links.len(), LINKS);
            wall["numShares"] = LINKS.into();
            let answer = serde_json::json!({"error": false, "sharedVideoWalls": links});
            let uuid = wall["uuid"].as_str().expect("text");
            answers.insert(format!("{WALL_PATH} {uuid}"), answer.to_string());
        }
        answers.insert(WALLS_PATH.to_owned(), walls.to_string());
        for answer in answers.values_mut() {
            *answer = answer.replace(&simulator.organization, ORGANIZATION);
        }
        Self(answers)
    }

    /// The answer to a request of `path` with `body`, where there is one.
    pub(crate) fn of(&self, path: &str, body: &str) -> Option<&String> {
        let path = path.strip_prefix("/api/")?;
        if path != WALL_PATH {
            return self.0.get(path);
        }
        let request: Value = serde_json::from_str(body).ok()?;
        let wall = request["videoWallUuid"].as_str()?;
        self.0.get(&format!("{WALL_PATH} {wall}"))
    }
}

/// A request of the links to a wall.
fn asked(wall: &Value) -> String {
    serde_json::json!({"videoWallUuid": wall["uuid"]}).to_string()
}

/// A simulator that is asked as the exporter asks.
struct Recorder {
    simulator: Process,
    organization: String,
}

impl Recorder {
    async fn new(groups: usize) -> Self {
        let mut recorder = Self {
            simulator: simulator(groups),
            organization: String::new(),
        };
        let answer = recorder.json("org/getOrgV2", "{}").await;
        answer["org"]["uuid"]
            .as_str()
            .expect("text")
            .clone_into(&mut recorder.organization);
        recorder
    }

    async fn json(&self, path: &str, body: &str) -> Value {
        serde_json::from_str(&self.answer(path, body).await).expect("JSON")
    }

    async fn answer(&self, path: &str, body: &str) -> String {
        let url = self.simulator.url(&format!("/api/{path}"));
        let answer = crate::servers::ask(&url, body.to_owned()).await;
        String::from_utf8(answer.to_vec()).expect("JSON is text")
    }
}
