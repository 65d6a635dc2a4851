//! Where the metrics are: a path that is checked before it becomes a route.

use std::fmt;
use std::str::FromStr;

/// The path of the metrics. Begins with `/`, and is none of the other routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelemetryPath(String);

/// Why a text is not a [`TelemetryPath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelemetryPathError {
    /// It begins with something else.
    #[error("expected a path that begins with /, such as /metrics")]
    NotAbsolute,
    /// The landing page, the `/-/` routes, and those with details of links are there.
    #[error("this path belongs to another page, expected one such as /metrics")]
    Taken,
    /// Clients take such parts away before they ask.
    #[error("expected no . or .. between the slashes of the path")]
    Dots,
    /// Only what no proxy or client rewrites.
    #[error("expected only letters, digits and / . _ ~ - in the path")]
    Character,
}

impl TelemetryPath {
    /// The path, from its first `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TelemetryPath {
    fn default() -> Self {
        Self("/metrics".to_owned())
    }
}

impl FromStr for TelemetryPath {
    type Err = TelemetryPathError;

    fn from_str(text: &str) -> Result<Self, TelemetryPathError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._~-".contains(&byte);
        if !text.starts_with('/') {
            Err(TelemetryPathError::NotAbsolute)
        } else if !text.bytes().all(plain) {
            Err(TelemetryPathError::Character)
        } else if text == "/"
            || text.contains("//")
            || TAKEN.iter().any(|taken| is_below(text, taken))
        {
            Err(TelemetryPathError::Taken)
        } else if text.split('/').any(|part| matches!(part, "." | "..")) {
            Err(TelemetryPathError::Dots)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// Where other pages are.
const TAKEN: [&str; 4] = ["/-", "/shares", "/audit", "/api"];

/// Whether `path` is in the directory, or is that itself. `/-` alone is no page.
fn is_below(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| rest.starts_with('/') || rest.is_empty() && directory != "/-")
}

impl fmt::Display for TelemetryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_as_it_is() {
        for path in [
            "/metrics",
            "/a/b.c_d~e-f",
            "/-",
            "/..a/b..",
            "/...",
            "/apis",
            "/shares-of",
        ] {
            assert_eq!(path.parse::<TelemetryPath>().unwrap().as_str(), path);
        }
    }

    #[test]
    fn what_could_not_be_a_route_is_refused() {
        use TelemetryPathError::{Character, Dots, NotAbsolute, Taken};
        for (path, error) in [
            ("", NotAbsolute),
            ("metrics", NotAbsolute),
            ("/", Taken),
            ("/-/ready", Taken),
            ("/shares", Taken),
            ("/shares/metrics", Taken),
            ("/api", Taken),
            ("/api/v1/metrics", Taken),
            ("//metrics", Taken),
            ("/{path}", Character),
            ("/*", Character),
            ("/a b", Character),
            ("/a?b", Character),
            ("/a/../metrics", Dots),
            ("/./metrics", Dots),
            ("/metrics/..", Dots),
            ("/.", Dots),
        ] {
            assert_eq!(path.parse::<TelemetryPath>(), Err(error), "{path}");
        }
    }
}
