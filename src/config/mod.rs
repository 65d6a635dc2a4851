//! What a person may decide: one struct a section of the file, a default and a meaning on each
//! field, unknown keys rejected, everything checked before anything starts.
//!
//! Nothing here reads the environment or the command line: `main` hands both in.

mod certificates;
mod collect;
mod describe;
mod environment;
mod file;
mod flags;
mod key_source;
mod keys;
pub mod limits;
mod load;
mod organizations;
mod problem;
mod proxy;
mod syntax;
pub mod value;

use std::path::PathBuf;
use std::time::Duration;

pub use describe::describe;
pub use environment::{Environment, EnvironmentError};
pub use flags::{CollectFlags, Flags};
pub use key_source::KeyError;
pub use load::{load, parse_str};
pub use organizations::{DEFAULT_NAME, ENV_API_KEY, ENV_API_KEY_FILE, ENV_ENDPOINT};
pub use problem::{ConfigError, Problem};
pub use proxy::transport;

use crate::rhombus::{ApiKey, Endpoint, ExpirationTime};
use crate::share::Id;
pub use crate::share::Window;

/// Everything that runs, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The organisations to watch, sorted by name, names unique, at least one.
    pub organizations: Vec<Organization>,
    /// How to ask.
    pub collect: Collect,
}

impl Config {
    /// Whether any endpoint is spoken to over TLS.
    fn needs_tls(&self) -> bool {
        self.organizations.iter().any(|it| !it.endpoint.is_plain())
    }
}

/// One organisation whose links are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// The value of the label `org`.
    pub name: String,
    /// The organisation's API key.
    pub key: KeySource,
    /// Where its API is.
    pub endpoint: Endpoint,
    /// The organisation that the key must belong to: always an [`Id::Uuid`]. None: whichever it is.
    pub org_uuid: Option<Id>,
}

/// Where an organisation's key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Written in the configuration, or taken from the environment variable named there.
    Inline(ApiKey),
    /// In a file, which is read again before each poll, so that a rotated key is picked up.
    File(PathBuf),
}

/// How to ask Rhombus.
#[derive(Clone, Debug, PartialEq)]
pub struct Collect {
    /// From the start of one poll of an organisation to the start of the next. At least 1 s.
    pub interval: Duration,
    /// The limit of one request, whole, from the connection to the last byte.
    pub timeout: Duration,
    /// The age at which the last good picture is withdrawn from the metrics.
    pub max_staleness: Duration,
    /// Only pages created within this time are asked for; none: every page there is.
    pub lookback: Option<Duration>,
    /// The windows of `rhombus_shares_expiring`, ascending.
    pub expiring_within: Vec<Window>,
    /// How `expirationTimeSecs` is read.
    pub expiration_time: ExpirationTime,
    /// The largest body that is read, in bytes, after decompression.
    pub max_response_bytes: u64,
    /// The pace of requests to one organisation; up to [`BURST`](crate::rhombus::BURST) may go at once.
    pub requests_per_second: f64,
}

/// A configuration that can run, and what should be known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What is not wrong, but worth a log line each.
    pub warnings: Vec<String>,
}

#[cfg(test)]
mod tests;
