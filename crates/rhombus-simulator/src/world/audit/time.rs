//! The times of events, which the API writes as RFC 3339.

use chrono::{DateTime, SecondsFormat};

/// Epoch milliseconds, written; what no calendar has is the epoch.
pub(super) fn written(millis: i64) -> String {
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads one, in any zone: epoch milliseconds.
pub(super) fn read(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_it_is_read() {
        // Expected values from `date -u -d @1760000000 +%FT%TZ`.
        for (millis, text) in [
            (1_760_000_000_123, "2025-10-09T08:53:20.123Z"),
            (0, "1970-01-01T00:00:00.000Z"),
            (-1000, "1969-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(written(millis), text);
            assert_eq!(read(text), Some(millis));
        }
        assert_eq!(read("2025-10-09T10:53:20+02:00"), Some(1_760_000_000_000));
        for bad in ["", "1760000000", "2025-10-09", "2025-10-09T08:53:20"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
