//! The words for time: moments, ends, and how an end was stated.

use std::time::Duration;

/// A moment, in milliseconds since the Unix epoch: the unit in which Rhombus states creation times.
///
/// Arithmetic saturates, so that no value from outside can overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The moment `secs` seconds after the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Unix seconds, with the milliseconds as the fraction: how Prometheus writes timestamps.
    #[expect(clippy::cast_precision_loss, reason = "exact up to the year 287,000")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// The moment `duration` later.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// The moment `duration` earlier.
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// How long before this moment `earlier` was; zero when it was not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A time ahead of now in which shares that end are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// As it was written in the configuration: the value of the label `within`.
    pub label: String,
    /// What that means.
    pub duration: Duration,
}

/// A moment by two measures that can't be taken for each other: what the time was, and how long the
/// machine had been up. The first may jump when a clock is set; the second only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The time, by the clock that whoever made this trusts.
    pub time: UnixMillis,
    /// Time since some fixed moment of this process's life.
    pub uptime: Duration,
}

impl Moment {
    /// How long before this moment `earlier` was, whatever any clock was set to in between.
    pub fn since(self, earlier: Self) -> Duration {
        self.uptime.saturating_sub(earlier.uptime)
    }

    /// The moment `duration` later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self {
            time: self.time.after(duration),
            uptime: self.uptime.saturating_add(duration),
        }
    }

    /// The moment `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self {
            time: self.time.before(duration),
            uptime: self.uptime.saturating_sub(duration),
        }
    }
}

/// When a link stops working. Ordered: what never ends comes after all that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expiry {
    /// At this moment; from then on (that moment included) the link is expired.
    At(UnixMillis),
    /// The link works for ever.
    Never,
}

impl Expiry {
    /// Whether the link still works at `now`.
    pub fn is_active(self, now: UnixMillis) -> bool {
        match self {
            Self::Never => true,
            Self::At(at) => now < at,
        }
    }
}

/// How Rhombus's value for the end of a link was read, since its unit is not stated. The value of the
/// label `reading`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpiryReading {
    /// As a date, in seconds since the Unix epoch.
    Epoch,
    /// As neither: there is no value, it is 0, or it could not be understood.
    #[default]
    Never,
    /// As a time to live, in seconds after the creation.
    Ttl,
}

impl ExpiryReading {
    /// Every reading, in the order of their labels.
    pub const ALL: [Self; 3] = [Self::Epoch, Self::Never, Self::Ttl];

    /// The value of the label `reading`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::Never => "never",
            Self::Ttl => "ttl",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_saturate() {
        let hour = Duration::from_secs(3600);
        assert_eq!(UnixMillis(i64::MAX).after(hour), UnixMillis(i64::MAX));
        assert_eq!(UnixMillis(i64::MIN).before(hour), UnixMillis(i64::MIN));
        assert_eq!(UnixMillis(5).since(UnixMillis(9)), Duration::ZERO);
        assert_eq!(UnixMillis::from_secs(i64::MAX), UnixMillis(i64::MAX));
        assert_eq!(
            UnixMillis(i64::MAX).since(UnixMillis(i64::MIN)).as_millis(),
            i64::MAX as u128
        );
    }

    #[test]
    fn the_age_of_a_moment_does_not_depend_on_what_the_time_is() {
        let secs = Duration::from_secs;
        let then = Moment {
            time: UnixMillis::from_secs(5_000),
            uptime: secs(10),
        };
        let set_back = Moment {
            time: UnixMillis::from_secs(1),
            uptime: secs(25),
        };
        assert_eq!(set_back.since(then), secs(15));
        assert_eq!(then.since(set_back), Duration::ZERO);
        assert_eq!(then.after(secs(15)).since(then), secs(15));
    }
}
