//! An answer's body: a document of records, made piece by piece as it goes out, so that a million
//! groups take no memory. A fault that is about the document is a [`Shape`] of it.

use std::borrow::Cow;
use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::gzip::Gzip;
use super::organization::Profile;
use super::pen::{Quirk, write_group};
use super::world::{Record, Records};

/// How many bytes go out at once, about.
const CHUNK_BYTES: usize = 64 * 1024;

pub(super) const JSON: &str = "application/json";

/// What an operation is asked for.
pub(super) enum Content {
    ClipGroups(Records),
    Organization(Profile),
}

impl Content {
    /// What comes before the first record, the records, and what comes after the last.
    fn parts(self) -> (Cow<'static, str>, Records, &'static str) {
        match self {
            Self::ClipGroups(records) => (r#""sharedClipGroups":["#.into(), records, "]"),
            Self::Organization(profile) => {
                (profile.member().into(), Box::new(std::iter::empty()), "")
            }
        }
    }
}

/// What stands around the content, and how the records are written.
pub(super) struct Shape {
    /// What comes before the content: whole members, each with its comma.
    pub(super) before: Vec<u8>,
    /// The members after the content.
    pub(super) after: Cow<'static, str>,
    /// What is wrong with the records of the world; those that were put are sent as they came.
    pub(super) quirk: Quirk,
    /// How often each record is sent.
    pub(super) copies: usize,
    /// The document ends with the record that brings it to this many bytes.
    pub(super) enough: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            before: Vec::new(),
            after: r#""error":false,"errorMsg":null,"warningMsg":null"#.into(),
            quirk: Quirk::None,
            copies: 1,
            enough: u64::MAX,
        }
    }
}

/// The document, in pieces.
pub(super) struct Document {
    shape: Shape,
    records: Records,
    /// What comes after the last record.
    close: &'static str,
    buffer: Vec<u8>,
    sent: u64,
    any: bool,
    ended: bool,
}

impl Document {
    pub(super) fn new(content: Content, shape: Shape) -> Self {
        let (open, records, close) = content.parts();
        Self {
            buffer: [b"{", shape.before.as_slice(), open.as_bytes()].concat(),
            shape,
            records,
            close,
            sent: 0,
            any: false,
            ended: false,
        }
    }

    /// The beginning: `bytes` of it or a little more, or all that there is.
    pub(super) fn beginning(self, bytes: usize) -> Vec<u8> {
        let mut beginning = Vec::new();
        for chunk in self {
            beginning.extend_from_slice(&chunk);
            if beginning.len() >= bytes {
                break;
            }
        }
        beginning
    }

    /// The answer with this document; compressed when `gzip`.
    pub(super) fn into_response(self, gzip: bool) -> Response {
        if gzip {
            let headers = [(CONTENT_TYPE, JSON), (CONTENT_ENCODING, "gzip")];
            (headers, streamed(Gzip::new(self))).into_response()
        } else {
            ([(CONTENT_TYPE, JSON)], streamed(self)).into_response()
        }
    }

    fn write(&mut self, record: &Record) {
        for _ in 0..self.shape.copies {
            if std::mem::replace(&mut self.any, true) {
                self.buffer.push(b',');
            }
            match record {
                Record::Group(group) => write_group(&mut self.buffer, group, self.shape.quirk),
                Record::Verbatim(json) => self.buffer.extend_from_slice(json.as_bytes()),
            }
        }
    }
}

impl Iterator for Document {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        while !self.ended && self.buffer.len() < CHUNK_BYTES {
            let written = self.sent + self.buffer.len() as u64;
            match self.records.next().filter(|_| written < self.shape.enough) {
                Some(record) => self.write(&record),
                None => {
                    for text in [self.close, ",", &self.shape.after, "}"] {
                        self.buffer.extend_from_slice(text.as_bytes());
                    }
                    self.ended = true;
                }
            }
        }
        self.sent += self.buffer.len() as u64;
        let chunk = std::mem::take(&mut self.buffer);
        if !self.ended {
            self.buffer.reserve(CHUNK_BYTES + CHUNK_BYTES / 16);
        }
        (!chunk.is_empty()).then(|| chunk.into())
    }
}

/// A body that is made as it goes out.
pub(super) fn streamed(chunks: impl Iterator<Item = Bytes> + Send + 'static) -> Body {
    Body::from_stream(stream::iter(chunks.map(Ok::<_, Infallible>)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::UnixMillis;
    use crate::world::{Filter, World, WorldKind};

    fn list(groups: usize) -> Content {
        let kind = WorldKind::Generated { groups, seed: 1 };
        let now = UnixMillis(1_760_000_000_000);
        Content::ClipGroups(World::new(kind, "", now).records(now, Filter::default()))
    }

    fn whole(groups: usize, shape: Shape) -> serde_json::Value {
        let document = Document::new(list(groups), shape);
        serde_json::from_slice(&document.beginning(usize::MAX)).unwrap()
    }

    #[test]
    fn the_document_is_the_documented_object() {
        for groups in [0, 1, 500] {
            let value = whole(groups, Shape::default());
            assert_eq!(value["sharedClipGroups"].as_array().unwrap().len(), groups);
            assert_eq!(value["error"], false);
        }
    }

    #[test]
    fn it_comes_in_pieces() {
        let sizes: Vec<_> = Document::new(list(1000), Shape::default())
            .map(|chunk| chunk.len())
            .collect();
        let (last, full) = sizes.split_last().unwrap();
        assert!(full.len() > 8, "{sizes:?}");
        assert!(
            full.iter().all(|&size| size < CHUNK_BYTES + 8192),
            "{sizes:?}"
        );
        assert!(*last <= CHUNK_BYTES + 8192);
    }

    #[test]
    fn it_can_end_when_it_is_long_enough() {
        let shape = Shape {
            enough: 300_000,
            ..Shape::default()
        };
        let document = Document::new(list(usize::MAX), shape);
        let bytes = document.beginning(usize::MAX);
        assert!((300_000..304_000).contains(&bytes.len()), "{}", bytes.len());
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap();
    }
}
