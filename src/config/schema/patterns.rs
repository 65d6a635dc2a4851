//! The regular expressions of the schema, in what JSON Schema recommends of ECMA-262. White space around a
//! value is `\s` here and that of Unicode to the parser: they differ in two characters that nobody types.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::range::whole_numbers;
use crate::telemetry::needs_escape;

/// The units of a duration with the nanoseconds of each, as `humantime` has them.
const UNITS: [(u128, &str); 10] = [
    (1, "nanos|nsec|ns"),
    (1_000, "usec|us|µs"),
    (1_000_000, "millis|msec|ms"),
    (1_000_000_000, "seconds|second|secs|sec|s"),
    (60 * 1_000_000_000, "minutes|minute|min|mins|m"),
    (3_600 * 1_000_000_000, "hours|hour|hr|hrs|h"),
    (86_400 * 1_000_000_000, "days|day|d"),
    (7 * 86_400 * 1_000_000_000, "weeks|week|wk|wks|w"),
    (2_630_016 * 1_000_000_000, "months|month|M"),
    (31_557_600 * 1_000_000_000, "years|year|yr|yrs|y"),
];

/// The units of a size, as `value::bytes` has them.
const SIZES: [(u64, &str); 7] = [
    (1, "(?:[Bb])?"),
    (1_000, "[Kk][Bb]"),
    (1_000_000, "[Mm][Bb]"),
    (1_000_000_000, "[Gg][Bb]"),
    (1 << 10, "[Kk][Ii][Bb]"),
    (1 << 20, "[Mm][Ii][Bb]"),
    (1 << 30, "[Gg][Ii][Bb]"),
];

/// A number as a text. Its bounds are those of the number that YAML sees.
pub(super) const NUMBER: &str = r"^\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?\s*$";

/// A host in an address. Which numbers in it are an IP address, the parser says.
const HOST: &str = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@\\:\[\]]+)";

/// A day, or a moment of RFC 3339. Which days February has, the parser says.
pub(in crate::config) const UNTIL: &str = concat!(
    r"^\s*[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))",
    r"(?:[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?",
    r"(?:[Zz]|[+-][0-9]{2}:[0-5][0-9]))?\s*$"
);

/// This alone, or with white space around.
pub(super) fn trimmed(expression: &str) -> String {
    format!(r"^\s*(?:{expression})\s*$")
}

/// One of these words, and nothing more of it.
pub(super) fn words_of(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| regex::escape(word)).collect();
    words.join("|")
}

/// A duration. Bounds hold for one number with its unit; of several, and of fractions, only the parser
/// knows the sum.
pub(super) fn duration(range: &RangeInclusive<Duration>) -> String {
    let (from, to) = (range.start().as_nanos(), range.end().as_nanos());
    let one = UNITS.iter().filter_map(|(size, names)| {
        let numbers = whole_numbers(from.div_ceil(*size), to / size)?;
        Some(format!(r"{numbers}\s*(?:{names})"))
    });
    let one: Vec<_> = one.collect();
    trimmed(&format!("{}|{}", one.join("|"), compound()))
}

/// No time at all, in any unit, or in none.
pub(super) fn zero_duration() -> String {
    trimmed(&format!(r"0|0+\s*(?:{})", units()))
}

/// Several numbers with units, or one that is not written as a whole number alone.
fn compound() -> String {
    let number = r"[0-9][0-9\s]*";
    let fraction = r"\.[0-9\s]*[0-9][0-9\s]*";
    let units = units();
    format!(
        r"(?:{number}(?:{fraction})?(?:{units})\s*){{2,}}|(?:{number}{fraction}|[0-9]+\s+{number})(?:{units})"
    )
}

fn units() -> String {
    UNITS.map(|(_, names)| names).join("|")
}

/// A size.
pub(super) fn bytes(range: &RangeInclusive<u64>) -> String {
    let one = SIZES.iter().filter_map(|(size, name)| {
        let numbers = whole_numbers(
            range.start().div_ceil(*size).into(),
            (range.end() / size).into(),
        )?;
        Some(format!(r"{numbers}\s*{name}"))
    });
    trimmed(&one.collect::<Vec<_>>().join("|"))
}

/// A whole number as a text.
pub(super) fn count(range: &RangeInclusive<u32>) -> String {
    let numbers = whole_numbers((*range.start()).into(), (*range.end()).into());
    trimmed(&format!(r"\+?{}", numbers.unwrap_or_default()))
}

/// An address of an API, as people write one: what the standard of URLs would make of odder ones, the parser knows
/// alone.
pub(in crate::config) fn endpoint() -> String {
    let (host, port) = (HOST, port());
    let loopback = r"[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\.[0-9.]+|\[::1\]";
    format!(
        r"^(?:[Hh][Tt][Tt][Pp][Ss]://{host}{port}|[Hh][Tt][Tt][Pp]://(?:{loopback}){port})(?:/[^\s?#]*)?$"
    )
}

/// `auto`, or an address of pages, as people write one.
pub(in crate::config) fn console() -> String {
    let (host, port) = (HOST, port());
    trimmed(&format!(
        r"auto|[Hh][Tt][Tt][Pp][Ss]?://{host}{port}(?:/[^\s?#\\]*)?"
    ))
}

/// The port of an address, or none.
fn port() -> String {
    let numbers = whole_numbers(0, u16::MAX.into()).unwrap_or_default();
    format!("(?::(?:{numbers})?)?")
}

/// Which part of how many: that the first is below the second, the parser says.
pub(in crate::config) fn shard(most: u32) -> String {
    let index = whole_numbers(0, u128::from(most) - 1).unwrap_or_default();
    let count = whole_numbers(1, most.into()).unwrap_or_default();
    trimmed(&format!("{index}/{count}"))
}

/// A name of an organisation: nothing that can't be seen in it, no `"`, no white space around it.
pub(super) fn organization_name() -> String {
    let odd = odd_characters();
    format!(r#"^[^\s"{odd}](?:[^"{odd}]*[^\s"{odd}])?$"#)
}

/// A name that is a label value and may be in an address.
pub(super) fn plain_name(most: usize) -> String {
    format!("[A-Za-z0-9_.-]{{1,{most}}}")
}

/// One line of at most so many characters, white space around it aside.
pub(super) fn words(most: usize) -> String {
    let odd = odd_characters();
    format!(
        r"^\s*[^\s{odd}](?:[^{odd}]{{0,{}}}[^\s{odd}])?\s*$",
        most - 2
    )
}

/// The inside of a class of those that would act or can't be seen.
fn odd_characters() -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for character in (char::MIN..='\u{ffff}').filter(|it| needs_escape(*it)) {
        let code = u32::from(character);
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == code => *end = code,
            _ => ranges.push((code, code)),
        }
    }
    let range = |(from, to): &(u32, u32)| match from == to {
        true => format!(r"\u{from:04x}"),
        false => format!(r"\u{from:04x}-\u{to:04x}"),
    };
    ranges.iter().map(range).collect()
}

#[cfg(test)]
mod tests;
