//! What time the simulated API says it is: the header `Date` of every answer, and the dates that
//! faults write. Its own clock is right; what it says need not be.

use std::time::{Duration, UNIX_EPOCH};

use axum::http::HeaderValue;
use serde::{Deserialize, Deserializer};

use crate::clock::UnixMillis;

/// How answers tell the time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum ServerDate {
    /// From a clock that is ahead by this many seconds; behind, where they are negative.
    Ahead { ahead_seconds: i64 },
    /// With this text, whatever it says; with no header at all where it is null.
    Verbatim {
        #[serde(deserialize_with = "present")]
        date: Option<String>,
    },
}

impl Default for ServerDate {
    fn default() -> Self {
        Self::Ahead { ahead_seconds: 0 }
    }
}

/// A field that has to be there, though it may be null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

impl ServerDate {
    /// Whether every header that it makes can be sent.
    pub(super) fn is_possible(&self) -> bool {
        match self {
            Self::Verbatim { date: Some(text) } => HeaderValue::from_str(text).is_ok(),
            _ => true,
        }
    }

    /// The header `Date` of an answer that goes out at `now`.
    pub(super) fn header(&self, now: UnixMillis) -> Option<HeaderValue> {
        let text = match self {
            Self::Ahead { .. } => self.date(now, 0),
            Self::Verbatim { date } => date.clone()?,
        };
        HeaderValue::from_str(&text).ok()
    }

    /// The date `seconds` after `now`, by the clock that the header shows.
    pub(super) fn date(&self, now: UnixMillis, seconds: i64) -> String {
        let ahead = match self {
            Self::Ahead { ahead_seconds } => *ahead_seconds,
            Self::Verbatim { .. } => 0,
        };
        // What an HTTP date can say: the years 1970 to 9999.
        const LAST: i64 = 253_402_300_799;
        let at = (now.0 / 1000).saturating_add(ahead).saturating_add(seconds);
        let since_epoch = Duration::from_secs(at.clamp(0, LAST).unsigned_abs());
        httpdate::fmt_http_date(UNIX_EPOCH + since_epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_760_000_000_000);

    fn header(json: &str) -> Option<String> {
        let date: ServerDate = serde_json::from_str(json).unwrap();
        assert!(date.is_possible(), "{json}");
        let header = date.header(NOW)?;
        Some(header.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_header_can_be_right_wrong_rubbish_or_left_out() {
        let said = |json| header(json).unwrap();
        assert_eq!(
            said(r#"{"ahead_seconds":0}"#),
            "Thu, 09 Oct 2025 08:53:20 GMT"
        );
        assert_eq!(
            said(r#"{"ahead_seconds":3600}"#),
            "Thu, 09 Oct 2025 09:53:20 GMT"
        );
        assert_eq!(
            said(r#"{"ahead_seconds":-2678400}"#),
            "Mon, 08 Sep 2025 08:53:20 GMT"
        );
        assert_eq!(said(r#"{"date":"soon"}"#), "soon");
        assert_eq!(header(r#"{"date":null}"#), None);
    }

    #[test]
    fn no_skew_is_beyond_what_a_date_can_say() {
        let said = |ahead: i64| {
            ServerDate::Ahead {
                ahead_seconds: ahead,
            }
            .date(NOW, 1)
        };
        assert_eq!(said(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(said(i64::MIN), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for json in [
            "{}",
            r#"{"ahead_seconds":null}"#,
            r#"{"date":1}"#,
            r#"{"ahead":1}"#,
        ] {
            assert!(serde_json::from_str::<ServerDate>(json).is_err(), "{json}");
        }
        let broken: ServerDate = serde_json::from_str(r#"{"date":"a\nb"}"#).unwrap();
        assert!(!broken.is_possible());
    }
}
