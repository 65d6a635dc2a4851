//! The limits of a server, and their defaults.

use std::sync::Arc;
use std::time::Duration;

use crate::config::WebConfig;
use crate::stats::ConnectionStats;

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
    /// Paths that are asked to see whether the server serves, such as `/-/healthy`: without a password
    /// in the request, `rate_limit` does not hold there. Default: none.
    pub probe_paths: &'static [&'static str],
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
            probe_paths: &[],
            web: None,
        }
    }
}
