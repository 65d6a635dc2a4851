//! What is answered where something could not be made: a fault, or too much that waits already.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::problem::problem;
use super::routes::App;

/// In so many seconds there is room again, as a rule.
const RETRY_SECS: u16 = 5;

/// Why something was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotMade {
    /// Too much waits already.
    Busy,
    /// A panic, which is in the log.
    Failed,
}

impl NotMade {
    /// The answer, as the API or as a page. Who is turned away is counted.
    pub(super) fn answer(self, app: &App, is_api: bool) -> Response {
        let (status, text) = match self {
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Too busy with other requests: try again in a moment.",
            ),
            Self::Failed => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The answer could not be made: see the log.",
            ),
        };
        let mut answer = match is_api {
            true => problem(status, text),
            false => (status, format!("{text}\n")).into_response(),
        };
        if self == Self::Busy {
            app.exposition.count_overload();
            let after = HeaderValue::from(RETRY_SECS);
            answer.headers_mut().insert(RETRY_AFTER, after);
        }
        answer
    }
}
