//! The limits of a server, how many connections it has, and how often each limit was met.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::web_config::WebConfig;
use crate::metrics::Refused;

/// The limits of a server. The defaults suit scrapes over connections that are kept alive.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// How many connections there may be, and how many there are. Default: at most 512, half of
    /// them from one address. When there are as many, one more closes the one whose client has kept
    /// us waiting longest; while all are being answered, it waits.
    pub connections: ConnectionStats,
    /// For the TLS handshake. Default: 10 s.
    pub tls_handshake_timeout: Duration,
    /// For the head of a request, from its first byte; for the first one on a connection, from
    /// its beginning. Default: 10 s.
    pub header_timeout: Duration,
    /// Between two requests of a connection. Default: 2 min, which outlives a scrape interval of
    /// 1 min.
    pub idle_timeout: Duration,
    /// How long a client may take to read the next part of an answer. Default: 20 s.
    pub write_timeout: Duration,
    /// How long a client may take to read one answer. The time in which the answer is made does
    /// not count. Default: 2 min.
    pub answer_timeout: Duration,
    /// How long answers that are under way may take when the server ends. Default: 3 s.
    pub grace: Duration,
    /// The largest request body, in bytes. Default: 64 KiB.
    pub max_body_bytes: usize,
    /// Whether an answer without a `Date` gets one. Default: yes, as HTTP asks of whoever has a
    /// clock.
    pub date: bool,
    /// TLS, passwords and headers; none: plain HTTP for all.
    pub web: Option<Arc<WebConfig>>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            connections: ConnectionStats::new(512),
            tls_handshake_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(120),
            write_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_secs(120),
            grace: Duration::from_secs(3),
            max_body_bytes: 64 * 1024,
            date: true,
            web: None,
        }
    }
}

/// How many connections there are, how many there may be, and how often someone was refused.
/// Clones are the same.
#[derive(Clone, Debug)]
pub struct ConnectionStats(Arc<Connections>);

#[derive(Debug)]
struct Connections {
    open: AtomicUsize,
    limit: usize,
    refused: [AtomicU64; Refused::ALL.len()],
}

impl ConnectionStats {
    /// None open, of at most `limit`, which is at least 1.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Connections {
            open: AtomicUsize::new(0),
            limit: limit.clamp(1, Semaphore::MAX_PERMITS),
            refused: Default::default(),
        }))
    }

    /// How many are open now.
    pub fn open(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }

    /// How many may be open.
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// How often someone was refused, in the order of [`Refused::ALL`].
    pub fn refused(&self) -> [u64; Refused::ALL.len()] {
        std::array::from_fn(|index| self.0.refused[index].load(Ordering::Relaxed))
    }

    /// Counts one that is refused.
    pub(super) fn refuse(&self, reason: Refused) {
        self.0.refused[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one connection until what this returns is dropped.
    pub(super) fn opened(&self) -> Opened {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        Opened(self.clone())
    }
}

/// One open connection.
pub(super) struct Opened(ConnectionStats);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
