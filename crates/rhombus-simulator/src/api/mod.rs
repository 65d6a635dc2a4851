//! The documented side: checks a request as the API does, and answers it. Refusals come in the
//! order in which a gateway meets them: path, method, credential, then the body.
//!
//! A new operation is a file with an [`Ask`], and a row of [`ASKS`].

mod audit_feed;
mod caller;
mod camera_names;
mod cameras;
mod clients;
mod clip_groups;
mod deletions;
mod live_streams;
mod organization;
mod permissions;
mod timelapse_groups;
mod video_wall_shares;
mod video_walls;

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::clients::Clients;
use super::clock::UnixMillis;
use super::document::{Content, Document, JSON, Shape};
use super::fault::{Fault, Scene};
use super::journal::Visit;
use super::operation::Operation;
use super::org::Org;
use super::world::{By, Unstated, World};
use super::{Simulator, locked};
use caller::Caller;

/// How an operation is asked, and what it answers.
pub(super) struct Ask {
    pub(super) operation: Operation,
    path: &'static str,
    /// What a request's fields ask for. Those that are not known are let pass.
    read: fn(&Map<String, Value>) -> Result<Asked, Rejection>,
    /// What it does, where no fault answers.
    change: fn(&mut World, &Change<'_>) -> Result<(), Rejection>,
    /// What there is to tell.
    pub(super) content: Tells,
}

/// Whose operation it is, and what there is to tell.
pub(super) enum Tells {
    /// An organisation's.
    Organization(fn(&World, UnixMillis, &Asked) -> Content),
    /// A partner's.
    Partner(fn(&Clients, Unstated) -> Content),
}

/// What is to be done, when, and who asks for it.
pub(super) struct Change<'a> {
    now: UnixMillis,
    asked: &'a Asked,
    by: By,
}

/// What a request asks for, by the names of its fields.
pub(super) type Asked = BTreeMap<&'static str, Value>;

static ASKS: [Ask; 18] = [
    clip_groups::ASK,
    timelapse_groups::ASK,
    live_streams::OF_ALL,
    live_streams::OF_CAMERA,
    live_streams::OF_DOORBELL,
    video_walls::ASK,
    video_wall_shares::ASK,
    cameras::ASK,
    camera_names::ASK,
    organization::ASK,
    permissions::ASK,
    clients::ASK,
    audit_feed::ASK,
    audit_feed::FOR_TARGET,
    deletions::CLIP_GROUP,
    deletions::TIMELAPSE_GROUP,
    deletions::LIVE_STREAM,
    deletions::VIDEO_WALL,
];

/// Reads a request that asks for nothing in particular.
#[expect(clippy::unnecessary_wraps, reason = "others refuse")]
fn asks_nothing(_: &Map<String, Value>) -> Result<Asked, Rejection> {
    Ok(Asked::new())
}

/// Reads a request that has to have this field, the uuid of something.
fn required_uuid(fields: &Map<String, Value>, name: &'static str) -> Result<Asked, Rejection> {
    match fields.get(name) {
        Some(Value::String(uuid)) => Ok(Asked::from([(name, uuid.as_str().into())])),
        _ => {
            let message = format!("{name} has to be a uuid.");
            Err(Rejection(StatusCode::BAD_REQUEST, message.into()))
        }
    }
}

/// What is done by an operation that only tells.
#[expect(clippy::unnecessary_wraps, reason = "others refuse")]
fn changes_nothing(_: &mut World, _: &Change<'_>) -> Result<(), Rejection> {
    Ok(())
}

pub(super) fn routes() -> Router<Simulator> {
    let route = |router: Router<Simulator>, ask: &'static Ask| router.route(ask.path, answers(ask));
    ASKS.iter().fold(Router::new(), route)
}

/// Any path that the API doesn't have.
pub(super) async fn unknown_path(State(simulator): State<Simulator>) -> Response {
    simulator.0.journal.stray();
    no_such_operation().into_response()
}

fn no_such_operation() -> Rejection {
    let message = "There is no such operation.";
    Rejection(StatusCode::NOT_FOUND, message.into())
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
    pub(super) ask: &'static Ask,
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
fn answers(asked: &'static Ask) -> MethodRouter<Simulator> {
    post(
        async move |State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes| {
            ask(&simulator, asked, &headers, &body).await
        },
    )
}

async fn ask(
    simulator: &Simulator,
    ask: &'static Ask,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let entered = simulator.0.journal.enter(ask.operation, simulator.now());
    let mut visits = vec![entered];
    let answer = match answer(simulator, ask, (headers, body), &mut visits).await {
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

    /// 200 that says it failed.
    fn of_content(message: &'static str) -> Self {
        Self(StatusCode::OK, message.into())
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        failure(self.0, &self.1)
    }
}

async fn answer(
    simulator: &Simulator,
    ask: &'static Ask,
    (headers, body): (&HeaderMap, &[u8]),
    visits: &mut Vec<Visit>,
) -> Result<Response, Rejection> {
    let now = simulator.now();
    let caller = Caller::of(simulator, ask, headers, visits)?;
    let asked = (ask.read)(&fields(headers, body)?)?;
    let accepts_gzip = accepts_gzip(headers);
    for visit in visits.iter() {
        visit.asked(&asked, accepts_gzip);
    }
    if let Err(seconds) = caller.admit(now) {
        return Ok(throttled(Some(seconds.into())));
    }
    let fault = caller.next_fault(ask.operation);
    let change = Change {
        now,
        asked: &asked,
        by: caller.by(),
    };
    let (content, fault) = told(ask, &caller.org, &change, fault)?;
    let asking = Asking {
        ask,
        content,
        gzip: simulator.0.gzip && accepts_gzip,
    };
    let Some(fault) = fault else {
        return Ok(asking.answer(Shape::default()));
    };
    let date = locked(&simulator.0.date).clone();
    let key = caller.key;
    let scene = Scene { key, now, date };
    Ok(fault.answer(asking, &scene).await)
}

/// Does what is asked, unless there is a fault; gives what there is to tell, and the fault.
fn told(
    ask: &'static Ask,
    org: &Org,
    change: &Change<'_>,
    fault: Option<Fault>,
) -> Result<(Content, Option<Fault>), Rejection> {
    let mut world = locked(&org.world);
    let fault = fault.or_else(|| world.own_fault(ask.operation, change.now));
    if fault.is_none() {
        (ask.change)(&mut world, change)?;
    }
    let content = match (&ask.content, &org.clients) {
        (Tells::Organization(content), _) => content(&world, change.now, change.asked),
        (Tells::Partner(content), Some(clients)) => content(clients, world.unstated),
        // Refused before.
        (Tells::Partner(_), None) => Content::nothing(),
    };
    Ok((content.saying_nothing(world.unstated.nothing), fault))
}

/// The fields of a body, which has to be a JSON object. Rhombus's own examples also send nothing at
/// all, which asks for what `{}` does, and name no content type.
fn fields(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Rejection> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let media_type = text(headers, &CONTENT_TYPE).split(';').next();
    let media_type = media_type.unwrap_or_default().trim();
    if headers.contains_key(CONTENT_TYPE) && !media_type.eq_ignore_ascii_case(JSON) {
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
