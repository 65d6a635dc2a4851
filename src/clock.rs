//! Where now comes from. Everything that needs the time is handed a [`Clock`], so that a test
//! decides what now is; the system's clocks are read here and nowhere else.
//!
//! This machine's clock may be wrong. Rhombus's answers carry a `Date`, so that there is a second
//! opinion: a [`ServerClock`]. What is shown of a list is shown as of the earlier of the two, so that
//! a link has ended only when both say so.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::share::{Moment, UnixMillis};

/// This machine's clocks. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Moment + Send + Sync>);

impl Clock {
    /// The operating system's clocks.
    pub fn system() -> Self {
        Self::from_fn(|| Moment {
            time: wall(),
            uptime: uptime(),
        })
    }

    /// A clock that asks `now` each time: for tests.
    pub fn from_fn(now: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present moment, as this machine has it.
    pub fn read(&self) -> Moment {
        (self.0)()
    }

    /// The present time, as this machine has it.
    pub fn now(&self) -> UnixMillis {
        self.read().time
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

fn wall() -> UnixMillis {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    let now = SystemTime::now();
    // A clock before 1970 is a clock that was never set; 0 keeps the arithmetic sound.
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// Linux's monotonic clock stops while the machine sleeps, and a picture would not age; this one
/// goes on.
#[cfg(target_os = "linux")]
fn uptime() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let since_boot = clock_gettime(ClockId::Boottime);
    let secs = u64::try_from(since_boot.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(since_boot.tv_nsec).unwrap_or(0);
    Duration::new(secs, nanos)
}

/// The monotonic clock, from the first time that it is asked.
#[cfg(not(target_os = "linux"))]
fn uptime() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The clock of one of Rhombus's endpoints, as the `Date` of its last answer told it, carried on by
/// the time that has passed since. To a second, which is how a `Date` is written.
pub struct ServerClock {
    endpoint: String,
    /// What to add to this machine's uptime, in milliseconds.
    offset: AtomicI64,
}

impl ServerClock {
    const UNKNOWN: i64 = i64::MIN;
    /// A `Date` has lost up to a second, and has been on its way for a while.
    const TOLERANCE: Duration = Duration::from_secs(2);

    /// The clock of `endpoint`, a URL, before its first answer.
    pub fn new(endpoint: String) -> Self {
        Self {
            endpoint,
            offset: AtomicI64::new(Self::UNKNOWN),
        }
    }

    /// Whose clock it is: the base URL.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Learns that an answer of the date `date` began to arrive at `arrived`.
    pub fn set(&self, date: UnixMillis, arrived: Moment) {
        let offset = date.0.saturating_sub(millis(arrived.uptime));
        self.offset.store(offset, Ordering::Relaxed);
    }

    /// The moment at which things are shown: by the earlier of this machine's clock, which reads
    /// `here`, and Rhombus's. Where they agree as far as a `Date` can tell, it is this machine's,
    /// which knows the fraction of a second.
    pub fn earlier(&self, here: Moment) -> Moment {
        let there = self.time(here).unwrap_or(here.time);
        let agree = here.time.since(there) < Self::TOLERANCE;
        Moment {
            time: if agree { here.time } else { there },
            uptime: here.uptime,
        }
    }

    /// This machine's clock minus Rhombus's, in whole seconds; none before the first `Date`. A
    /// `Date` has lost the fraction of its second, which this takes off again.
    pub fn skew(&self, here: Moment) -> Option<i64> {
        let there = self.time(here)?;
        // Rounded down: 0.9 s ahead of a truncated second is no difference.
        Some(here.time.0.saturating_sub(there.0).div_euclid(1000))
    }

    /// Whether an answer has told it.
    pub fn is_known(&self) -> bool {
        self.offset.load(Ordering::Relaxed) != Self::UNKNOWN
    }

    fn time(&self, here: Moment) -> Option<UnixMillis> {
        let offset = self.offset.load(Ordering::Relaxed);
        (offset != Self::UNKNOWN).then(|| UnixMillis(offset.saturating_add(millis(here.uptime))))
    }
}

impl fmt::Debug for ServerClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServerClock").field(&self.endpoint).finish()
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(time: i64, uptime: u64) -> Moment {
        Moment {
            time: UnixMillis::from_secs(time),
            uptime: Duration::from_secs(uptime),
        }
    }

    #[test]
    fn the_earlier_clock_counts_however_either_is_set() {
        let server = ServerClock::new("https://a".into());
        let here = moment(10_000, 50);
        assert_eq!(server.earlier(here), here);
        assert_eq!(server.skew(here), None);
        assert!(!server.is_known());

        server.set(UnixMillis::from_secs(9_000), here);
        assert_eq!(server.earlier(here), moment(9_000, 50));
        assert_eq!(server.skew(here), Some(1_000));
        assert!(server.is_known());
        // A minute later, with this clock set far ahead, and far back.
        assert_eq!(server.earlier(moment(99_000, 110)), moment(9_060, 110));
        assert_eq!(server.earlier(moment(5, 110)), moment(5, 110));
        assert_eq!(server.skew(moment(5, 110)), Some(5 - 9_060));
    }

    #[test]
    fn clocks_that_agree_within_what_a_date_can_tell_are_one() {
        let server = ServerClock::new("https://a".into());
        let at = |millis: i64| Moment {
            time: UnixMillis(10_000_000 + millis),
            uptime: Duration::from_secs(1),
        };
        server.set(at(0).time, at(0));
        for millis in [-5_000, -1, 0, 999, 1_999] {
            assert_eq!(server.earlier(at(millis)), at(millis), "{millis}");
        }
        for millis in [2_000, 9_999] {
            assert_eq!(server.earlier(at(millis)), at(0), "{millis}");
        }
    }

    #[test]
    fn clocks_that_agree_differ_by_nothing_whatever_the_fraction_of_a_second() {
        let server = ServerClock::new("https://a".into());
        for fraction in [0, 1, 500, 999] {
            let here = Moment {
                time: UnixMillis(10_000_000 + fraction),
                uptime: Duration::from_secs(1),
            };
            server.set(UnixMillis(10_000_000), here);
            assert_eq!(server.skew(here), Some(0), "{fraction}");
        }
    }

    #[test]
    fn time_passes() {
        let clock = Clock::system();
        let before = clock.read();
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.read().since(before) >= Duration::from_millis(2));
        // When this was written.
        assert!(clock.now() > UnixMillis::from_secs(1_750_000_000));
    }
}
