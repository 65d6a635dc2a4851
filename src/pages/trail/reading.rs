//! Reading the trail for pages. A disk may be slow, or hang: a thread of its own waits for it, and nobody who asks
//! waits longer than [`PATIENCE`].

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;
use tracing::error;

use crate::audit::Progress;
use crate::pages::not_made::NotMade;
use crate::pages::routes::App;
use crate::store::{StoreError, TrailReader};

/// So long is waited for the disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the trail is, and how far it has got.
#[derive(Clone, Debug)]
pub struct TrailSource {
    /// The directory of `--storage.path`.
    pub directory: PathBuf,
    /// What is known of it without asking the disk.
    pub progress: Arc<Progress>,
}

/// Why nothing of the trail can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum NoTrail {
    /// There is none: the exporter runs without `--storage.path`.
    NotKept,
    /// It can't be read; the log says why.
    Unreadable,
    /// The disk took too long.
    Late,
    /// It was not even begun, or has failed.
    NotMade(NotMade),
}

impl NoTrail {
    /// Why, and what to do.
    pub(in crate::pages) const fn text(self) -> &'static str {
        match self {
            Self::NotKept => {
                "No audit trail is kept: start the exporter with --storage.path=DIR to write down what changes \
                 from then on."
            }
            Self::Unreadable => "The audit trail can't be read: see the log.",
            Self::Late => {
                "Reading the audit trail took too long: try again in a moment, or with more filters."
            }
            Self::NotMade(NotMade::Busy) => {
                "The audit trail is being read for others: try again in a moment."
            }
            Self::NotMade(NotMade::Failed) => "The audit trail could not be shown: see the log.",
        }
    }

    /// The answer where nothing else can be shown. Who is turned away is counted.
    pub(in crate::pages) fn answer(self, app: &App) -> Response {
        let status = match self {
            Self::NotMade(why) => return why.answer(app, false),
            Self::Late => return NotMade::Busy.answer(app, false),
            Self::NotKept => StatusCode::NOT_FOUND,
            Self::Unreadable => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, format!("{}\n", self.text())).into_response()
    }
}

/// What `read` reads of the trail.
///
/// # Errors
/// Why nothing can be shown.
pub(super) async fn read<T: Send + 'static>(
    app: &App,
    read: impl FnOnce(&TrailReader) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, NoTrail> {
    let source = app.trail.as_ref().ok_or(NoTrail::NotKept)?;
    let directory = source.directory.clone();
    let read = move || TrailReader::open(&directory).and_then(|reader| read(&reader));
    let read = timeout(PATIENCE, app.workers.trail.run(read)).await;
    let read = read.map_err(|_| NoTrail::Late)?;
    read.map_err(NoTrail::NotMade)?.map_err(|error| {
        error!(%error, "cannot read the audit trail for a page");
        NoTrail::Unreadable
    })
}
