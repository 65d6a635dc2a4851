//! The pages about links: `list` has the rows, `one` a link whole, `export` the rows as a file. All of them
//! read the rows of `view`. Who may see them is for `viewers` to say, before anything here is asked.

mod axis;
pub(super) mod blind;
mod export;
pub(super) mod form;
mod gone;
mod line;
mod list;
mod one;

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse, Response};
use tracing::error;
use url::form_urlencoded;

use super::details::read_ref;
use super::frame::page;
use super::routes::App;
use super::trail::{History, NoTrail};
use super::viewers::Viewer;
use crate::view::{BadQuery, Query};
use list::List;
use one::One;

/// `GET /shares`. A form sends its empty fields too: then it leads on to an address without them, which says
/// what is shown and nothing else.
pub(super) async fn list(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let text = query.unwrap_or_default();
    let query = match parse(Some(&text)) {
        Ok(query) => query,
        Err(bad) => return bad_request(&bad),
    };
    if form_urlencoded::parse(text.as_bytes()).any(|(_, value)| value.is_empty()) {
        return see_other(&query);
    }
    let shown = app.clone();
    let make = move || List::new(&shown, &query).map(|list| list.render());
    match app.workers.pages.run(make).await {
        Ok(Err(bad)) => bad_request(&bad),
        Ok(Ok(made)) => html(made),
        Err(why) => why.answer(&app, false),
    }
}

/// `GET /shares/REF`. An unknown ref is told from one that is none by nothing.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Extension(viewer): Extension<Viewer>,
    reference: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    let is_address_asked = match query.as_deref() {
        None | Some("") => false,
        Some("address=show") => true,
        Some(_) => {
            let text = "Expected nothing after `?`, or address=show.\n";
            return (StatusCode::BAD_REQUEST, text).into_response();
        }
    };
    let Some(reference) = read_ref(reference) else {
        return not_found();
    };
    let history = History::read(&app, reference).await;
    let unread = history.as_ref().err().copied();
    let shown = app.clone();
    let make = move || {
        let one = One::new(&shown, reference, &viewer, is_address_asked, history);
        one.map(|one| one.render())
    };
    match (app.workers.pages.run(make).await, unread) {
        (Ok(Some(made)), _) => html(made),
        // It may have one.
        (Ok(None), Some(why)) if why != NoTrail::NotKept => why.answer(&app),
        (Ok(None), _) => not_found(),
        (Err(why), _) => why.answer(&app, false),
    }
}

/// `GET /shares.csv`.
pub(super) async fn as_csv(
    app: State<Arc<App>>,
    viewer: Extension<Viewer>,
    query: RawQuery,
) -> Response {
    export(app, viewer, query, export::Form::Csv).await
}

/// `GET /shares.json`.
pub(super) async fn as_json(
    app: State<Arc<App>>,
    viewer: Extension<Viewer>,
    query: RawQuery,
) -> Response {
    export(app, viewer, query, export::Form::Json).await
}

async fn export(
    State(app): State<Arc<App>>,
    Extension(viewer): Extension<Viewer>,
    RawQuery(query): RawQuery,
    form: export::Form,
) -> Response {
    let query = match parse(query.as_deref()) {
        Ok(query) => query,
        Err(bad) => return bad_request(&bad),
    };
    let permit = match app.workers.may_send_file() {
        Ok(permit) => permit,
        Err(why) => return why.answer(&app, false),
    };
    let shown = app.clone();
    let make = move || export::file(&shown, &query, &viewer, form);
    match app.workers.files.run(make).await {
        Ok(Ok(file)) => file.answer(Arc::new(permit)),
        Ok(Err(none)) => none.answer(),
        Err(why) => why.answer(&app, false),
    }
}

/// A page is no answer of the API, and has no cursor.
fn parse(query: Option<&str>) -> Result<Query, BadQuery> {
    let query = Query::parse(query.unwrap_or_default())?;
    match query.cursor {
        None => Ok(query),
        Some(cursor) => Err(BadQuery {
            name: "cursor".to_owned(),
            value: cursor.text(),
            expected: "expected none: pages are asked for by `page`".to_owned(),
        }),
    }
}

/// To the same rows, by the shortest address. It is relative, so that it works behind a proxy too.
fn see_other(query: &Query) -> Response {
    let address = format!("shares?{}", query.text());
    let address = address.trim_end_matches('?').to_owned();
    (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response()
}

fn bad_request(bad: &BadQuery) -> Response {
    (StatusCode::BAD_REQUEST, format!("{bad}\n")).into_response()
}

fn not_found() -> Response {
    let text = "No link of this ref is known. It may have been taken down since, or its list could not be \
                read: /shares says what could not.\n";
    (StatusCode::NOT_FOUND, text).into_response()
}

fn html(made: askama::Result<String>) -> Response {
    match made {
        Ok(text) => page(Html(text)),
        Err(error) => {
            error!(%error, "cannot render a page about links");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
