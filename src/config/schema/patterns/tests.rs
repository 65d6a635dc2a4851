//! Each expression against the function that it stands for.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;
use regex::Regex;

use super::*;
use crate::config::value;

const DAY: Duration = Duration::from_secs(86_400);

/// Whether the expression takes the text. One is compiled once, since a long one takes a while.
fn is_match(expression: &str, text: &str) -> bool {
    static COMPILED: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = compiled.entry(expression.to_owned());
    regex
        .or_insert_with(|| Regex::new(expression).unwrap())
        .is_match(text)
}

/// Asserts that both take the text, or neither does.
#[track_caller]
fn assert_same(expression: &str, text: &str, is_read: bool) {
    let is_match = is_match(expression, text);
    assert_eq!(is_match, is_read, "{text:?}: {expression}");
}

fn same_duration(text: &str, range: &RangeInclusive<Duration>) {
    let is_read = value::duration(text, range).is_ok();
    assert_same(&duration(range), text, is_read);
}

#[test]
fn a_duration_within_bounds_is_one_to_both() {
    for range in [
        Duration::from_secs(1)..=DAY,
        Duration::from_secs(60)..=3653 * DAY,
        DAY..=36_525 * DAY,
    ] {
        for (size, names) in UNITS {
            let (from, to) = (range.start().as_nanos(), range.end().as_nanos());
            for unit in names.split('|') {
                for number in [0, 1, from / size, from / size + 1, to / size, to / size + 1] {
                    same_duration(&format!("{number}{unit}"), &range);
                    same_duration(&format!(" 00{number} {unit} "), &range);
                }
            }
        }
        for text in [
            "",
            "s",
            "60",
            "-1s",
            "1 0m",
            "1.5h",
            "1.h",
            ".5h",
            "1h 30m",
            "1h30",
            "1h,30m",
            "1H",
            "2d 1M",
            "1 fortnight",
        ] {
            same_duration(text, &(Duration::ZERO..=36_525 * DAY));
        }
    }
    // What only the parser knows: the sum, and how much of a second there is.
    assert!(is_match(&duration(&(DAY..=DAY)), "23h 59m"));
}

#[test]
fn no_time_at_all_is_none_to_both() {
    for text in ["0s", "0 d", "00h", "1s", "0"] {
        let is_zero = value::lookback(text, &(DAY..=DAY)) == Ok(None);
        assert_same(&zero_duration(), text, is_zero);
    }
}

#[test]
fn a_day_or_a_moment_is_one_to_both() {
    use crate::config::Until;
    use crate::share::UnixMillis;

    for text in [
        "2027-01-31",
        "2027-02-28",
        "2027-04-31",
        "2027-13-01",
        "2027-1-1",
        "2027-01-00",
        " 2027-01-31 ",
        "2027-01-31T12:00:00Z",
        "2027-01-31t12:00:00.25z",
        "2027-01-31 12:00:00+01:00",
        "2027-01-31T24:00:00Z",
        "2027-01-31T12:00:00",
        "2027-01-31T12:00Z",
        "tomorrow",
        "",
        "2027-01-31T12:00:00Zx",
        "27-01-31",
    ] {
        let is_read = Until::read(text, UnixMillis::default(), 365_000).is_ok();
        assert_same(UNTIL, text, is_read);
    }
}

#[test]
fn a_shard_is_one_to_both() {
    for text in [
        "0/1", " 3/4 ", "999/1000", "0/1001", "0/0", "-1/4", "1", "0 / 4", "00/04", "a/b",
    ] {
        assert_same(&shard(1000), text, crate::share::Shard::parse(text).is_ok());
    }
}

/// One of each sort of character that a name or a reason may have to do with.
const CHARACTERS: &str = "[a\u{e9}\u{1f3eb} \t\n\"$_'\\\\\u{0}\u{1b}\u{7f}\u{85}\u{ad}\u{200b}\u{202e}\u{2028}\u{2066}]{0,8}";

proptest! {
    #[test]
    fn durations(text in "[0-9 .]{1,6}(s|m|h|d|M|ms|wk|x|)( ?[0-9]{1,3}(s|min|y))?") {
        // Beyond these bounds is no text of so few characters but fractions of what there is no half of.
        let range = Duration::ZERO..=Duration::MAX;
        let is_read = value::duration(&text, &range).is_ok();
        let is_match = is_match(&duration(&(Duration::ZERO..=Duration::from_secs(u64::MAX))), &text);
        // Zero needs no unit, and is below the bounds of all but a lookback, which has its own form for it.
        let is_zero = text.trim() == "0";
        prop_assert!(is_zero || is_match == is_read || is_match && text.contains('.'), "{}", text);
    }

    #[test]
    fn sizes(number in 0u64..3_000_000, space in " ?", unit in "|b|B|kB|KB|kib|MiB|mb|gB|GiB|TB|Mi|k") {
        let range = 1 << 10..=1 << 40;
        let text = format!("{number}{space}{unit}");
        assert_same(&bytes(&range), &text, value::bytes(&text, &range).is_ok());
    }

    #[test]
    fn counts(text in " ?[+-]?0?[0-9]{1,5}\\.?") {
        let range = 3..=3650;
        assert_same(&count(&range), &text, value::count(&text, &range).is_ok());
    }

    #[test]
    fn numbers(text in "[+-]?[0-9.]{0,4}([eE][+-]?[0-9]{0,2})?( |_)?") {
        let is_read = value::number(&text, &(f64::MIN..=f64::MAX)).is_ok();
        assert_same(NUMBER, &text, is_read);
    }

    #[test]
    fn names(text in CHARACTERS) {
        let is_read = value::organization_name(&text).is_ok();
        let is_match = is_match(&organization_name(), &text);
        prop_assert_eq!(is_match && !text.contains("$__"), is_read, "{:?}", text);
    }

    #[test]
    fn reasons(text in CHARACTERS) {
        let is_read = crate::config::policy_words(&text).is_ok();
        assert_same(&words(500), &text, is_read);
    }
}
