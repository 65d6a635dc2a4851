//! The headers of an answer that are believed: when it was made, how long to wait, how it is packed.

use std::time::Duration;

use httpdate::parse_http_date;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::share::UnixMillis;

/// The longest wait that is one: more is a mistake.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// `Date`: when the answer was made, to a second.
pub(super) fn date(headers: &HeaderMap) -> Option<UnixMillis> {
    moment(text(headers, &DATE)?)
}

/// `Retry-After`, in either form of RFC 9110: seconds, or a date, which is counted from `now`.
pub(super) fn retry_after(headers: &HeaderMap, now: UnixMillis) -> Option<Duration> {
    let text = text(headers, &RETRY_AFTER)?;
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let wait = if is_number {
        // What is too large for a number is too large for a wait.
        text.parse().map_or(LONGEST_WAIT, Duration::from_secs)
    } else {
        moment(text)?.since(now)
    };
    Some(wait.clamp(SHORTEST_WAIT, LONGEST_WAIT))
}

/// `Content-Type` without its parameters, where it is one of those that a log should tell apart; a
/// server may write anything there.
pub(super) fn media_type(headers: &HeaderMap) -> &'static str {
    const USUAL: [&str; 4] = [
        "application/json",
        "application/problem+json",
        "text/html",
        "text/plain",
    ];
    let Some(value) = text(headers, &CONTENT_TYPE) else {
        return "none";
    };
    let media = value.split(';').next().unwrap_or_default().trim();
    let usual = USUAL
        .into_iter()
        .find(|usual| media.eq_ignore_ascii_case(usual));
    usual.unwrap_or("another")
}

/// A header's value, where it is visible ASCII.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

/// A date as HTTP writes it, in any of its three forms.
fn moment(text: &str) -> Option<UnixMillis> {
    let since_epoch = parse_http_date(text)
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    Some(UnixMillis(i64::try_from(since_epoch.as_millis()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn both_forms_of_retry_after_are_understood_and_none_is_too_long() {
        // Sun, 06 Nov 1994 08:49:00 GMT.
        let now = UnixMillis::from_secs(784_111_740);
        for (text, expected) in [
            ("2", Some(2)),
            ("0", Some(1)),
            ("18446744073709551615", Some(86_400)),
            ("99999999999999999999", Some(86_400)),
            ("-1", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(37)),
            ("Sun Nov  6 08:49:37 1994", Some(37)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(1)),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(86_400)),
            ("Sun, 99 Nov 1994 08:49:37 GMT", None),
        ] {
            let headers = headers(RETRY_AFTER, text);
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, now), expected, "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_media_type_is_told_in_words_of_ours() {
        let of = |text| media_type(&headers(CONTENT_TYPE, text));
        assert_eq!(of("Text/HTML; charset=utf-8"), "text/html");
        assert_eq!(of("application/json"), "application/json");
        assert_eq!(of("the-key-s3cret"), "another");
        assert_eq!(media_type(&HeaderMap::new()), "none");
    }

    #[test]
    fn a_date_is_a_date_or_nothing() {
        let at = |text| date(&headers(DATE, text));
        assert_eq!(
            at("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(UnixMillis::from_secs(784_111_777))
        );
        assert_eq!(at("yesterday"), None);
        assert_eq!(at(""), None);
    }
}
