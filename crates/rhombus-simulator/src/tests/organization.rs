//! Who a key belongs to, and that asking for it is an operation of its own.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{KEY, Served};

async fn body(response: Response) -> Value {
    assert_eq!(response.status(), 200);
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

impl Served {
    async fn who(&self, key: &str) -> Value {
        body(self.ask_who(key).send().await.unwrap()).await
    }
}

#[tokio::test]
async fn the_organisation_of_a_key_is_told_as_documented() {
    let served = Served::two().await;
    let answer = served.who("b").await;
    let uuid = answer["org"]["uuid"].as_str().unwrap();
    let expected = json!({
        "org": {
            "uuid": uuid,
            "name": "Organisation b",
            "type": "CUSTOMER",
            "supportAccessAllowedUntil": null,
            "partnerAccessAllowedUntil": null,
        },
        "error": false,
        "errorMsg": null,
        "warningMsg": null,
    });
    assert_eq!(answer, expected);
    // The list names the same one, and the other key another.
    let list = served.list("b").await;
    let groups = list["sharedClipGroups"].as_array().unwrap();
    assert!(groups.iter().all(|group| group["orgUuid"] == uuid));
    assert_ne!(served.who("a").await["org"]["uuid"], uuid);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused() {
    let served = Served::generated(1).await;
    for wrong in ["[]", "no JSON"] {
        let request = served.ask_who(KEY).body(wrong);
        assert_eq!(request.send().await.unwrap().status(), 400, "{wrong}");
    }
    let without_key = served.request(Method::POST, "/api/org/getOrgV2");
    assert_eq!(without_key.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn the_organisation_can_be_made_another() {
    let served = Served::two().await;
    let before = served.who("a").await["org"].clone();
    let uuid = "AAECAwQFBgcICQoLDA0ODw";
    served
        .put(
            "organization?org=a",
            &json!({"uuid": uuid, "name": "Sö\"hne"}),
        )
        .await;
    let answer = served.who("a").await;
    assert_eq!(
        (&answer["org"]["uuid"], &answer["org"]["name"]),
        (&json!(uuid), &json!("Sö\"hne"))
    );
    assert_eq!(
        served.list("a").await["sharedClipGroups"][0]["orgUuid"],
        uuid
    );
    assert_eq!(served.who("b").await["org"]["name"], "Organisation b");

    // What is not given stays.
    served
        .put("organization?org=a", &json!({"name": before["name"]}))
        .await;
    assert_eq!(served.who("a").await["org"]["uuid"], uuid);
    for bad in [r#"{"uuid":"x"}"#, r#"{"uid":null}"#, "[]"] {
        let status = served.control(Method::PUT, "organization", bad).await;
        assert_eq!(status, 400, "{bad}");
    }
}

#[tokio::test]
async fn support_and_a_partner_may_be_let_in() {
    let served = Served::generated(1).await;
    let until = async |body: Value| {
        served.put("organization", &body).await;
        let org = served.who(KEY).await["org"].clone();
        ["support", "partner"].map(|who| org[format!("{who}AccessAllowedUntil")].clone())
    };
    let support = json!({"supportAccessAllowedUntil": 1_760_100_000});
    assert_eq!(until(support).await, [json!(1_760_100_000), json!(null)]);
    let partner = json!({"partnerAccessAllowedUntil": "soon"});
    assert_eq!(
        until(partner).await,
        [json!(1_760_100_000), json!("soon")],
        "what is not given stays"
    );
    let nobody = json!({"supportAccessAllowedUntil": null});
    assert_eq!(until(nobody).await, [json!(null), json!("soon")]);
}

#[tokio::test]
async fn a_fault_of_one_operation_is_none_of_another() {
    let served = Served::generated(3).await;
    let statuses = async || {
        let list = served.ask(KEY).send().await.unwrap().status().as_u16();
        let who = served.ask_who(KEY).send().await.unwrap().status().as_u16();
        (list, who)
    };
    let of_organization = json!({"fault": "forbidden", "operation": "organization"});
    served.put("fault", &of_organization).await;
    assert_eq!(statuses().await, (200, 403));
    served.put("fault", &json!({"fault": "server_error"})).await;
    assert_eq!(statuses().await, (500, 403));
    let clear = served.control(Method::DELETE, "fault?operation=organization", "");
    assert_eq!(clear.await, 204);
    assert_eq!(statuses().await, (500, 200));
    assert_eq!(served.control(Method::DELETE, "fault", "").await, 204);
    assert_eq!(statuses().await, (200, 200));

    let cut = json!({"fault": "error_with_list", "operation": "organization"});
    served.put("fault", &cut).await;
    let answer = served.who(KEY).await;
    assert!(
        answer["org"]["uuid"].is_string() && answer["error"] == true,
        "{answer}"
    );
    let of_a_list = r#"{"fault":"wrong_types","operation":"organization"}"#;
    assert_eq!(served.control(Method::PUT, "fault", of_a_list).await, 400);
}

#[tokio::test]
async fn requests_are_counted_by_operation_and_share_the_pace() {
    let served = Served::generated(1).await;
    served
        .put("pace", &json!({"per_second": 0.25, "burst": 3}))
        .await;
    served.list(KEY).await;
    served.who(KEY).await;
    served.who(KEY).await;
    assert_eq!(served.ask(KEY).send().await.unwrap().status(), 429);
    assert_eq!(served.ask_who(KEY).send().await.unwrap().status(), 429);
    assert_eq!(served.seen("").await["requests"], 2);
    let organization = "?operation=organization";
    assert_eq!(served.seen(organization).await["requests"], 3);
    let of_one = format!("{organization}&org=any");
    assert_eq!(served.seen(&of_one).await["requests"], 3);

    let path = format!("requests{organization}");
    assert_eq!(served.control(Method::DELETE, &path, "").await, 204);
    assert_eq!(served.seen(organization).await["requests"], 0);
    assert_eq!(served.seen("").await["requests"], 2);
}
