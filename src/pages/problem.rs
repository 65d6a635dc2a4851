//! Errors of the API, as RFC 9457 has them.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that says what is wrong: `detail` is a sentence or two on what was expected and what to
/// do. What it repeats of what was asked is escaped.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    let json = HeaderValue::from_static("application/problem+json");
    (status, [(CONTENT_TYPE, json)], format!("{body}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn it_is_a_problem_as_rfc_9457_has_it() {
        let answer = problem(StatusCode::NOT_FOUND, "There is no \"link\".");
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
        let body = to_bytes(answer.into_body(), 1000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let expected = json!({
            "type": "about:blank", "title": "Not Found", "status": 404,
            "detail": "There is no \"link\".",
        });
        assert_eq!(body, expected);
    }
}
