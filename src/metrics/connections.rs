//! The limits of the server: how many connections it has of how many it may have, and how often it
//! has refused someone.

use std::collections::BTreeMap;

use super::families::{Family, Spec, as_value};

static OPEN: Spec = Spec::gauge(
    "rhombus_share_exporter_http_connections",
    &[],
    "Connections that clients have open.",
);
static LIMIT: Spec = Spec::gauge(
    "rhombus_share_exporter_http_connections_limit",
    &[],
    "How many connections may be open; one more takes the place of an idle one.",
);

static REFUSED: Spec = Spec::counter(
    "rhombus_share_exporter_http_refused_total",
    &["reason"],
    "Requests that were refused and connections that were cut, by reason.",
);

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

/// Tells how many connections there are now, without waiting.
pub type CountConnections = Box<dyn Fn() -> ConnectionCount + Send + Sync>;

/// What can be said of the server's connections.
pub(super) fn families(count: &ConnectionCount) -> [Family<'static>; 3] {
    let mut refused = Family::new(&REFUSED);
    let by_label: BTreeMap<_, _> = Refused::ALL
        .map(Refused::label)
        .into_iter()
        .zip(count.refused)
        .collect();
    for (reason, count) in by_label {
        refused.push_count(&[reason], count);
    }
    [
        Family::of(&OPEN, as_value(count.open as u64)),
        Family::of(&LIMIT, as_value(count.limit as u64)),
        refused,
    ]
}
