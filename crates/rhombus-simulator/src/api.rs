//! The documented side: checks a request as the API does, and answers it. Refusals come in the
//! order in which a gateway meets them: path, method, credential, then the body.

use std::borrow::Cow;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::answer::{Content, Document, JSON, Shape};
use super::fault_answer::Scene;
use super::journal::Visit;
use super::operation::Operation;
use super::world::{Filter, World};
use super::{Simulator, clip_groups, locked, organization};
use crate::clock::UnixMillis;

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route(clip_groups::PATH, answers(Operation::ClipGroups))
        .route(organization::PATH, answers(Operation::Organization))
}

/// Any path that the API doesn't have.
pub(super) async fn unknown_path(State(simulator): State<Simulator>) -> Response {
    simulator.0.journal.stray();
    failure(StatusCode::NOT_FOUND, "There is no such operation.")
}

/// Puts the time on an answer that doesn't tell one itself.
pub(super) async fn dated(State(simulator): State<Simulator>, mut answer: Response) -> Response {
    let date = locked(&simulator.0.date).header(simulator.now());
    if let Some(date) = date {
        answer.headers_mut().entry(DATE).or_insert(date);
    }
    answer
}

/// A request that broke no rule, and what it is to be told.
pub(super) struct Asking {
    pub(super) content: Content,
    /// Whether the answer is to be compressed.
    pub(super) gzip: bool,
}

impl Asking {
    /// The answer, in this shape.
    pub(super) fn answer(self, shape: Shape) -> Response {
        Document::new(self.content, shape).into_response(self.gzip)
    }
}

/// Answers the requests of an operation.
fn answers(operation: Operation) -> MethodRouter<Simulator> {
    post(
        async move |State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes| {
            ask(&simulator, operation, &headers, &body).await
        },
    )
}

async fn ask(
    simulator: &Simulator,
    operation: Operation,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let mut visits = vec![simulator.0.journal.enter(operation, simulator.now())];
    let answer = match answer(simulator, operation, (headers, body), &mut visits).await {
        Ok(answer) => answer,
        Err(refusal) => {
            visits.iter().for_each(Visit::refused);
            refusal.into_response()
        }
    };
    hold(answer, visits)
}

/// A rule that a request broke: the status, and what to say.
pub(super) struct Rejection(pub(super) StatusCode, pub(super) Cow<'static, str>);

impl Rejection {
    pub(super) fn bad_request(message: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        failure(self.0, &self.1)
    }
}

async fn answer(
    simulator: &Simulator,
    operation: Operation,
    (headers, body): (&HeaderMap, &[u8]),
    visits: &mut Vec<Visit>,
) -> Result<Response, Rejection> {
    let now = simulator.now();
    let key = credential(headers)?;
    let Some(org) = simulator.org(key) else {
        let message = "The API key is not known.";
        return Err(Rejection(StatusCode::UNAUTHORIZED, message.into()));
    };
    visits.push(org.journal.enter(operation, now));
    let filter = filter(operation, headers, body)?;
    let accepts_gzip = accepts_gzip(headers);
    for visit in visits.iter() {
        visit.asked(filter, accepts_gzip);
    }
    if let Err(seconds) = org.admit(now) {
        return Ok(throttled(Some(seconds.into())));
    }
    let asking = Asking {
        content: content(&locked(&org.world), operation, now, filter),
        gzip: simulator.0.gzip && accepts_gzip,
    };
    let Some(fault) = org.next_fault(operation) else {
        return Ok(asking.answer(Shape::default()));
    };
    let date = locked(&simulator.0.date).clone();
    let scene = Scene { key, now, date };
    Ok(fault.answer(asking, &scene).await)
}

fn content(world: &World, operation: Operation, now: UnixMillis, filter: Filter) -> Content {
    match operation {
        Operation::ClipGroups => Content::ClipGroups(world.records(now, filter)),
        Operation::Organization => Content::Organization(world.profile().clone()),
    }
}

/// The key, when the headers are those of an organisation's key.
fn credential(headers: &HeaderMap) -> Result<&str, Rejection> {
    if text(headers, &HeaderName::from_static("x-auth-scheme")) != "api-token" {
        let message = "The header x-auth-scheme has to be api-token.";
        return Err(Rejection(StatusCode::FORBIDDEN, message.into()));
    }
    match text(headers, &HeaderName::from_static("x-auth-apikey")) {
        "" => {
            let message = "The header x-auth-apikey is missing.";
            Err(Rejection(StatusCode::UNAUTHORIZED, message.into()))
        }
        key => Ok(key),
    }
}

/// What the body asks for.
fn filter(operation: Operation, headers: &HeaderMap, body: &[u8]) -> Result<Filter, Rejection> {
    match operation {
        Operation::ClipGroups => clip_groups::filter(&fields(headers, body)?),
        // It has no parameters, and is documented to come without a body too.
        Operation::Organization if body.is_empty() => Ok(Filter::default()),
        Operation::Organization => fields(headers, body).map(|_| Filter::default()),
    }
}

/// The fields of a body, which has to be a JSON object.
fn fields(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Rejection> {
    let media_type = text(headers, &CONTENT_TYPE).split(';').next();
    if !media_type.is_some_and(|media| media.trim().eq_ignore_ascii_case(JSON)) {
        return Err(Rejection::bad_request(
            "The Content-Type has to be application/json.",
        ));
    }
    serde_json::from_slice(body)
        .map_err(|_| Rejection::bad_request("The body has to be a JSON object."))
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
pub(super) fn throttled(retry_after: Option<HeaderValue>) -> Response {
    let body = "Too many api requests. Enhance your calm.";
    let response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
    retrying(response, retry_after)
}

/// `response` with the header `Retry-After`, where there is to be one.
pub(super) fn retrying(mut response: Response, retry_after: Option<HeaderValue>) -> Response {
    if let Some(value) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, value);
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
