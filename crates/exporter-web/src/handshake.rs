//! The TLS handshake of a connection. Who fails it is logged, a few at a time, and who speaks plain
//! HTTP is told so.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::{debug, warn};

/// A connection, before TLS.
pub(super) type Plain = Pin<Box<TimeoutStream<TcpStream>>>;

/// What plain HTTP is answered on a port that speaks TLS.
const USE_HTTPS: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 57\r\n\
    Connection: close\r\n\
    \r\n\
    This port speaks TLS, not plain HTTP: ask with https://.\n";

/// How much of a request in plain HTTP is read, so that its client reads the answer: a connection
/// that is closed with bytes unread is reset.
const PLAIN_REQUEST_BYTES: u64 = 64 * 1024;

/// Of more failures than one in this time only a few are logged, since scanners fail many.
const LOG_INTERVAL: Duration = Duration::from_secs(5);
const LOG_BURST: NonZeroU32 = NonZeroU32::new(5).expect("5 is not 0");

/// The handshakes of a server.
pub(super) struct Handshakes {
    timeout: Duration,
    log: FailureLog,
}

/// Why there is no TLS.
enum Failure {
    /// The client left before it said anything, as checks do that only connect.
    SaidNothing,
    PlainHttp,
    Broken(io::Error),
}

impl Handshakes {
    /// Each may take as long as `timeout`.
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            log: FailureLog::new(),
        }
    }

    /// The stream after the handshake; none where it failed or took too long.
    pub(super) async fn perform(
        &self,
        stream: Plain,
        client: SocketAddr,
        config: Arc<ServerConfig>,
    ) -> Option<TlsStream<Plain>> {
        match timeout(self.timeout, handshake(stream, config)).await {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(Failure::SaidNothing)) => {
                debug!(%client, "a client closed its connection without a TLS handshake");
            }
            Ok(Err(Failure::PlainHttp)) => self.log.failed(client, "it was plain HTTP"),
            Ok(Err(Failure::Broken(error))) => self.log.failed(client, error),
            Err(_) => {
                let limit = self.timeout;
                self.log
                    .failed(client, format_args!("it was not done within {limit:?}"));
            }
        }
        None
    }
}

async fn handshake(stream: Plain, config: Arc<ServerConfig>) -> Result<TlsStream<Plain>, Failure> {
    let mut first = [0];
    let count = stream.get_ref().peek(&mut first).await;
    match count.map_err(Failure::Broken)? {
        0 => Err(Failure::SaidNothing),
        // A method of HTTP begins with a capital letter, a record of TLS never does.
        _ if first[0].is_ascii_uppercase() => {
            if let Err(error) = refer_to_https(stream).await {
                debug!(%error, "a client of plain HTTP left before it was told to use https");
            }
            Err(Failure::PlainHttp)
        }
        _ => {
            let accepted = TlsAcceptor::from(config).accept(stream).await;
            accepted.map_err(Failure::Broken)
        }
    }
}

async fn refer_to_https(mut stream: Plain) -> io::Result<()> {
    stream.write_all(USE_HTTPS).await?;
    stream.shutdown().await?;
    copy(&mut stream.take(PLAIN_REQUEST_BYTES), &mut sink()).await?;
    Ok(())
}

/// A log of failures that nobody can fill.
struct FailureLog {
    limiter: DefaultDirectRateLimiter,
    /// Those since the last line.
    not_logged: AtomicU64,
}

impl FailureLog {
    fn new() -> Self {
        let quota = Quota::with_period(LOG_INTERVAL).expect("the interval is above zero");
        Self {
            limiter: RateLimiter::direct(quota.allow_burst(LOG_BURST)),
            not_logged: AtomicU64::new(0),
        }
    }

    fn failed(&self, client: SocketAddr, reason: impl Display) {
        if self.limiter.check().is_err() {
            self.not_logged.fetch_add(1, Ordering::Relaxed);
            debug!(%client, %reason, "a TLS handshake failed");
            return;
        }
        let not_logged = self.not_logged.swap(0, Ordering::Relaxed);
        warn!(%client, %reason, not_logged, "a TLS handshake failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_as_long_as_it_says() {
        let answer = std::str::from_utf8(USE_HTTPS).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let length = format!("\r\nContent-Length: {}\r\n", body.len());
        assert!(head.contains(&length), "{length}");
    }
}
