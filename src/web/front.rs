//! What stands before the routes on every request: the size limit of its body, the password, the
//! configured headers. It also tells the connection when an answer begins and ends.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderValue, Request, Response, StatusCode, Version};
use axum::response::IntoResponse;
use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::activity::{Activity, Answering};
use super::server_options::ConnectionStats;
use super::web_config::{Refusal, WebConfig};
use crate::metrics::Refused;

/// The service of one connection.
pub(super) struct Front {
    pub(super) app: TowerToHyperService<Router>,
    pub(super) web: Option<Arc<WebConfig>>,
    pub(super) max_body_bytes: usize,
    pub(super) activity: Arc<Activity>,
    pub(super) stats: ConnectionStats,
}

impl Service<Request<Incoming>> for Front {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Answer>, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let mut answering = self.activity.answering();
        let fits = limit_body(&mut request, self.max_body_bytes);
        let (app, web, stats) = (self.app.clone(), self.web.clone(), self.stats.clone());
        Box::pin(async move {
            let response = match web {
                _ if !fits => refuse(StatusCode::PAYLOAD_TOO_LARGE),
                None => app.call(request).await?,
                Some(web) => guarded(&web, app, request, &stats).await?,
            };
            // A body that didn't say how large it is was refused where it was read.
            if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                stats.refuse(Refused::BodyTooLarge);
            }
            answering.ready();
            Ok(response.map(|body| Answer { body, answering }))
        })
    }
}

/// Whether the body may be as large as it says; one that doesn't say is cut at the limit.
fn limit_body(request: &mut Request<Incoming>, max_bytes: usize) -> bool {
    if request.body().is_end_stream() {
        return true;
    }
    DefaultBodyLimit::max(max_bytes).apply(request);
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    length.is_none_or(|length| length <= max_bytes)
}

async fn guarded(
    web: &WebConfig,
    app: TowerToHyperService<Router>,
    request: Request<Incoming>,
    stats: &ConnectionStats,
) -> Result<Response<Body>, Infallible> {
    let active = web.active();
    let version = request.version();
    let mut response = match active.admit(request.uri().path(), request.headers()).await {
        Ok(()) => app.call(request).await?,
        Err(refusal) => {
            stats.refuse(refusal.reason());
            refused(refusal, version)
        }
    };
    for (name, value) in &active.headers {
        response.headers_mut().insert(name, value.clone());
    }
    Ok(response)
}

/// Whoever is not let in is not kept either: on a connection that stays they would take the place
/// of someone else. On HTTP/2, which has no such header, they leave when they are idle.
fn refused(refusal: Refusal, version: Version) -> Response<Body> {
    let mut response = refusal.into_response();
    if version < Version::HTTP_2 {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

fn refuse(status: StatusCode) -> Response<Body> {
    let reason = status.canonical_reason().unwrap_or_default();
    (status, format!("{reason}\n")).into_response()
}

/// The body of an answer. Dropping it ends the answer.
pub(super) struct Answer {
    body: Body,
    answering: Answering,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match polled {
            Poll::Ready(_) => self.answering.ready(),
            Poll::Pending => self.answering.in_the_making(),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
