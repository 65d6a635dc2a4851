//! Connection limit. When full, the connection whose client has kept us waiting longest is closed:
//! one that asks for nothing, or takes nothing, must not shut out one that asks. One peer may hold
//! half of the connections at most, so that it can't shut out the others by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::deadlines::Activity;
use crate::peer::Peer;
use crate::stats::{ConnectionStats, Opened, Refused};

/// How long a client may leave a part of an answer untaken before its connection may be closed for
/// another. Also the longest that a new connection waits before any that is waited for is closed,
/// so that nobody keeps theirs by never leaving any part for quite so long.
const GRACE: Duration = Duration::from_secs(1);

/// How often a new connection looks whether one may be closed while all are being answered.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The connections of a server.
pub(super) struct ConnectionLimit {
    free: Arc<Semaphore>,
    stats: ConnectionStats,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    connections: HashMap<u64, Connection>,
    by_peer: HashMap<Peer, usize>,
    /// How many there were, which numbers them.
    accepted: u64,
}

/// One connection, as the next one looks at it.
struct Connection {
    peer: Peer,
    activity: Arc<Activity>,
    close: CancellationToken,
}

/// The right of one connection to be open, until it is dropped.
pub(super) struct Slot {
    limit: Arc<ConnectionLimit>,
    number: u64,
    /// Cancelled when the connection has to close for another.
    pub(super) close: CancellationToken,
    // Before the permit is given back: never more are counted than there may be.
    _opened: Opened,
    _permit: OwnedSemaphorePermit,
}

impl ConnectionLimit {
    pub(super) fn new(stats: ConnectionStats) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(stats.limit())),
            stats,
            open: Mutex::default(),
        })
    }

    /// A slot for the connection of `peer` that does `activity`, as soon as there is one. None
    /// where the peer has as many as it may, and all of them are being answered.
    pub(super) async fn slot(
        self: &Arc<Self>,
        peer: Peer,
        activity: &Arc<Activity>,
    ) -> Option<Slot> {
        let permit = if self.has_all_it_may(peer) {
            self.stats.refuse(Refused::PeerLimit);
            let own = |connection: &Connection| connection.peer == peer;
            if !self.open().close_longest(Duration::ZERO, own) {
                return None;
            }
            self.freed().await
        } else {
            self.permit().await
        };
        let close = CancellationToken::new();
        let number = self.open().insert(Connection {
            peer,
            activity: activity.clone(),
            close: close.clone(),
        });
        Some(Slot {
            limit: self.clone(),
            number,
            close,
            _opened: self.stats.opened(),
            _permit: permit,
        })
    }

    /// Whether this peer has half of all connections, or one if that is more.
    fn has_all_it_may(&self, peer: Peer) -> bool {
        let count = self.open().by_peer.get(&peer).copied();
        count.unwrap_or_default() >= self.stats.limit().div_ceil(2)
    }

    /// A permit: one that is free, or that of a connection which is closed for it.
    async fn permit(&self) -> OwnedSemaphorePermit {
        if let Ok(permit) = self.free.clone().try_acquire_owned() {
            return permit;
        }
        let came = Instant::now();
        loop {
            let grace = if came.elapsed() < GRACE {
                GRACE
            } else {
                Duration::ZERO
            };
            if self.open().close_longest(grace, |_| true) {
                self.stats.refuse(Refused::NoRoom);
                return self.freed().await;
            }
            if let Ok(permit) = timeout(LOOK_AGAIN, self.freed()).await {
                return permit;
            }
        }
    }

    /// The next permit that is given back.
    async fn freed(&self) -> OwnedSemaphorePermit {
        let permit = self.free.clone().acquire_owned().await;
        permit.expect("the semaphore is never closed")
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn insert(&mut self, connection: Connection) -> u64 {
        let number = self.accepted;
        self.accepted += 1;
        *self.by_peer.entry(connection.peer).or_default() += 1;
        self.connections.insert(number, connection);
        number
    }

    fn remove(&mut self, number: u64) -> Option<Connection> {
        let connection = self.connections.remove(&number)?;
        if let Some(count) = self.by_peer.get_mut(&connection.peer) {
            *count -= 1;
            if *count == 0 {
                self.by_peer.remove(&connection.peer);
            }
        }
        Some(connection)
    }

    /// Closes the one of `which` whose client has kept us waiting longest; whether there is one.
    fn close_longest(&mut self, grace: Duration, which: impl Fn(&Connection) -> bool) -> bool {
        let waiting = self.connections.iter().filter_map(|(number, connection)| {
            let since = which(connection).then(|| connection.activity.waiting_since(grace))??;
            Some((since, *number))
        });
        let Some((_, longest)) = waiting.min() else {
            return false;
        };
        if let Some(connection) = self.remove(longest) {
            connection.close.cancel();
        }
        true
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.limit.open().remove(self.number);
    }
}
