//! How fast one organisation is asked: its budget is shared with its other integrations.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// How many requests may go at once before the pace holds them back: a first look at an organisation,
/// at each list and beside them. Rhombus's own bucket holds some 10 seconds' worth.
pub const BURST: NonZeroU32 = NonZeroU32::new(8).expect("not zero");

/// The pace of requests to one organisation. Shared by all who ask it.
#[derive(Debug)]
pub struct Pace {
    requests_per_second: f64,
    limiter: DefaultDirectRateLimiter,
}

impl Pace {
    /// `requests_per_second`, with [`BURST`] to begin with.
    pub fn new(requests_per_second: f64) -> Arc<Self> {
        let period = Duration::from_secs_f64(1.0 / requests_per_second);
        let quota = Quota::with_period(period)
            .unwrap_or(Quota::per_second(NonZeroU32::MAX))
            .allow_burst(BURST);
        Arc::new(Self {
            requests_per_second,
            limiter: RateLimiter::direct(quota),
        })
    }

    /// The pace of the same organisation at another rate. It begins with nothing to spend, so that a
    /// change, however often it is made, is no way around it.
    #[must_use]
    pub fn at(self: &Arc<Self>, requests_per_second: f64) -> Arc<Self> {
        if self.requests_per_second.to_bits() == requests_per_second.to_bits() {
            return self.clone();
        }
        let next = Self::new(requests_per_second);
        // All of a full bucket is there to be taken.
        let _ = next.limiter.check_n(BURST);
        next
    }

    /// Waits until one more request may go.
    pub(super) async fn ready(&self) {
        self.limiter.until_ready().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_rate_is_no_way_around_the_pace() {
        let pace = Pace::new(0.001);
        assert!(pace.limiter.check_n(BURST).is_ok_and(|fits| fits.is_ok()));
        assert!(pace.limiter.check().is_err());
        assert!(pace.at(0.001).limiter.check().is_err());
        assert!(pace.at(0.002).limiter.check().is_err());
    }
}
