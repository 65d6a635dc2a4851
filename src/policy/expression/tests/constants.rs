//! Durations, moments and patterns: right when they are read.

use super::*;

#[test]
fn a_pattern_is_compiled_once_and_found_anywhere() {
    holds(
        &lobby(),
        &[
            "share.title.matches('ob')",
            "matches(share.title, '^(?i)LOBBY$')",
            "!share.title.matches('^ob')",
            "['ab', 'cd'].exists(t, t.matches('^c')) && share.org.matches('School')",
        ],
    );
    assert_eq!(
        compiled("share.title.matches('a') || share.org.matches('b')")
            .0
            .constants
            .len(),
        2
    );
    for (text, column) in [
        ("share.title.matches(share.org)", 26),
        ("share.title.matches('(')", 21),
        ("share.title.matches('(a{1000}){1000}')", 21),
        ("share.title.matches(r'\\w{999}')", 21),
    ] {
        assert_eq!(refused(text).column, column, "{text}");
    }
}

#[test]
fn a_duration_may_be_in_days_and_is_wholly_read() {
    holds(
        &lobby(),
        &[
            "duration('30d') == duration('720h')",
            "duration('1w 1d') == duration('192h0m0s')",
            "duration('106751d') < share.lifetime || true",
        ],
    );
    let expected = "a duration with its units, such as \"36h\" or \"30d\", of at most 292 years";
    for bad in [
        "30",
        "1h30x",
        "",
        "-1h",
        "d",
        "1e9h",
        "inf h",
        "300y",
        "99999999999999999999d",
    ] {
        let error = refused(&format!("share.age > duration('{bad}')"));
        assert_eq!((error.column, &*error.expected), (22, expected), "{bad}");
    }
    let error = refused("share.age > duration(share.title)").to_string();
    assert_eq!(
        error,
        "column 27: expected a string that is written out, between quotes"
    );
    for bad in [
        "2026-01-31",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "now",
    ] {
        assert_eq!(
            refused(&format!("share.ends > timestamp('{bad}')")).column,
            24,
            "{bad}"
        );
    }
}
