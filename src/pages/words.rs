//! Numbers and times as people read them on a page.

use std::time::Duration;

use crate::share::UnixMillis;
use crate::telemetry::needs_escape;

/// `12345` as `12,345`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 link`, `2 links`. The plural is made with an s.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// With a capital letter to begin with.
pub(super) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).collect()
}

/// What others wrote, with what would act on the page instead of showing written out: `\u{202e}`.
/// HTML is not escaped here.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        if needs_escape(c) {
            visible.extend(c.escape_unicode());
        } else {
            visible.push(c);
        }
    }
    visible
}

/// A length of time in its largest unit: `45 s`, `3 min`, `5 h`, `12 d`.
pub(super) fn span(duration: Duration) -> String {
    match duration.as_secs() {
        secs @ 0..120 => format!("{secs} s"),
        secs @ 120..7_200 => format!("{} min", secs / 60),
        secs @ 7_200..172_800 => format!("{} h", secs / 3_600),
        secs => format!("{} d", count(secs / 86_400)),
    }
}

/// How long ago a moment was, or how far ahead it is: `5 h ago`, `in 3 d`.
pub(super) fn ago(moment: UnixMillis, now: UnixMillis) -> String {
    match moment > now {
        true => format!("in {}", span(moment.since(now))),
        false => format!("{} ago", span(now.since(moment))),
    }
}

/// How long something took: `less than 0.01 s`, `0.04 s`, `1.2 s`, `45 s`.
pub(super) fn took(duration: Duration) -> String {
    let secs = duration.as_secs_f64();
    match duration.as_secs() {
        // 0.00 s would read as if nothing had been asked.
        0 if duration.as_millis() < 10 => "less than 0.01 s".to_owned(),
        0 => format!("{secs:.2} s"),
        1..10 => format!("{secs:.1} s"),
        _ => span(duration),
    }
}

/// What RFC 3339 has of a moment, to the minute: `2026-11-29 12:34 UTC`.
pub(super) fn minute(rfc3339: &str) -> String {
    let minute: String = rfc3339.chars().take("2026-11-29T12:34".len()).collect();
    format!("{} UTC", minute.replace('T', " "))
}

/// The time of day, in UTC: `12:34:56 UTC`.
pub(super) fn time_of_day(moment: UnixMillis) -> String {
    let secs = moment.0.div_euclid(1000).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02} UTC",
        secs / 3600,
        secs / 60 % 60,
        secs % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let texts = [0, 12, 123, 1_234, 123_456, 1_234_567].map(count);
        assert_eq!(texts, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
        assert_eq!(counted(1, "link"), "1 link");
        assert_eq!(counted(0, "link"), "0 links");
    }

    #[test]
    fn times_have_one_unit() {
        let texts = [0, 119, 120, 7_199, 7_200, 172_799, 172_800, 400_000_000]
            .map(|secs| span(Duration::from_secs(secs)));
        assert_eq!(
            texts,
            [
                "0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 d", "4,629 d"
            ]
        );
        assert_eq!(took(Duration::from_millis(9)), "less than 0.01 s");
        assert_eq!(took(Duration::from_millis(10)), "0.01 s");
        assert_eq!(took(Duration::from_millis(42)), "0.04 s");
        assert_eq!(took(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(took(Duration::from_secs(61)), "61 s");
    }

    #[test]
    fn the_time_of_day_is_utc() {
        assert_eq!(
            time_of_day(UnixMillis::from_secs(86_400 + 3_661)),
            "01:01:01 UTC"
        );
        assert_eq!(time_of_day(UnixMillis(-1)), "23:59:59 UTC");
    }
}
