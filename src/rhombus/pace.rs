//! How fast one organisation is asked: its budget is shared with its other integrations. And how fast a
//! partner asks all its clients: whose budget such a call spends is not stated, so that there is a pace
//! for both.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::Error;
use crate::share::Id;

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

/// So many clients in a row are one partner's budget that is used up.
const CLIENTS_IN_A_ROW: usize = 3;
/// How long a partner asks nobody where Rhombus does not say how long.
const PARTNER_PAUSE: Duration = Duration::from_secs(60);
/// The longest that Rhombus may send us away, so that a wrong `Retry-After` does not blind us.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// The pace of a partner's requests to all its clients together.
#[derive(Debug, Default)]
pub struct PartnerPace {
    /// None: as fast as each client may be asked.
    pace: Option<Arc<Pace>>,
    throttled: Mutex<Throttled>,
}

/// How Rhombus holds the partner back.
#[derive(Clone, Debug, Default)]
struct Throttled {
    /// The clients for which it did since it last answered one.
    clients: BTreeSet<Option<Id>>,
    /// Until when no client is asked, and how long that is.
    pause: Option<(Instant, Duration)>,
}

/// A request of a partner: with whom it shares its pace, and as whom it asks.
#[derive(Clone, Debug)]
pub struct OfPartner {
    /// The pace of all the partner's requests.
    pub pace: Arc<PartnerPace>,
    /// The client that is asked; none: the partner itself.
    pub client: Option<Id>,
}

impl PartnerPace {
    /// `requests_per_second` over all clients; none: as fast as each of them may be asked.
    pub fn new(requests_per_second: Option<f64>) -> Arc<Self> {
        Arc::new(Self {
            pace: requests_per_second.map(Pace::new),
            throttled: Mutex::default(),
        })
    }

    /// The pace of the same partner at another rate: what Rhombus said holds on.
    #[must_use]
    pub fn at(&self, requests_per_second: Option<f64>) -> Arc<Self> {
        let pace = match (&self.pace, requests_per_second) {
            (Some(pace), Some(rate)) => Some(pace.at(rate)),
            (_, rate) => rate.map(Pace::new),
        };
        Arc::new(Self {
            pace,
            throttled: Mutex::new(self.throttled().clone()),
        })
    }

    /// Waits while Rhombus holds the partner back. Each waits the length of the pause, not for its end: so
    /// those who come one after the other still do afterwards.
    async fn unpaused(&self, deadline: Instant) -> Result<(), Error> {
        while let Some(length) = self.pause() {
            let until = Instant::now() + length;
            if until >= deadline {
                return Err(Error::Throttled {
                    retry_after: Some(length),
                });
            }
            sleep_until(until).await;
        }
        Ok(())
    }

    /// How long the pause is in which this is asked.
    fn pause(&self) -> Option<Duration> {
        let (until, length) = self.throttled().pause?;
        (until > Instant::now()).then_some(length)
    }

    /// What a panic left behind is still what was written last.
    fn throttled(&self) -> MutexGuard<'_, Throttled> {
        let throttled = self.throttled.lock();
        throttled.unwrap_or_else(PoisonError::into_inner)
    }
}

impl OfPartner {
    /// Waits until one more request may go. A look at the partner's own list waits for no client's turn.
    ///
    /// # Errors
    /// When that is after `deadline`.
    pub(super) async fn ready(&self, deadline: Instant) -> Result<(), Error> {
        self.pace.unpaused(deadline).await?;
        match self.pace.pace.as_ref().filter(|_| self.client.is_some()) {
            Some(pace) => timeout_at(deadline, pace.ready())
                .await
                .map_err(|_| Error::Pace),
            None => Ok(()),
        }
    }

    /// Learns how a request ended. One client that is held back is its own budget; several in a row, none
    /// of them answered between, are the partner's.
    pub(super) fn answered(&self, error: Option<&Error>) {
        let mut throttled = self.pace.throttled();
        match error {
            Some(Error::Throttled { retry_after }) => {
                throttled.clients.insert(self.client.clone());
                if throttled.clients.len() >= CLIENTS_IN_A_ROW {
                    let length = retry_after.unwrap_or(PARTNER_PAUSE);
                    let length = length.min(LONGEST_PAUSE);
                    let pause = Some((Instant::now() + length, length));
                    throttled.pause = throttled.pause.max(pause);
                }
            }
            Some(error) if error.is_transient() => {}
            _ => throttled.clients.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn client(pace: &Arc<PartnerPace>, number: u8) -> OfPartner {
        OfPartner {
            pace: pace.clone(),
            client: Some(Id::Uuid([number; 16])),
        }
    }

    fn held_back(seconds: u64) -> Error {
        Error::Throttled {
            retry_after: Some(Duration::from_secs(seconds)),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn several_clients_in_a_row_pause_the_partner_and_one_alone_does_not() {
        let pace = PartnerPace::new(None);
        let soon = || Instant::now() + MINUTE;
        for _ in 0..9 {
            client(&pace, 1).answered(Some(&held_back(30)));
            client(&pace, 2).answered(Some(&held_back(30)));
        }
        let began = Instant::now();
        assert_eq!(client(&pace, 9).ready(soon()).await, Ok(()));
        assert_eq!(began.elapsed(), Duration::ZERO);
        // Whoever is answered between shows that it is not the partner's budget.
        client(&pace, 3).answered(None);
        client(&pace, 3).answered(Some(&held_back(30)));
        assert_eq!(client(&pace, 9).ready(soon()).await, Ok(()));
        assert_eq!(began.elapsed(), Duration::ZERO);
        client(&pace, 1).answered(Some(&held_back(30)));
        client(&pace, 2).answered(Some(&held_back(30)));
        assert_eq!(client(&pace, 9).ready(soon()).await, Ok(()));
        assert_eq!(began.elapsed(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_beyond_the_deadline_says_how_long_it_is_and_has_an_end() {
        let pace = PartnerPace::new(None);
        for number in 0..3 {
            client(&pace, number).answered(Some(&held_back(9_999)));
        }
        let longest = Error::Throttled {
            retry_after: Some(LONGEST_PAUSE),
        };
        assert_eq!(
            client(&pace, 9).ready(Instant::now() + MINUTE).await,
            Err(longest)
        );
        tokio::time::advance(LONGEST_PAUSE).await;
        assert_eq!(
            client(&pace, 9).ready(Instant::now() + MINUTE).await,
            Ok(())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn all_clients_share_the_partners_pace() {
        let pace = PartnerPace::new(Some(2.0));
        let limiter = &pace.pace.as_ref().expect("it has one").limiter;
        assert!(limiter.check_n(BURST).is_ok_and(|fits| fits.is_ok()));
        let now = Instant::now();
        assert_eq!(client(&pace, 1).ready(now).await, Err(Error::Pace));
        // Nor do other rates begin with something to spend, or forget a pause.
        assert_eq!(
            client(&pace.at(Some(3.0)), 1).ready(now).await,
            Err(Error::Pace)
        );
        // The list of clients is asked for all the same.
        let own = OfPartner {
            pace: pace.clone(),
            client: None,
        };
        assert_eq!(own.ready(now + MINUTE).await, Ok(()));
        (0..3).for_each(|number| client(&pace, number).answered(Some(&held_back(90))));
        let held = Err(held_back(90));
        assert_eq!(client(&pace.at(None), 1).ready(now + MINUTE).await, held);
        assert_eq!(own.ready(now + MINUTE).await, held);
    }

    #[test]
    fn another_rate_is_no_way_around_the_pace() {
        let pace = Pace::new(0.001);
        assert!(pace.limiter.check_n(BURST).is_ok_and(|fits| fits.is_ok()));
        assert!(pace.limiter.check().is_err());
        assert!(pace.at(0.001).limiter.check().is_err());
        assert!(pace.at(0.002).limiter.check().is_err());
    }
}
