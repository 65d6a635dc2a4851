//! What a person may decide: one table of the settings, unknown keys rejected, everything checked
//! before anything starts.
//!
//! Nothing here reads the environment or the command line: `main` hands both in.

mod audit;
mod certificates;
mod collect;
mod credentials;
mod describe;
mod environment;
mod file;
mod flags;
mod key_source;
mod keys;
mod load;
mod organizations;
mod partners;
mod policy;
mod problem;
mod proxy;
mod schema;
mod settings;
mod syntax;
mod value;
mod web;

use std::path::PathBuf;
use std::time::Duration;

pub use audit::AuditSection;
pub use describe::describe;
pub use environment::{Environment, EnvironmentError};
pub use flags::{CollectFlags, Flags};
pub use key_source::{CertificateError, KeyError};
pub use load::{load, load_policy, load_to_except, parse_str};
pub use organizations::{DEFAULT_NAME, ENV_API_KEY, ENV_API_KEY_FILE, ENV_ENDPOINT};
pub use policy::{
    PolicySection, PolicyTest, PolicyTests, Until, describe_exception, describe_match,
    name as policy_name, rule_fields, words as policy_words,
};
pub use problem::{ConfigError, Problem};
pub use proxy::transport;
pub use schema::{document as schema, exceptions_document as exceptions_schema};
pub use settings::{Collect, INTERVAL, TIMEOUT};
pub use value::{duration, organization_name};
pub use web::WebSection;

use crate::rhombus::{ApiKey, Endpoint};
use crate::share::Id;
pub use crate::share::{Patterns, Shard, Window};

/// Everything that runs, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The organisations that have a key of their own, sorted by name; names are unique among these and
    /// the partners. There is at least one of both.
    pub organizations: Vec<Organization>,
    /// The partners whose clients are watched, sorted by name.
    pub partners: Vec<Partner>,
    /// How to ask.
    pub collect: Collect,
    /// What shares are judged by.
    pub policy: PolicySection,
    /// Which users may see details of links.
    pub web: WebSection,
    /// How the audit trail is kept.
    pub audit: AuditSection,
}

impl Config {
    /// Whether any endpoint is spoken to over TLS.
    fn needs_tls(&self) -> bool {
        let mut endpoints = self.organizations.iter().map(|it| &it.endpoint);
        let mut of_partners = self.partners.iter().map(|it| &it.endpoint);
        endpoints.any(|it| !it.is_plain()) || of_partners.any(|it| !it.is_plain())
    }

    /// Each name with what it shows Rhombus: the organisations, then the partners.
    fn credentials(&self) -> impl Iterator<Item = (&str, &CredentialSource)> {
        let own = self.organizations.iter();
        let own = own.map(|it| (it.name.as_str(), &it.credential));
        let partners = self.partners.iter();
        own.chain(partners.map(|it| (it.name.as_str(), &it.credential)))
    }
}

/// One organisation whose links are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// The value of the label `org`.
    pub name: String,
    /// What it shows Rhombus.
    pub credential: CredentialSource,
    /// Where its API is.
    pub endpoint: Endpoint,
    /// The organisation that the key must belong to: always an [`Id::Uuid`]. None: whichever it is.
    pub org_uuid: Option<Id>,
}

/// A partner whose clients are watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// What it is called here: the value of the label `partner`, and of `org` where its list of clients
    /// is meant.
    pub name: String,
    /// What it shows Rhombus.
    pub credential: CredentialSource,
    /// Where its API, and that of each client, is.
    pub endpoint: Endpoint,
    /// From one look at the list of clients to the next.
    pub refresh: Duration,
    /// Only clients whose name or uuid is one of these; none: all.
    pub include: Patterns,
    /// No client whose name or uuid is one of these.
    pub exclude: Patterns,
    /// The pace of requests to all its clients together; none: as fast as each may be asked.
    pub requests_per_second: Option<f64>,
}

/// What shows Rhombus who asks, and where it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSource {
    /// The API key.
    pub key: KeySource,
    /// The client certificate, where the key needs one.
    pub certificate: Option<CertificateFiles>,
}

/// Where a client certificate is found, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate and its chain.
    pub cert_file: PathBuf,
    /// Its private key.
    pub key_file: PathBuf,
}

/// Where a key comes from.
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
