//! What is around every page: its style, the names of the others, and what the browser may do with it.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::routes::App;

const STYLE: &str = include_str!("../../templates/pages.css");

/// The `Content-Security-Policy` of a page: its own style, its own forms, and nothing else.
pub(super) fn policy() -> HeaderValue {
    static POLICY: OnceLock<HeaderValue> = OnceLock::new();
    let make = || {
        let hash = BASE64_STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'"
        );
        HeaderValue::from_str(&policy).expect("base64 is visible ASCII")
    };
    POLICY.get_or_init(make).clone()
}

/// A page as it is sent.
pub(super) fn page(html: Html<String>) -> Response {
    let html_type = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [
        (CONTENT_TYPE, html_type),
        (CONTENT_SECURITY_POLICY, policy()),
    ];
    (headers, html).into_response()
}

/// What every page says around its own.
pub(super) struct Frame {
    pub(super) style: &'static str,
    /// What leads from the page to `/`: links have no leading slash, so that they also work behind a proxy
    /// that adds a prefix.
    pub(super) root: &'static str,
    /// What the page is called among the others.
    name: &'static str,
    pub(super) version: String,
    /// Whether the data is invented.
    pub(super) is_demo: bool,
    /// Whether there are pages with details of links.
    pub(super) has_shares: bool,
    /// Without the leading slash.
    pub(super) metrics: String,
    pub(super) repository: &'static str,
}

impl Frame {
    /// Of the page called `name`, from which `root` leads to `/`.
    pub(super) fn new(app: &App, name: &'static str, root: &'static str) -> Self {
        let metrics = app.telemetry_path.as_str().trim_start_matches('/');
        Self {
            style: STYLE,
            root,
            name,
            version: version(app),
            is_demo: app.is_demo,
            has_shares: app.has_shares(),
            metrics: metrics.to_owned(),
            repository: env!("CARGO_PKG_REPOSITORY"),
        }
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.name == name
    }
}

fn version(app: &App) -> String {
    let short: String = app.revision.chars().take(12).collect();
    match short.as_str() {
        "" | "unknown" => app.version.clone(),
        short => format!("{} ({short})", app.version),
    }
}
