//! The audit trail on pages: `/audit` has its events, and `history` those of one link, for the page of that. Both
//! are read from the disk by a thread of their own ([`reading`]), and told in the words that commands use.

mod asked;
mod event;
mod history;
mod list;
mod reading;
mod seal;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse, Response};
use tracing::error;
use url::form_urlencoded;

use super::frame::page;
use super::routes::App;
use crate::view::BadQuery;
use asked::Asked;
pub(super) use event::EventLine;
pub(super) use history::History;
use list::{List, Part};
pub(super) use reading::NoTrail;
pub use reading::TrailSource;

/// `GET /audit`. As at `/shares`, a form that sends empty fields is led on to an address without them.
pub(super) async fn list(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let text = query.unwrap_or_default();
    let asked = match Asked::parse(&text) {
        Ok(asked) => asked,
        Err(bad) => return bad_request(&bad),
    };
    if form_urlencoded::parse(text.as_bytes()).any(|(_, value)| value.is_empty()) {
        return see_other(&asked);
    }
    let (wanted, keeps_titles) = (asked.clone(), app.fleet.load().view.keep_titles);
    let part = reading::read(&app, move |reader| {
        Part::read(reader, &wanted, keeps_titles)
    });
    let part = match part.await {
        Ok(part) => Some(part),
        Err(NoTrail::NotKept) => None,
        Err(why) => return why.answer(&app),
    };
    let shown = app.clone();
    let make = move || List::new(&shown, &asked, part).html();
    match app.workers.pages.run(make).await {
        Ok(made) => html(made),
        Err(why) => why.answer(&app, false),
    }
}

/// To the same events, by the shortest address. It is relative, so that it works behind a proxy too.
fn see_other(asked: &Asked) -> Response {
    let address = format!("audit?{}", asked.text());
    let address = address.trim_end_matches('?').to_owned();
    (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response()
}

fn bad_request(bad: &BadQuery) -> Response {
    (StatusCode::BAD_REQUEST, format!("{bad}\n")).into_response()
}

fn html(made: askama::Result<String>) -> Response {
    match made {
        Ok(text) => page(Html(text)),
        Err(error) => {
            error!(%error, "cannot render the page of the audit trail");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
