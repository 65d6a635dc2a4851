//! Lengths of time as people write them: `30s`, `5m`, `24h`, `7d`.

use std::time::Duration;

/// Reads a length of time with its unit.
///
/// # Errors
/// What was expected.
pub fn read(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text.trim())
        .map_err(|_| "expected a duration with its unit, such as 30s, 5m, 24h or 7d".to_owned())
}

/// A length of time as one whole number and unit, which [`read`] reads back: `90s`, `10m`, `7d`.
pub fn show(span: Duration) -> String {
    const UNITS: [(u128, &str); 6] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1, "ns"),
    ];
    in_units(span.as_nanos(), &UNITS).unwrap_or_else(|| "0s".to_owned())
}

/// The number in the first unit of which it is a whole number; none for 0.
pub fn in_units(number: u128, units: &[(u128, &str)]) -> Option<String> {
    let mut units = units.iter();
    let (size, unit) = units.find(|(size, _)| number > 0 && number.is_multiple_of(*size))?;
    Some(format!("{}{unit}", number / size))
}
