//! The lines of an exported trail: an event, the hash of one that was dropped, a seal. Each has one form, byte
//! for byte, so that two readers can't read it differently.

use chrono::NaiveDate;
use serde::de::IgnoredAny;

use crate::store::{Hash, leaf_hash};

const EVENT: &str = r#"{"seq":"#;
const NOTICED: &str = r#","noticed":""#;
const DROPPED: &str = r#"{"dropped":"#;
const HASH: &str = r#","hash":""#;
const SEAL: &str = r#"{"seal":"#;
const NOTE: &str = r#","note":"#;

/// How a moment is written: `2026-11-29T21:47:49.123Z`, so that texts are in the order of the moments.
pub(super) type Noticed = [u8; 24];

/// A line, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// An event, or what is left of one.
    Event {
        seq: u64,
        leaf: Hash,
        /// Not known of one that was dropped.
        noticed: Option<Noticed>,
    },
    /// A signed checkpoint of all lines before it.
    Seal { number: u64, note: String },
}

impl Line {
    /// Reads a line, without what ends it; none where it is no line of a trail.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        if let Some(rest) = text.strip_prefix(EVENT) {
            event(text, rest)
        } else if let Some(rest) = text.strip_prefix(DROPPED) {
            dropped(rest)
        } else {
            seal(text.strip_prefix(SEAL)?)
        }
    }
}

fn event(line: &str, rest: &str) -> Option<Line> {
    let (seq, rest) = number(rest)?;
    let rest = rest.strip_prefix(NOTICED)?.as_bytes();
    let (noticed, rest) = rest.split_first_chunk()?;
    let is_whole = rest.starts_with(b"\"") && line.ends_with('}') && is_time(noticed);
    let is_event = is_whole && serde_json::from_str::<IgnoredAny>(line).is_ok();
    is_event.then(|| Line::Event {
        seq,
        leaf: leaf_hash(line.as_bytes()),
        noticed: Some(*noticed),
    })
}

fn dropped(rest: &str) -> Option<Line> {
    let (seq, rest) = number(rest)?;
    let hex = rest.strip_prefix(HASH)?.strip_suffix("\"}")?;
    Some(Line::Event {
        seq,
        leaf: hash(hex)?,
        noticed: None,
    })
}

fn seal(rest: &str) -> Option<Line> {
    let (number, rest) = number(rest)?;
    let note = rest.strip_prefix(NOTE)?.strip_suffix('}')?;
    let is_text = note.starts_with('"') && note.ends_with('"');
    let note = serde_json::from_str(note).ok().filter(|_| is_text)?;
    Some(Line::Seal { number, note })
}

/// A number from 1 of at most 19 digits, as it is written in one way only, and what follows it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|it: char| !it.is_ascii_digit())?;
    let (digits, rest) = text.split_at(end);
    let is_one = (1..=19).contains(&end) && !digits.starts_with('0');
    Some((digits.parse().ok().filter(|_| is_one)?, rest))
}

fn hash(hex: &str) -> Option<Hash> {
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut hash = Hash::default();
    for (byte, digits) in hash.iter_mut().zip(digits.chunks(2)) {
        *byte = digit(digits[0])? << 4 | digit(digits[1])?;
    }
    Some(hash)
}

const fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Whether it is a moment of a day that there is.
fn is_time(text: &Noticed) -> bool {
    const FORM: &Noticed = b"9999-99-99T29:59:59.999Z";
    let fits = |(&byte, &form): (&u8, &u8)| match form {
        b'0'..=b'9' => (b'0'..=form).contains(&byte),
        _ => byte == form,
    };
    let number = |at: usize| u32::from(text[at] - b'0') * 10 + u32::from(text[at + 1] - b'0');
    if !text.iter().zip(FORM).all(fits) || number(11) > 23 {
        return false;
    }
    let year = (number(0) * 100 + number(2)) as i32;
    year > 0 && NaiveDate::from_ymd_opt(year, number(5), number(8)).is_some()
}

/// How much later the second is, in milliseconds; negative when it is earlier. Of moments that were read.
pub(super) fn millis_between(earlier: &Noticed, later: &Noticed) -> i64 {
    let millis = |text: &Noticed| {
        let text = std::str::from_utf8(text).ok()?;
        Some(
            chrono::DateTime::parse_from_rfc3339(text)
                .ok()?
                .timestamp_millis(),
        )
    };
    let (Some(earlier), Some(later)) = (millis(earlier), millis(later)) else {
        return 0;
    };
    later - earlier
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"seq":7,"noticed":"2026-11-29T21:47:49.123Z","event":"a"}"#;

    #[test]
    fn each_kind_of_line_is_read() {
        let event = Line::Event {
            seq: 7,
            leaf: leaf_hash(LINE.as_bytes()),
            noticed: Some(*b"2026-11-29T21:47:49.123Z"),
        };
        assert_eq!(Line::read(LINE.as_bytes()), Some(event));
        let dropped = format!(r#"{{"dropped":8,"hash":"{}"}}"#, "0f".repeat(32));
        let line = Line::Event {
            seq: 8,
            leaf: [15; 32],
            noticed: None,
        };
        assert_eq!(Line::read(dropped.as_bytes()), Some(line));
        let line = Line::Seal {
            number: 12,
            note: "é\n".to_owned(),
        };
        assert_eq!(
            Line::read(r#"{"seal":12,"note":"é\n"}"#.as_bytes()),
            Some(line)
        );
    }

    #[test]
    fn what_is_written_in_another_way_is_no_line() {
        let hash = "0f".repeat(32);
        for line in [
            "",
            "{}",
            &LINE[..LINE.len() - 1],
            &format!("{LINE} "),
            &format!("{LINE}\r"),
            &format!("{LINE}{LINE}"),
            &LINE.replace(":7", ": 7"),
            &LINE.replace(":7", ":07"),
            &LINE.replace(":7", ":0"),
            &LINE.replace(":7", ":-7"),
            &LINE.replace(":7", ":12345678901234567890"),
            &LINE.replace(".123", ""),
            &LINE.replace("11-29", "11-31"),
            &LINE.replace("11-29", "02-29"),
            &LINE.replace("2026", "0000"),
            &LINE.replace("T21", "T24"),
            &LINE.replace(":49", ":60"),
            &LINE.replace('T', "t"),
            &LINE.replace(r#""a""#, "a"),
            &LINE.replace(r#""a""#, "NaN"),
            &LINE.replace(r#""a""#, "[}"),
            &format!(r#"{{"dropped":8,"hash":"{}"}}"#, "0F".repeat(32)),
            &format!(r#"{{"dropped":8,"hash":"{hash}0f"}}"#),
            &format!(r#"{{"dropped":8,"hash":"{hash}","a":1}}"#),
            &format!(r#"{{"dropped":8, "hash":"{hash}"}}"#),
            r#"{"seal":1,"note":7}"#,
            r#"{"seal":1,"note": "a"}"#,
            r#"{"seal":1,"note":"a" }"#,
            r#"{"seal":1,"note":"a","b":"c"}"#,
            r#"{"seal":0,"note":"a"}"#,
        ] {
            assert_eq!(Line::read(line.as_bytes()), None, "{line}");
        }
        assert_eq!(Line::read(b"{\"seq\":1,\"noticed\":\"\xff"), None);
    }

    #[test]
    fn moments_are_compared_as_times() {
        let between = |earlier, later| millis_between(earlier, later);
        let (a, b) = (b"2024-02-28T23:59:59.999Z", b"2024-03-01T00:00:00.000Z");
        assert_eq!(between(a, b), 86_400_001);
        assert_eq!(between(b, a), -86_400_001);
    }
}
