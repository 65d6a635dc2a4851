//! What each value of the section `collect` may be, and why. One function a key, from the text as
//! written to the checked value; the command line and the file share them. An error says what was
//! expected and never repeats the text.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::Window;
use super::value;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Longer than the life of any link that a person would plan.
const TEN_YEARS: Duration = Duration::from_secs(3653 * 24 * 60 * 60);

/// The most windows: each is a series for every organisation, kind and protection.
pub(super) const MAX_WINDOWS: usize = 16;

/// `interval`: 1 s, since the organisation's budget of requests is shared, to 1 d, since what is
/// asked less often is not watched.
///
/// # Errors
/// What was expected.
pub fn interval(text: &str) -> Result<Duration, String> {
    duration(text, SECOND..=DAY)
}

/// `timeout`: 1 s, since Rhombus needs a moment, to 1 h.
///
/// # Errors
/// What was expected.
pub fn timeout(text: &str) -> Result<Duration, String> {
    duration(text, SECOND..=HOUR)
}

/// `max_staleness`: to 30 d, since an older picture says nothing of today. How it must stand to
/// the interval and the timeout is checked once all three are known.
///
/// # Errors
/// What was expected.
pub fn max_staleness(text: &str) -> Result<Duration, String> {
    duration(text, SECOND..=30 * DAY)
}

/// `lookback`: 0 s for every page there is, else 1 min, below which a page is never seen, to 10
/// years.
///
/// # Errors
/// What was expected.
pub fn lookback(text: &str) -> Result<Duration, String> {
    match value::duration(text)? {
        Duration::ZERO => Ok(Duration::ZERO),
        _ => duration(text, MINUTE..=TEN_YEARS)
            .map_err(|expected| format!("{expected}, or 0s for every page there is")),
    }
}

/// One of `expiring_within`: from 1 s to 10 years, kept with its text.
///
/// # Errors
/// What was expected.
pub fn window(text: &str) -> Result<Window, String> {
    let window = value::window(text)?;
    duration(text, SECOND..=TEN_YEARS)?;
    Ok(window)
}

/// `max_response_bytes`: from 1 KiB, below which not even an error fits, to 1024 GiB.
///
/// # Errors
/// What was expected.
pub fn max_response_bytes(text: &str) -> Result<u64, String> {
    let range = 1 << 10..=1 << 40;
    match value::bytes(text)? {
        bytes if range.contains(&bytes) => Ok(bytes),
        _ => Err(format!(
            "expected a size from {} to {}",
            value::show_bytes(*range.start()),
            value::show_bytes(*range.end())
        )),
    }
}

/// `requests_per_second`: from 0.01, below which no retry finds its turn, to 100, which is far
/// above what Rhombus grants.
///
/// # Errors
/// What was expected.
pub fn requests_per_second(text: &str) -> Result<f64, String> {
    let number = value::number(text)?;
    // Not a number is in no range.
    if (0.01..=100.0).contains(&number) {
        Ok(number)
    } else {
        Err("expected a number from 0.01 to 100".to_owned())
    }
}

fn duration(text: &str, range: RangeInclusive<Duration>) -> Result<Duration, String> {
    match value::duration(text)? {
        duration if range.contains(&duration) => Ok(duration),
        _ => Err(format!(
            "expected a duration from {} to {}",
            value::show_duration(*range.start()),
            value::show_duration(*range.end())
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_themselves_are_inside() {
        for (parse, inside, outside) in [
            (interval as fn(&str) -> _, ["1s", "1d"], ["999ms", "25h"]),
            (timeout, ["1s", "1h"], ["0s", "61m"]),
            (max_staleness, ["1s", "30d"], ["0s", "31d"]),
            (lookback, ["1m", "3653d"], ["59s", "3654d"]),
        ] {
            assert!(inside.iter().all(|text| parse(text).is_ok()), "{inside:?}");
            assert!(
                outside.iter().all(|text| parse(text).is_err()),
                "{outside:?}"
            );
        }
        assert_eq!(lookback("0s"), Ok(Duration::ZERO));
        assert!(window("1s").is_ok() && window("0s").is_err() && window("11y").is_err());
        assert!(max_response_bytes("1KiB").is_ok() && max_response_bytes("1023").is_err());
        assert!(max_response_bytes("1024GiB").is_ok() && max_response_bytes("1025GiB").is_err());
    }

    #[test]
    fn a_rate_is_a_number_that_a_pace_can_be_made_of() {
        for good in ["0.01", "1", "100", "1e1"] {
            assert!(requests_per_second(good).is_ok(), "{good}");
        }
        for bad in ["0", "-1", "NaN", "inf", "1e-300", "100.1", "", "one"] {
            assert!(requests_per_second(bad).is_err(), "{bad}");
        }
    }
}
