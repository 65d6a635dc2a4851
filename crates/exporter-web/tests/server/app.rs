//! Pages to serve: what an exporter has, without anything behind it.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use axum::routing::get;

pub(crate) const PROBE_PATHS: &[&str] = &["/-/healthy"];

/// Metrics of some 200 kB, a page with headers of its own, and whether it serves.
pub(crate) fn app() -> Router {
    let metrics = Bytes::from("nothing_shared 0\n".repeat(12_000));
    let page = async || {
        let headers = [
            (X_FRAME_OPTIONS, "DENY"),
            (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        ];
        (
            headers,
            "<!DOCTYPE html>\n<html><title>A page</title></html>\n",
        )
    };
    Router::new()
        .route("/metrics", get(async move || metrics))
        .route("/", get(page))
        .route("/-/healthy", get(async || "Healthy.\n"))
}
