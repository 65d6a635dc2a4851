//! What the simulator saw, so that a test can tell how it was asked: how often, how fast, how many
//! at once, and for what.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde::Serialize;

use super::api::Asked;
use super::locked;
use super::operation::Operation;
use crate::clock::UnixMillis;

/// How many arrival times are kept.
const ARRIVALS: usize = 100;

/// What was seen of one operation. Shown as it is by `GET /simulator/requests`.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Seen {
    /// Requests, those that were refused included.
    requests: u64,
    /// Of those, the ones that broke a rule of the API: headers or body.
    refused: u64,
    /// Requests to paths that the API doesn't have, such as where a redirect pointed: the same for
    /// each operation.
    stray: u64,
    /// Requests whose answer isn't out yet.
    in_flight: u64,
    /// The most that there were of those.
    max_in_flight: u64,
    /// When the last requests came: epoch milliseconds, the oldest first, at most 100.
    arrivals_millis: VecDeque<i64>,
    /// What the last request that broke no rule asked for.
    last: Option<Last>,
}

/// What a request asked for.
#[derive(Clone, Debug, Serialize)]
struct Last {
    #[serde(flatten)]
    asked: Asked,
    #[serde(rename = "acceptsGzip")]
    accepts_gzip: bool,
}

/// The notes of one organisation, or of all. One that was never asked has none, so that thousands cost
/// nothing.
#[derive(Default)]
pub(super) struct Journal {
    operations: Mutex<HashMap<Operation, Notes>>,
    stray: AtomicU64,
}

/// The notes of one operation. Clones write in the same notes.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Seen>>);

impl Journal {
    /// Notes a request to the API. It is in flight until the guard is dropped.
    #[must_use]
    pub(super) fn enter(&self, operation: Operation, now: UnixMillis) -> Visit {
        let notes = self.of(operation);
        let mut seen = locked(&notes.0);
        seen.requests += 1;
        seen.in_flight += 1;
        seen.max_in_flight = seen.max_in_flight.max(seen.in_flight);
        if seen.arrivals_millis.len() == ARRIVALS {
            seen.arrivals_millis.pop_front();
        }
        seen.arrivals_millis.push_back(now.0);
        drop(seen);
        Visit(notes)
    }

    fn of(&self, operation: Operation) -> Notes {
        locked(&self.operations)
            .entry(operation)
            .or_default()
            .clone()
    }

    /// Notes a request to a path that the API doesn't have.
    pub(super) fn stray(&self) {
        self.stray.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn seen(&self, operation: Operation) -> Seen {
        Seen {
            stray: self.stray.load(Ordering::Relaxed),
            ..locked(&self.of(operation).0).clone()
        }
    }

    /// Forgets everything of an operation but what is in flight, and the strays.
    pub(super) fn reset(&self, operation: Operation) {
        self.stray.store(0, Ordering::Relaxed);
        let notes = self.of(operation);
        let mut seen = locked(&notes.0);
        *seen = Seen {
            in_flight: seen.in_flight,
            max_in_flight: seen.in_flight,
            ..Seen::default()
        };
    }
}

/// A request whose answer isn't out yet.
pub(super) struct Visit(Notes);

impl Visit {
    /// Notes that it broke a rule of the API.
    pub(super) fn refused(&self) {
        locked(&self.0.0).refused += 1;
    }

    /// Notes what it asked for.
    pub(super) fn asked(&self, asked: &Asked, accepts_gzip: bool) {
        locked(&self.0.0).last = Some(Last {
            asked: asked.clone(),
            accepts_gzip,
        });
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        locked(&self.0.0).in_flight -= 1;
    }
}
