//! Why an asking failed, in the words of what a caller does about it: count it under a [`Reason`],
//! and try again or not. A message says what came and what to do; never a key, and never Rhombus's
//! own words, which may name what people wrote.

use std::time::Duration;

use super::envelope::NoAnswer;
use crate::share::Reason;

/// Why an operation gave no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another status than 200 and 429.
    #[error("HTTP status {status}{}", advice(*status))]
    Status {
        /// The status.
        status: u16,
        /// How long to wait, where Rhombus says so beside a 503.
        retry_after: Option<Duration>,
    },
    /// 429.
    #[error(
        "HTTP status 429: the organisation's request budget is used up; other integrations \
             share it"
    )]
    Throttled {
        /// How long to wait, where Rhombus says so.
        retry_after: Option<Duration>,
    },
    /// 200 that says it failed.
    #[error("Rhombus answers 200, and says by `{by}` that it failed")]
    Api {
        /// The name, one of ours, of what says so.
        by: &'static str,
    },
    /// 200 that lists nothing, and says that this is not all.
    #[error("Rhombus lists nothing, and says by `{by}` beside the list that this is not all")]
    Partial {
        /// The name, one of ours, of what says so.
        by: &'static str,
    },
    /// 200 that warns, where something was to be done.
    #[error("Rhombus answers 200, and warns by `{by}`: it may not have done what it was asked to")]
    Warned {
        /// The name, one of ours, of what warns.
        by: &'static str,
    },
    /// A list of which a part would be taken for the whole, and which warns that it is a part.
    #[error("Rhombus warns that its list is not whole")]
    Incomplete,
    /// No whole answer in time.
    #[error("no whole answer within {}", humantime::format_duration(*.within))]
    Timeout {
        /// The time there was.
        within: Duration,
    },
    /// The pace of requests left no time to ask before the poll had to end.
    #[error("requests_per_second left no time to ask")]
    Pace,
    /// There was no connection to send anything by.
    #[error("the connection failed: {0}")]
    Unsent(String),
    /// The connection broke.
    #[error("the connection failed: {0}")]
    Connect(String),
    /// The handshake or the certificate failed.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// The body is cut, or is not the documented object.
    #[error("the answer can't be read: {0}")]
    Decode(String),
    /// The body is too large.
    #[error("the answer is larger than {limit} bytes (max_response_bytes)")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// What the body lists takes too much memory.
    #[error("what the answer lists takes more than {limit} bytes of memory (max_response_bytes)")]
    TooMuch {
        /// The limit, in bytes.
        limit: u64,
    },
    /// A single value in the body is too large to be held.
    #[error(
        "a single value in the answer is larger than {limit} bytes (a quarter of max_response_bytes)"
    )]
    ValueTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

impl Error {
    /// The value of the label `reason`.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Status { status: 401, .. } => Reason::Auth,
            Self::Status { status: 403, .. } => Reason::Forbidden,
            Self::Status { status: 500.., .. } => Reason::Server,
            Self::Status { .. } => Reason::Client,
            Self::Throttled { .. } => Reason::Throttled,
            Self::Api { .. } => Reason::Api,
            Self::Partial { .. } | Self::Warned { .. } | Self::Incomplete => Reason::Partial,
            Self::Timeout { .. } | Self::Pace => Reason::Timeout,
            Self::Unsent(_) | Self::Connect(_) => Reason::Connect,
            Self::Tls(_) => Reason::Tls,
            Self::Decode(_) => Reason::Decode,
            Self::TooLarge { .. } | Self::TooMuch { .. } | Self::ValueTooLarge { .. } => {
                Reason::TooLarge
            }
        }
    }

    /// Whether the same request may succeed a little later.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self.reason(),
            Reason::Throttled | Reason::Server | Reason::Timeout | Reason::Connect
        )
    }

    /// Whether Rhombus can have done nothing of what it was asked, so that a request which changes something
    /// may be sent again: it was not sent, or Rhombus says when to come again.
    pub(super) const fn is_before_any_change(&self) -> bool {
        let retry_after = Self::retry_after(self).is_some();
        matches!(self, Self::Unsent(_)) || matches!(self, Self::Throttled { .. }) && retry_after
    }

    /// How long Rhombus wants to be left alone, where it said so.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } | Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What `reqwest` reports, sorted.
    pub(super) fn from_reqwest(error: &reqwest::Error, within: Duration) -> Self {
        let cause = Self::innermost(error);
        if chain(error).any(is::<rustls::Error>) {
            Self::Tls(cause)
        } else if error.is_connect() {
            Self::Unsent(cause)
        } else if error.is_timeout() {
            Self::Timeout { within }
        } else if error.is_decode() && !chain(error).any(is::<hyper::Error>) {
            // A body that breaks off counts as decoding too; then it was the connection that broke.
            Self::Decode(cause)
        } else {
            Self::Connect(cause)
        }
    }

    /// The deepest cause says what happened; the ones above it only where.
    pub(super) fn innermost(error: &reqwest::Error) -> String {
        chain(error)
            .last()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

impl From<NoAnswer> for Error {
    fn from(error: NoAnswer) -> Self {
        match error {
            NoAnswer::Failed(by) => Self::Api { by },
            NoAnswer::Partial(by) => Self::Partial { by },
            NoAnswer::NoList => Self::Decode("it has no list of shares".into()),
        }
    }
}

const fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => ": redirects are not followed; check the endpoint",
        401 => ": the key is not accepted; check that it is current and of this endpoint's region",
        403 => ": the key may not do this; check its role's permissions and its region",
        404 => ": there is no such operation; check the endpoint",
        _ => "",
    }
}

fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

fn is<E: std::error::Error + 'static>(error: &(dyn std::error::Error + 'static)) -> bool {
    // `io::Error` hides what it wraps from `source`, which may be another `io::Error`.
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error.is::<E>() || wrapped.is_some_and(|inner| is::<E>(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_is_sent_again_only_where_nothing_can_have_changed() {
        let retry_after = Some(Duration::from_secs(1));
        let status = |status| Error::Status {
            status,
            retry_after,
        };
        for (error, expected) in [
            (Error::Unsent("refused".into()), true),
            (Error::Throttled { retry_after }, true),
            (Error::Throttled { retry_after: None }, false),
            (Error::Connect("reset".into()), false),
            (status(503), false),
            (status(403), false),
            (Error::Pace, false),
            (Error::Tls("bad".into()), false),
            (
                Error::Timeout {
                    within: Duration::from_secs(1),
                },
                false,
            ),
        ] {
            assert_eq!(error.is_before_any_change(), expected, "{error}");
        }
    }
}
