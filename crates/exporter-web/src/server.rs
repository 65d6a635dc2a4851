//! Connections, plain or TLS: how many there may be, how long each may take, how they end. It
//! knows nothing of routes, so that the same code serves any.
//!
//! Each connection is a task of its own from the moment it is accepted; a client that stalls in
//! its TLS handshake keeps nobody else waiting.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use crate::config::{ALPN_HTTP2, ShownCertificate};
use crate::connection_limit::ConnectionLimit;
use crate::deadlines::{Activity, Timeouts};
use crate::guard::{Caller, Guard};
use crate::handshake::Handshakes;
use crate::options::ServerOptions;
use crate::peer::Peer;
use crate::stats::Refused;
use crate::timed_stream::TimedStream;

/// Serves `app` to whoever connects to `listener`, until `shutdown`; then lets the answers that
/// are under way finish, for at most [`ServerOptions::grace`].
///
/// Dropping the future ends every connection at once.
///
/// # Errors
/// None at present: a connection that can't be accepted is logged, and the next one is awaited.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    options: ServerOptions,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let limit = ConnectionLimit::new(options.connections.clone());
    let abort = CancellationToken::new();
    let _abort_when_dropped = abort.clone().drop_guard();
    let server = Arc::new(Server {
        app,
        handshakes: Handshakes::new(options.tls_handshake_timeout),
        options,
        shutdown: shutdown.clone(),
    });
    let tasks = TaskTracker::new();
    let next = async || {
        let (stream, client) = accept(&listener).await;
        let activity = Activity::new(server.timeouts());
        let slot = limit.slot(Peer::from(client), &activity).await;
        (stream, client, activity, slot)
    };
    while let Some((stream, client, activity, slot)) = shutdown.run_until_cancelled(next()).await {
        let Some(slot) = slot else {
            debug!(%client, "a client that has as many connections as it may was refused one more");
            continue;
        };
        let (server, abort) = (server.clone(), abort.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = abort.cancelled() => {}
                () = slot.close.cancelled() => {
                    debug!(%client, "a connection that was waited for was closed for another");
                }
                () = server.connection(stream, client, activity) => {}
            }
            drop(slot);
        });
    }
    drop(listener);
    tasks.close();
    if timeout(server.options.grace, tasks.wait()).await.is_err() {
        warn!(
            connections = server.options.connections.open(),
            "ending connections that were still being answered"
        );
        abort.cancel();
        tasks.wait().await;
    }
    Ok(())
}

/// The next connection. What fails is not the server's end: descriptors may have run out, and
/// come back when others leave.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    const PAUSE: Duration = Duration::from_millis(50);
    const LONGEST_PAUSE: Duration = Duration::from_secs(1);
    let mut pause = PAUSE;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if pause == PAUSE {
                    warn!(%error, "cannot accept connections; trying again");
                }
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Whether the client went away before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

struct Server {
    app: Router,
    handshakes: Handshakes,
    options: ServerOptions,
    shutdown: CancellationToken,
}

impl Server {
    fn timeouts(&self) -> Timeouts {
        Timeouts {
            head: self.options.header_timeout,
            idle: self.options.idle_timeout,
            part: self.options.write_timeout,
            answer: self.options.answer_timeout,
        }
    }

    fn refuse(&self, reason: Refused) {
        self.options.connections.refuse(reason);
    }

    async fn connection(&self, stream: TcpStream, client: SocketAddr, activity: Arc<Activity>) {
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "cannot set TCP_NODELAY");
        }
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.options.write_timeout));
        let stream = Box::pin(stream);
        let mut caller = Caller::from(Peer::from(client));
        let web = self.options.web.as_ref();
        let Some(tls) = web.and_then(|web| web.active().tls.clone()) else {
            return self
                .converse(stream, Protocol::Http1, caller, activity)
                .await;
        };
        let handshake = self.handshakes.perform(stream, client, tls.config.clone());
        match self.shutdown.run_until_cancelled(handshake).await {
            None => {}
            Some(None) => self.refuse(Refused::TlsHandshake),
            Some(Some(stream)) => {
                let session = stream.get_ref().1;
                let protocol = match session.alpn_protocol() {
                    Some(ALPN_HTTP2) => Protocol::Http2,
                    _ => Protocol::Http1,
                };
                caller.certificate = ShownCertificate::new(session, &tls).map(Arc::new);
                self.converse(stream, protocol, caller, activity).await;
            }
        }
    }

    async fn converse<S>(
        &self,
        stream: S,
        protocol: Protocol,
        caller: Caller,
        activity: Arc<Activity>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        activity.begin(protocol == Protocol::Http2);
        let guard = Guard {
            app: TowerToHyperService::new(self.app.clone()),
            web: self.options.web.clone(),
            max_body_bytes: self.options.max_body_bytes,
            probe_paths: self.options.probe_paths,
            activity: activity.clone(),
            caller,
            stats: self.options.connections.clone(),
        };
        let stats = self.options.connections.clone();
        let stream = TokioIo::new(TimedStream::new(stream, activity.clone(), stats));
        let builder = http(protocol, self.options.date);
        let mut connection = std::pin::pin!(builder.serve_connection(stream, guard));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.shutdown.cancelled() => {
                if activity.nothing_asked() {
                    return;
                }
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            if let Some(reason) = why_refused(&*error) {
                self.refuse(reason);
            }
            debug!(error, "a connection broke");
        }
    }
}

/// What hyper answers by itself, before there is a request.
fn why_refused(error: &(dyn std::error::Error + 'static)) -> Option<Refused> {
    let error = error.downcast_ref::<hyper::Error>()?;
    if error.is_parse_too_large() {
        Some(Refused::HeadTooLarge)
    } else {
        error.is_parse().then_some(Refused::Malformed)
    }
}

fn http(protocol: Protocol, date: bool) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Hyper's own limit on heads also ends connections that wait between two requests.
    builder
        .http1()
        .header_read_timeout(None)
        .auto_date_header(date)
        .max_buf_size(64 * 1024);
    builder
        .http2()
        .max_concurrent_streams(32)
        .auto_date_header(date);
    match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_only(),
    }
}
