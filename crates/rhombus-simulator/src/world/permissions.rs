//! What a key may do, as `permission/getPermissionsForCurrentUser` tells it: the members of its
//! answer.

use serde_json::{Map, Value, json};

use super::Uuid;

/// What a super admin has, which every key is unless something else is said.
pub(super) fn of_super_admin(locations: &[Uuid]) -> Map<String, Value> {
    fields(json!({
        "superAdmin": true,
        "permissionGroupName": "Super Admin",
        "functionalityList": FUNCTIONALITY,
        "locationAccessMap": access(locations, "ADMIN"),
        "deviceAccessMap": {},
        "installer": false,
    }))
}

/// What a key has that may share and download, at these locations.
pub(super) fn of_viewer(role: &str, locations: &[Uuid]) -> Map<String, Value> {
    fields(json!({
        "superAdmin": false,
        "permissionGroupName": role,
        "functionalityList": ["DATA_EXFILTRATION", "VIEW_SAVED_VIDEO"],
        "locationAccessMap": access(locations, "READONLY"),
        "deviceAccessMap": {},
        "installer": false,
    }))
}

fn access(locations: &[Uuid], level: &str) -> Value {
    let entry = |location: &Uuid| (location.to_string(), Value::from(level));
    locations.iter().map(entry).collect()
}

fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

const FUNCTIONALITY: [&str; 28] = [
    "DEVICE_ADMINISTRATION",
    "ORG_ADMINISTRATION",
    "AUTH_ADMINISTRATION",
    "FIRMWARE_ADMINISTRATION",
    "DOOR_ACCESS_ADMINISTRATION",
    "CAMERA_ADMINISTRATION",
    "REGISTER_DEVICES",
    "DELETE_DEVICES",
    "LOCATION_ADMINISTRATION",
    "POLICY_ADMINISTRATION",
    "USER_ADMINISTRATION",
    "REPORT_ADMINISTRATION",
    "NOTIFICATION_ADMINISTRATION",
    "LICENSE_ADMINISTRATION",
    "RECEIVE_EMAILS",
    "MANAGE_FACES",
    "MANAGE_LICENSEPLATES",
    "API_ADMINISTRATION",
    "INTEGRATION_ADMINISTRATION",
    "DATA_EXFILTRATION",
    "ALERT_MONITORING_ADMINISTRATION",
    "ALERT_MONITORING_VIEWONLY",
    "GUEST_MANAGEMENT_ADMINISTRATION",
    "GUEST_MANAGEMENT_VIEWONLY",
    "CLIP_MANAGEMENT",
    "VIEW_SAVED_VIDEO",
    "VIEW_AND_MANAGE_SAVED_VIDEO",
    "CLLM_ADMINISTRATION",
];
