//! `GET /metrics`. What is kept is sent at once. What has to be made is made on a thread of its own,
//! one rendering after another, so that many who come at once get the same one, and nothing else waits.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::Response;
use bytes::Bytes;
use std::sync::Arc;

use super::encoding::accepts_gzip;
use super::not_made::NotMade;
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
    let made = match make(&app, form).await {
        Ok(made) => made,
        Err(why) => return why.answer(&app, false),
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

async fn make(app: &App, form: Form) -> Result<Bytes, NotMade> {
    if let Some(kept) = app.exposition.kept(form) {
        return Ok(kept);
    }
    let exposition = app.exposition.clone();
    app.workers
        .metrics
        .run(move || exposition.render(form))
        .await
}
