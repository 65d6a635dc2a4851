//! The answer that each [`Fault`] gives. Three sorts: a fixed answer, the document in a wrong
//! shape, and a connection that doesn't do what it should.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use tokio::time::sleep;

use super::answer::{Document, JSON, Shape, streamed};
use super::api::{Asking, failure, throttled};
use super::fault::{Fault, status};
use super::gzip::{Gzip, bomb};
use super::pen::{Quirk, write_nested};
use super::world::{Filter, World, WorldKind};
use crate::share::UnixMillis;

/// How much of an answer is taken before it is cut: what can be held in memory.
const SAMPLE_BYTES: usize = 1 << 20;

/// How deep is deep: far past what a recursive reader's stack should take.
const DEPTH: usize = 10_000;

impl Fault {
    /// Answers wrongly.
    pub(super) async fn answer(self, asking: Asking) -> Response {
        if let Some(answer) = self.fixed(&asking.key) {
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
            Self::TooLarge { bytes } => too_large(asking, bytes),
            Self::GzipBomb { bytes } => {
                gzipped(streamed(bomb(br#"{"sharedClipGroups":["#, bytes, b"]}")))
            }
            Self::GzipCorrupt => gzip_corrupt(asking),
            Self::CutJson => {
                let mut sample = sample(asking);
                sample.truncate(sample.len() / 2);
                json(sample)
            }
            _ => asking.answer(self.shape()),
        }
    }

    /// The answers that don't depend on what is shared.
    fn fixed(&self, key: &str) -> Option<Response> {
        let echo = format!("Something went wrong for the key {key}.");
        Some(match self {
            Self::Unauthorized => failure(StatusCode::UNAUTHORIZED, "Not authenticated."),
            Self::Forbidden => failure(StatusCode::FORBIDDEN, "Not permitted."),
            Self::Throttled { retry_after } => throttled(*retry_after),
            Self::ServerError { status: code } => failure(status(*code), "Internal failure."),
            Self::ClientError { status: code } => failure(status(*code), "Refused."),
            Self::Redirect { to } => (StatusCode::FOUND, [(LOCATION, to)]).into_response(),
            Self::EchoKey => failure(StatusCode::INTERNAL_SERVER_ERROR, &echo),
            Self::ErrorTrue => failure(StatusCode::OK, &echo),
            Self::NotJson => Html("<!doctype html><title>Sign in</title>").into_response(),
            Self::ArrayTop => json("[]"),
            Self::EmptyObject => json("{}"),
            Self::EmptyBody => json(""),
            Self::NullGroups => json(r#"{"sharedClipGroups":null}"#),
            Self::GroupsWrongType => json(r#"{"sharedClipGroups":"none"}"#),
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
            Self::ErrorWithGroups => {
                shape.tail = r#"],"error":true,"errorMsg":"The list is not whole."}"#;
            }
            Self::DeepNesting => {
                shape.head = br#"{"unknown":"#.to_vec();
                write_nested(&mut shape.head, DEPTH);
                shape.head.extend(br#","sharedClipGroups":["#);
            }
            _ => {}
        }
        shape
    }
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
    Document::new(asking.records, Shape::default()).beginning(SAMPLE_BYTES)
}

/// The connection closes without a byte: the body fails before the headers have left the buffer.
fn dropped() -> Response {
    Body::from_stream(stream::once(async { Err::<Bytes, _>(broken()) })).into_response()
}

fn drop_midway(asking: Asking) -> Response {
    let sample = Bytes::from(sample(asking));
    let half = sample.slice(..sample.len() / 2);
    let rest = stream::once(async {
        // Not at once, so that what was written so far leaves.
        sleep(Duration::from_millis(50)).await;
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

fn too_large(asking: Asking, bytes: u64) -> Response {
    let kind = WorldKind::Generated {
        groups: usize::MAX,
        seed: 1,
    };
    let start = UnixMillis::default();
    let shape = Shape {
        enough: bytes,
        ..Shape::default()
    };
    Asking {
        records: World::new(kind, start).records(start, Filter::default()),
        ..asking
    }
    .answer(shape)
}

/// The right answer, compressed, with its second half overwritten: the blocks there and the check
/// sum at the end are both wrong.
fn gzip_corrupt(asking: Asking) -> Response {
    let whole = std::iter::once(Bytes::from(sample(asking)));
    let mut body: Vec<u8> = Gzip::new(whole).flatten().collect();
    let half = body.len() / 2;
    body[half..].fill(0xff);
    gzipped(body)
}
