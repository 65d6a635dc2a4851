//! When an organisation is asked next. It outlives the task that asks: a reload that starts another
//! neither forgets how long ago the last poll was nor that Rhombus wants to be left alone.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many organisations are begun with in a second where a person waits.
const BEGUN_PER_SECOND: u32 = 20;

/// In which time so many organisations are begun with where a person waits.
pub(super) fn spread_of_one_look(organizations: u32) -> Duration {
    Duration::from_secs(organizations.div_ceil(BEGUN_PER_SECOND).max(1).into())
}

/// The next poll of one organisation.
#[derive(Debug, Default)]
pub(super) struct Schedule(Mutex<Option<Next>>);

#[derive(Clone, Copy, Debug)]
struct Next {
    due: Instant,
    /// Until then, Rhombus wants to be left alone.
    not_before: Option<Instant>,
}

impl Schedule {
    /// When a task that is given the moment `turn` asks first: then, or when the task before it would
    /// have, whichever is sooner.
    pub(super) fn begin(&self, turn: Instant) -> Instant {
        let before = self.get();
        let not_before = before.and_then(|next| next.not_before);
        let sooner = before.map_or(turn, |next| next.due.min(turn));
        let due = not_before.map_or(sooner, |moment| sooner.max(moment));
        self.set(Next { due, not_before });
        due
    }

    /// When to ask again after a poll that was due at `due` and has ended `now`: an interval later,
    /// without those that have been missed, and not within `pause`. It keeps its beat, so that those who
    /// waited for the same pause do not ask at once after it, nor ever after.
    pub(super) fn again(
        &self,
        due: Instant,
        interval: Duration,
        now: Instant,
        pause: Duration,
    ) -> Instant {
        let late = now.saturating_duration_since(due);
        let missed = late.as_nanos() / interval.as_nanos().max(1);
        let intervals = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
        let not_before = now + pause;
        let next = due + interval.saturating_mul(intervals);
        let short = not_before.saturating_duration_since(next).as_nanos();
        let beats = short.div_ceil(interval.as_nanos().max(1));
        let beats = u32::try_from(beats).unwrap_or(u32::MAX);
        let due = next + interval.saturating_mul(beats);
        self.set(Next {
            due,
            not_before: Some(not_before),
        });
        due
    }

    fn get(&self) -> Option<Next> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, next: Next) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn thousands_are_begun_with_one_after_another() {
        for (organizations, spread) in [(0, 1), (1, 1), (20, 1), (21, 2), (5_000, 250)] {
            assert_eq!(spread_of_one_look(organizations), secs(spread));
        }
    }

    #[test]
    fn polls_keep_their_beat_and_those_that_were_missed_are_not_made_up_for() {
        let t0 = Instant::now();
        let schedule = Schedule::default();
        assert_eq!(schedule.begin(t0), t0);
        let again = |took| schedule.again(t0, MINUTE, t0 + took, Duration::ZERO);
        assert_eq!(again(secs(0)), t0 + MINUTE);
        assert_eq!(again(secs(59)), t0 + MINUTE);
        assert_eq!(again(secs(60)), t0 + 2 * MINUTE);
        assert_eq!(again(secs(150)), t0 + 3 * MINUTE);
    }

    #[test]
    fn reloads_however_many_put_no_poll_off() {
        let t0 = Instant::now();
        let schedule = Schedule::default();
        let first = schedule.begin(t0 + secs(30));
        assert_eq!(schedule.begin(t0 + secs(50)), first);
        let first = schedule.begin(t0 + secs(20));
        assert_eq!(first, t0 + secs(20));
        let second = schedule.again(first, MINUTE, first, Duration::ZERO);
        for reload in 1..10 {
            assert_eq!(schedule.begin(second + secs(reload)), second);
        }
        // Nor does the wait of a long interval outlast it.
        assert_eq!(schedule.begin(t0 + secs(40)), t0 + secs(40));
    }

    /// Those who waited for the same moment would ask at once from then on.
    #[test]
    fn a_pause_changes_no_beat() {
        let t0 = Instant::now();
        for offset in [0, 13, 59] {
            let due = t0 + secs(offset);
            let schedule = Schedule::default();
            let again = schedule.again(due, MINUTE, due, secs(90));
            assert_eq!(again, due + 2 * MINUTE);
            let late = t0 + secs(59);
            let until = schedule.again(due, MINUTE, late, secs(301));
            assert!(until >= late + secs(301));
            assert_eq!((until - due).as_secs() % 60, 0);
        }
    }

    #[test]
    fn a_reload_does_not_end_a_pause() {
        let t0 = Instant::now();
        let schedule = Schedule::default();
        let first = schedule.begin(t0);
        let again = schedule.again(first, MINUTE, t0, secs(300));
        assert_eq!(again, t0 + secs(300));
        assert_eq!(schedule.begin(t0 + secs(1)), again);
    }
}
