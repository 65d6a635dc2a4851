//! What can go wrong: one documented variant a fault. Which answer each gives is in
//! [`fault_answer`](super::fault_answer). A new fault begins as a variant here.

use axum::http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

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
        /// The header `Retry-After`, in seconds; none: no such header.
        retry_after: Option<u64>,
    },
    /// A failure of the server.
    ServerError {
        /// 500 to 599.
        #[serde(default = "default_server_error")]
        status: u16,
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
    /// 500 with the API key in its message.
    EchoKey,

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
    ErrorWithGroups,
    /// 200 with null for a list.
    NullGroups,
    /// 200 with a string for a list.
    GroupsWrongType,

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

fn default_server_error() -> u16 {
    500
}

fn default_client_error() -> u16 {
    404
}

fn default_redirect() -> String {
    "/api/event/moved".to_owned()
}

fn default_title() -> usize {
    10_000_000
}

/// Why a text sets no fault.
#[derive(Debug, thiserror::Error)]
pub(super) enum FaultError {
    #[error("expected a JSON object such as {{\"fault\": \"unauthorized\", \"times\": 1}}: {0}")]
    NotFault(#[from] serde_json::Error),
    #[error("`{0}` is out of range")]
    Range(&'static str),
}

/// A fault that waits for the next requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Armed {
    fault: Fault,
    /// How many more answers have it; none: all, until it is cleared.
    times: Option<u64>,
}

impl Armed {
    /// Reads a fault, with `times` beside its fields.
    pub(super) fn parse(json: &[u8]) -> Result<Self, FaultError> {
        let mut fields: Map<String, Value> = serde_json::from_slice(json)?;
        let times = fields.remove("times").unwrap_or(Value::Null);
        let times: Option<u64> = serde_json::from_value(times)?;
        let fault: Fault = serde_json::from_value(Value::Object(fields))?;
        if times == Some(0) {
            return Err(FaultError::Range("times"));
        }
        match &fault {
            Fault::ServerError {
                status: 0..500 | 600..,
            }
            | Fault::ClientError {
                status: 0..400 | 500..,
            } => Err(FaultError::Range("status")),
            Fault::Redirect { to } if HeaderValue::from_str(to).is_err() => {
                Err(FaultError::Range("to"))
            }
            _ => Ok(Self { fault, times }),
        }
    }

    /// The fault, and what is left of it.
    pub(super) fn fire(self) -> (Fault, Option<Self>) {
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

/// A status that was checked when the fault was read; 500 for one that was not.
pub(super) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_with_its_fields_and_defaults() {
        let fault = |json: &str| Armed::parse(json.as_bytes()).unwrap().fault;
        assert_eq!(fault(r#"{"fault":"unauthorized"}"#), Fault::Unauthorized);
        assert_eq!(
            fault(r#"{"fault":"throttled"}"#),
            Fault::Throttled { retry_after: None }
        );
        assert_eq!(
            fault(r#"{"fault":"server_error","times":2}"#),
            Fault::ServerError { status: 500 }
        );
        assert_eq!(
            fault(r#"{"fault":"too_large","times":null,"bytes":5}"#),
            Fault::TooLarge { bytes: 5 }
        );
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
        ] {
            assert!(Armed::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fault_is_used_up_unless_it_is_for_ever() {
        let twice = Armed::parse(br#"{"fault":"drop","times":2}"#).unwrap();
        let (fault, left) = twice.fire();
        assert_eq!(fault, Fault::Drop);
        let (fault, left) = left.unwrap().fire();
        assert_eq!((fault, left), (Fault::Drop, None));
        let always = Armed::parse(br#"{"fault":"drop"}"#).unwrap();
        assert_eq!(always.clone().fire(), (Fault::Drop, Some(always)));
    }
}
