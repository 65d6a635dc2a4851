//! How many requests one server is sent at a time, by all organisations together. Each takes a connection
//! and a file descriptor, and answers that come late must not make them ever more.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Enough for 5,000 organisations, which send 500 requests a second, while each answer takes 4 s.
const MOST: usize = 2_048;

/// The requests that a server has not answered yet.
#[derive(Debug)]
pub struct InFlight(Semaphore);

impl InFlight {
    /// Of a server that is sent none yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Semaphore::new(MOST)))
    }

    /// Waits until there may be one more, which there is until what this gives is dropped.
    pub(super) async fn enter(&self) -> SemaphorePermit<'_> {
        let entered = self.0.acquire().await;
        entered.expect("it is never closed")
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn one_more_waits_until_one_is_answered() {
        let in_flight = InFlight(Semaphore::new(1));
        let one = in_flight.enter().now_or_never();
        assert!(one.is_some());
        assert!(in_flight.enter().now_or_never().is_none());
        drop(one);
        assert!(in_flight.enter().now_or_never().is_some());
    }
}
