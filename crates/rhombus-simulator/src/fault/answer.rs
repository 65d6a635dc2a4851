//! The answer that each [`Fault`] gives. Three sorts: a fixed answer, the document in a wrong
//! shape, and a connection that doesn't do what it should.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use serde_json::json;
use tokio::time::sleep;

use super::quirk::{Quirk, nested};
use super::{Fault, RetryAfter, status};
use crate::api::{Asked, Asking, Tells, failure, retrying, throttled};
use crate::clients;
use crate::clock::UnixMillis;
use crate::document::{Content, Document, JSON, Shape, streamed};
use crate::gzip::{bomb, member};
use crate::server_date::ServerDate;
use crate::world::{Records, World, WorldKind};

/// How much of an answer is taken before it is cut: what can be held in memory.
const SAMPLE_BYTES: usize = 1 << 20;

/// How deep is deep: far past what a recursive reader's stack should take.
const DEPTH: usize = 10_000;

/// Time enough for what was written before it to leave, so that the client reads it by itself.
const A_WHILE: Duration = Duration::from_millis(50);

/// What an answer may need besides what was asked for.
pub(crate) struct Scene<'a> {
    /// The key that the request came with.
    pub(crate) key: &'a str,
    pub(crate) now: UnixMillis,
    /// What time the answers say it is.
    pub(crate) date: ServerDate,
}

impl Fault {
    /// Answers wrongly.
    pub(crate) async fn answer(self, asking: Asking, scene: &Scene<'_>) -> Response {
        if let Some(answer) = self.fixed(scene, asking.content.member) {
            return answer;
        }
        match self {
            Self::Drop => dropped(),
            Self::DropMidway => drop_midway(asking),
            Self::NoAnswer => std::future::pending().await,
            Self::SlowBody => slow_body(),
            Self::Delay { millis } => {
                sleep(Duration::from_millis(millis)).await;
                asking.answer(Shape::default())
            }
            Self::DelayMidway { millis } => {
                let sample = Bytes::from(sample(asking));
                let half = sample.len() / 2;
                let millis = Duration::from_millis(millis);
                json(after(sample.slice(..half), millis, sample.slice(half..)))
            }
            Self::TooLarge { bytes } => too_large(asking, bytes),
            Self::GzipBomb { bytes } => {
                let before = format!("{{{}", asking.content.open);
                let after = format!("{}}}", asking.content.close);
                gzipped(streamed(bomb(before.as_bytes(), bytes, after.as_bytes())))
            }
            Self::GzipCorrupt => gzip_corrupt(asking),
            Self::GzipMembers => {
                let sample = sample(asking);
                let (first, second) = sample.split_at(sample.len() / 2);
                gzipped([member(first), member(second)].concat())
            }
            Self::GzipTrailer { trailer, later } => {
                let pause = if later { A_WHILE } else { Duration::ZERO };
                let first = member(&sample(asking)).into();
                gzipped(after(first, pause, trailer.bytes().into()))
            }
            Self::CutJson => {
                let mut sample = sample(asking);
                sample.truncate(sample.len() / 2);
                json(sample)
            }
            _ => asking.answer(self.shape()),
        }
    }

    /// The answers that don't depend on what is shared.
    fn fixed(&self, scene: &Scene<'_>, member: &str) -> Option<Response> {
        let echo = |key: &str| format!("Something went wrong for the key {key}.");
        Some(match self {
            Self::Unauthorized => failure(StatusCode::UNAUTHORIZED, "Not authenticated."),
            Self::Forbidden => failure(StatusCode::FORBIDDEN, "Not permitted."),
            Self::Throttled { retry_after } => throttled(scene.header(retry_after.as_ref())),
            Self::ServerError {
                status: code,
                retry_after,
            } => {
                let response = failure(status(*code), "Internal failure.");
                retrying(response, scene.header(retry_after.as_ref()))
            }
            Self::ClientError { status: code } => failure(status(*code), "Refused."),
            Self::Redirect { to } => (StatusCode::FOUND, [(LOCATION, to)]).into_response(),
            Self::EchoKey {
                encoding,
                status: code,
            } => failure(status(*code), &echo(&encoding.write(scene.key))),
            Self::Raw {
                status: code,
                headers,
                body,
            } => raw(status(*code), headers, body),
            Self::ErrorTrue => failure(StatusCode::OK, &echo(scene.key)),
            Self::NotJson => Html("<!doctype html><title>Sign in</title>").into_response(),
            Self::ArrayTop => json("[]"),
            Self::EmptyObject => json("{}"),
            Self::EmptyBody => json(""),
            Self::WarningAndNull { message } => {
                json(json!({member: null, "warningMsg": message}).to_string())
            }
            Self::NullList => json(json!({member: null}).to_string()),
            Self::ListWrongType => json(json!({member: "none"}).to_string()),
            _ => return None,
        })
    }

    /// The shape of the document, for the faults that are about it.
    fn shape(&self) -> Shape {
        let quirk = match self {
            Self::WrongTypes => Quirk::WrongTypes,
            Self::HugeNumbers => Quirk::HugeNumbers,
            Self::NegativeNumbers => Quirk::NegativeNumbers,
            Self::HugeTitles { bytes } => Quirk::HugeTitles(*bytes),
            Self::HostileStrings => Quirk::HostileStrings,
            Self::DeepNesting => Quirk::DeepNesting(DEPTH),
            _ => Quirk::None,
        };
        let mut shape = Shape {
            quirk,
            ..Shape::default()
        };
        match self {
            Self::DuplicateUuids => shape.copies = 2,
            Self::ErrorWithList => {
                let after = r#""error":true,"errorMsg":"The list is not whole.""#;
                shape.after = Some(after.into());
            }
            Self::Warning { message } => {
                let message = json!(message);
                let after = format!(r#""error":false,"warningMsg":{message}"#);
                shape.after = Some(after.into());
            }
            Self::DeepNesting => {
                shape.before = format!(r#""unknown":{}"#, nested(DEPTH));
            }
            _ => {}
        }
        shape
    }
}

impl Scene<'_> {
    /// The header `Retry-After`.
    fn header(&self, retry_after: Option<&RetryAfter>) -> Option<HeaderValue> {
        match retry_after? {
            RetryAfter::Seconds(seconds) => Some((*seconds).into()),
            RetryAfter::Text(text) => HeaderValue::from_str(text).ok(),
            RetryAfter::Date { in_seconds } => {
                HeaderValue::from_str(&self.date.date(self.now, *in_seconds)).ok()
            }
        }
    }
}

fn raw(status: StatusCode, headers: &BTreeMap<String, String>, body: &str) -> Response {
    let mut response = (status, json(body.to_owned())).into_response();
    for (name, value) in headers {
        // They were checked when the fault was read.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// `first`, and `then` so much later.
fn after(first: Bytes, pause: Duration, then: Bytes) -> Body {
    let then = stream::once(async move {
        sleep(pause).await;
        Ok::<_, io::Error>(then)
    });
    Body::from_stream(stream::iter([Ok(first)]).chain(then))
}

fn json(body: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, JSON)], body.into()).into_response()
}

fn gzipped(body: impl Into<Body>) -> Response {
    let headers = [(CONTENT_TYPE, JSON), (CONTENT_ENCODING, "gzip")];
    (headers, body.into()).into_response()
}

/// The beginning of the right answer; all of it where it is small.
fn sample(asking: Asking) -> Vec<u8> {
    Document::new(asking.content, Shape::default()).beginning(SAMPLE_BYTES)
}

/// The connection closes without a byte: the body fails before the headers have left the buffer.
fn dropped() -> Response {
    Body::from_stream(stream::once(async { Err::<Bytes, _>(broken()) })).into_response()
}

fn drop_midway(asking: Asking) -> Response {
    let sample = Bytes::from(sample(asking));
    let half = sample.slice(..sample.len() / 2);
    let rest = stream::once(async {
        sleep(A_WHILE).await;
        Err(broken())
    });
    let mut response = json(Body::from_stream(stream::iter([Ok(half)]).chain(rest)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, sample.len().into());
    response
}

fn broken() -> io::Error {
    io::Error::other("the simulator breaks this connection on demand")
}

fn slow_body() -> Response {
    let drops = stream::unfold((), |()| async {
        sleep(Duration::from_millis(100)).await;
        Some((Ok::<_, io::Error>(Bytes::from_static(b" ")), ()))
    });
    json(Body::from_stream(drops))
}

fn too_large(mut asking: Asking, bytes: u64) -> Response {
    asking.content.records = match asking.ask.content {
        Tells::Organization(content) => endless(content),
        Tells::Partner(_) => clients::endless(),
    };
    asking.answer(Shape {
        enough: bytes,
        ..Shape::default()
    })
}

/// The records of one generated world after another: a whole world is counted before its cameras
/// and walls are told, so that none can be without end.
fn endless(content: fn(&World, UnixMillis, &Asked) -> Content) -> Records {
    Box::new((1..).flat_map(move |seed| {
        let kind = WorldKind::Generated { groups: 1000, seed };
        let start = UnixMillis::default();
        content(&World::new(kind, "", start), start, &Asked::new()).records
    }))
}

/// The right answer, compressed, with its second half overwritten: the blocks there and the check
/// sum at the end are both wrong.
fn gzip_corrupt(asking: Asking) -> Response {
    let mut body = member(&sample(asking));
    let half = body.len() / 2;
    body[half..].fill(0xff);
    gzipped(body)
}
