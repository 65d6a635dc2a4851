//! What cameras are called, and where they are.

use serde_json::{Map, Value, json};

use super::{KEY, Served};
use crate::fault::HOSTILE;
use crate::{Place, Settings, WorldKind};

const PATH: &str = "/api/camera/getMinimalCameraLocationMap";
const CAMERA: &str = "CAMERAAAAAAAAAAAAAAAAA";

impl Served {
    /// What is told of each camera, by its uuid.
    async fn camera_names(&self) -> Map<String, Value> {
        let answer = self.answer_to(PATH, &json!({})).await;
        assert_eq!(answer["error"], false);
        answer["cameraLocationMap"].as_object().unwrap().clone()
    }

    /// The states of the cameras.
    async fn cameras(&self) -> Vec<Value> {
        let path = "/api/camera/getMinimalCameraStateList";
        let answer = self.answer_to(path, &json!({})).await;
        answer["cameraStates"].as_array().unwrap().clone()
    }

    /// The answer under this fault.
    async fn names_under(&self, mut fault: Value) -> String {
        fault["operation"] = "camera_names".into();
        self.put("fault", &fault).await;
        let answer = self.ask_for(PATH, KEY).send().await.unwrap();
        answer.text().await.unwrap()
    }
}

#[tokio::test]
async fn each_camera_is_named_as_its_state_says() {
    let served = Served::generated(200).await;
    let (names, cameras) = (served.camera_names().await, served.cameras().await);
    assert_eq!(names.len(), cameras.len());
    assert!(names.len() > 10);
    for camera in cameras {
        let name = &names[camera["uuid"].as_str().unwrap()];
        assert_eq!(name["cameraName"], camera["name"]);
        assert_eq!(name["locationUuid"], camera["locationUuid"]);
        let location = name["locationName"].as_str().unwrap();
        assert!(location.starts_with("Location "), "{name}");
        assert_eq!(name.as_object().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn each_place_of_the_demo_has_names_of_its_own() {
    for (place, camera, location) in [
        (Place::School, "Science lab", "Main building"),
        (Place::Clinic, "Loading dock", "Outside"),
        (Place::Shop, "Yard gate", "Timber yard"),
    ] {
        let served = Served::new(Settings::any_key(WorldKind::Demo(place))).await;
        let names = served.camera_names().await;
        let mut called = names.values().filter(|name| name["cameraName"] == camera);
        assert_eq!(called.next().unwrap()["locationName"], location);
        assert!(called.next().is_none());
        let is_numbered = |name: &Value| name["cameraName"].as_str().unwrap().starts_with("Camera");
        assert!(!names.values().any(is_numbered), "{place:?}");
    }
}

#[tokio::test]
async fn a_camera_that_was_put_is_named_as_it_was_put() {
    let served = Served::new(Settings::any_key(WorldKind::Empty)).await;
    assert!(served.camera_names().await.is_empty());
    for (put, expected) in [
        (
            json!({"name": "Lobby east", "locationName": "Head office", "locationUuid": "x"}),
            json!({"cameraName": "Lobby east", "locationName": "Head office", "locationUuid": "x"}),
        ),
        (
            json!({"name": 7, "locationName": false}),
            json!({"cameraName": 7, "locationName": false, "locationUuid": null}),
        ),
    ] {
        served.put(&format!("cameras/{CAMERA}"), &put).await;
        let names = served.camera_names().await;
        assert_eq!((names.len(), &names[CAMERA]), (1, &expected));
    }
}

#[tokio::test]
async fn cameras_can_be_named_by_their_facets_and_a_limited_key_told_less() {
    let served = Served::generated(200).await;
    let all = served.camera_names().await;
    served.put("unstated", &json!({"names_facets": true})).await;
    let facets = served.camera_names().await;
    let expected: Vec<_> = all.keys().map(|uuid| format!("{uuid}.v0")).collect();
    assert_eq!(facets.keys().cloned().collect::<Vec<_>>(), expected);

    let nothing = json!({"superAdmin": false, "locationAccessMap": {}});
    served.put("permissions", &nothing).await;
    let limits = json!({"limits_cameras": true, "nothing": "null"});
    served.put("unstated", &limits).await;
    let answer = served.answer_to(PATH, &json!({})).await;
    assert_eq!(answer["cameraLocationMap"], Value::Null);
}

#[tokio::test]
async fn faults_of_a_list_bend_the_names_too() {
    let served = Served::generated(200).await;
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let names = |answer: Value| answer["cameraLocationMap"].as_object().unwrap().clone();

    let refused = served.names_under(json!({"fault": "forbidden"})).await;
    assert_eq!(parsed(&refused)["error"], true);
    let odd = served.names_under(json!({"fault": "wrong_types"})).await;
    let odd = names(parsed(&odd));
    assert!(odd.values().all(|name| name["cameraName"] == 17), "{odd:?}");
    let long = json!({"fault": "huge_titles", "bytes": 30});
    let long = names(parsed(&served.names_under(long).await));
    assert!(
        long.values()
            .all(|name| name["cameraName"] == "\n".repeat(30))
    );
    let twice = json!({"fault": "duplicate_uuids"});
    let twice = served.names_under(twice).await;
    assert_eq!(twice.matches("cameraName").count(), 2 * odd.len());
    let hostile = served
        .names_under(json!({"fault": "hostile_strings"}))
        .await;
    assert_eq!(hostile.matches(HOSTILE).count(), 4 * odd.len());
    let large = json!({"fault": "too_large", "bytes": 100_000});
    assert!(served.names_under(large).await.len() > 100_000);
    let wrong = json!({"fault": "list_wrong_type"});
    assert_eq!(
        parsed(&served.names_under(wrong).await)["cameraLocationMap"],
        "none"
    );
    // The lists beside it go on.
    assert_eq!(served.listed(KEY).await, 200);
}
