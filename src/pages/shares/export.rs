//! `/shares.csv` and `/shares.json`: the rows that a page shows, all of them, as a file.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::OwnedSemaphorePermit;

use crate::inventory::Snapshot;
use crate::pages::routes::App;
use crate::pages::viewers::Viewer;
use crate::view::{BadQuery, Query, Reader, Rows, Shares, csv, gaps};

/// So many rows are in a file: each is about a kilobyte, and the whole is in memory while it is sent.
const MAX_ROWS: usize = 100_000;
/// It is sent in pieces of this size.
const PIECE: usize = 64 << 10;

/// The form of a file.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Csv,
    Json,
}

/// Why there is no file.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum NoFile {
    #[error(
        "{0} links are more than a file may have: {MAX_ROWS}. Ask for fewer by a filter or a limit, or read \
         them page by page from /api/v1/shares."
    )]
    TooMany(usize),
    #[error(transparent)]
    BadQuery(#[from] BadQuery),
}

impl NoFile {
    pub(super) fn answer(&self) -> Response {
        (StatusCode::BAD_REQUEST, format!("{self}\n")).into_response()
    }
}

/// What is asked for, as a file.
pub(super) fn file(app: &App, query: &Query, viewer: &Viewer, form: Form) -> Result<File, NoFile> {
    let snapshot = Snapshot::new(&app.fleet.load(), app.clock.read());
    let policy = app.policy.load();
    let mut rows = Rows::new(&snapshot, &policy, &query.filter).rows;
    let range = match (query.limit, query.page) {
        (None, None) => 0..rows.len(),
        _ => query.rows_of_page(query.page_of(rows.len())?.0),
    };
    let rows = query.order.part(&mut rows, range);
    if rows.len() > MAX_ROWS {
        return Err(NoFile::TooMany(rows.len()));
    }
    let reader = Reader {
        sees_addresses: viewer.sees_addresses,
        policy: &policy,
    };
    let mut gaps = gaps(&snapshot, &query.filter).into_iter();
    let is_whole = !gaps.any(|it| it.concerns(&query.filter));
    let bytes = match form {
        Form::Csv => csv(rows, reader),
        Form::Json => {
            let shares = Shares::new((&snapshot, &query.filter), rows, None, reader);
            let mut json = serde_json::to_vec(&shares).expect("links are JSON");
            json.push(b'\n');
            json
        }
    };
    Ok(File {
        bytes: bytes.into(),
        form,
        is_whole,
    })
}

/// A file as it is sent.
pub(super) struct File {
    bytes: Bytes,
    form: Form,
    /// Whether all could be seen that was asked for.
    is_whole: bool,
}

impl File {
    /// The answer, which holds on to its permit until it is sent.
    pub(super) fn answer(self, permit: Arc<OwnedSemaphorePermit>) -> Response {
        let (media_type, ending) = match self.form {
            Form::Csv => ("text/csv; charset=utf-8", "csv"),
            Form::Json => ("application/json", "json"),
        };
        // A table can't say what it lacks, so that its name does.
        let name = match self.is_whole {
            true => format!("attachment; filename=\"shares.{ending}\""),
            false => format!("attachment; filename=\"shares-not-all-seen.{ending}\""),
        };
        let pieces = stream::unfold((self.bytes, permit), |(mut rest, permit)| async move {
            let size = rest.len().min(PIECE);
            (size > 0).then(|| {
                let piece = rest.split_to(size);
                (Ok::<_, std::convert::Infallible>(piece), (rest, permit))
            })
        });
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (
                CONTENT_DISPOSITION,
                HeaderValue::try_from(name).expect("ASCII"),
            ),
        ];
        (headers, Body::from_stream(pieces)).into_response()
    }
}
