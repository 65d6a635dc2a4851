//! The end of an exception: a day, which it covers to its end by UTC, or a moment.

use std::fmt;
use std::time::Duration;

use crate::share::UnixMillis;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// From when on an exception covers nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until(UnixMillis);

impl Until {
    /// At this moment.
    pub const fn at(moment: UnixMillis) -> Self {
        Self(moment)
    }

    /// The end of the day in so many days from now.
    pub fn in_days(now: UnixMillis, days: u32) -> Self {
        let today = UnixMillis(now.0 - now.0.rem_euclid(DAY_MILLIS));
        Self(today.after(DAY * (days + 1)))
    }

    /// The moment itself.
    pub const fn moment(self) -> UnixMillis {
        self.0
    }

    /// Reads one that is at most so many days from now.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(text: &str, now: UnixMillis, max_days: u32) -> Result<Self, String> {
        let text = text.trim();
        let (day, moment) = (UnixMillis::parse_day(text), UnixMillis::parse_rfc3339(text));
        let until = match (day, moment) {
            (Some(day), _) => day.after(DAY),
            (_, Some(moment)) => moment,
            _ => {
                return Err(
                    "expected a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z"
                        .to_owned(),
                );
            }
        };
        let latest = Self::in_days(now, max_days);
        if until > latest.0 {
            return Err(format!(
                "expected {latest} at the latest: max_exception_days is {max_days}"
            ));
        }
        Ok(Self(until))
    }
}

/// As [`Until::read`] takes it: the day where it ends with one.
impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(moment) = self;
        if moment.0.rem_euclid(DAY_MILLIS) == 0 {
            return f.write_str(&moment.before(DAY).day());
        }
        f.write_str(&moment.rfc3339())
    }
}

/// A moment as people write it.
pub(super) fn moment(text: &str) -> Result<UnixMillis, String> {
    UnixMillis::parse_rfc3339(text)
        .ok_or_else(|| "expected a moment such as 2027-01-31T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-29T12:00:00Z.
    const NOW: UnixMillis = UnixMillis::from_secs(1_795_953_600);

    fn read(text: &str) -> Result<UnixMillis, String> {
        Until::read(text, NOW, 90).map(Until::moment)
    }

    #[test]
    fn a_day_ends_with_it_and_a_moment_at_it() {
        assert_eq!(read("2026-11-29"), Ok(UnixMillis::from_secs(1_795_996_800)));
        assert_eq!(read("2026-11-29T12:00:00Z"), Ok(NOW));
        assert_eq!(
            read(" 2020-01-01 "),
            Ok(UnixMillis::from_secs(1_577_923_200))
        );
        for bad in [
            "",
            "2026-02-30",
            "29.11.2026",
            "tomorrow",
            "2026-11-29T12:00",
            "1795953600",
        ] {
            assert!(
                read(bad).unwrap_err().starts_with("expected a day such as"),
                "{bad}"
            );
        }
    }

    #[test]
    fn no_end_is_further_than_allowed() {
        assert!(read("2027-02-27").is_ok());
        let expected = "expected 2027-02-27 at the latest: max_exception_days is 90";
        assert_eq!(read("2027-02-28").unwrap_err(), expected);
        assert_eq!(read("9999-12-31").unwrap_err(), expected);
        assert!(read("2027-02-28T00:00:00Z").is_ok());
        assert!(read("2027-02-28T00:00:01Z").is_err());
    }

    #[test]
    fn it_is_read_as_it_is_shown() {
        for text in ["2026-12-24", "2026-11-30T01:02:03Z"] {
            let until = Until::read(text, NOW, 90).unwrap();
            assert_eq!(until.to_string(), text);
        }
        assert_eq!(Until::in_days(NOW, 0).to_string(), "2026-11-29");
        assert_eq!(Until::at(UnixMillis(i64::MAX)).to_string().len(), 20);
    }
}
