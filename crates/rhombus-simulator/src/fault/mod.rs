//! What can go wrong: one documented variant a fault. Which answer each gives is in [`answer`], and
//! how records are bent in [`quirk`]. A new fault begins as a variant here.

mod answer;
mod fields;
mod quirk;

use std::collections::BTreeMap;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::operation::Operation;

pub(crate) use answer::Scene;
pub use fields::{Encoding, RetryAfter, Trailer};
#[cfg(test)]
pub(crate) use quirk::HOSTILE;
pub(crate) use quirk::Quirk;

/// A way in which the simulated API goes wrong. In JSON it is an object whose `fault` names the
/// variant in snake case, with the variant's fields beside it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 429, as documented.
    Throttled {
        /// The header `Retry-After`; none: no such header.
        retry_after: Option<RetryAfter>,
    },
    /// A failure of the server.
    ServerError {
        /// 500 to 599.
        #[serde(default = "default_server_error")]
        status: u16,
        /// The header `Retry-After`; none: no such header.
        retry_after: Option<RetryAfter>,
    },
    /// A failure that is the client's.
    ClientError {
        /// 400 to 499.
        #[serde(default = "default_client_error")]
        status: u16,
    },
    /// 302.
    Redirect {
        /// The header `Location`. A request that follows it here counts as stray.
        #[serde(default = "default_redirect")]
        to: String,
    },
    /// An error with the API key in its message.
    EchoKey {
        /// How the key is written.
        #[serde(default)]
        encoding: Encoding,
        /// 400 to 599.
        #[serde(default = "default_server_error")]
        status: u16,
    },
    /// This answer, whatever it is.
    Raw {
        /// 200 to 599.
        #[serde(default = "default_raw")]
        status: u16,
        /// Its headers. Without a `content-type`, that of JSON is added.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// Its body.
        #[serde(default)]
        body: String,
    },

    /// The connection is closed without a byte.
    Drop,
    /// The connection is closed after half of the body that the headers promised.
    DropMidway,
    /// The request is taken and never answered.
    NoAnswer,
    /// One byte of white space every 100 ms, without end.
    SlowBody,
    /// The right answer, later.
    Delay {
        /// How much later, in milliseconds.
        millis: u64,
    },
    /// The right answer, the second half of it later than the first.
    DelayMidway {
        /// How much later, in milliseconds.
        millis: u64,
    },

    /// A right answer with so many records that it has at least this many bytes.
    TooLarge {
        /// The size, in bytes.
        bytes: u64,
    },
    /// A small gzip body that expands to an empty list and at least this many bytes of white space.
    GzipBomb {
        /// The size once expanded, in bytes.
        bytes: u64,
    },
    /// A gzip body that can't be expanded.
    GzipCorrupt,
    /// The right answer, half in one gzip member and half in a second one: valid.
    GzipMembers,
    /// The right answer in a gzip member, and something after it.
    GzipTrailer {
        /// What comes after it.
        trailer: Trailer,
        /// Whether it comes a while later, so that it is read by itself.
        #[serde(default)]
        later: bool,
    },
    /// The first half of the answer, as if it were whole.
    CutJson,

    /// 200 with an HTML page.
    NotJson,
    /// 200 with `[]`.
    ArrayTop,
    /// 200 with `{}`.
    EmptyObject,
    /// 200 with nothing.
    EmptyBody,
    /// 200 with `error: true` and the API key in `errorMsg`.
    ErrorTrue,
    /// 200 with the whole list and `error: true` after it.
    ErrorWithList,
    /// 200 with the whole list and this `warningMsg` after it.
    Warning {
        /// What it warns of.
        #[serde(default = "default_warning")]
        message: String,
    },
    /// 200 with null for a list, and this `warningMsg`.
    WarningAndNull {
        /// What it warns of.
        #[serde(default = "default_warning")]
        message: String,
    },
    /// 200 with null for a list, and nothing beside it.
    NullList,
    /// 200 with a string for a list.
    ListWrongType,

    /// Every field of every record has a wrong type.
    WrongTypes,
    /// Every number is beyond 64 bits, or even beyond a double.
    HugeNumbers,
    /// Every number is below zero.
    NegativeNumbers,
    /// Every title has this many line ends, each of which takes two bytes in JSON.
    HugeTitles {
        /// The size of one title.
        #[serde(default = "default_title")]
        bytes: usize,
    },
    /// Every string, ids too, has control characters, quotes, line ends and half a surrogate pair.
    HostileStrings,
    /// Each record comes twice.
    DuplicateUuids,
    /// The answer and each record have an unknown field of 10,000 arrays inside one another.
    DeepNesting,
}

impl Fault {
    /// Whether it bends the list of an answer, which other operations have not.
    fn is_of_a_list(&self) -> bool {
        matches!(
            self,
            Self::TooLarge { .. }
                | Self::GzipBomb { .. }
                | Self::WarningAndNull { .. }
                | Self::NullList
                | Self::ListWrongType
                | Self::WrongTypes
                | Self::HugeNumbers
                | Self::NegativeNumbers
                | Self::HugeTitles { .. }
                | Self::HostileStrings
                | Self::DuplicateUuids
        )
    }

    /// The field with a value that can't be sent, if there is one.
    fn out_of_range(&self) -> Option<&'static str> {
        let (status, allowed) = match self {
            Self::ServerError { status, .. } => (*status, 500..600),
            Self::ClientError { status } => (*status, 400..500),
            Self::EchoKey { status, .. } => (*status, 400..600),
            Self::Raw { status, .. } => (*status, 200..600),
            _ => (200, 200..600),
        };
        let sendable = |text: &str| HeaderValue::from_str(text).is_ok();
        let header = |(name, value): (&String, &String)| {
            HeaderName::try_from(name).is_ok() && sendable(value)
        };
        match self {
            _ if !allowed.contains(&status) => Some("status"),
            Self::Redirect { to } if !sendable(to) => Some("to"),
            Self::Raw { headers, .. } if !headers.iter().all(header) => Some("headers"),
            Self::Throttled { retry_after } | Self::ServerError { retry_after, .. } => {
                match retry_after {
                    Some(RetryAfter::Text(text)) if !sendable(text) => Some("retry_after"),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn default_server_error() -> u16 {
    500
}

fn default_raw() -> u16 {
    200
}

fn default_client_error() -> u16 {
    404
}

fn default_redirect() -> String {
    "/api/event/moved".to_owned()
}

fn default_warning() -> String {
    "Access to 3 locations was denied.".to_owned()
}

fn default_title() -> usize {
    10_000_000
}

/// Why a text sets no fault.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FaultError {
    #[error("expected a JSON object such as {{\"fault\": \"unauthorized\", \"times\": 1}}: {0}")]
    NotFault(#[from] serde_json::Error),
    #[error("`{0}` is out of range")]
    Range(&'static str),
    #[error("this fault is of a list, which the operation doesn't have")]
    NotOfThis,
}

/// A fault that waits for the next requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Armed {
    fault: Fault,
    /// How many more answers have it; none: all, until it is cleared.
    times: Option<u64>,
}

impl Armed {
    /// Reads a fault, with `times` and the `operation` that it is of beside its fields.
    pub(crate) fn parse(json: &[u8]) -> Result<(Operation, Self), FaultError> {
        let mut fields: Map<String, Value> = serde_json::from_slice(json)?;
        let times: Option<u64> = beside(&mut fields, "times")?;
        let operation: Option<Operation> = beside(&mut fields, "operation")?;
        let operation = operation.unwrap_or_default();
        let fault: Fault = serde_json::from_value(Value::Object(fields))?;
        if times == Some(0) {
            return Err(FaultError::Range("times"));
        }
        if let Some(field) = fault.out_of_range() {
            return Err(FaultError::Range(field));
        }
        if !operation.is_a_list() && fault.is_of_a_list() {
            return Err(FaultError::NotOfThis);
        }
        Ok((operation, Self { fault, times }))
    }

    /// The fault, and what is left of it.
    pub(crate) fn fire(self) -> (Fault, Option<Self>) {
        let left = match self.times {
            Some(0 | 1) => None,
            times => Some(Self {
                fault: self.fault.clone(),
                times: times.map(|times| times - 1),
            }),
        };
        (self.fault, left)
    }
}

/// Takes a field that is not the fault's own.
fn beside<T: DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, serde_json::Error> {
    let value = fields.remove(name).unwrap_or(Value::Null);
    serde_json::from_value(value)
}

/// A status that was checked when the fault was read; 500 for one that was not.
pub(crate) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> (Operation, Fault) {
        let (operation, armed) = Armed::parse(json.as_bytes()).unwrap();
        (operation, armed.fault)
    }

    #[test]
    fn a_fault_is_read_with_its_fields_and_defaults() {
        let fault = |json| read(json).1;
        assert_eq!(fault(r#"{"fault":"unauthorized"}"#), Fault::Unauthorized);
        assert_eq!(
            fault(r#"{"fault":"throttled"}"#),
            Fault::Throttled { retry_after: None }
        );
        assert_eq!(
            fault(r#"{"fault":"server_error","times":2}"#),
            Fault::ServerError {
                status: 500,
                retry_after: None
            }
        );
        assert_eq!(
            fault(r#"{"fault":"too_large","times":null,"bytes":5}"#),
            Fault::TooLarge { bytes: 5 }
        );
    }

    #[test]
    fn a_retry_after_is_seconds_a_date_or_any_text() {
        for (json, expected) in [
            ("7", RetryAfter::Seconds(7)),
            ("\"soon\"", RetryAfter::Text("soon".to_owned())),
            (r#"{"in_seconds":-1}"#, RetryAfter::Date { in_seconds: -1 }),
        ] {
            let json = format!(r#"{{"fault":"throttled","retry_after":{json}}}"#);
            let retry_after = Some(expected);
            assert_eq!(read(&json).1, Fault::Throttled { retry_after });
        }
    }

    #[test]
    fn a_fault_is_of_the_list_unless_it_names_another_operation() {
        let drop = r#"{"fault":"drop"}"#;
        assert_eq!(read(drop), (Operation::ClipGroups, Fault::Drop));
        let of_another = r#"{"fault":"drop","operation":"organization"}"#;
        assert_eq!(read(of_another), (Operation::Organization, Fault::Drop));
    }

    #[test]
    fn what_sets_no_fault_is_refused() {
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"fault":"unheard_of"}"#,
            r#"{"fault":"too_large"}"#,
            r#"{"fault":"throttled","retryAfter":1}"#,
            r#"{"fault":"drop","times":-1}"#,
            r#"{"fault":"drop","times":0}"#,
            r#"{"fault":"server_error","status":404}"#,
            r#"{"fault":"client_error","status":500}"#,
            r#"{"fault":"redirect","to":"a\nb"}"#,
            r#"{"fault":"raw","status":199}"#,
            r#"{"fault":"raw","headers":{"a b":""}}"#,
            r#"{"fault":"raw","headers":{"a":"\n"}}"#,
            r#"{"fault":"echo_key","encoding":"rot13"}"#,
            r#"{"fault":"throttled","retry_after":-1}"#,
            r#"{"fault":"throttled","retry_after":"\n"}"#,
            r#"{"fault":"gzip_trailer"}"#,
            r#"{"fault":"drop","operation":"unheard_of"}"#,
            r#"{"fault":"null_list","operation":"organization"}"#,
        ] {
            assert!(Armed::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fault_is_used_up_unless_it_is_for_ever() {
        let (_, twice) = Armed::parse(br#"{"fault":"drop","times":2}"#).unwrap();
        let (fault, left) = twice.fire();
        assert_eq!(fault, Fault::Drop);
        let (fault, left) = left.unwrap().fire();
        assert_eq!((fault, left), (Fault::Drop, None));
        let (_, always) = Armed::parse(br#"{"fault":"drop"}"#).unwrap();
        assert_eq!(always.clone().fire(), (Fault::Drop, Some(always)));
    }
}
