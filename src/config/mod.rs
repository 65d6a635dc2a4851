//! What a person may decide: one table of the settings, unknown keys rejected, everything checked
//! before anything starts.
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
mod load;
mod organizations;
mod problem;
mod proxy;
mod settings;
mod syntax;
mod value;

use std::path::PathBuf;

pub use describe::describe;
pub use environment::{Environment, EnvironmentError};
pub use flags::{CollectFlags, Flags};
pub use key_source::KeyError;
pub use load::{load, parse_str};
pub use organizations::{DEFAULT_NAME, ENV_API_KEY, ENV_API_KEY_FILE, ENV_ENDPOINT};
pub use problem::{ConfigError, Problem};
pub use proxy::transport;
pub use settings::{Collect, INTERVAL, TIMEOUT};
pub use value::duration;

use crate::rhombus::{ApiKey, Endpoint};
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
