//! The flags, in groups that commands share. Each has the environment variable that its name
//! gives, and says in its help what it means and what happens without it. No flag takes a key.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use super::address::ListenAddress;
use crate::config::{CollectFlags, Flags, Window, limits, value};
use crate::rhombus::ExpirationTime;
use crate::telemetry::{LogFormat, LogLevel};
use crate::web::TelemetryPath;

/// Which organisations, and how to ask.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct ConfigArgs {
    /// YAML file with organisations and the settings below; docs/config.example.yml shows all
    #[arg(
        long = "config.file",
        value_name = "FILE",
        env = "RHOMBUS_SHARE_EXPORTER_CONFIG_FILE",
        hide_env = true,
        help_heading = "Organisations"
    )]
    pub file: Option<PathBuf>,

    /// Label `org` of the one in the environment; or RHOMBUS_ORGANIZATION [default: default]
    #[arg(
        long = "rhombus.organization",
        value_name = "NAME",
        env = "RHOMBUS_ORGANIZATION",
        hide_env = true,
        value_parser = value::organization_name,
        help_heading = "Organisations"
    )]
    pub organization: Option<String>,

    /// How to ask.
    #[command(flatten)]
    pub collect: CollectArgs,
}

impl ConfigArgs {
    /// What [`config::load`](crate::config::load) takes.
    pub fn flags(&self) -> Flags {
        let collect = self.collect.clone();
        Flags {
            file: self.file.clone(),
            organization: self.organization.clone(),
            collect: CollectFlags {
                interval: collect.interval,
                timeout: collect.timeout,
                max_staleness: collect.max_staleness,
                lookback: collect.lookback,
                expiring_within: collect.expiring_within,
                expiration_time: collect.expiration_time,
                max_response_bytes: collect.max_response_bytes,
                requests_per_second: collect.requests_per_second,
            },
        }
    }
}

/// The section `collect` of the file, flag by flag. A flag stands above the file.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(next_help_heading = "Collecting (each stands above the same key of the file)")]
pub struct CollectArgs {
    /// From one poll of an organisation to the next [default: 1m]
    #[arg(
        long = "collect.interval",
        value_name = "DURATION",
        env = "RHOMBUS_SHARE_EXPORTER_COLLECT_INTERVAL",
        hide_env = true,
        value_parser = limits::interval
    )]
    pub interval: Option<Duration>,

    /// The limit of one request, from the connection to the last byte [default: 30s]
    #[arg(
        long = "collect.timeout",
        value_name = "DURATION",
        env = "RHOMBUS_SHARE_EXPORTER_COLLECT_TIMEOUT",
        hide_env = true,
        value_parser = limits::timeout
    )]
    pub timeout: Option<Duration>,

    /// The age at which the last good picture is withdrawn from the metrics [default: 10m]
    #[arg(
        long = "collect.max-staleness",
        value_name = "DURATION",
        env = "RHOMBUS_SHARE_EXPORTER_COLLECT_MAX_STALENESS",
        hide_env = true,
        value_parser = limits::max_staleness
    )]
    pub max_staleness: Option<Duration>,

    /// Ask only for pages created within this time; 0s: every page there is [default: 0s]
    #[arg(
        long = "collect.lookback",
        value_name = "DURATION",
        env = "RHOMBUS_SHARE_EXPORTER_COLLECT_LOOKBACK",
        hide_env = true,
        value_parser = limits::lookback
    )]
    pub lookback: Option<Duration>,

    /// The windows of rhombus_shares_expiring, with commas between [default: 1h,24h,72h,7d,30d]
    #[arg(
        long = "collect.expiring-within",
        value_name = "DURATIONS",
        env = "RHOMBUS_SHARE_EXPORTER_COLLECT_EXPIRING_WITHIN",
        hide_env = true,
        value_delimiter = ',',
        value_parser = limits::window
    )]
    pub expiring_within: Option<Vec<Window>>,

    /// How expiry times are read: auto, epoch or ttl [default: auto]
    #[arg(
        long = "collect.expiration-time",
        value_name = "READING",
        env = "RHOMBUS_SHARE_EXPORTER_COLLECT_EXPIRATION_TIME",
        hide_env = true,
        value_parser = value::expiration_time
    )]
    pub expiration_time: Option<ExpirationTime>,

    /// The largest answer that is read, after decompression [default: 256MiB]
    #[arg(
        long = "collect.max-response-bytes",
        value_name = "SIZE",
        env = "RHOMBUS_SHARE_EXPORTER_COLLECT_MAX_RESPONSE_BYTES",
        hide_env = true,
        value_parser = limits::max_response_bytes
    )]
    pub max_response_bytes: Option<u64>,

    /// The pace of requests to one organisation; 5 may go at once [default: 1]
    #[arg(
        long = "collect.requests-per-second",
        value_name = "NUMBER",
        env = "RHOMBUS_SHARE_EXPORTER_COLLECT_REQUESTS_PER_SECOND",
        hide_env = true,
        value_parser = limits::requests_per_second
    )]
    pub requests_per_second: Option<f64>,
}

/// Where to listen.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Web")]
pub struct ListenArgs {
    /// HOST:PORT to serve on, or :PORT for every address of this machine
    #[arg(
        long = "web.listen-address",
        value_name = "ADDRESS",
        env = "RHOMBUS_SHARE_EXPORTER_WEB_LISTEN_ADDRESS",
        hide_env = true,
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
        env = "RHOMBUS_SHARE_EXPORTER_WEB_TELEMETRY_PATH",
        hide_env = true,
        default_value = "/metrics"
    )]
    pub telemetry_path: TelemetryPath,

    /// The web server's own file.
    #[command(flatten)]
    pub config_file: WebConfigArgs,

    /// Reload the configuration at POST /-/reload; SIGHUP always does
    #[arg(
        long = "web.enable-lifecycle",
        env = "RHOMBUS_SHARE_EXPORTER_WEB_ENABLE_LIFECYCLE",
        hide_env = true,
        action = ArgAction::SetTrue
    )]
    pub enable_lifecycle: bool,

    /// The most connections at once; more wait
    #[arg(
        long = "web.max-connections",
        value_name = "NUMBER",
        env = "RHOMBUS_SHARE_EXPORTER_WEB_MAX_CONNECTIONS",
        hide_env = true,
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
    #[arg(
        long = "web.config.file",
        value_name = "FILE",
        env = "RHOMBUS_SHARE_EXPORTER_WEB_CONFIG_FILE",
        hide_env = true
    )]
    pub path: Option<PathBuf>,
}

/// The log.
#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// Log this and what is graver, to stderr: debug, info, warn or error
    #[arg(
        long = "log.level",
        value_name = "LEVEL",
        env = "RHOMBUS_SHARE_EXPORTER_LOG_LEVEL",
        hide_env = true,
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub level: LogLevel,

    /// How a line is written: logfmt or json
    #[arg(
        long = "log.format",
        value_name = "FORMAT",
        env = "RHOMBUS_SHARE_EXPORTER_LOG_FORMAT",
        hide_env = true,
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: LogFormat,
}
