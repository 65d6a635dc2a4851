//! Room for connections. When all of it is taken, whoever comes is given the place of the client
//! that has kept us waiting longest: one that asks for nothing must not shut out one that asks.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::activity::Activity;
use super::server_options::{ConnectionStats, Opened};

/// The places of a server.
pub(super) struct Room {
    places: Arc<Semaphore>,
    stats: ConnectionStats,
    guests: Mutex<HashMap<u64, Guest>>,
    /// How many have come, which numbers them.
    come: AtomicU64,
    /// Told when a client that was waiting for us is being waited for again.
    turned: Arc<Notify>,
}

/// One connection, as the next one looks at it.
struct Guest {
    activity: Arc<Activity>,
    leave: CancellationToken,
}

/// The place of one connection, until it is dropped.
pub(super) struct Place {
    room: Arc<Room>,
    number: u64,
    /// Cancelled when another has got this place.
    pub(super) leave: CancellationToken,
    // Before the place is free: never more are counted than there may be.
    _opened: Opened,
    _permit: OwnedSemaphorePermit,
}

impl Room {
    pub(super) fn new(stats: ConnectionStats) -> Arc<Self> {
        Arc::new(Self {
            places: Arc::new(Semaphore::new(stats.limit())),
            stats,
            guests: Mutex::default(),
            come: AtomicU64::new(0),
            turned: Arc::default(),
        })
    }

    /// What an [`Activity`] of this room tells when its client is being waited for.
    pub(super) fn turned(&self) -> Arc<Notify> {
        self.turned.clone()
    }

    /// A place for the connection that does `activity`, as soon as there is one.
    pub(super) async fn place(self: &Arc<Self>, activity: &Arc<Activity>) -> Place {
        let permit = match self.places.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.free_permit().await,
        };
        let number = self.come.fetch_add(1, Ordering::Relaxed);
        let leave = CancellationToken::new();
        let guest = Guest {
            activity: activity.clone(),
            leave: leave.clone(),
        };
        self.guests().insert(number, guest);
        Place {
            room: self.clone(),
            number,
            leave,
            _opened: self.stats.opened(),
            _permit: permit,
        }
    }

    /// A place that someone has left, for this or by themselves.
    async fn free_permit(&self) -> OwnedSemaphorePermit {
        let freed = async || {
            let permit = self.places.clone().acquire_owned().await;
            permit.expect("the places are never closed")
        };
        while !self.dismiss() {
            tokio::select! {
                permit = freed() => return permit,
                () = self.turned.notified() => {}
            }
        }
        freed().await
    }

    /// Sends away the client that has kept us waiting longest; whether there is one.
    fn dismiss(&self) -> bool {
        let mut guests = self.guests();
        let waiting = guests
            .iter()
            .filter_map(|(number, guest)| Some((guest.activity.waiting_since()?, *number)));
        let Some((_, longest)) = waiting.min() else {
            return false;
        };
        if let Some(guest) = guests.remove(&longest) {
            guest.leave.cancel();
        }
        true
    }

    fn guests(&self) -> MutexGuard<'_, HashMap<u64, Guest>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.guests().remove(&self.number);
    }
}
