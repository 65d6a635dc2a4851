//! What every request passes before the routes: that it is for one host, the size limit of its
//! body, the password, the configured headers. It tells the routes who asks, and the connection when an answer begins
//! and ends.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, HOST};
use axum::http::{HeaderValue, Request, Response, StatusCode, Version};
use axum::response::IntoResponse;
use hyper::body::{Body as _, Incoming};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::answer_body::AnswerBody;
use crate::client::Client;
use crate::config::{ShownCertificate, WebConfig};
use crate::deadlines::Activity;
use crate::peer::Peer;
use crate::rejection::Rejection;
use crate::stats::{ConnectionStats, Refused};

/// The service of one connection.
pub(super) struct Guard {
    pub(super) app: TowerToHyperService<Router>,
    pub(super) web: Option<Arc<WebConfig>>,
    pub(super) max_body_bytes: usize,
    pub(super) probe_paths: &'static [&'static str],
    pub(super) activity: Arc<Activity>,
    pub(super) caller: Caller,
    pub(super) stats: ConnectionStats,
}

/// Who is at the other end of a connection.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) peer: Peer,
    pub(super) certificate: Option<Arc<ShownCertificate>>,
}

impl From<Peer> for Caller {
    fn from(peer: Peer) -> Self {
        Self {
            peer,
            certificate: None,
        }
    }
}

impl Service<Request<Incoming>> for Guard {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let answering = self.activity.answering(!request.body().is_end_stream());
        let version = request.version();
        let checked =
            check_host(&request).and_then(|()| limit_body(&mut request, self.max_body_bytes));
        let (app, web, stats) = (self.app.clone(), self.web.clone(), self.stats.clone());
        let (caller, probe_paths) = (self.caller.clone(), self.probe_paths);
        Box::pin(async move {
            let response = match (checked, web) {
                (Err(rejection), _) => rejected(rejection, version, &stats),
                (Ok(()), None) => answer(app, request, Client::default(), &stats).await?,
                (Ok(()), Some(web)) => {
                    let is_probe = probe_paths.contains(&request.uri().path());
                    configured(&web, app, request, &caller, is_probe, &stats).await?
                }
            };
            answering.part_ready();
            Ok(response.map(|body| AnswerBody::new(body, answering, version == Version::HTTP_2)))
        })
    }
}

/// A request of HTTP/1.1 has exactly one `Host` (RFC 9112, section 3.2). Two programs that read
/// different ones of several would not agree on what was asked.
fn check_host<B>(request: &Request<B>) -> Result<(), Rejection> {
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() == Version::HTTP_11 => Err(Rejection::NoHost),
        (_, Some(_)) => Err(Rejection::ManyHosts),
        _ => Ok(()),
    }
}

/// Refuses a body that says it is larger; one that doesn't say is cut at the limit.
fn limit_body(request: &mut Request<Incoming>, max_bytes: usize) -> Result<(), Rejection> {
    if request.body().is_end_stream() {
        return Ok(());
    }
    DefaultBodyLimit::max(max_bytes).apply(request);
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > max_bytes) {
        return Err(Rejection::BodyTooLarge);
    }
    Ok(())
}

async fn configured(
    web: &WebConfig,
    app: TowerToHyperService<Router>,
    request: Request<Incoming>,
    caller: &Caller,
    is_probe: bool,
    stats: &ConnectionStats,
) -> Result<Response<Body>, Infallible> {
    let active = web.active();
    let version = request.version();
    let admission = active.admit(request.headers(), caller.peer, is_probe);
    let mut response = match admission.await {
        Ok(user) => {
            let certificate = caller.certificate.as_ref();
            let client = Client {
                user,
                has_certificate: certificate.is_some_and(|it| it.is_trusted_by(&active)),
            };
            answer(app, request, client, stats).await?
        }
        Err(rejection) => rejected(rejection, version, stats),
    };
    for (name, value) in &active.headers {
        response.headers_mut().insert(name, value.clone());
    }
    Ok(response)
}

async fn answer(
    app: TowerToHyperService<Router>,
    mut request: Request<Incoming>,
    client: Client,
    stats: &ConnectionStats,
) -> Result<Response<Body>, Infallible> {
    request.extensions_mut().insert(client);
    let response = app.call(request).await?;
    // A body that didn't say how large it is was refused where it was read.
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        stats.refuse(Refused::BodyTooLarge);
    }
    Ok(response)
}

/// A client that is refused is not kept either: its connection would take the place of another. On
/// HTTP/2, which has no such header, it ends when it is idle.
fn rejected(rejection: Rejection, version: Version, stats: &ConnectionStats) -> Response<Body> {
    stats.refuse(rejection.reason());
    let mut response = rejection.into_response();
    if version < Version::HTTP_2 {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}
