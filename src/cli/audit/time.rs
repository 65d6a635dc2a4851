//! The ends of a time that is asked for: a moment, a day, or a span back from now.

use std::time::Duration;

use crate::share::{UnixMillis, span};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MILLISECOND: Duration = Duration::from_millis(1);

/// One end of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeBound {
    /// A moment.
    Moment(UnixMillis),
    /// All of a day by UTC, which begins at this moment.
    Day(UnixMillis),
    /// So long ago.
    Ago(Duration),
}

impl TimeBound {
    /// Reads one as people write it.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(text: &str) -> Result<Self, String> {
        let day = UnixMillis::parse_day(text).map(Self::Day);
        let moment = || UnixMillis::parse_rfc3339(text).map(Self::Moment);
        let ago = || span::read(text).ok().map(Self::Ago);
        day.or_else(moment).or_else(ago).ok_or_else(|| {
            "expected a day such as 2027-01-31, a moment such as 2027-01-31T12:00:00Z, or a span back from now \
             such as 24h or 7d"
                .to_owned()
        })
    }

    /// The first moment of it.
    pub fn first(self, now: UnixMillis) -> UnixMillis {
        match self {
            Self::Moment(moment) | Self::Day(moment) => moment,
            Self::Ago(span) => now.before(span),
        }
    }

    /// The last moment of it.
    pub fn last(self, now: UnixMillis) -> UnixMillis {
        match self {
            Self::Day(begin) => begin.after(DAY).before(MILLISECOND),
            Self::Moment(_) | Self::Ago(_) => self.first(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-29T12:00:00Z.
    const NOW: UnixMillis = UnixMillis::from_secs(1_795_953_600);

    fn bounds(text: &str) -> [String; 2] {
        let bound = TimeBound::read(text).unwrap();
        [bound.first(NOW), bound.last(NOW)].map(UnixMillis::rfc3339)
    }

    #[test]
    fn a_day_is_all_of_it_and_a_moment_is_one() {
        let day = bounds("2026-11-28");
        assert_eq!(day, ["2026-11-28T00:00:00Z", "2026-11-28T23:59:59.999Z"]);
        let moment = "2026-11-28T23:00:00.500Z";
        assert_eq!(bounds(moment), [moment; 2]);
        assert_eq!(
            bounds("2026-11-29T01:00:00+02:00"),
            ["2026-11-28T23:00:00Z"; 2]
        );
        assert_eq!(bounds("36h"), ["2026-11-28T00:00:00Z"; 2]);
    }

    #[test]
    fn anything_else_is_told_what_was_expected() {
        for text in ["", "7", "yesterday", "2026-02-30", "29.11.2026", "-7d"] {
            let error = TimeBound::read(text).unwrap_err();
            assert!(error.starts_with("expected a day such as"), "{text}");
        }
    }
}
