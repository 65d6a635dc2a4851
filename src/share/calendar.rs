//! Moments as people and programs write them: RFC 3339, in UTC.

use std::time::{Duration, UNIX_EPOCH};

use super::UnixMillis;

impl UnixMillis {
    /// As RFC 3339 has it: `2027-01-31T12:00:00Z`, with a fraction where there is one. What is before 1970 or
    /// after 9999 is written as the nearest moment that can be.
    pub fn rfc3339(self) -> String {
        let millis = self.in_calendar();
        let time = UNIX_EPOCH + Duration::from_millis(millis);
        match millis % 1000 {
            0 => humantime::format_rfc3339_seconds(time).to_string(),
            _ => humantime::format_rfc3339_millis(time).to_string(),
        }
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

    /// Reads what [`Self::rfc3339`] writes.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let time = humantime::parse_rfc3339(text.trim()).ok()?;
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Some(Self::default().after(since))
    }

    /// The moment at which a day begins.
    pub fn parse_day(text: &str) -> Option<Self> {
        Self::parse_rfc3339(&format!("{}T00:00:00Z", text.trim()))
    }

    /// In milliseconds, as a calendar has it.
    fn in_calendar(self) -> u64 {
        /// 9999-12-31T23:59:59Z.
        const LAST: u64 = 253_402_300_799_000;
        u64::try_from(self.0).unwrap_or(0).min(LAST)
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
        ] {
            assert_eq!(UnixMillis(millis).rfc3339(), text);
            assert_eq!(UnixMillis::parse_rfc3339(text), Some(UnixMillis(millis)));
        }
        assert_eq!(UnixMillis(i64::MIN).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(UnixMillis(i64::MAX).day(), "9999-12-31");
        assert_eq!(UnixMillis(1_999).whole_second(), UnixMillis(1_000));
        assert_eq!(
            UnixMillis::parse_day("1970-01-02"),
            Some(UnixMillis::from_secs(86_400))
        );
        assert_eq!(UnixMillis::parse_day("1970-01-02T00:00:00Z"), None);
    }
}
