//! What is known of an organisation's audit feed: how it was asked for. What it told is handed on, and not
//! kept here.

use std::time::Duration;

use super::{Failure, Polls};
use crate::share::{MalformedCounts, Moment, UnixMillis};

/// How the asking for one organisation's audit feed goes. Replaced whole after each poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedStanding {
    /// How the polls of it went.
    pub polls: Polls,
    /// What could not be understood in the last good one.
    pub malformed: MalformedCounts,
    /// Whether some answer of the last good one warned that it is not whole, or stayed cut.
    pub partial: bool,
    /// All that was told to have happened before this moment has been read; none: nothing was yet.
    pub read_until: Option<UnixMillis>,
}

/// From here on what was read is not all of it: the first time, 30 days are read bit by bit.
const BEHIND: Duration = Duration::from_secs(60 * 60);

impl FeedStanding {
    /// After one more poll that took `took`, ended at `ended` and read all that it asked for.
    #[must_use]
    pub fn succeeded(
        &self,
        took: Duration,
        ended: Moment,
        malformed: MalformedCounts,
        partial: bool,
    ) -> Self {
        Self {
            polls: self.polls.succeeded(took, ended),
            malformed,
            partial,
            read_until: self.read_until,
        }
    }

    /// After all of it until then has been read.
    #[must_use]
    pub fn read_to(self, until: UnixMillis) -> Self {
        Self {
            read_until: Some(until),
            ..self
        }
    }

    /// Whether it has been read until the last good poll, or almost.
    pub fn is_caught_up(&self) -> bool {
        let success = self.polls.last_success();
        let read = self.read_until.zip(success);
        read.is_some_and(|(until, success)| success.time.since(until) < BEHIND)
    }

    /// After one more that failed.
    #[must_use]
    pub fn failed(&self, took: Duration, ended: Moment, failure: Failure) -> Self {
        Self {
            polls: self.polls.failed(took, ended, failure),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_bit_by_bit_is_all_of_it_only_at_the_end() {
        let hour = 60 * 60;
        let ended = Moment {
            time: UnixMillis::from_secs(10 * hour),
            uptime: Duration::ZERO,
        };
        let read = FeedStanding::default();
        let read = read.succeeded(Duration::ZERO, ended, MalformedCounts::default(), false);
        assert!(!read.is_caught_up());
        for (until, expected) in [(8, false), (9, false), (10, true), (11, true)] {
            let read = read.clone().read_to(UnixMillis::from_secs(until * hour));
            assert_eq!(read.is_caught_up(), expected, "{until}");
            let failure = crate::inventory::Failure {
                reason: crate::share::Reason::Timeout,
                message: String::new(),
            };
            let failed = read.failed(Duration::ZERO, ended, failure);
            assert_eq!(failed.is_caught_up(), expected, "{until}");
        }
    }
}
