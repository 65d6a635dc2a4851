//! What can be asked for:
//!
//! | path | answers |
//! |---|---|
//! | `GET /metrics` | the metrics, text format 0.0.4; the path can be configured |
//! | `GET /` | the landing page; `?q=TEXT` shows the organisations whose names contain it, `&show=attention`, `open` or `all` which of them; with `&refresh=on` it reads itself again |
//! | `GET /-/healthy` | 200, always: the process serves |
//! | `GET /-/ready` | 200 once each list that is watched has been read, or refused as forbidden, else 503 |
//! | `GET /shares…`, `/audit`, `/api/v1/…` | details of links, for those who may see them: the table of `details` |
//! | `POST`, `PUT /-/reload` | reads the configuration again; 403 unless that is enabled, and to a page of another site |
//!
//! Everything else is 404. `GET /metrics` is the one that must be fast: no layer is in front of it.

use std::fmt::Write as _;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use exporter_web::WebConfig;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use super::cross_site::is_cross_site;
use super::filter::Filter;
use super::frame::page;
use super::rows::RowLinks;
use super::scrapes::metrics;
use super::telemetry_path::TelemetryPath;
use super::trail::TrailSource;
use super::viewers::Viewers;
use super::workers::Workers;
use super::{details, landing, words};
use crate::clock::Clock;
use crate::inventory::{FleetHandle, Organization};
use crate::metrics::Exposition;
use crate::policy::Policy;
use crate::share::{BaseUrl, ShareKind};

const HEALTHY: &str = "/-/healthy";
/// How many organisations are named that are not ready.
const MAX_MISSING: usize = 20;

/// Where it is asked whether the process serves.
pub const PROBE_PATHS: &[&str] = &[HEALTHY];

/// Asks whoever holds the configuration to read it again. The answer is why it could not.
#[derive(Debug)]
pub struct ReloadRequest(pub oneshot::Sender<Result<(), String>>);

/// What the routes show.
#[derive(Clone, Debug)]
pub struct App {
    /// What `/metrics` answers.
    pub exposition: Arc<Exposition>,
    /// The organisations.
    pub fleet: Arc<FleetHandle>,
    /// The policy in use.
    pub policy: Arc<ArcSwap<Policy>>,
    /// What now is.
    pub clock: Clock,
    /// Where what is large is made.
    pub workers: Arc<Workers>,
    /// Where to ask for a reload; none: `/-/reload` is not enabled.
    pub reload: Option<mpsc::Sender<ReloadRequest>>,
    /// Where the audit trail is; none: none is kept.
    pub trail: Option<TrailSource>,
    /// Where the metrics are.
    pub telemetry_path: TelemetryPath,
    /// What is asked of clients; none: nothing.
    pub web: Option<Arc<WebConfig>>,
    /// Who may see details of links.
    pub viewers: Arc<Viewers>,
    /// Where people find the pages; none: nobody has said.
    pub external_url: Option<BaseUrl>,
    /// Whether the data is the built-in simulator's.
    pub is_demo: bool,
    /// The version that the landing page shows.
    pub version: String,
    /// The commit that it was built from; empty or `unknown`: not shown.
    pub revision: String,
}

impl App {
    /// Whether whoever is shown a page has logged in.
    pub(super) fn identifies_clients(&self) -> bool {
        self.web
            .as_ref()
            .is_some_and(|web| web.identifies_clients())
    }

    /// Whether details of links are shown to anybody.
    pub(super) fn has_shares(&self) -> bool {
        let has_users = |web: &WebConfig| web.identifies_clients() || web.verifies_certificates();
        let are_identified = self.web.as_deref().is_some_and(has_users);
        self.viewers.has_some(are_identified)
    }

    /// How pages lead to the rows that they count.
    pub(super) fn row_links(&self) -> RowLinks {
        RowLinks {
            are_there: self.has_shares(),
        }
    }

    /// Whether some clients have a certificate that is verified.
    pub(super) fn verifies_certificates(&self) -> bool {
        self.web
            .as_ref()
            .is_some_and(|web| web.verifies_certificates())
    }
}

/// All routes.
pub fn router(app: App) -> Router {
    let reload = match app.reload {
        Some(_) => post(reload).put(reload),
        None => post(forbidden).put(forbidden),
    };
    let app = Arc::new(app);
    Router::new()
        .merge(details::routes(&app))
        .route(app.telemetry_path.as_str(), get(metrics))
        .route("/", get(landing_page))
        .route(HEALTHY, get(async || "Healthy.\n"))
        .route("/-/ready", get(ready))
        .route("/-/reload", reload)
        .fallback(async || (StatusCode::NOT_FOUND, "404 page not found\n"))
        .with_state(app)
}

async fn landing_page(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let filter = Filter::parse(query.as_deref().unwrap_or_default());
    let shown = app.clone();
    let make = move || landing::Page::new(&shown, &filter, shown.clock.read()).html();
    match app.workers.pages.run(make).await {
        Ok(Ok(html)) => (landing_headers(), page(html)).into_response(),
        Ok(Err(error)) => {
            error!(%error, "cannot render the landing page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(why) => why.answer(&app, false),
    }
}

/// What every page needs.
fn landing_headers() -> impl axum::response::IntoResponseParts {
    let fixed = HeaderValue::from_static;
    [
        (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (X_FRAME_OPTIONS, fixed("DENY")),
        (REFERRER_POLICY, fixed("no-referrer")),
        (CACHE_CONTROL, fixed("no-store")),
    ]
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    let fleet = app.fleet.load();
    let missing = |organization: &Organization| {
        let lists: Vec<_> = organization.missing().map(ShareKind::list).collect();
        (!lists.is_empty()).then(|| (organization.name().to_owned(), lists.join(", ")))
    };
    let mut missing = fleet.organizations.iter().filter_map(|it| missing(it));
    let mut text = String::new();
    for partner in fleet
        .partners
        .iter()
        .filter(|it| !it.standing().is_answered())
    {
        // Writing to a string never fails, here and below.
        let _ = writeln!(
            text,
            "Not ready: the clients of {} were not listed yet.",
            partner.name()
        );
    }
    for (name, lists) in missing.by_ref().take(MAX_MISSING) {
        let _ = writeln!(
            text,
            "Not ready: {name} has lists that were not read yet: {lists}."
        );
    }
    let more = missing.count() as u64;
    if more > 0 {
        let more = words::counted(more, "more organisation");
        let _ = writeln!(text, "Not ready: {more}.");
    }
    if text.is_empty() {
        "Ready.\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
    }
}

async fn forbidden() -> (StatusCode, &'static str) {
    let message = "Lifecycle API is not enabled: start with --web.enable-lifecycle.\n";
    (StatusCode::FORBIDDEN, message)
}

async fn reload(State(app): State<Arc<App>>, request: Request) -> Response {
    let Some(requests) = &app.reload else {
        return forbidden().await.into_response();
    };
    if is_cross_site(&request) {
        let message = "A page of another site asked for this reload, which is refused. Ask with a \
                       program that is no browser, or send SIGHUP.\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let (answer, answered) = oneshot::channel();
    let ended = || Err("the exporter is shutting down".to_owned());
    let result = match requests.try_send(ReloadRequest(answer)) {
        Ok(()) => answered.await.unwrap_or_else(|_| ended()),
        Err(TrySendError::Full(_)) => Err("a reload is already under way".to_owned()),
        Err(TrySendError::Closed(_)) => ended(),
    };
    match result {
        Ok(()) => "Reloaded.\n".into_response(),
        Err(message) => {
            let message = format!("failed to reload the configuration: {message}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
        }
    }
}
