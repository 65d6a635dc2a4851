//! An answer's body: a document of records, made piece by piece as it goes out, so that a million
//! records take no memory. A fault that is about the document is a [`Shape`] of it.

use std::borrow::Cow;
use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use serde_json::{Map, Value};

use super::fault::Quirk;
use super::gzip::Gzip;
use super::world::{Record, Records, Said};

/// How many bytes go out at once, about.
const CHUNK_BYTES: usize = 64 * 1024;

pub(super) const JSON: &str = "application/json";

/// How an answer that went well says so.
const ENVELOPE: &str = r#""error":false,"errorMsg":null,"warningMsg":null"#;

/// What an operation tells: one member of the answer, or a few.
pub(super) struct Content {
    /// The name of the list or the map, if it is one.
    pub(super) member: &'static str,
    /// What comes before the first record, from the first member's name on.
    pub(super) open: String,
    pub(super) records: Records,
    /// What comes after the last.
    pub(super) close: &'static str,
    /// The members after the list.
    beside: String,
    /// The members that say how it went.
    envelope: &'static str,
}

impl Content {
    /// A list of records.
    pub(super) fn list(member: &'static str, records: Records) -> Self {
        Self {
            member,
            open: format!("\"{member}\":["),
            records,
            close: "]",
            beside: String::new(),
            envelope: ENVELOPE,
        }
    }

    /// An object of [named](Record::Named) records.
    pub(super) fn map(member: &'static str, records: Records) -> Self {
        Self {
            open: format!("\"{member}\":{{"),
            close: "}",
            ..Self::list(member, records)
        }
    }

    /// A list's content with this member after the list.
    pub(super) fn beside(mut self, name: &str, value: &Value) -> Self {
        self.beside = format!("\"{name}\":{value}");
        self
    }

    /// A list or a map without records said in this way.
    pub(super) fn saying_nothing(mut self, said: Option<Said>) -> Self {
        let open = match said {
            Some(Said::Null) => format!("\"{}\":null", self.member),
            Some(Said::Absent) => String::new(),
            Some(Said::Plain) | None => return self,
        };
        let mut records = self.records.peekable();
        if !self.member.is_empty() && records.peek().is_none() {
            self.open = open;
            self.close = "";
        }
        self.records = Box::new(records);
        self
    }

    /// The members of an object.
    pub(super) fn members(members: &Map<String, Value>) -> Self {
        let member =
            |(name, value): (&String, &Value)| format!("{}:{value}", Value::from(name.as_str()));
        let members: Vec<_> = members.iter().map(member).collect();
        Self {
            member: "",
            open: members.join(","),
            records: Box::new(std::iter::empty()),
            close: "",
            beside: String::new(),
            envelope: ENVELOPE,
        }
    }

    /// Nothing but that it went well.
    pub(super) fn nothing() -> Self {
        Self::members(&Map::new())
    }

    /// Without a word on how it went.
    pub(super) fn without_envelope(mut self) -> Self {
        self.envelope = "";
        self
    }
}

/// What stands around the content, and how the records are written.
pub(super) struct Shape {
    /// The members before the content.
    pub(super) before: String,
    /// The members after the content; none: its own.
    pub(super) after: Option<Cow<'static, str>>,
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
            before: String::new(),
            after: None,
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
    end: String,
    buffer: Vec<u8>,
    sent: u64,
    /// How many records were written.
    written: usize,
    ended: bool,
}

impl Document {
    pub(super) fn new(content: Content, shape: Shape) -> Self {
        let begin = joined(&shape.before, &content.open);
        let after = shape.after.as_deref().unwrap_or(content.envelope);
        let rest = joined(&content.beside, after);
        Self {
            end: [content.close, comma(&begin, &rest), &rest, "}"].concat(),
            buffer: format!("{{{begin}").into_bytes(),
            shape,
            records: content.records,
            sent: 0,
            written: 0,
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
        for copy in 0..self.shape.copies {
            if self.written + copy > 0 {
                self.buffer.push(b',');
            }
            let quirk = self.shape.quirk;
            match record {
                Record::Made(record) => quirk.write(&mut self.buffer, record, self.written),
                Record::Named(name, record) => {
                    quirk.write_name(&mut self.buffer, name);
                    quirk.write(&mut self.buffer, record, self.written);
                }
                Record::Put(put) => self.buffer.extend_from_slice(put.json().as_bytes()),
            }
        }
        self.written += 1;
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
                    self.buffer.extend_from_slice(self.end.as_bytes());
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

/// The members of both.
fn joined(first: &str, second: &str) -> String {
    [first, comma(first, second), second].concat()
}

/// What stands between the members of both.
fn comma(first: &str, second: &str) -> &'static str {
    if first.is_empty() || second.is_empty() {
        ""
    } else {
        ","
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
    use crate::world::{List, World, WorldKind};

    fn list(groups: usize) -> Content {
        let kind = WorldKind::Generated { groups, seed: 1 };
        let now = UnixMillis(1_760_000_000_000);
        let records = World::new(kind, "", now).records(List::ClipGroups, now);
        Content::list("sharedClipGroups", records)
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
