//! Each fault, as a client meets it.

use std::io::Read;
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{KEY, Served};
use crate::fault::HOSTILE;

#[tokio::test]
async fn faults_that_are_a_status() {
    let served = Served::generated(3).await;
    for (status, fault) in [
        (401, json!({"fault": "unauthorized"})),
        (403, json!({"fault": "forbidden"})),
        (429, json!({"fault": "throttled"})),
        (500, json!({"fault": "server_error"})),
        (503, json!({"fault": "server_error", "status": 503})),
        (404, json!({"fault": "client_error"})),
        (400, json!({"fault": "client_error", "status": 400})),
        (302, json!({"fault": "redirect"})),
        (500, json!({"fault": "echo_key"})),
    ] {
        let response = served.under(fault.clone()).await.unwrap();
        assert_eq!(response.status(), status, "{fault}");
        match fault["fault"].as_str().unwrap() {
            "throttled" => assert!(!response.headers().contains_key("retry-after")),
            "redirect" => assert_eq!(response.headers()["location"], "/api/event/moved"),
            "echo_key" => assert!(response.text().await.unwrap().contains(KEY)),
            _ => assert!(!response.text().await.unwrap().contains(KEY)),
        }
    }
    assert_eq!(served.control(Method::DELETE, "fault", "").await, 204);
    assert_eq!(served.listed(KEY).await, 3);
}

#[tokio::test]
async fn retry_after_is_seconds_a_date_or_any_text() {
    let served = Served::generated(1).await;
    served.put("clock", &json!({"ahead_seconds": 60})).await;
    for (retry_after, expected) in [
        (json!(7), "7"),
        (json!({"in_seconds": 3}), "Thu, 09 Oct 2025 08:54:23 GMT"),
        (json!({"in_seconds": -60}), "Thu, 09 Oct 2025 08:53:20 GMT"),
        (json!("soon"), "soon"),
    ] {
        for (fault, status) in [("throttled", 429), ("server_error", 500)] {
            let fault = json!({"fault": fault, "retry_after": retry_after});
            let response = served.under(fault).await.unwrap();
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["retry-after"], expected);
        }
    }
}

#[tokio::test]
async fn the_key_can_come_back_in_any_writing() {
    let served = Served::generated(1).await;
    for (encoding, expected) in [
        ("plain", "s3cret-key"),
        ("base64", "czNjcmV0LWtleQ=="),
        ("hex", "7333637265742d6b6579"),
        ("url", "%73%33%63%72%65%74%2d%6b%65%79"),
    ] {
        let fault = json!({"fault": "echo_key", "encoding": encoding, "status": 403});
        let response = served.under(fault).await.unwrap();
        assert_eq!(response.status(), 403);
        let text = response.text().await.unwrap();
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn any_answer_can_be_given() {
    let served = Served::generated(1).await;
    let fault = json!({
        "fault": "raw",
        "status": 503,
        "headers": {"retry-after": "1", "content-type": "text/plain"},
        "body": "no JSON",
        "times": 1,
    });
    let response = served.under(fault).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(response.text().await.unwrap(), "no JSON");
    assert_eq!(served.listed(KEY).await, 1, "once, and no more");

    let bare = served.under(json!({"fault": "raw", "body": "{}"})).await;
    let bare = bare.unwrap();
    assert_eq!(bare.headers()["content-type"], "application/json");
    assert_eq!(
        (bare.status().as_u16(), bare.text().await.unwrap().as_str()),
        (200, "{}")
    );
}

#[tokio::test]
async fn a_fault_ends_by_itself() {
    let served = Served::generated(3).await;
    served
        .put("fault", &json!({"fault": "unauthorized", "times": 2}))
        .await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(served.ask(KEY).send().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [401, 401, 200]);
    assert_eq!(
        served
            .control(Method::PUT, "fault", r#"{"fault":"x"}"#)
            .await,
        400
    );
}

#[tokio::test]
async fn faults_of_the_connection() {
    let served = Served::generated(200).await;
    let dropped = served
        .under(json!({"fault": "drop", "times": 1}))
        .await
        .unwrap_err();
    assert!(dropped.is_request() && !dropped.is_timeout(), "{dropped:?}");

    let midway = served
        .under(json!({"fault": "drop_midway", "times": 1}))
        .await
        .unwrap();
    let promised: usize = midway.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let mut midway = midway;
    let mut bytes = 0;
    let end = loop {
        match midway.chunk().await {
            Ok(Some(chunk)) => bytes += chunk.len(),
            end => break end,
        }
    };
    assert!(end.is_err());
    assert_eq!(bytes, promised / 2);

    served
        .put("fault", &json!({"fault": "no_answer", "times": 1}))
        .await;
    let silent = served
        .ask(KEY)
        .timeout(Duration::from_millis(200))
        .send()
        .await;
    assert!(silent.unwrap_err().is_timeout());

    let mut slow = served
        .under(json!({"fault": "slow_body", "times": 1}))
        .await
        .unwrap();
    assert_eq!(slow.chunk().await.unwrap().unwrap(), " ");
    assert_eq!(slow.chunk().await.unwrap().unwrap(), " ");

    for fault in ["delay", "delay_midway"] {
        let delayed = served
            .text_under(json!({"fault": fault, "millis": 10, "times": 1}))
            .await;
        let delayed: Value = serde_json::from_str(&delayed).unwrap();
        assert_eq!(delayed["sharedClipGroups"].as_array().unwrap().len(), 200);
    }
    assert_eq!(served.listed(KEY).await, 200);
}

#[tokio::test]
async fn faults_of_size_and_compression() {
    let served = Served::generated(200).await;
    let large = served
        .text_under(json!({"fault": "too_large", "bytes": 3_000_000}))
        .await;
    assert!((3_000_000..3_010_000).contains(&large.len()));
    assert!(serde_json::from_str::<Value>(&large).is_ok());

    let unzipping = Client::builder().no_proxy().build().unwrap();
    let under = async |fault: Value| {
        served.put("fault", &fault).await;
        let request = served.ask(KEY).build().unwrap();
        unzipping.execute(request).await.unwrap().bytes().await
    };
    let bomb = under(json!({"fault": "gzip_bomb", "bytes": 5_000_000}))
        .await
        .unwrap();
    assert!(bomb.len() >= 5_000_000);
    assert!(serde_json::from_slice::<Value>(&bomb).is_ok());
    assert!(under(json!({"fault": "gzip_corrupt"})).await.is_err());

    // Small and large answers are cut alike, and the connection ends as it should.
    for groups in [0, 200, 5000] {
        let cut = Served::generated(groups).await;
        let cut = cut.text_under(json!({"fault": "cut_json"})).await;
        let error = serde_json::from_str::<Value>(&cut).unwrap_err();
        assert!(error.is_eof(), "{groups}: {error}");
    }
}

/// The gzip members of a body, up to what is none.
fn members(body: &[u8]) -> (Vec<Vec<u8>>, &[u8]) {
    let mut members = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let mut member = flate2::bufread::GzDecoder::new(rest);
        let mut bytes = Vec::new();
        if member.read_to_end(&mut bytes).is_err() {
            break;
        }
        rest = member.into_inner();
        members.push(bytes);
    }
    (members, rest)
}

#[tokio::test]
async fn faults_of_gzip_members() {
    let served = Served::generated(3).await;
    let whole = served.ask(KEY).send().await.unwrap().text().await.unwrap();
    let under = async |fault: Value| {
        let response = served.under(fault).await.unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip");
        response.bytes().await.unwrap()
    };
    let split = under(json!({"fault": "gzip_members"})).await;
    let (split, rest) = members(&split);
    assert!(split.len() == 2 && rest.is_empty());
    assert!(split.iter().all(|part| !part.is_empty()));
    assert_eq!(split.concat(), whole.as_bytes());

    for (trailer, further, bare) in [
        ("empty_member", Some(0), false),
        ("member", Some(50), false),
        ("cut_member", None, true),
        ("garbage", None, true),
        ("zeros", None, true),
    ] {
        for later in [false, true] {
            let fault = json!({"fault": "gzip_trailer", "trailer": trailer, "later": later});
            let body = under(fault).await;
            let (members, rest) = members(&body);
            assert_eq!(members[0], whole.as_bytes(), "{trailer}");
            let behind = (members.get(1).map(Vec::len), !rest.is_empty());
            assert_eq!(behind, (further, bare), "{trailer}");
        }
    }
}

#[tokio::test]
async fn faults_of_the_document() {
    let served = Served::generated(20).await;
    for (fault, body) in [
        ("array_top", "[]"),
        ("empty_object", "{}"),
        ("empty_body", ""),
        ("null_list", r#"{"sharedClipGroups":null}"#),
        ("list_wrong_type", r#"{"sharedClipGroups":"none"}"#),
    ] {
        assert_eq!(served.text_under(json!({"fault": fault})).await, body);
    }
    let page = served.text_under(json!({"fault": "not_json"})).await;
    assert!(page.starts_with("<!doctype html>"));

    let parsed = async |fault: &str| -> Value {
        let text = served.text_under(json!({"fault": fault})).await;
        serde_json::from_str(&text).unwrap()
    };
    let error = parsed("error_true").await;
    assert_eq!(error["error"], true);
    assert!(error["errorMsg"].as_str().unwrap().contains(KEY));
    let error = parsed("error_with_list").await;
    assert_eq!(error["error"], true);
    assert_eq!(error["sharedClipGroups"].as_array().unwrap().len(), 20);
    let warning = parsed("warning").await;
    assert_eq!(warning["sharedClipGroups"].as_array().unwrap().len(), 20);
    assert!(warning["warningMsg"].as_str().unwrap().contains("denied"));
    let warning = parsed("warning_and_null").await;
    assert_eq!(warning["sharedClipGroups"], Value::Null);
    assert!(warning["warningMsg"].as_str().unwrap().contains("denied"));
    let twice = parsed("duplicate_uuids").await;
    let twice = twice["sharedClipGroups"].as_array().unwrap();
    assert_eq!(twice.len(), 40);
    assert!(twice.chunks(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn faults_of_the_records() {
    let served = Served::generated(20).await;
    let all = |groups: &Value, so: fn(&Value) -> bool| groups.as_array().unwrap().iter().all(so);
    let wrong = served.text_under(json!({"fault": "wrong_types"})).await;
    let wrong: Value = serde_json::from_str(&wrong).unwrap();
    assert!(all(&wrong["sharedClipGroups"], |group| group["uuid"]
        .is_number()));
    let negative = served
        .text_under(json!({"fault": "negative_numbers"}))
        .await;
    let negative: Value = serde_json::from_str(&negative).unwrap();
    let below_zero = |group: &Value| group["createdAtMillis"].as_i64().unwrap() < 0;
    assert!(all(&negative["sharedClipGroups"], below_zero));
    let huge = served.text_under(json!({"fault": "huge_numbers"})).await;
    assert!(huge.contains(":1e999") && huge.contains(":9223372036854775808"));
    let hostile = served.text_under(json!({"fault": "hostile_strings"})).await;
    let uuids = hostile.matches(r#""uuid":""#).count();
    let bent = hostile.matches(&format!(r#""uuid":"{HOSTILE}"#)).count();
    assert!(uuids > 20 && uuids == bent, "{uuids}, {bent}");
    let deep = served.text_under(json!({"fault": "deep_nesting"})).await;
    assert_eq!(deep.matches(&"[".repeat(10_000)).count(), 21);
    let titles = served
        .text_under(json!({"fault": "huge_titles", "bytes": 100_000}))
        .await;
    assert_eq!(titles.matches(&"\\n".repeat(100_000)).count(), 20);
}
