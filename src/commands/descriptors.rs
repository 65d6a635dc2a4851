//! How many files and connections the system lets the process have open at once. Where it is too few,
//! what fails is whatever comes next: a scrape, a poll, a key file.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::{debug, warn};

/// What is open beside the connections of the web server: those to Rhombus, key files, the log.
const RESERVE: u64 = 256;

/// Raises the limit to what the system allows, as most servers do: thousands of organisations may have
/// thousands of requests under way. Warns when it is too small even for the web server's connections.
pub(super) fn raise(max_connections: u32) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        debug!(%error, "the limit of open files stays as it is");
    }
    let needed = u64::from(max_connections) + RESERVE;
    if let Some(limit) = too_few(&getrlimit(Resource::Nofile), needed) {
        warn!(
            limit,
            needed,
            "few files may be open at once for --web.max-connections={max_connections}: raise the \
             limit (ulimit -n, or LimitNOFILE of a systemd unit), or lower the flag"
        );
    }
}

/// The limit in force where it is less than what is needed. None is no limit.
fn too_few(limit: &Rlimit, needed: u64) -> Option<u64> {
    limit.current.filter(|current| *current < needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_below_what_is_needed_is_said() {
        let limit = |current| Rlimit {
            current,
            maximum: None,
        };
        assert_eq!(too_few(&limit(Some(768)), 768), None);
        assert_eq!(too_few(&limit(Some(767)), 768), Some(767));
        assert_eq!(too_few(&limit(None), 768), None);
    }
}
