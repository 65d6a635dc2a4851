//! How many files and connections the system lets the process have open at once. Where it is too few,
//! what fails is whatever comes next: a scrape, a poll, a key file.

use tracing::warn;

/// What is open beside the connections of the web server: those to Rhombus, key files, the log.
const RESERVE: u64 = 256;

/// Warns when the limit is too small for that many connections.
pub(super) fn check(max_connections: u32) {
    let needed = u64::from(max_connections) + RESERVE;
    if let Some(limit) = limit().filter(|limit| *limit < needed) {
        warn!(
            limit,
            needed,
            "few files may be open at once for --web.max-connections={max_connections}: raise the \
             limit (ulimit -n, or LimitNOFILE of a systemd unit), or lower the flag"
        );
    }
}

/// The limit in force, where it can be known: on Linux.
fn limit() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/self/limits").ok()?)
}

/// From lines such as `Max open files            1024                 524288               files`:
/// what is in force, then what it could be raised to. `unlimited` is none.
fn parse(limits: &str) -> Option<u64> {
    let values = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    values.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_in_force_is_read() {
        let limits = "Limit            Soft Limit  Hard Limit  Units\n\
                      Max processes    1           2           processes\n\
                      Max open files   1024        524288      files\n";
        assert_eq!(parse(limits), Some(1024));
        assert_eq!(parse(&limits.replace("1024", "unlimited")), None);
        assert_eq!(parse(""), None);
    }
}
