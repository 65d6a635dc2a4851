//! The routes that show details of links, each behind [`guard`]:
//!
//! | path | answers |
//! |---|---|
//! | `GET /shares` | the links, a row each; `?` and filters say which |
//! | `GET /shares.csv`, `/shares.json` | the same as a file |
//! | `GET /shares/REF` | one link, with its history |
//! | `GET /audit` | the audit trail; `?` and filters say which events |
//! | `GET /api/v1/shares` | the links, as JSON |
//! | `GET /api/v1/shares/REF` | one link, as JSON |
//! | `GET /api/v1/organizations` | the organisations, as JSON |
//!
//! A new one is a line in the table of `routes`, so that nobody can forget the guard.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::problem::problem;
use super::routes::App;
use super::viewers::guard;
use super::{api, shares, trail};
use crate::share::Ref;

/// Whether the path is one of the API, whose errors are JSON.
pub(super) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Whether a page of another site may lead there: to a page, and to that of one link only while it does not
/// show the link's own address. A file would be stored without anybody having asked for it here.
pub(super) fn may_be_linked_to(uri: &Uri) -> bool {
    let asks_more = uri.query().is_some_and(|query| !query.is_empty());
    match uri.path() {
        "/shares" | "/audit" => true,
        path => path.starts_with("/shares/") && !asks_more,
    }
}

/// All of them.
pub(super) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/shares", get(shares::list))
        .route("/shares.csv", get(shares::as_csv))
        .route("/shares.json", get(shares::as_json))
        .route("/shares/{ref}", get(shares::one))
        .route("/audit", get(trail::list))
        .route("/api/v1/shares", get(api::shares))
        .route("/api/v1/shares/{ref}", get(api::share))
        .route("/api/v1/organizations", get(api::organizations))
        // What is not there is refused as what is: who may not see learns nothing of either.
        .route("/api/v1", get(not_found))
        .route("/api/v1/", get(not_found))
        .route("/api/v1/{*rest}", get(not_found))
        .method_not_allowed_fallback(only_get)
        .layer(from_fn_with_state(app.clone(), guard))
}

/// The ref in a path; none where it is no ref, or no text.
pub(super) fn read_ref(reference: Result<Path<String>, PathRejection>) -> Option<Ref> {
    reference.ok()?.parse().ok()
}

async fn not_found() -> Response {
    let detail = "There is no such resource. There are /api/v1/shares, /api/v1/shares/REF and \
                  /api/v1/organizations.";
    problem(StatusCode::NOT_FOUND, detail)
}

async fn only_get(uri: Uri) -> Response {
    let detail = "Expected GET or HEAD: nothing can be changed here.";
    let status = StatusCode::METHOD_NOT_ALLOWED;
    if is_api(uri.path()) {
        problem(status, detail)
    } else {
        (status, format!("{detail}\n")).into_response()
    }
}
