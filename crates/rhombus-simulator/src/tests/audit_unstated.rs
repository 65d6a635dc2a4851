//! The audit feed where the documentation leaves it open, and its faults.

use reqwest::Method;
use serde_json::{Value, json};

use super::audit::{FEED, times};
use super::{KEY, Served};

const FOR_TARGET: &str = "/api/report/getAuditFeedForTarget";

#[tokio::test]
async fn pages_orders_and_bounds_can_be_others() {
    let served = Served::empty().await;
    for second in 0..9 {
        let event = json!({"timestamp": format!("2025-10-09T08:00:0{second}Z")});
        served.put(&format!("audit_events/{second}"), &event).await;
    }
    let told = async |switches: Value, asked: Value| -> String {
        served.put("unstated", &switches).await;
        let events = served.events(asked).await;
        events.iter().filter_map(|it| it["uuid"].as_str()).collect()
    };
    let all = json!({});
    assert_eq!(told(json!({}), all.clone()).await, "876543210");
    for (switches, expected) in [
        (json!({"audit_page": {"newest": 3}}), "876"),
        (json!({"audit_page": {"oldest": 3}}), "210"),
        (
            json!({"audit_page": {"oldest": 3}, "audit_order": "oldest"}),
            "012",
        ),
    ] {
        assert_eq!(told(switches, all.clone()).await, expected);
    }
    let shuffled = told(json!({"audit_order": "shuffled"}), all.clone()).await;
    assert_eq!(shuffled.len(), 9);
    assert!(
        !["876543210", "012345678"].contains(&shuffled.as_str()),
        "{shuffled}"
    );
    let second = 1_759_996_800_000_i64;
    let bounds = json!({"timestampMsAfter": second + 2000, "timestampMsBefore": second + 5000});
    assert_eq!(told(json!({}), bounds.clone()).await, "5432");
    assert_eq!(
        told(json!({"audit_excludes_bounds": true}), bounds).await,
        "43"
    );
    for bad in [
        r#"{"audit_page":{"newest":0}}"#,
        r#"{"audit_order":"none"}"#,
    ] {
        assert_eq!(
            served.control(Method::PUT, "unstated", bad).await,
            400,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_view_can_name_its_share_in_one_field_and_fail_and_be_late() {
    let served = Served::demo().await;
    let asked = json!({"includeActions": ["VIEW_SHARE_CLIP", "VIEW_SHARE_STREAM"]});
    let named = async |names: &str| {
        served.put("unstated", &json!({"audit_names": names})).await;
        let events = served.events(asked.clone()).await;
        let is_said = |field: &str| {
            let said = events
                .iter()
                .filter(|event| event[field].is_string())
                .count();
            assert!(said == 0 || said == events.len(), "{names}");
            said > 0
        };
        ["principalUuid", "targetUuid"].map(is_said)
    };
    assert_eq!(named("both").await, [true, true]);
    assert_eq!(named("principal").await, [true, false]);
    assert_eq!(named("target").await, [false, true]);

    let failures = async |switches: Value| {
        served.put("unstated", &switches).await;
        let clips = json!({"includeActions": ["VIEW_SHARE_CLIP"]});
        let events = served.events(clips).await;
        events
            .iter()
            .filter(|event| event["failure"] == true)
            .count()
    };
    assert_eq!(failures(json!({})).await, 0);
    assert!(failures(json!({"audit_wrong_passwords": true})).await > 10);

    served.put("unstated", &json!({})).await;
    served.put("clip_groups/x", &json!({})).await;
    assert_eq!(served.noted().await.len(), 1);
    served
        .put("unstated", &json!({"audit_late_seconds": 1}))
        .await;
    assert!(served.noted().await.is_empty());
    let newest = served.events(json!({})).await;
    assert!(times(&newest)[0] <= "2025-10-09T08:53:19.000Z");
}

#[tokio::test]
async fn the_feed_of_one_thing_is_there_only_where_a_switch_says_so() {
    let served = Served::demo().await;
    let views = json!({"includeActions": ["VIEW_SHARE_STREAM"]});
    let share = served.events(views).await[0]["targetUuid"].clone();
    let of = |most: Value| json!({"targetUuid": share, "maxResults": most});
    for asked in [json!({}), of(json!(3))] {
        assert_eq!(served.feed_status(FOR_TARGET, asked).await, 404);
    }
    served
        .put("unstated", &json!({"has_feed_for_target": true}))
        .await;
    for (most, count) in [(json!(null), 50), (json!(3), 3), (json!(100), 100)] {
        let answer = served.answer_to(FOR_TARGET, &of(most)).await;
        let events = answer["auditEvents"].as_array().unwrap();
        assert_eq!(events.len(), count);
        assert!(events.iter().all(|event| event["targetUuid"] == share));
    }
    for bad in [
        json!({}),
        json!({"targetUuid": 1}),
        of(json!(0)),
        of(json!("3")),
    ] {
        assert_eq!(
            served.feed_status(FOR_TARGET, bad.clone()).await,
            400,
            "{bad}"
        );
    }
    let of_none = json!({"targetUuid": "AAAAAAAAAAAAAAAAAAAAAQ"});
    let answer = served.answer_to(FOR_TARGET, &of_none).await;
    assert_eq!(answer["auditEvents"], json!([]));
    served
        .put(
            "permissions",
            &json!({"superAdmin": false, "functionalityList": []}),
        )
        .await;
    assert_eq!(served.feed_status(FOR_TARGET, of_none).await, 403);
}

#[tokio::test]
async fn every_fault_of_a_list_is_of_the_feed() {
    let served = Served::generated(50).await;
    served
        .put("unstated", &json!({"has_feed_for_target": true}))
        .await;
    for (operation, path) in [("audit_feed", FEED), ("audit_feed_for_target", FOR_TARGET)] {
        let under = async |mut fault: Value| {
            fault["operation"] = operation.into();
            served.put("fault", &fault).await;
            let asked = served.ask_for(path, KEY).body(r#"{"targetUuid":"t"}"#);
            let answer = asked.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        assert_eq!(under(json!({"fault": "server_error"})).await.0, 500);
        assert_eq!(
            under(json!({"fault": "null_list"})).await.1,
            r#"{"auditEvents":null}"#
        );
        let wrong = under(json!({"fault": "list_wrong_type"})).await.1;
        assert_eq!(wrong, r#"{"auditEvents":"none"}"#);
        for fault in ["warning", "error_with_list", "deep_nesting"] {
            let (status, text) = under(json!({"fault": fault})).await;
            assert!(
                status == 200 && text.contains(r#""auditEvents":["#),
                "{fault}"
            );
        }
        let large = under(json!({"fault": "too_large", "bytes": 2_000_000}))
            .await
            .1;
        assert!(large.len() >= 2_000_000, "{operation}");
        let large: Value = serde_json::from_str(&large).unwrap();
        assert!(large["auditEvents"].as_array().unwrap().len() > 1000);
    }
    let under = async |mut fault: Value| {
        fault["operation"] = "audit_feed".into();
        served.put("fault", &fault).await;
        served
            .ask_for(FEED, KEY)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    let twice = under(json!({"fault": "duplicate_uuids"})).await;
    let events = served.answer_to(FEED, &json!({})).await["auditEvents"].clone();
    assert_eq!(
        twice.matches("FOOBAR").count(),
        events.as_array().unwrap().len()
    );
    let long: Value =
        serde_json::from_str(&under(json!({"fault": "huge_titles", "bytes": 30})).await).unwrap();
    let names = long["auditEvents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["targetName"]);
    assert!(names.clone().any(|name| *name == "\n".repeat(30)));
    let odd: Value = serde_json::from_str(&under(json!({"fault": "wrong_types"})).await).unwrap();
    assert!(!odd["auditEvents"][1]["timestamp"].is_string());
}
