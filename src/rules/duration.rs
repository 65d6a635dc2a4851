//! Lengths of time as Prometheus writes them in rules: `90s`, `15m`, `1d12h`. Milliseconds and years are
//! left out: no alert needs the one, and what the other is differs between programs.

/// The units, the largest first, as they follow one another.
const UNITS: [(char, u64); 5] = [
    ('w', 604_800),
    ('d', DAY),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

const DAY: u64 = 86_400;

/// The units of a text, the largest first.
const WORDS: [(u64, &str); 4] = [(DAY, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];

/// The longest that makes sense; Prometheus keeps less by default.
const LONGEST: u64 = 52 * 604_800;

/// A length of time, with the text that it was given as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    text: String,
    seconds: u64,
}

impl Span {
    /// Reads a length of time from 0s to 52w.
    ///
    /// # Errors
    /// What was expected.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let seconds = seconds(text)
            .ok_or("expected a duration as Prometheus writes it, such as 90s, 15m, 36h or 1d12h")?;
        if seconds > LONGEST {
            return Err("expected a duration of at most 52w".to_owned());
        }
        let text = text.to_owned();
        Ok(Self { text, seconds })
    }

    /// As it was given.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// In whole seconds.
    pub(super) const fn seconds(&self) -> u64 {
        self.seconds
    }

    /// In words, in the largest unit of which it is a whole number: `14 days`, `1 hour`. One day is `24 hours`,
    /// which reads well after *within*.
    pub(super) fn words(&self) -> String {
        let fits = |(size, _): &&(u64, &str)| {
            self.seconds.is_multiple_of(*size) && !(*size == DAY && self.seconds <= DAY)
        };
        let (size, unit) = WORDS.iter().find(fits).unwrap_or(&(1, "second"));
        let number = self.seconds / size;
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{plural}")
    }
}

/// The seconds of a text in which each unit stands at most once, the larger first; none for another text.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0_u64;
    for (unit, size) in UNITS {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let Some(after) = rest[end..].strip_prefix(unit) else {
            continue;
        };
        let number: u64 = rest[..end].parse().ok()?;
        total = total.checked_add(number.checked_mul(size)?)?;
        rest = after;
        if rest.is_empty() {
            return Some(total);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_prometheus_writes_is_read() {
        for (text, expected) in [
            ("0s", 0),
            ("90s", 90),
            ("15m", 900),
            ("36h", 129_600),
            ("14d", 1_209_600),
            ("1d12h", 129_600),
            ("1w2d3h4m5s", 604_800 + 2 * 86_400 + 3 * 3_600 + 4 * 60 + 5),
            ("52w", LONGEST),
        ] {
            assert_eq!(Span::read(text).unwrap().seconds(), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "0",
            "5",
            "m",
            "5 m",
            "-5m",
            "1.5h",
            "5ms",
            "1y",
            "12h1d",
            "1h1h",
            "5m ",
            "5M",
            "99999999999999999999s",
            "30000000000000000w",
            "٣m",
            "5mö",
        ] {
            assert!(
                Span::read(text).unwrap_err().contains("such as 90s"),
                "{text}"
            );
        }
        assert!(Span::read("53w").unwrap_err().contains("at most 52w"));
    }

    #[test]
    fn words_are_in_the_unit_that_fits() {
        for (text, expected) in [
            ("24h", "24 hours"),
            ("1d", "24 hours"),
            ("48h", "2 days"),
            ("2w", "14 days"),
            ("1d12h", "36 hours"),
            ("60m", "1 hour"),
            ("90m", "90 minutes"),
            ("1m", "1 minute"),
            ("61s", "61 seconds"),
            ("1s", "1 second"),
        ] {
            assert_eq!(Span::read(text).unwrap().words(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn words_say_the_same_time(seconds in 1..=LONGEST) {
            let words = Span::read(&format!("{seconds}s")).unwrap().words();
            let (number, unit) = words.split_once(' ').unwrap();
            let unit = WORDS.iter().find(|(_, it)| unit.trim_end_matches('s') == *it).unwrap();
            prop_assert_eq!(number.parse::<u64>().unwrap() * unit.0, seconds);
        }

        #[test]
        fn the_parts_add_up(parts in [0_u64..4, 0..7, 0..24, 0..60, 0..60]) {
            let units = ["w", "d", "h", "m", "s"];
            let text: String = parts.iter().zip(units).map(|(n, unit)| format!("{n}{unit}")).collect();
            let expected: u64 = parts.iter().zip(UNITS).map(|(n, (_, size))| n * size).sum();
            prop_assert_eq!(Span::read(&text).unwrap().seconds(), expected);
        }

        #[test]
        fn no_text_is_a_panic(text in "\\PC{0,12}") {
            let _ = Span::read(&text);
        }
    }
}
