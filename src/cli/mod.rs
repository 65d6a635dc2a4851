//! The command line: which command, and its flags, checked as far as one flag alone can be. No I/O
//! happens here. A new flag gets the environment variable that its name gives (a test holds it to
//! that) and its place in the help text, which is a golden file.

mod address;
mod audit;
mod check;
mod filters;
mod links;
mod manual;
mod options;
mod policy;
mod rules;
mod variables;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use url::Url;

pub use address::ListenAddress;
pub use audit::{
    AuditAnnotateArgs, AuditCheckpointArgs, AuditCommand, AuditEraseArgs, AuditExportArgs,
    AuditLogArgs, AuditLogFormat, AuditReanchorArgs, AuditRegisterArgs, AuditShowArgs,
    AuditShowFormat, AuditVerifyArgs, Erasing, RegisterFormat, TimeBound, TrailArgs,
};
pub use check::{CheckConfigArgs, SchemaOf};
pub use filters::FilterArgs;
pub use links::{ReportArgs, ReportOutput, RevokeArgs, ShowArgs, ShowOutput};
pub use manual::{ManualPage, completions, manual};
pub use options::{ListenArgs, LogArgs, StorageArgs, WebArgs, WebConfigArgs};
pub use policy::{
    PolicyCommand, PolicyExceptArgs, PolicyExplainArgs, PolicyListArgs, PolicyTestArgs, Whom,
};
pub use rules::{RulesArgs, RulesOutput};

use crate::build_info;
use crate::config::{self, Environment, Flags, INTERVAL, TIMEOUT};

/// What one wants to know before the flags.
const ABOUT: &str = "Exports Rhombus share links to Prometheus: which of them are open to anyone, \
    which never end and which end soon";

/// What one wants to know after the flags.
const AFTER: &str = "\
The key of an organisation:
  Never a flag, since every user of a machine can read the arguments of its processes. Either
    RHOMBUS_API_KEY_FILE=PATH     a file that holds the key; a changed file is picked up by itself
    RHOMBUS_API_KEY=KEY           the key itself
    RHOMBUS_ENDPOINT_URL=us       where that key is from: us (default), eu or a URL
  or --config.file with any number of organisations:
    organizations:
      - name: acme
        api_key_file: /run/secrets/acme

Each flag has an environment variable: --web.listen-address is
RHOMBUS_SHARE_EXPORTER_WEB_LISTEN_ADDRESS, and so on. A flag overrides its variable, and both
override the file.

Examples:
  rhombus-share-exporter demo
      Look around: the exporter against a built-in simulator, nothing to set up.
  RHOMBUS_API_KEY_FILE=/run/secrets/key rhombus-share-exporter
      One organisation. Then look at http://localhost:10063
  rhombus-share-exporter check-config --config.file=exporter.yml
      What is wrong with the file, or what would run.
  rhombus-share-exporter report --config.file=exporter.yml --ends=never
      Without Prometheus: the links that never end.

Exit status: 0 after SIGTERM or SIGINT; 2 when the configuration is wrong, or --storage.path
can't be used as it is.";

/// After the flags of `completions`.
const COMPLETIONS_HELP: &str = "\
Examples:
  source <(rhombus-share-exporter completions bash)
      For this shell, until it ends.
  rhombus-share-exporter completions bash > /etc/bash_completion.d/rhombus-share-exporter
      For everyone on this machine.";

/// After the flags of `man`.
const MAN_HELP: &str = "\
Examples:
  rhombus-share-exporter man | man -l -
      Read it.
  rhombus-share-exporter man --dir=/usr/local/share/man/man1
      Install it: man rhombus-share-exporter, man rhombus-share-exporter-serve.";

/// After the flags of `serve`.
const SERVE_HELP: &str = "\
Examples:
  RHOMBUS_API_KEY_FILE=/run/secrets/key rhombus-share-exporter serve
      One organisation. Then look at http://localhost:10063
  rhombus-share-exporter serve --config.file=exporter.yml --storage.path=/var/lib/exporter
      Those of the file; open violations and the audit trail outlast a restart.

Exit status: 0 after SIGTERM or SIGINT; 2 when the configuration is wrong, or --storage.path
can't be used as it is.";

/// After the flags of `healthcheck`.
const HEALTHCHECK_HELP: &str = "\
Examples:
  rhombus-share-exporter healthcheck
      Whether the exporter on this machine serves, for a container or a script.
  rhombus-share-exporter healthcheck --url=https://127.0.0.1:10063/-/ready --insecure-skip-verify
      Whether all organisations were asked once, where there is TLS.

Exit status: 0 when it serves, 1 when not.";

#[derive(Parser, Debug)]
#[command(
    name = "rhombus-share-exporter",
    bin_name = "rhombus-share-exporter",
    about = ABOUT,
    after_help = AFTER,
    version = build_info::LONG,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

/// What to do.
#[derive(Subcommand, Clone, Debug, PartialEq)]
pub enum Command {
    /// Run the exporter (the default command)
    // Not at the flags, which others have too.
    #[command(after_help = SERVE_HELP)]
    Serve(Box<ServeArgs>),
    /// Run the exporter against a built-in simulator; nothing to set up
    Demo(DemoArgs),
    /// Check the flags and the configuration: print what is wrong, or what would run
    CheckConfig(Box<CheckConfigArgs>),
    /// List the links: ask once, and print them for a person, a spreadsheet, a program or a mail
    Report(Box<ReportArgs>),
    /// Show all that is known about one link
    Show(Box<ShowArgs>),
    /// Take links down: the one command that changes anything at Rhombus
    Revoke(Box<RevokeArgs>),
    /// List the rules, say why a link breaks one, test them, and write exceptions
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Read and verify the audit trail: what has changed, when it was noticed, and proof
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the alert rules for Prometheus, with your own thresholds
    Rules(RulesArgs),
    /// Run a Rhombus API to test against, on this machine
    Simulate(SimulateArgs),
    /// Ask a running exporter whether it serves; exit 0 when it does
    Healthcheck(HealthcheckArgs),
    /// Print what a shell needs to complete commands and flags
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all commands into a directory
    Man(ManArgs),
}

/// The flags of `serve`.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct ServeArgs {
    /// Which organisations, and how to ask.
    #[command(flatten)]
    pub config: Flags,
    /// Where to listen.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// How to serve.
    #[command(flatten)]
    pub web: WebArgs,
    /// What outlasts the process.
    #[command(flatten)]
    pub storage: StorageArgs,
    /// The log.
    #[command(flatten)]
    pub log: LogArgs,
}

/// The flags of `demo`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct DemoArgs {
    /// Time between two polls
    #[arg(
        long = "collect.interval",
        value_name = "DURATION",
        default_value = "5s",
        value_parser = |text: &str| config::duration(text, &INTERVAL)
    )]
    pub interval: Duration,
    /// Where to listen.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The log.
    #[command(flatten)]
    pub log: LogArgs,
}

/// The flags of `simulate`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SimulateArgs {
    /// HOST:PORT to serve on; port 0 lets the system choose, and the choice is printed
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: ListenAddress,
    /// How many shared clip pages there are
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub groups: u64,
    /// What the pages are made from: the same seed, the same pages
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// File with a key that it accepts, given once for each organisation; without it, any key
    #[arg(long = "api-key-file", value_name = "FILE")]
    pub api_key_files: Vec<PathBuf>,
    /// File with the key of a partner; a key that is in no file is no longer accepted
    #[arg(long, value_name = "FILE")]
    pub partner_key_file: Option<PathBuf>,
    /// How many clients the partner has, each with its own shared pages
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub clients: u64,
    /// The keys are used with a client certificate, which the web server's file has to demand
    #[arg(long)]
    pub client_certificates: bool,
    /// The web server's file.
    #[command(flatten)]
    pub web: WebConfigArgs,
    /// The log.
    #[command(flatten)]
    pub log: LogArgs,
}

/// The flags of `healthcheck`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = HEALTHCHECK_HELP)]
pub struct HealthcheckArgs {
    /// What to ask
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:10063/-/healthy",
        value_parser = health_url
    )]
    pub url: Url,
    /// Accept any certificate: the question holds no secret, and the name is seldom 127.0.0.1
    #[arg(long = "insecure-skip-verify")]
    pub insecure_skip_verify: bool,
    /// How long an answer may take
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "3s",
        value_parser = |text: &str| config::duration(text, &TIMEOUT)
    )]
    pub timeout: Duration,
}

/// What `completions` is asked for.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = COMPLETIONS_HELP)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// The flags of `man`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = MAN_HELP)]
pub struct ManArgs {
    /// The directory to write all pages into, made where there is none; without it, one goes to stdout
    #[arg(long = "dir", value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// What the arguments and the environment ask for. The first argument is the program.
///
/// # Errors
/// When they are wrong, and when they ask for the help or the version, which no variable can be in the
/// way of: print it with its own exit status.
pub fn parse<I, T>(arguments: I, env: &Environment) -> Result<Command, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString>,
{
    let mut arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let root = variables::without_needs(Cli::command());
    let matches = root.clone().try_get_matches_from(&arguments);
    let matches = matches.map_err(|error| {
        // The whole command tells what it needs.
        let whole = Cli::command().try_get_matches_from(&arguments);
        whole.err().unwrap_or(error)
    })?;
    variables::check_names(&root, env)?;
    // Commands are the first arguments: flags before them are refused.
    let at = 1 + variables::depth(&matches);
    let at = at.min(arguments.len());
    arguments.splice(at..at, variables::flags(&root, &matches, env)?);
    let cli = Cli::try_parse_from(arguments)?;
    Ok(match cli.command {
        Some(command) => command,
        None => Command::Serve(Box::new(cli.serve)),
    })
}

fn health_url(text: &str) -> Result<Url, String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| "expected a URL such as http://127.0.0.1:10063/-/healthy".to_owned())
}

#[cfg(test)]
mod tests;
