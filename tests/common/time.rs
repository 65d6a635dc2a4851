//! What the time is, for what Rhombus lists of now and for when an exception ends.

use std::time::{Duration, SystemTime};

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "what Rhombus lists is of now")]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.expect("after 1970").as_secs()).expect("a small number")
}

/// The moment in so many seconds, as an exception has it.
pub(crate) fn in_seconds(seconds: i64) -> String {
    at(now() + seconds)
}

/// This second since 1970, as an exception has it.
pub(crate) fn at(second: i64) -> String {
    let since = Duration::from_secs(u64::try_from(second).expect("after 1970"));
    humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since).to_string()
}
