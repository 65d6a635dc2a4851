//! How many connections there are, how many there may be, and how often someone was refused, by
//! reason.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// Why the server refuses someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// 401: no password, or a wrong one.
    Unauthorized,
    /// 429: more requests than `rate_limit` lets through.
    RateLimited,
    /// 429: more passwords than can be checked soon.
    Busy,
    /// 413: a body above the limit.
    BodyTooLarge,
    /// 431: a head above the limit.
    HeadTooLarge,
    /// 400: what came is no HTTP, or a request that is not for one host.
    Malformed,
    /// A TLS handshake that failed, or took too long.
    TlsHandshake,
    /// No whole head of a request in time, or no whole body.
    SlowRequest,
    /// A client that doesn't take what is sent to it.
    SlowReader,
    /// A connection that was idle or stalled when another wanted its place.
    NoRoom,
    /// A connection of an address that has as many as one address may have.
    PeerLimit,
}

impl Refused {
    /// Each once.
    pub const ALL: [Self; 11] = [
        Self::Unauthorized,
        Self::RateLimited,
        Self::Busy,
        Self::BodyTooLarge,
        Self::HeadTooLarge,
        Self::Malformed,
        Self::TlsHandshake,
        Self::SlowRequest,
        Self::SlowReader,
        Self::NoRoom,
        Self::PeerLimit,
    ];

    /// The value of the label `reason`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::RateLimited => "rate_limited",
            Self::Busy => "busy",
            Self::BodyTooLarge => "body_too_large",
            Self::HeadTooLarge => "head_too_large",
            Self::Malformed => "malformed",
            Self::TlsHandshake => "tls_handshake",
            Self::SlowRequest => "slow_request",
            Self::SlowReader => "slow_reader",
            Self::NoRoom => "no_room",
            Self::PeerLimit => "peer_limit",
        }
    }
}

/// How many connections there are, and how many were refused.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionCount {
    /// Open now.
    pub open: usize,
    /// How many may be open.
    pub limit: usize,
    /// How often someone was refused, in the order of [`Refused::ALL`].
    pub refused: [u64; Refused::ALL.len()],
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

    /// All of this at once.
    pub fn count(&self) -> ConnectionCount {
        ConnectionCount {
            open: self.open(),
            limit: self.limit(),
            refused: self.refused(),
        }
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
