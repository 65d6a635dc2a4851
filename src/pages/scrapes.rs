//! `GET /metrics`. What is kept is sent at once. What has to be made is made on a thread of its own,
//! one rendering after another, so that many who come at once get the same one, and nothing else waits.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::sync::Arc;

use super::encoding::accepts_gzip;
use super::routes::App;
use crate::metrics::Form;

/// The text format that every Prometheus reads, whatever it says in `Accept`.
const TEXT_FORMAT: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

pub(super) async fn metrics(State(app): State<Arc<App>>, request: Request) -> Response {
    let form = match accepts_gzip(request.headers()) {
        true => Form::Gzip,
        false => Form::Text,
    };
    let Some(made) = make(&app, form).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut answer = Response::new(Body::from(made));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, TEXT_FORMAT);
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if form == Form::Gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    answer
}

async fn make(app: &App, form: Form) -> Option<Bytes> {
    if let Some(kept) = app.exposition.kept(form) {
        return Some(kept);
    }
    let exposition = app.exposition.clone();
    app.workers
        .metrics
        .run(move || exposition.render(form))
        .await
}
