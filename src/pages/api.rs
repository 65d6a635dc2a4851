//! `GET /api/v1/…`: the rows of the pages as JSON. `docs/api.md` has the form, and a test holds the answers
//! to it. Rows are in an order that doesn't change, so that whoever follows `next_cursor` to its end has seen
//! each link that was there all the time exactly once.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use url::form_urlencoded;

use super::details::read_ref;
use super::problem::problem;
use super::routes::App;
use super::viewers::Viewer;
use crate::inventory::Snapshot;
use crate::view::{
    BadQuery, Cursor, Filter, OneShare, Organizations, PARAMETERS, Query, Reader, Rows, Shares,
};

/// `GET /api/v1/shares`.
pub(super) async fn shares(
    State(app): State<Arc<App>>,
    Extension(viewer): Extension<Viewer>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = match parse(query.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(bad) => return problem(StatusCode::BAD_REQUEST, &bad.to_string()),
    };
    made(app, move |app, snapshot| {
        let (filter, limit) = (&query.filter, query.rows_a_page());
        let policy = app.policy.load();
        let all = (snapshot, &**policy);
        let (rows, next) = Cursor::rows(query.cursor.as_ref(), all, filter, limit);
        let reader = Reader {
            sees_addresses: viewer.sees_addresses,
            policy: &policy,
        };
        Some(json(&Shares::new(
            (snapshot, filter),
            &rows,
            next.as_ref(),
            reader,
        )))
    })
    .await
}

/// `GET /api/v1/shares/REF`.
pub(super) async fn share(
    State(app): State<Arc<App>>,
    Extension(viewer): Extension<Viewer>,
    reference: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    if query.is_some_and(|query| !query.is_empty()) {
        return problem(StatusCode::BAD_REQUEST, "Expected nothing after `?`.");
    }
    let Some(reference) = read_ref(reference) else {
        return not_found();
    };
    made(app, move |app, snapshot| {
        let filter = Filter {
            refs: vec![reference],
            ..Filter::default()
        };
        let policy = app.policy.load();
        let rows = Rows::new(snapshot, &policy, &filter).rows;
        let reader = Reader {
            sees_addresses: viewer.sees_addresses,
            policy: &policy,
        };
        (!rows.is_empty()).then(|| json(&OneShare::new(snapshot, &rows, reader)))
    })
    .await
}

/// `GET /api/v1/organizations`.
pub(super) async fn organizations(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Response {
    if query.is_some_and(|query| !query.is_empty()) {
        return problem(StatusCode::BAD_REQUEST, "Expected nothing after `?`.");
    }
    made(app, |_, snapshot| Some(json(&Organizations::new(snapshot)))).await
}

/// What `make` makes beside the threads that serve.
async fn made(
    app: Arc<App>,
    make: impl FnOnce(&App, &Snapshot) -> Option<Vec<u8>> + Send + 'static,
) -> Response {
    let shown = app.clone();
    let make = move || {
        let snapshot = Snapshot::new(&shown.fleet.load(), shown.clock.read());
        make(&shown, &snapshot)
    };
    match app.workers.pages.run(make).await {
        Ok(Some(body)) => {
            let json = HeaderValue::from_static("application/json");
            ([(CONTENT_TYPE, json)], body).into_response()
        }
        Ok(None) => not_found(),
        Err(why) => why.answer(&app, true),
    }
}

/// The order is always the same here, and rows are followed by a cursor. A filter without a value is refused:
/// no form asks here, and what a script leaves empty by mistake would ask for all.
fn parse(text: &str) -> Result<Query, BadQuery> {
    let query = Query::parse(text)?;
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    let is_filter = |name: &str| PARAMETERS.iter().any(|it| it.name == name);
    let empty = pairs.find(|(name, value)| value.is_empty() && is_filter(name));
    if let Some((name, value)) = empty {
        return Err(BadQuery {
            name: name.into_owned(),
            value: value.into_owned(),
            expected: "expected a value; without the filter, all links are let through".to_owned(),
        });
    }
    // Asked for by their names: the usual order of pages is none that these rows have.
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    let of_pages = pairs.find(|(name, value)| {
        let is_of_pages = name == "sort" || name == "page";
        is_of_pages && !value.is_empty()
    });
    match of_pages {
        None => Ok(query),
        Some((name, value)) => Err(BadQuery {
            name: name.into_owned(),
            value: value.into_owned(),
            expected: "expected none: rows are followed by `cursor`, in an order that doesn't \
                       change"
                .to_owned(),
        }),
    }
}

fn json(answer: &impl Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec(answer).expect("links are JSON");
    json.push(b'\n');
    json
}

fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, "No link of this ref is known.")
}
