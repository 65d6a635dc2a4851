//! The simulator over a real connection, as its users meet it.

mod audit;
mod audit_unstated;
mod camera_names;
mod date;
mod deletions;
mod faults;
mod lists;
mod organization;
mod partners;
mod permissions;
mod unstated;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::{Credential, OrgSettings, Place, Settings, Simulator, WorldKind};
use crate::clock::Clock;

const PATH: &str = "/api/event/getSharedClipGroupsV2";
const KEY: &str = "s3cret-key";

/// It stands still in October 2025.
fn fixed_clock() -> Clock {
    Clock::from_fn(|| 1_760_000_000_000)
}

/// A simulator that is being served, and a client for it.
struct Served {
    base: String,
    client: Client,
}

impl Served {
    async fn new(settings: Settings) -> Self {
        let clock = fixed_clock();
        let router = Simulator::new(settings, clock).router();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = Client::builder()
            .no_proxy()
            .no_gzip()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { base, client }
    }

    async fn generated(groups: usize) -> Self {
        let world = WorldKind::Generated { groups, seed: 1 };
        Self::new(Settings::any_key(world)).await
    }

    /// Two organisations: the key a opens 3 pages, the key b opens 5.
    async fn two() -> Self {
        let org = |key: &str, groups, seed| OrgSettings {
            api_key: Some(key.to_owned()),
            credential: Credential::Token,
            name: format!("Organisation {key}"),
            world: WorldKind::Generated { groups, seed },
        };
        Self::new(Settings {
            orgs: vec![org("a", 3, 1), org("b", 5, 2)],
            partners: Vec::new(),
            gzip: false,
            pace: None,
        })
        .await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// A right request for the list.
    fn ask(&self, key: &str) -> RequestBuilder {
        self.ask_for(PATH, key)
    }

    /// A right request for the organisation.
    fn ask_who(&self, key: &str) -> RequestBuilder {
        self.ask_for("/api/org/getOrgV2", key)
    }

    fn ask_for(&self, path: &str, key: &str) -> RequestBuilder {
        self.request(Method::POST, path)
            .header("x-auth-scheme", "api-token")
            .header("x-auth-apikey", key)
            .header("content-type", "application/json; charset=utf-8")
            .body("{}")
    }

    /// The answer to a right request with this body.
    async fn answer_to(&self, path: &str, body: &Value) -> Value {
        let request = self.ask_for(path, KEY).body(body.to_string());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    async fn list(&self, key: &str) -> Value {
        let response = self.ask(key).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    async fn listed(&self, key: &str) -> usize {
        let value = self.list(key).await;
        value["sharedClipGroups"].as_array().unwrap().len()
    }

    async fn control(&self, method: Method, path: &str, body: &str) -> StatusCode {
        let path = format!("/simulator/{path}");
        let request = self.request(method, &path).body(body.to_owned());
        request.send().await.unwrap().status()
    }

    async fn put(&self, path: &str, body: &Value) {
        let status = self.control(Method::PUT, path, &body.to_string()).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
    }

    async fn seen(&self, query: &str) -> Value {
        let path = format!("/simulator/requests{query}");
        let response = self.request(Method::GET, &path).send().await.unwrap();
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    /// The answer to a right request under `fault`.
    async fn under(&self, fault: Value) -> reqwest::Result<Response> {
        self.put("fault", &fault).await;
        self.ask(KEY).send().await
    }

    async fn text_under(&self, fault: Value) -> String {
        let response = self.under(fault).await.unwrap();
        assert_eq!(response.status(), 200);
        response.text().await.unwrap()
    }
}

#[tokio::test]
async fn a_right_request_gets_the_list() {
    let served = Served::generated(300).await;
    assert_eq!(served.listed(KEY).await, 300);
    assert_eq!(served.listed("any other").await, 300);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused() {
    let served = Served::generated(1).await;
    let whole = |request: RequestBuilder| request.header("content-type", "application/json");
    let bare = || served.request(Method::POST, PATH);
    let keyed = || {
        let request = bare().header("x-auth-scheme", "api-token");
        request.header("x-auth-apikey", KEY)
    };
    let cases = [
        (403, whole(bare()).header("x-auth-apikey", KEY).body("{}")),
        (
            403,
            whole(bare())
                .header("x-auth-scheme", "api-key")
                .header("x-auth-apikey", KEY),
        ),
        (401, whole(bare()).header("x-auth-scheme", "api-token")),
        (401, served.ask("")),
        (400, keyed().header("content-type", "text/plain").body("{}")),
        (400, keyed().body("no JSON")),
        (400, whole(keyed()).body("[1, 2]")),
        (400, whole(keyed()).body(r#"{"createdAfterMs": "1"}"#)),
        (400, whole(keyed()).body(r#"{"createdBeforeMs": 1.5}"#)),
        (400, whole(keyed()).body(r#"{"createdAfterMs": 1e30}"#)),
    ];
    let count = cases.len();
    for (number, (status, request)) in cases.into_iter().enumerate() {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "case {number}");
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert!(body["errorMsg"].is_string(), "case {number}");
    }
    assert_eq!(served.seen("").await["refused"], count);
}

#[tokio::test]
async fn a_request_may_have_no_body_and_no_content_type() {
    let served = Served::generated(3).await;
    for path in [PATH, "/api/org/getOrgV2"] {
        let keyed = || {
            let request = served.request(Method::POST, path);
            let request = request.header("x-auth-scheme", "api-token");
            request.header("x-auth-apikey", KEY)
        };
        let json = keyed().header("content-type", "application/json");
        for request in [keyed(), keyed().body("{}"), json] {
            assert_eq!(request.send().await.unwrap().status(), 200, "{path}");
        }
    }
    assert_eq!(served.seen("").await["refused"], 0);
}

#[tokio::test]
async fn another_method_or_path_is_refused() {
    let served = Served::generated(1).await;
    let status = |method, path: &'static str| {
        let request = served.request(method, path);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(status(Method::GET, PATH).await, 405);
    assert_eq!(status(Method::PUT, PATH).await, 405);
    assert_eq!(status(Method::POST, "/api/event/other").await, 404);
    assert_eq!(status(Method::GET, "/").await, 404);
    assert_eq!(served.seen("").await["stray"], 2);
    assert_eq!(status(Method::GET, "/simulator/doors").await, 400);
}

#[tokio::test]
async fn each_key_opens_its_own_organisation() {
    let served = Served::two().await;
    assert_eq!((served.listed("a").await, served.listed("b").await), (3, 5));
    assert_eq!(served.ask("c").send().await.unwrap().status(), 401);

    // What is set for one does nothing to the other.
    served.put("clip_groups/x?org=b", &json!({})).await;
    served
        .put("fault?org=b", &json!({"fault": "forbidden", "times": 1}))
        .await;
    assert_eq!(served.listed("a").await, 3);
    assert_eq!(served.ask("b").send().await.unwrap().status(), 403);
    assert_eq!(served.listed("b").await, 6);
    assert_eq!(
        served
            .control(Method::PUT, "clip_groups/x?org=c", "{}")
            .await,
        404
    );
    assert_eq!(served.seen("?org=a").await["requests"], 2);
    assert_eq!(served.seen("?org=b").await["requests"], 3);
    assert_eq!(served.seen("").await["requests"], 6);
}

#[tokio::test]
async fn the_bounds_of_a_request_are_applied_and_noted() {
    let served = Served::generated(200).await;
    let middle = 1_760_000_000_000_i64 - 365 * 86_400_000;
    let mut sum = 0;
    for body in [
        json!({"createdAfterMs": middle, "createdBeforeMs": null}),
        json!({"createdBeforeMs": middle - 1}),
    ] {
        let response = served.ask(KEY).body(body.to_string()).send().await.unwrap();
        let value: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        sum += value["sharedClipGroups"].as_array().unwrap().len();
    }
    assert_eq!(sum, 200);
    let last = &served.seen("").await["last"];
    assert_eq!(last["createdAfterMs"], Value::Null);
    assert_eq!(last["createdBeforeMs"], middle - 1);
}

#[tokio::test]
async fn groups_are_put_and_taken_away() {
    let served = Served::new(Settings::any_key(WorldKind::Empty)).await;
    let put = served.control(Method::PUT, "clip_groups/a%20b", r#"{"isSecured":1e999}"#);
    assert_eq!(put.await, 204);
    assert_eq!(
        served.control(Method::PUT, "clip_groups/x", "[]").await,
        400
    );
    let body = served.ask(KEY).send().await.unwrap().text().await.unwrap();
    assert!(
        body.contains(r#"[{"uuid":"a b","isSecured":1e999}]"#),
        "{body}"
    );
    assert_eq!(
        served
            .control(Method::DELETE, "clip_groups/a%20b", "")
            .await,
        204
    );
    assert_eq!(
        served
            .control(Method::DELETE, "clip_groups/a%20b", "")
            .await,
        404
    );
    assert_eq!(served.listed(KEY).await, 0);
}

#[tokio::test]
async fn all_groups_are_taken_away_at_once() {
    let served = Served::new(Settings::any_key(WorldKind::Demo(Place::School))).await;
    let count = || async {
        let response = served.request(Method::GET, "/simulator/clip_groups");
        response.send().await.unwrap().text().await.unwrap()
    };
    let listed = served.listed(KEY).await;
    assert!(listed >= 9);
    assert_eq!(count().await, format!(r#"{{"count":{listed}}}"#));
    assert_eq!(served.control(Method::DELETE, "clip_groups", "").await, 204);
    assert_eq!(count().await, r#"{"count":0}"#);
}

#[tokio::test]
async fn the_pace_is_kept_and_noted() {
    let served = Served::generated(1).await;
    served
        .put("pace", &json!({"per_second": 0.25, "burst": 2}))
        .await;
    assert_eq!((served.listed(KEY).await, served.listed(KEY).await), (1, 1));
    let response = served.ask(KEY).send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "4");
    let kind = response.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/plain"), "{kind}");
    let body = response.text().await.unwrap();
    assert_eq!(body, "Too many api requests. Enhance your calm.");
    for bad in [r#"{"per_second": 0, "burst": 1}"#, r#"{"burst": 1}"#, "x"] {
        assert_eq!(served.control(Method::PUT, "pace", bad).await, 400, "{bad}");
    }
    assert_eq!(served.control(Method::DELETE, "pace", "").await, 204);
    assert_eq!(served.listed(KEY).await, 1);
    let seen = served.seen("").await;
    assert_eq!(seen["requests"], 4);
    assert_eq!(
        seen["arrivals_millis"],
        json!(vec![1_760_000_000_000_i64; 4])
    );
}

#[tokio::test]
async fn requests_that_overlap_are_counted() {
    let served = Served::generated(1).await;
    let slow = served
        .under(json!({"fault": "slow_body", "times": 1}))
        .await
        .unwrap();
    served
        .put("fault", &json!({"fault": "throttled", "times": 1}))
        .await;
    assert_eq!(served.ask(KEY).send().await.unwrap().status(), 429);
    let seen = served.seen("").await;
    assert_eq!(
        (&seen["in_flight"], &seen["max_in_flight"]),
        (&json!(1), &json!(2))
    );
    drop(slow);
    while served.seen("").await["in_flight"] != 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(served.control(Method::DELETE, "requests", "").await, 204);
    assert_eq!(served.seen("").await["max_in_flight"], 0);
    for _ in 0..3 {
        served.listed(KEY).await;
    }
    assert_eq!(served.seen("").await["max_in_flight"], 1);
}

#[tokio::test]
async fn compression_is_for_those_who_accept_it() {
    let world = WorldKind::Generated {
        groups: 1000,
        seed: 1,
    };
    let mut settings = Settings::any_key(world);
    settings.gzip = true;
    let served = Served::new(settings).await;
    assert_eq!(served.listed(KEY).await, 1000);
    let client = Client::builder().no_proxy().build().unwrap();
    let request = served.ask(KEY).build().unwrap();
    let response = client.execute(request).await.unwrap();
    let value: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(value["sharedClipGroups"].as_array().unwrap().len(), 1000);
    assert_eq!(served.seen("").await["last"]["acceptsGzip"], true);

    let request = served
        .ask(KEY)
        .header("accept-encoding", "deflate, gzip;q=0.8");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert!(response.bytes().await.unwrap().len() < 500_000);

    let plain = Served::generated(1).await;
    let request = plain.ask(KEY).header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert!(!response.headers().contains_key("content-encoding"));
}
