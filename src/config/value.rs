//! Single values as people write them: durations, sizes, windows, names. Each function says in its
//! error what it expected and never repeats the text; who reports it decides whether that may be
//! shown. The command line and the file share them, so that both speak with one voice.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::Window;
use super::schema::{self, Shape};
use crate::rhombus::ExpirationTime;
pub(super) use crate::share::span::show as show_duration;
use crate::share::{BaseUrl, ConsoleUrl, Id, ShareKind, span};
use crate::telemetry::needs_escape;

/// The longest name of an organisation, in bytes.
const NAME_MAX_BYTES: usize = 128;
/// The longest text of a window, in bytes: it becomes a label value.
pub(super) const WINDOW_MAX_BYTES: usize = 32;

/// A duration with a unit, such as `30s`, `5m`, `24h` or `7d`.
///
/// # Errors
/// What was expected.
pub fn duration(text: &str, range: &RangeInclusive<Duration>) -> Result<Duration, String> {
    within(span::read(text)?, range, "a duration", show_duration)
}

/// A time to look back; none for `0s`.
pub(super) fn lookback(
    text: &str,
    range: &RangeInclusive<Duration>,
) -> Result<Option<Duration>, String> {
    if span::read(text)?.is_zero() {
        return Ok(None);
    }
    duration(text, range)
        .map(Some)
        .map_err(|expected| format!("{expected}, or 0s for every page there is"))
}

/// A value of the label `within`: a duration that keeps the text as its label.
pub(super) fn window(text: &str, range: &RangeInclusive<Duration>) -> Result<Window, String> {
    let label = text.trim();
    if label.len() > WINDOW_MAX_BYTES {
        return Err(format!(
            "expected a duration of at most {WINDOW_MAX_BYTES} bytes, such as 24h"
        ));
    }
    Ok(Window {
        label: label.to_owned(),
        duration: duration(label, range)?,
    })
}

/// A number of bytes, such as `256MiB`, `64kB` or `1048576`.
pub(super) fn bytes(text: &str, range: &RangeInclusive<u64>) -> Result<u64, String> {
    let expected =
        || "expected a whole number of bytes, such as 256MiB, 1GiB or 1048576".to_owned();
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| expected())?;
    let unit = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1000 * 1000,
        "gb" => 1000 * 1000 * 1000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(expected()),
    };
    let bytes = number.checked_mul(unit).ok_or_else(expected)?;
    within(bytes, range, "a size", show_bytes)
}

/// A number, such as `1` or `0.5`.
pub(super) fn number(text: &str, range: &RangeInclusive<f64>) -> Result<f64, String> {
    let number = text.trim().parse();
    let number = number.map_err(|_| "expected a number, such as 1 or 0.5".to_owned())?;
    within(number, range, "a number", |number: f64| number.to_string())
}

/// A whole number, such as `90`.
pub(super) fn count(text: &str, range: &RangeInclusive<u32>) -> Result<u32, String> {
    let number = text.trim().parse();
    let number = number.map_err(|_| "expected a whole number, such as 90".to_owned())?;
    within(number, range, "a number", |number: u32| number.to_string())
}

/// The value, if it is within bounds. Not a number is within none.
fn within<T: PartialOrd + Copy>(
    value: T,
    range: &RangeInclusive<T>,
    kind: &str,
    show: fn(T) -> String,
) -> Result<T, String> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(bounds(kind, range, show))
}

/// What is expected of a value that has bounds.
pub(super) fn bounds<T: Copy>(
    kind: &str,
    range: &RangeInclusive<T>,
    show: fn(T) -> String,
) -> String {
    let (from, to) = (show(*range.start()), show(*range.end()));
    format!("expected {kind} from {from} to {to}")
}

/// The path of a file, as it is written.
pub(super) fn path(text: &str) -> Result<&str, String> {
    match text {
        "" => Err("expected the path of a file".to_owned()),
        path if path.contains('\0') => Err("expected the path of a file".to_owned()),
        path => Ok(path),
    }
}

/// A list of shares, by the value of its label `source`.
pub(super) fn source(text: &str) -> Result<ShareKind, String> {
    let kind = ShareKind::ALL
        .into_iter()
        .find(|kind| kind.list() == text.trim());
    kind.ok_or_else(|| {
        let known = ShareKind::ALL.map(ShareKind::list).join(", ");
        format!("expected one of {known}")
    })
}

/// On or off, in the forms that YAML 1.2 has for it.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.trim() {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err("expected true or false".to_owned()),
    }
}

/// Where Rhombus's console is.
pub(super) fn console(text: &str) -> Result<ConsoleUrl, String> {
    match text.trim() {
        "auto" => Ok(ConsoleUrl::default()),
        url => match url.parse::<BaseUrl>() {
            Ok(url) => Ok(ConsoleUrl(Some(url))),
            Err(_) => {
                Err("expected auto or a URL without user, password, query and fragment".to_owned())
            }
        },
    }
}

/// A console as [`console`] takes it.
pub(super) fn show_console(console: &ConsoleUrl) -> String {
    let url = console.0.as_ref();
    url.map_or_else(|| "auto".to_owned(), ToString::to_string)
}

/// The ways in which expiry times are read, by their names.
const READINGS: [(&str, ExpirationTime); 3] = [
    ("auto", ExpirationTime::Auto),
    ("epoch", ExpirationTime::Epoch),
    ("ttl", ExpirationTime::Ttl),
];

/// How expiry times are read.
pub(super) fn expiration_time(text: &str) -> Result<ExpirationTime, String> {
    let reading = READINGS.iter().find(|(name, _)| *name == text.trim());
    let reading = reading.map(|(_, reading)| *reading);
    reading.ok_or_else(|| "expected auto, epoch or ttl".to_owned())
}

/// The names of [`READINGS`].
pub(super) fn expiration_times() -> [&'static str; 3] {
    READINGS.map(|(name, _)| name)
}

/// A reading as [`expiration_time`] takes it.
pub(super) fn show_expiration_time(reading: ExpirationTime) -> &'static str {
    let name = READINGS.iter().find(|(_, it)| *it == reading);
    name.map_or("auto", |(name, _)| name)
}

/// The name of an organisation: a value of the label `org`. What is wrong with one says nothing of it but
/// the character: where a line break was lost, the key is in it.
///
/// # Errors
/// What was expected.
pub fn organization_name(text: &str) -> Result<String, String> {
    let odd = text.chars().find(|c| needs_escape(*c));
    let expected = if text.is_empty() || text.len() > NAME_MAX_BYTES {
        format!(
            "expected a name of 1 to {NAME_MAX_BYTES} bytes, not of {}",
            text.len()
        )
    } else if let Some(odd) = odd {
        // Two of them would look like one, or like another.
        let odd = odd.escape_default();
        format!(
            "expected a name without control, bidirectional or invisible characters such as `{odd}`"
        )
    } else if text.trim() != text {
        "expected a name without spaces around it".to_owned()
    } else if text.contains('"') {
        "expected a name without `\"`, which breaks the queries of Grafana's dashboards".to_owned()
    } else if text == "All" || text.contains("$__") {
        "expected a name other than `All` and without `$__`, which mean something else to Grafana"
            .to_owned()
    } else {
        return Ok(text.to_owned());
    };
    Err(expected)
}

/// The same as JSON Schema.
pub(super) fn organization_name_shape() -> Shape {
    schema::organization_name(NAME_MAX_BYTES)
}

/// An organisation's uuid: a documented [`Id::Uuid`].
pub(super) fn org_uuid(text: &str) -> Result<Id, String> {
    match Id::parse(text) {
        uuid @ Id::Uuid(_) => Ok(uuid),
        Id::Text(_) => Err(
            "expected an organisation's uuid as Rhombus writes it: 22 letters, digits, `-` and `_`"
                .to_owned(),
        ),
    }
}

/// A number of bytes as one whole number and unit, which [`bytes()`] reads back: `256MiB`.
pub(super) fn show_bytes(bytes: u64) -> String {
    const UNITS: [(u128, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    span::in_units(bytes.into(), &UNITS).unwrap_or_else(|| bytes.to_string())
}

/// A text in a message: cut when long, with what a terminal would act on escaped.
pub(super) fn quoted(text: &str) -> String {
    const MAX_CHARS: usize = 64;
    let mut shown: String = text
        .chars()
        .take(MAX_CHARS)
        .flat_map(|c| match c {
            '"' | '\'' | '\\' => vec![c],
            other => other.escape_debug().collect(),
        })
        .collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Result<u64, String> {
        super::bytes(text, &(0..=u64::MAX))
    }

    fn duration(text: &str) -> Result<Duration, String> {
        super::duration(text, &(Duration::ZERO..=Duration::MAX))
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes("256MiB"), Ok(256 << 20));
        assert_eq!(bytes(" 1 gib "), Ok(1 << 30));
        assert_eq!(bytes("64kB"), Ok(64_000));
        assert_eq!(bytes("7"), Ok(7));
        for bad in [
            "",
            "MiB",
            "1.5GiB",
            "-1",
            "1TB",
            "99999999999GiB",
            "1e3",
            "٣",
        ] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(duration("1m"), Ok(Duration::from_secs(60)));
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        for bad in ["", "60", "-1s", "1 fortnight", "m"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_shown_can_be_read_back() {
        for (secs, text) in [
            (0, "0s"),
            (90, "90s"),
            (600, "10m"),
            (7200, "2h"),
            (86400, "1d"),
        ] {
            assert_eq!(show_duration(Duration::from_secs(secs)), text);
        }
        let odd = Duration::from_nanos(1_500_000_001);
        assert_eq!(duration(&show_duration(odd)), Ok(odd));
        for size in [0, 1, 1024, 1025, 256 << 20, 3 << 30] {
            assert_eq!(bytes(&show_bytes(size)), Ok(size));
        }
    }

    #[test]
    fn a_window_keeps_its_text() {
        let window = window("24h", &(Duration::ZERO..=Duration::MAX)).unwrap();
        assert_eq!(window.label, "24h");
        assert_eq!(window.duration, Duration::from_secs(86_400));
    }

    #[test]
    fn a_name_shows_what_it_is() {
        for good in [
            "acme",
            "Schule Süd",
            "学校",
            "a b",
            "🏫",
            r"O'Hara \ $1 {a|b} [c] 50% <d> & all.",
            "all",
        ] {
            assert!(organization_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a\nb",
            "acme\u{200b}",
            "\u{202e}emca",
            "a\u{ad}b",
            " a",
            "a\u{feff}",
            "the \"old\" mill",
            "All",
            "$__all",
        ] {
            assert!(organization_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_quoted_text_is_short_and_harmless() {
        assert_eq!(quoted("a\u{1b}[31m"), r"`a\u{1b}[31m`");
        assert_eq!(quoted("a\nb"), r"`a\nb`");
        assert_eq!(quoted(&"x".repeat(100)), format!("`{}…`", "x".repeat(64)));
    }
}
