//! The documented side: checks a request as the API does, and answers it. Refusals come in the
//! order in which a gateway meets them: path, method, credential, then the body.

use std::borrow::Cow;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::answer::{Document, JSON, Shape};
use super::journal::Visit;
use super::world::{Filter, Records};
use super::{Simulator, locked};

pub(super) fn routes() -> Router<Simulator> {
    Router::new().route("/api/event/getSharedClipGroupsV2", post(clip_groups))
}

/// Any path that the API doesn't have.
pub(super) async fn unknown_path(State(simulator): State<Simulator>) -> Response {
    simulator.0.journal.stray();
    failure(StatusCode::NOT_FOUND, "There is no such operation.")
}

/// A request that broke no rule.
pub(super) struct Asking {
    /// The key that it came with.
    pub(super) key: String,
    /// What it is to be told.
    pub(super) records: Records,
    /// Whether the answer is to be compressed.
    pub(super) gzip: bool,
}

impl Asking {
    /// The answer, in this shape.
    pub(super) fn answer(self, shape: Shape) -> Response {
        Document::new(self.records, shape).into_response(self.gzip)
    }
}

async fn clip_groups(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut visits = vec![simulator.0.journal.enter(simulator.now())];
    let answer = match answer(&simulator, &headers, &body, &mut visits).await {
        Ok(answer) => answer,
        Err(refusal) => {
            visits.iter().for_each(Visit::refused);
            refusal.into_response()
        }
    };
    hold(answer, visits)
}

/// A rule that a request broke: the status, and what to say.
pub(super) struct Refusal(pub(super) StatusCode, pub(super) Cow<'static, str>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        failure(self.0, &self.1)
    }
}

async fn answer(
    simulator: &Simulator,
    headers: &HeaderMap,
    body: &[u8],
    visits: &mut Vec<Visit>,
) -> Result<Response, Refusal> {
    let now = simulator.now();
    let key = credential(headers)?;
    let Some(org) = simulator.org(key) else {
        let message = "The API key is not known.";
        return Err(Refusal(StatusCode::UNAUTHORIZED, message.into()));
    };
    visits.push(org.journal.enter(now));
    let filter = bounds(headers, body)?;
    let accepts_gzip = accepts_gzip(headers);
    for visit in visits.iter() {
        visit.asked(filter, accepts_gzip);
    }
    if let Err(seconds) = org.admit(now) {
        return Ok(throttled(Some(seconds)));
    }
    let asking = Asking {
        key: key.to_owned(),
        records: locked(&org.world).records(now, filter),
        gzip: simulator.0.gzip && accepts_gzip,
    };
    Ok(match org.next_fault() {
        Some(fault) => fault.answer(asking).await,
        None => asking.answer(Shape::default()),
    })
}

/// The key, when the headers are those of an organisation's key.
fn credential(headers: &HeaderMap) -> Result<&str, Refusal> {
    if text(headers, &HeaderName::from_static("x-auth-scheme")) != "api-token" {
        let message = "The header x-auth-scheme has to be api-token.";
        return Err(Refusal(StatusCode::FORBIDDEN, message.into()));
    }
    match text(headers, &HeaderName::from_static("x-auth-apikey")) {
        "" => {
            let message = "The header x-auth-apikey is missing.";
            Err(Refusal(StatusCode::UNAUTHORIZED, message.into()))
        }
        key => Ok(key),
    }
}

/// The bounds that the body asks for. Fields that are not known are let pass.
fn bounds(headers: &HeaderMap, body: &[u8]) -> Result<Filter, Refusal> {
    let refused = |message: &'static str| Refusal(StatusCode::BAD_REQUEST, message.into());
    let media_type = text(headers, &CONTENT_TYPE).split(';').next();
    if !media_type.is_some_and(|media| media.trim().eq_ignore_ascii_case(JSON)) {
        return Err(refused("The Content-Type has to be application/json."));
    }
    let fields: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| refused("The body has to be a JSON object."))?;
    let bound = |name| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(millis) => Ok(Some(millis)),
            None => Err(refused(
                "createdAfterMs and createdBeforeMs have to be int64 or null.",
            )),
        },
    };
    Ok(Filter {
        created_after: bound("createdAfterMs")?,
        created_before: bound("createdBeforeMs")?,
    })
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    text(headers, &ACCEPT_ENCODING)
        .split(',')
        .any(|coding| coding.split(';').next().map(str::trim) == Some("gzip"))
}

/// The header's value; empty when it is absent or not visible ASCII.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// A failure, told as Rhombus tells one.
pub(super) fn failure(status: StatusCode, message: &str) -> Response {
    let body = json!({"error": true, "errorMsg": message});
    (status, axum::Json(body)).into_response()
}

/// Too many requests, in the documented words.
pub(super) fn throttled(retry_after: Option<u64>) -> Response {
    let body = "Too many api requests. Enhance your calm.";
    let mut response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// Keeps the visits until the body is out, or given up.
fn hold(response: Response, visits: Vec<Visit>) -> Response {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| {
        let chunks = body.into_data_stream();
        Body::from_stream(chunks.inspect(move |_| {
            let _held = &visits;
        }))
    })
}
