//! What the command line says of the configuration: its help, its names and its bounds. The
//! environment variables of the flags have become flags before this. A new key of the file gets its
//! flag here. No flag takes a key.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Window, limits, value};
use crate::rhombus::ExpirationTime;

/// Which organisations, and how to ask.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub struct Flags {
    /// YAML file with organisations and the settings below; docs/config.example.yml shows all
    #[arg(
        long = "config.file",
        value_name = "FILE",
        help_heading = "Organisations"
    )]
    pub file: Option<PathBuf>,

    /// Label `org` of the one in the environment; or RHOMBUS_ORGANIZATION [default: default]
    #[arg(
        long = "rhombus.organization",
        value_name = "NAME",
        value_parser = value::organization_name,
        help_heading = "Organisations"
    )]
    pub organization: Option<String>,

    /// How to ask.
    #[command(flatten)]
    pub collect: CollectFlags,
}

/// The section `collect` of the file, flag by flag, each checked by its function in [`limits`]; none:
/// the file's value, else the default.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Collecting (each overrides the same key of the file)")]
pub struct CollectFlags {
    /// From one poll of an organisation to the next [default: 1m]
    #[arg(
        long = "collect.interval",
        value_name = "DURATION",
        value_parser = limits::interval
    )]
    pub interval: Option<Duration>,

    /// The limit of one request, from the connection to the last byte [default: 30s]
    #[arg(
        long = "collect.timeout",
        value_name = "DURATION",
        value_parser = limits::timeout
    )]
    pub timeout: Option<Duration>,

    /// The age at which the last good picture is withdrawn from the metrics [default: 10m]
    #[arg(
        long = "collect.max-staleness",
        value_name = "DURATION",
        value_parser = limits::max_staleness
    )]
    pub max_staleness: Option<Duration>,

    /// Ask only for pages created within this time, and see no older one; 0s: all [default: 0s]
    #[arg(
        long = "collect.lookback",
        value_name = "DURATION",
        value_parser = limits::lookback
    )]
    pub lookback: Option<Duration>,

    /// The windows of rhombus_shares_expiring, with commas between [default: 1h,24h,72h,7d,30d]
    #[arg(
        long = "collect.expiring-within",
        value_name = "DURATIONS",
        value_delimiter = ',',
        value_parser = limits::window
    )]
    pub expiring_within: Option<Vec<Window>>,

    /// How expiry times are read: auto, epoch or ttl [default: auto]
    #[arg(
        long = "collect.expiration-time",
        value_name = "READING",
        value_parser = value::expiration_time
    )]
    pub expiration_time: Option<ExpirationTime>,

    /// The largest answer that is read, after decompression [default: 256MiB]
    #[arg(
        long = "collect.max-response-bytes",
        value_name = "SIZE",
        value_parser = limits::max_response_bytes
    )]
    pub max_response_bytes: Option<u64>,

    /// The pace of requests to one organisation; 5 may go at once [default: 1]
    #[arg(
        long = "collect.requests-per-second",
        value_name = "NUMBER",
        value_parser = limits::requests_per_second
    )]
    pub requests_per_second: Option<f64>,
}
