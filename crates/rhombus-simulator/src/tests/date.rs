//! What time the answers say it is.

use axum::body::Body;
use axum::http::Request;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use reqwest::Method;
use serde_json::json;

use super::{KEY, PATH, Served, fixed_clock};
use crate::{Settings, Simulator, WorldKind};

const NOW: &str = "Thu, 09 Oct 2025 08:53:20 GMT";
const TWO_HOURS_LATER: &str = "Thu, 09 Oct 2025 10:53:20 GMT";

/// The header of an answer to this request.
async fn said(request: reqwest::RequestBuilder) -> String {
    let answer = request.send().await.unwrap();
    answer.headers()["date"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_answer_tells_the_time_of_the_simulators_clock() {
    let served = Served::generated(1).await;
    assert_eq!(said(served.ask(KEY)).await, NOW);
    assert_eq!(said(served.request(Method::GET, "/nowhere")).await, NOW);

    served.put("clock", &json!({"ahead_seconds": 7200})).await;
    assert_eq!(said(served.ask(KEY)).await, TWO_HOURS_LATER);
    assert_eq!(said(served.ask_who(KEY)).await, TWO_HOURS_LATER);
    served.put("fault", &json!({"fault": "forbidden"})).await;
    assert_eq!(said(served.ask(KEY)).await, TWO_HOURS_LATER);

    served.put("clock", &json!({"date": "rubbish"})).await;
    assert_eq!(said(served.ask(KEY)).await, "rubbish");
    assert_eq!(served.control(Method::DELETE, "clock", "").await, 204);
    assert_eq!(said(served.ask(KEY)).await, NOW);

    // A fault that writes its own is not overwritten.
    let raw = json!({"fault": "raw", "headers": {"date": "yesterday"}});
    served.put("fault", &raw).await;
    assert_eq!(said(served.ask(KEY)).await, "yesterday");
}

#[tokio::test]
async fn a_clock_that_can_not_be_is_refused() {
    let served = Served::generated(1).await;
    for bad in ["", "{}", r#"{"date":"a\nb"}"#, r#"{"ahead_seconds":"1"}"#] {
        assert_eq!(
            served.control(Method::PUT, "clock", bad).await,
            400,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn the_time_can_be_left_out() {
    let simulator = Simulator::new(Settings::any_key(WorldKind::Empty), fixed_clock());
    // Asked without a server, which would add a date of its own.
    let service = TowerToHyperService::new(simulator.router());
    let ask = |method: &str, path: &str, body: &'static str| {
        let request = Request::builder().method(method).uri(path);
        let call = service.call(request.body(Body::from(body)).unwrap());
        async move { call.await.unwrap() }
    };
    assert!(ask("POST", PATH, "{}").await.headers().contains_key("date"));
    ask("PUT", "/simulator/clock", r#"{"date":null}"#).await;
    assert!(!ask("POST", PATH, "{}").await.headers().contains_key("date"));
}
