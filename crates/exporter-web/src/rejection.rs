//! Why a request is refused before it comes to the routes, and what its client is told.

use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};

use crate::stats::Refused;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejection {
    /// HTTP/1.1 without a `Host`.
    NoHost,
    /// More than one `Host`.
    ManyHosts,
    /// A body that says it is above the limit.
    BodyTooLarge,
    /// No user's name and password.
    Unauthorized,
    /// More requests than `rate_limit` lets through.
    TooMany,
    /// More passwords than may wait for being checked.
    Busy,
}

impl Rejection {
    /// For the metric.
    pub(super) fn reason(self) -> Refused {
        match self {
            Self::NoHost | Self::ManyHosts => Refused::Malformed,
            Self::BodyTooLarge => Refused::BodyTooLarge,
            Self::Unauthorized => Refused::Unauthorized,
            Self::TooMany => Refused::RateLimited,
            Self::Busy => Refused::Busy,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let bad_request = |message| (StatusCode::BAD_REQUEST, message).into_response();
        match self {
            Self::NoHost => bad_request("Bad Request: no Host header\n"),
            Self::ManyHosts => bad_request("Bad Request: more than one Host header\n"),
            Self::BodyTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large\n").into_response()
            }
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                [(WWW_AUTHENTICATE, "Basic")],
                "Unauthorized\n",
            )
                .into_response(),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests\n").into_response(),
            Self::Busy => (
                StatusCode::TOO_MANY_REQUESTS,
                [(RETRY_AFTER, "1")],
                "Too many passwords to check, try again\n",
            )
                .into_response(),
        }
    }
}
