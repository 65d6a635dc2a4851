//! What a key may do.

use serde_json::{Value, json};

use super::{KEY, Served};

const PATH: &str = "/api/permission/getPermissionsForCurrentUser";

#[tokio::test]
async fn a_key_is_a_super_admin_unless_something_else_is_said() {
    let served = Served::generated(200).await;
    let answer = served.answer_to(PATH, &json!({})).await;
    let mut fields: Vec<_> = answer.as_object().unwrap().keys().cloned().collect();
    fields.retain(|field| !["error", "errorMsg", "warningMsg"].contains(&field.as_str()));
    let documented = "deviceAccessMap functionalityList installer locationAccessMap \
        permissionGroupName superAdmin";
    assert_eq!(fields.join(" "), documented);
    assert_eq!(
        (&answer["superAdmin"], &answer["error"]),
        (&json!(true), &json!(false))
    );
    // It has each location that has a camera.
    let cameras = served
        .answer_to("/api/camera/getMinimalCameraStateList", &json!({}))
        .await;
    for camera in cameras["cameraStates"].as_array().unwrap() {
        let location = camera["locationUuid"].as_str().unwrap();
        assert_eq!(answer["locationAccessMap"][location], "ADMIN");
    }

    let members = json!({"superAdmin": false, "permissionGroupName": "Viewers"});
    served.put("permissions", &members).await;
    let limited = served.answer_to(PATH, &json!({})).await;
    assert_eq!(limited["superAdmin"], false);
    assert_eq!(limited["permissionGroupName"], "Viewers");
    assert_eq!(limited["functionalityList"], answer["functionalityList"]);

    served
        .put("permissions", &json!({"superAdmin": [null]}))
        .await;
    let odd = served.answer_to(PATH, &json!({})).await;
    assert_eq!(odd["superAdmin"], json!([null]));
    for bad in ["", "[]", "1"] {
        let status = served.control(reqwest::Method::PUT, "permissions", bad);
        assert_eq!(status.await, 400, "{bad}");
    }
}

#[tokio::test]
async fn asking_what_a_key_may_do_fails_by_itself() {
    let served = Served::generated(1).await;
    let fault = json!({"fault": "forbidden", "operation": "permissions"});
    served.put("fault", &fault).await;
    let refused = served.ask_for(PATH, KEY).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(served.listed(KEY).await, 1);
    let partial = json!({"fault": "error_with_list", "operation": "permissions"});
    served.put("fault", &partial).await;
    let answer: Value = served.answer_to(PATH, &json!({})).await;
    assert_eq!(
        (&answer["superAdmin"], &answer["error"]),
        (&json!(true), &json!(true))
    );
    let of_a_list = r#"{"fault":"null_list","operation":"permissions"}"#;
    let status = served.control(reqwest::Method::PUT, "fault", of_a_list);
    assert_eq!(status.await, 400);
    assert_eq!(served.seen("?operation=permissions").await["requests"], 2);
}
