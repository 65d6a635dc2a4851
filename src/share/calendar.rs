//! Moments as people and programs write them: RFC 3339. They are written in UTC, and read in any zone.

use chrono::{DateTime, Datelike, Timelike};

use super::UnixMillis;

/// 0001-01-01T00:00:00Z.
const FIRST: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59Z.
const LAST: i64 = 253_402_300_799_000;

impl UnixMillis {
    /// As RFC 3339 has it: `2027-01-31T12:00:00Z`, with a fraction where there is one. What is before the year
    /// 1 or after 9999 is written as the nearest moment that can be.
    pub fn rfc3339(self) -> String {
        let text = self.rfc3339_millis();
        text.strip_suffix(".000Z")
            .map(|whole| format!("{whole}Z"))
            .unwrap_or(text)
    }

    /// The same with three digits of a fraction in any case, so that all are of one length.
    pub fn rfc3339_millis(self) -> String {
        let millis = self.0.clamp(FIRST, LAST);
        let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
        let (date, time) = (time.date_naive(), time.time());
        let (year, month, day) = (date.year(), date.month(), date.day());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        let whole = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        format!("{whole}.{:03}Z", millis.rem_euclid(1000))
    }

    /// The day of it: `2027-01-31`.
    pub fn day(self) -> String {
        let mut text = self.rfc3339();
        text.truncate("2027-01-31".len());
        text
    }

    /// Without its fraction of a second.
    #[must_use]
    pub const fn whole_second(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }

    /// Reads a moment of RFC 3339, whose zone it states, as far as [`Self::rfc3339`] can write it.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text.trim()).ok()?;
        let millis = time.timestamp_millis();
        (FIRST..=LAST).contains(&millis).then_some(Self(millis))
    }

    /// The moment at which a day begins, by UTC.
    pub fn parse_day(text: &str) -> Option<Self> {
        Self::parse_rfc3339(&format!("{}T00:00:00Z", text.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_is_written() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_953_600_000, "2026-11-29T12:00:00Z"),
            (1_795_953_600_250, "2026-11-29T12:00:00.250Z"),
            (253_402_300_799_000, "9999-12-31T23:59:59Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (-31_536_000_000, "1969-01-01T00:00:00Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(UnixMillis(millis).rfc3339(), text);
            assert_eq!(UnixMillis::parse_rfc3339(text), Some(UnixMillis(millis)));
        }
        assert_eq!(UnixMillis(i64::MIN).rfc3339(), "0001-01-01T00:00:00Z");
        assert_eq!(UnixMillis(0).rfc3339_millis(), "1970-01-01T00:00:00.000Z");
        assert_eq!(UnixMillis(i64::MAX).day(), "9999-12-31");
        assert_eq!(UnixMillis(1_999).whole_second(), UnixMillis(1_000));
        assert_eq!(
            UnixMillis::parse_day("1970-01-02"),
            Some(UnixMillis::from_secs(86_400))
        );
        assert_eq!(UnixMillis::parse_day("1970-01-02T00:00:00Z"), None);
    }

    #[test]
    fn a_moment_may_be_written_by_another_zone() {
        let noon = Some(UnixMillis(1_795_953_600_000));
        for text in [
            "2026-11-29T14:00:00+02:00",
            "2026-11-29T06:30:00-05:30",
            "2026-11-29t12:00:00.0009z",
            " 2026-11-30T00:00:00+12:00 ",
        ] {
            assert_eq!(UnixMillis::parse_rfc3339(text), noon, "{text}");
        }
        let day = UnixMillis::parse_day("1969-01-01");
        assert_eq!(day, Some(UnixMillis(-31_536_000_000)));
        for text in [
            "2026-11-29T12:00:00",
            "2026-11-29T12:00:00+2",
            "2026-11-29T24:00:00Z",
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59.001Z",
            "9999-12-31T23:59:60Z",
            "9999-12-31T23:59:59-00:01",
            "+12026-11-29T12:00:00Z",
        ] {
            assert_eq!(UnixMillis::parse_rfc3339(text), None, "{text}");
        }
    }
}
