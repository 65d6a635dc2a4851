//! The audit feed: what it tells, and what is noted in it.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{KEY, Served};
use crate::{Place, Settings, WorldKind};

pub(super) const FEED: &str = "/api/report/getAuditFeed";
const NOW: i64 = 1_760_000_000_000;

impl Served {
    pub(super) async fn demo() -> Self {
        Self::new(Settings::any_key(WorldKind::Demo(Place::School))).await
    }

    pub(super) async fn empty() -> Self {
        Self::new(Settings::any_key(WorldKind::Empty)).await
    }

    pub(super) async fn events(&self, asked: Value) -> Vec<Value> {
        let answer = self.answer_to(FEED, &asked).await;
        answer["auditEvents"].as_array().unwrap().clone()
    }

    pub(super) async fn feed_status(&self, path: &str, asked: Value) -> u16 {
        let request = self.ask_for(path, KEY).body(asked.to_string());
        request.send().await.unwrap().status().as_u16()
    }

    /// The actions of what happened at a moment, and what each was done to.
    pub(super) async fn noted(&self) -> Vec<[String; 3]> {
        let events = self
            .events(json!({"timestampMsAfter": NOW, "timestampMsBefore": NOW}))
            .await;
        let text = |event: &Value, field: &str| event[field].as_str().unwrap_or("").to_owned();
        let of = |event| ["action", "targetUuid", "targetName"].map(|it| text(event, it));
        let mut noted: Vec<_> = events.iter().map(of).collect();
        noted.sort();
        noted
    }
}

pub(super) fn times(events: &[Value]) -> Vec<&str> {
    let time = |event: &'_ Value| event["timestamp"].as_str().map(str::len);
    assert!(events.iter().all(|event| time(event) == Some(24)));
    events
        .iter()
        .filter_map(|it| it["timestamp"].as_str())
        .collect()
}

/// As Rhombus's description of its API has them.
#[tokio::test]
async fn an_event_has_the_documented_fields() {
    let documented = "FOOBAR action asi clientType displayText failure orgUuid principalName \
        principalType principalUuid selectiveUpdateStr sourceCity sourceCountry sourceIp \
        sourceState targetName targetUuid timestamp userAgent uuid";
    let served = Served::demo().await;
    let answer = served.answer_to(FEED, &json!({})).await;
    assert_eq!(answer["error"], false);
    let events = answer["auditEvents"].as_array().unwrap();
    assert_eq!(events.len(), 1000);
    let org = &served.answer_to("/api/org/getOrgV2", &json!({})).await["org"]["uuid"];
    for event in events {
        let fields: Vec<_> = event.as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields.join(" "), documented);
        assert_eq!(
            (&event["orgUuid"], event["failure"].is_boolean()),
            (org, true)
        );
    }
    let times = times(events);
    assert!(times.is_sorted_by(|one, next| one >= next));
    assert_eq!(
        served.events(json!({})).await,
        *events,
        "the same each time"
    );
}

#[tokio::test]
async fn actions_and_bounds_choose_and_are_noted() {
    let served = Served::demo().await;
    let actions = async |asked: Value| -> BTreeSet<String> {
        let events = served.events(asked).await;
        let action = |event: &Value| event["action"].as_str().unwrap().to_owned();
        events.iter().map(action).collect()
    };
    let [clip, stream] = ["VIEW_SHARE_CLIP", "VIEW_SHARE_STREAM"];
    let only = actions(json!({"includeActions": [clip], "excludeActions": [clip]})).await;
    assert_eq!(only, BTreeSet::from([clip.to_owned()]));
    let rest = actions(json!({"includeActions": [], "excludeActions": [clip, stream]})).await;
    assert!(!rest.contains(clip) && rest.len() > 5, "{rest:?}");
    assert!(actions(json!({"includeActions": ["NEW"]})).await.is_empty());

    let asked = json!({
        "includeActions": null,
        "excludeActions": [stream],
        "timestampMsAfter": NOW - 3_600_000,
        "timestampMsBefore": null,
        "endTimeMs": 1,
    });
    let hour = served.events(asked).await;
    assert!(
        times(&hour)
            .iter()
            .all(|time| *time >= "2025-10-09T07:53:20.000Z")
    );
    let last = served.seen("?operation=audit_feed").await["last"].clone();
    let expected = json!({
        "includeActions": null,
        "excludeActions": [stream],
        "timestampMsAfter": NOW - 3_600_000,
        "timestampMsBefore": null,
        "acceptsGzip": false,
    });
    assert_eq!(last, expected);
}

#[tokio::test]
async fn what_breaks_a_rule_of_the_feed_is_refused() {
    let served = Served::demo().await;
    let many = |count: usize| vec!["VIEW_SHARE_CLIP"; count];
    assert_eq!(
        served
            .feed_status(FEED, json!({"includeActions": many(50)}))
            .await,
        200
    );
    for bad in [
        json!({"includeActions": many(51)}),
        json!({"excludeActions": many(51)}),
        json!({"includeActions": "VIEW_SHARE_CLIP"}),
        json!({"excludeActions": [1]}),
        json!({"timestampMsAfter": "1"}),
        json!({"timestampMsBefore": 1.5}),
    ] {
        assert_eq!(served.feed_status(FEED, bad.clone()).await, 400, "{bad}");
    }
    assert_eq!(served.seen("?operation=audit_feed").await["refused"], 6);
}

#[tokio::test]
async fn a_key_reads_the_feed_only_where_it_may() {
    let served = Served::demo().await;
    for (permissions, status) in [
        (json!({"superAdmin": false}), 200),
        (json!({"functionalityList": ["DATA_EXFILTRATION"]}), 403),
        (json!({"functionalityList": null}), 403),
        (json!({"functionalityList": ["REPORT_ADMINISTRATION"]}), 200),
        (json!({"functionalityList": [], "superAdmin": true}), 200),
    ] {
        served.put("permissions", &permissions).await;
        assert_eq!(
            served.feed_status(FEED, json!({})).await,
            status,
            "{permissions}"
        );
    }
    let fault = json!({"fault": "forbidden", "operation": "audit_feed", "times": 1});
    served.put("fault", &fault).await;
    assert_eq!(served.feed_status(FEED, json!({})).await, 403);
    assert_eq!(served.feed_status(FEED, json!({})).await, 200);
    assert!(served.listed(KEY).await > 0);
}

#[tokio::test]
async fn what_control_routes_do_is_noted() {
    let served = Served::empty().await;
    let locked = json!({"passwordProtected": true, "name": "Gate"});
    for (path, record) in [
        ("clip_groups/c", json!({"title": "Clip"})),
        ("clip_groups/c", json!({"title": "Another title"})),
        ("timelapse_groups/t", json!({})),
        ("live_streams/s", locked.clone()),
        ("live_streams/p", json!({"uuid": "q", "name": null})),
        ("video_walls/w", json!({"displayName": "Wall"})),
        ("video_wall_shares/v", locked),
        ("cameras/k", json!({})),
    ] {
        served.put(path, &record).await;
    }
    let made = [
        ["SHARED_CLIP_CREATE", "c", "Clip"],
        ["SHARED_LIVE_VIDEO_STREAM_WITHOUT_PASSWORD_CREATE", "q", ""],
        ["SHARED_LIVE_VIDEO_STREAM_WITH_PASSWORD_CREATE", "s", "Gate"],
        ["SHARED_VIDEOWALL_WITH_PASSWORD_CREATE", "v", "Gate"],
        ["VIDEO_WALL_CREATE", "w", "Wall"],
    ];
    assert_eq!(served.noted().await, made);

    assert_eq!(
        served.control(Method::DELETE, "clip_groups/c", "").await,
        204
    );
    assert_eq!(
        served.control(Method::DELETE, "clip_groups/c", "").await,
        404
    );
    assert_eq!(
        served.control(Method::DELETE, "live_streams", "").await,
        204
    );
    assert_eq!(
        served
            .control(Method::DELETE, "timelapse_groups/t", "")
            .await,
        204
    );
    let access = json!({"supportAccessAllowedUntil": 1_800_000_000, "name": "N"});
    served.put("organization", &access).await;
    served.put("organization", &access).await;
    served
        .put("organization", &json!({"supportAccessAllowedUntil": null}))
        .await;
    let later = served.noted().await;
    let is_made = |it: &&[String; 3]| made.iter().any(|old| old == *it);
    let later: Vec<_> = later.iter().filter(|it| !is_made(it)).collect();
    let expected = [
        ["SHARED_CLIP_DELETE", "c", "Another title"],
        ["SHARED_LIVE_VIDEO_STREAM_DELETE", "q", ""],
        ["SHARED_LIVE_VIDEO_STREAM_DELETE", "s", "Gate"],
        ["SUPPORT_ACCESS_GRANT", "", ""],
        ["SUPPORT_ACCESS_REVOKE", "", ""],
    ];
    assert_eq!(later, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_deletion_is_one_of_the_keys() {
    let served = Served::generated(20).await;
    let group = served.list(KEY).await["sharedClipGroups"][3].clone();
    let deletion = "/api/event/deleteSharedClipGroupV2";
    let fault = json!({"fault": "server_error", "operation": "delete_clip_group", "times": 1});
    served.put("fault", &fault).await;
    assert_eq!(
        served
            .feed_status(deletion, json!({"uuid": group["uuid"]}))
            .await,
        500
    );
    assert!(served.noted().await.is_empty());
    served
        .answer_to(deletion, &json!({"uuid": group["uuid"]}))
        .await;
    served
        .answer_to(deletion, &json!({"uuid": group["uuid"]}))
        .await;
    let events = served
        .events(json!({"includeActions": ["SHARED_CLIP_DELETE"]}))
        .await;
    let [event] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(
        [&event["targetUuid"], &event["targetName"]],
        [&group["uuid"], &group["title"]]
    );
    assert_eq!(
        [&event["principalType"], &event["clientType"]],
        ["API_TOKEN"; 2]
    );
    assert_eq!(event["timestamp"], "2025-10-09T08:53:20.000Z");
}

#[tokio::test]
async fn events_are_put_and_taken_away() {
    let served = Served::demo().await;
    let count = async || {
        let response = served.request(Method::GET, "/simulator/audit_events");
        response.send().await.unwrap().text().await.unwrap()
    };
    assert_ne!(count().await, r#"{"count":0}"#);
    let newest = served.events(json!({})).await[0].clone();
    let uuid = newest["uuid"].as_str().unwrap();
    let path = format!("audit_events/{uuid}");
    served
        .put(
            &path,
            &json!({"timestamp": newest["timestamp"], "action": "NEW"}),
        )
        .await;
    let first = served.events(json!({})).await[0].clone();
    assert_eq!(
        [&first["uuid"], &first["action"]],
        [&newest["uuid"], &json!("NEW")]
    );
    assert_eq!(served.control(Method::DELETE, &path, "").await, 204);
    assert_eq!(served.control(Method::DELETE, &path, "").await, 404);
    let second = served.events(json!({})).await[0].clone();
    assert_ne!(second["uuid"], newest["uuid"]);
    let own = format!("audit_events/{}", second["uuid"].as_str().unwrap());
    assert_eq!(served.control(Method::DELETE, &own, "").await, 204);
    assert_ne!(served.events(json!({})).await[0]["uuid"], second["uuid"]);

    assert_eq!(
        served.control(Method::DELETE, "audit_events", "").await,
        204
    );
    assert_eq!(count().await, r#"{"count":0}"#);
    let odd = r#"{"failure":1e999,"timestamp":"2025-10-09T10:53:20+02:00"}"#;
    assert_eq!(
        served.control(Method::PUT, "audit_events/a", odd).await,
        204
    );
    assert_eq!(
        served.control(Method::PUT, "audit_events/b", "[]").await,
        400
    );
    let text = served
        .ask_for(FEED, KEY)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        text.contains(&format!(r#"[{{"uuid":"a",{}]"#, &odd[1..])),
        "{text}"
    );
    let before = json!({"timestampMsBefore": NOW - 1});
    assert!(served.events(before.clone()).await.is_empty());
    // One whose time can't be read is within all bounds.
    served
        .put("audit_events/c", &json!({"timestamp": null}))
        .await;
    assert_eq!(served.events(before).await.len(), 1);
    assert_eq!(count().await, r#"{"count":2}"#);
}
