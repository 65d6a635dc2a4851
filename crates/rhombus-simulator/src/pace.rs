//! The token bucket that Rhombus keeps for each organisation: what it holds may be spent at once,
//! and it fills at a steady rate.

use serde::Deserialize;

use crate::clock::UnixMillis;

/// How many requests an organisation may make.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// The steady rate, above 0.
    pub per_second: f64,
    /// How many may come at once, at least 1.
    pub burst: u32,
}

impl Pace {
    /// Whether it lets anything through.
    pub(super) fn is_possible(self) -> bool {
        self.per_second.is_finite() && self.per_second > 0.0 && self.burst > 0
    }
}

/// What an organisation has left.
#[derive(Debug)]
pub(super) struct Bucket {
    pace: Pace,
    tokens: f64,
    filled: UnixMillis,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(pace: Pace, now: UnixMillis) -> Self {
        Self {
            pace,
            tokens: pace.burst.into(),
            filled: now,
        }
    }

    /// Takes what one request costs, or says after how many whole seconds to come again.
    pub(super) fn take(&mut self, now: UnixMillis) -> Result<(), u64> {
        let gained = now.since(self.filled).as_secs_f64() * self.pace.per_second;
        self.tokens = (self.tokens + gained).min(self.pace.burst.into());
        self.filled = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and the cast saturates"
        )]
        let wait = ((1.0 - self.tokens) / self.pace.per_second).ceil() as u64;
        Err(wait.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let pace = Pace {
            per_second: 0.5,
            burst: 2,
        };
        let mut bucket = Bucket::new(pace, UnixMillis(0));
        let mut take = |millis| bucket.take(UnixMillis(millis));
        assert_eq!((take(0), take(0), take(0)), (Ok(()), Ok(()), Err(2)));
        assert_eq!(take(1500), Err(1));
        assert_eq!((take(2000), take(2000)), (Ok(()), Err(2)));
        // A long rest fills it to the burst and no further.
        assert_eq!((take(99_000), take(99_000)), (Ok(()), Ok(())));
        assert_eq!(take(99_000), Err(2));
    }
}
