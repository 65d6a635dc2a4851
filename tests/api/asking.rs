//! What is asked of an exporter, and what it answers.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use crate::common::process::Process;

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// Asks as `method` with these headers.
pub(crate) async fn ask_as(
    exporter: &Process,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let client = reqwest::Client::builder().no_gzip().build().unwrap();
    let mut request = client.request(method, exporter.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let headers = answer.headers().clone();
    let media_type = headers.get("content-type").map(|it| it.to_str().unwrap());
    Answer {
        status: answer.status().as_u16(),
        media_type: media_type.unwrap_or_default().to_owned(),
        headers,
        text: answer.text().await.unwrap(),
    }
}

pub(crate) async fn ask(exporter: &Process, path: &str) -> Answer {
    ask_as(exporter, Method::GET, path, &[]).await
}

/// What is answered well, as JSON.
pub(crate) async fn get(exporter: &Process, path: &str) -> Value {
    let answer = ask(exporter, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    assert_eq!(answer.media_type, "application/json", "{path}");
    answer.json()
}

/// The links of an answer by organisation, kind and ref.
pub(crate) fn names(answer: &Value) -> Vec<(String, String, String)> {
    let links = answer["shares"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    links
        .map(|link| (text(&link["org"]), text(&link["kind"]), text(&link["ref"])))
        .collect()
}

/// The refs of them, each once.
pub(crate) fn refs(answer: &Value) -> BTreeSet<String> {
    names(answer).into_iter().map(|(_, _, it)| it).collect()
}
