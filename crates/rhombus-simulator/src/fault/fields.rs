//! The fields of faults that say more than a number does.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::gzip::member;

/// The header `Retry-After`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum RetryAfter {
    /// This many seconds.
    Seconds(u64),
    /// This text, whatever it says.
    Text(String),
    /// A date, by the clock that the answers show.
    Date {
        /// How many seconds after the answer.
        in_seconds: i64,
    },
}

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// As it is.
    #[default]
    Plain,
    /// Base64, padded.
    Base64,
    /// Two digits a byte, in lower case.
    Hex,
    /// `%` and two digits a byte.
    Url,
}

/// What comes after a gzip member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trailer {
    /// A member with nothing in it, which changes nothing.
    EmptyMember,
    /// A member with JSON that says the answer failed.
    Member,
    /// A member that ends too early.
    CutMember,
    /// Bytes that are no member.
    Garbage,
    /// Zeros.
    Zeros,
}

impl Encoding {
    /// `text`, written so.
    pub(super) fn write(self, text: &str) -> String {
        let each = |before: &str| {
            text.bytes().fold(String::new(), |mut out, byte| {
                let _ = write!(out, "{before}{byte:02x}");
                out
            })
        };
        match self {
            Self::Plain => text.to_owned(),
            Self::Base64 => STANDARD.encode(text),
            Self::Hex => each(""),
            Self::Url => each("%"),
        }
    }
}

impl Trailer {
    pub(super) fn bytes(self) -> Vec<u8> {
        let failure = br#"{"error":true,"errorMsg":"The list is not whole."}"#;
        match self {
            Self::EmptyMember => member(b""),
            Self::Member => member(failure),
            Self::CutMember => {
                let mut cut = member(failure);
                cut.truncate(cut.len() / 2);
                cut
            }
            Self::Garbage => b"not a gzip member".to_vec(),
            Self::Zeros => vec![0; 64],
        }
    }
}
