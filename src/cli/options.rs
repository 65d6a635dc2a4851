//! The flags, in groups that commands share. Each has the environment variable that its name
//! gives, and says in its help what it means and what happens without it. No flag takes a key.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use super::address::ListenAddress;
use crate::pages::{SharesMode, TelemetryPath};
use crate::share::BaseUrl;
use crate::telemetry::{LogFormat, LogLevel};

/// Where to listen.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Web")]
pub struct ListenArgs {
    /// HOST:PORT to serve on, or :PORT for every address of this machine
    #[arg(
        long = "web.listen-address",
        value_name = "ADDRESS",
        default_value = ":10063"
    )]
    pub listen_address: ListenAddress,
}

/// The other half of the web server.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Web")]
pub struct WebArgs {
    /// Path of the metrics
    #[arg(
        long = "web.telemetry-path",
        value_name = "PATH",
        default_value = "/metrics"
    )]
    pub telemetry_path: TelemetryPath,

    /// Where people open the pages; alerts and dashboards link to it
    #[arg(long = "web.external-url", value_name = "URL")]
    pub external_url: Option<BaseUrl>,

    /// Who may see details of links: auto: those who have logged in, and this machine; on: everyone;
    /// off: nobody
    #[arg(
        long = "web.shares",
        value_name = "MODE",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub shares: SharesMode,

    /// The web server's own file.
    #[command(flatten)]
    pub config_file: WebConfigArgs,

    /// Reload the configuration at POST /-/reload; SIGHUP always does
    #[arg(
        long = "web.enable-lifecycle",
        action = ArgAction::SetTrue
    )]
    pub enable_lifecycle: bool,

    /// The most connections at once; an idle one makes room for another
    #[arg(
        long = "web.max-connections",
        value_name = "NUMBER",
        default_value_t = 512,
        value_parser = clap::value_parser!(u32).range(1..=65_536)
    )]
    pub max_connections: u32,
}

/// The web server's own file.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Web")]
pub struct WebConfigArgs {
    /// TLS, passwords and headers of the web server, as in Prometheus's exporter-toolkit
    #[arg(long = "web.config.file", value_name = "FILE")]
    pub path: Option<PathBuf>,
}

/// What outlasts the process.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Storage")]
pub struct StorageArgs {
    /// The directory for what outlasts a restart: open violations, the audit trail; without it, nothing is kept
    #[arg(long = "storage.path", value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// The log.
#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// Log this level and above, to stderr: debug, info, warn or error
    #[arg(
        long = "log.level",
        value_name = "LEVEL",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub level: LogLevel,

    /// The format of a line: logfmt or json
    #[arg(
        long = "log.format",
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: LogFormat,
}
