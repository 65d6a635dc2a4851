//! The commands about links themselves, with their flags. Each takes the flags of the configuration that
//! `serve` takes, so that it asks for the same organisations and judges by the same rules.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::FilterArgs;
use crate::config::Flags;
use crate::share::Ref;
use crate::view::Order;

/// After the flags of `report`.
const REPORT_HELP: &str = "\
Examples:
  rhombus-share-exporter report --config.file=exporter.yml
      Every link, the worst first.
  rhombus-share-exporter report --org=acme --protection=none --state=active
      What anyone can open of one organisation.
  rhombus-share-exporter report --config.file=exporter.yml --output=html > links.html
      One page to mail or to keep. It has no link's address.
  rhombus-share-exporter report --fail-on=critical,unsecured
      For cron and CI: exit 3 where such a rule is broken and no exception covers it.

It asks Rhombus once and remembers nothing: a violation begins at the moment of this look.

Exit status: 0 when all was seen; 3 with --fail-on when such a violation is found; 4, also then,
when not all could be seen that was asked for; 2 when the configuration or what is asked for is
wrong; 1 for anything else.";

/// After the flags of `show`.
const SHOW_HELP: &str = "\
Examples:
  rhombus-share-exporter show 3f9a0c51d2e7 --config.file=exporter.yml
      What the link of an alert shows, since when, until when, and which rules it breaks.
  rhombus-share-exporter show 3f9a0c51d2e7 --config.file=exporter.yml --address
      The same with the link itself: whoever sees that can watch.
  rhombus-share-exporter show 3f9a0c51d2e7 --storage.path=/var/lib/rhombus-share-exporter
      The same with who made it and how often it was viewed, as the running exporter has read it.

Exit status: 0 when it is there, 1 when it is not, 4 when it was not found and not all could be
seen, 2 when the configuration is wrong.";

/// After the flags of `revoke`.
const REVOKE_HELP: &str = "\
Examples:
  rhombus-share-exporter revoke 3f9a0c51d2e7 --config.file=exporter.yml --evidence=taken.jsonl
      Shows the link, asks, writes all that is known of it to the file, takes it down, and looks
      again.
  rhombus-share-exporter revoke --org=acme --state=expired --dry-run
      What has ended and is still listed: what would be taken down.
  rhombus-share-exporter revoke --rule=unsecured --excepted=no --older-than=30d --yes
      For cron: without asking for confirmation.

This is the only command that changes anything at Rhombus. A link that was taken down can't be
brought back: the evidence says what it was, so that it can be made again. Keep that as you keep a
key, since it has addresses. No variable says what is taken down: each call does.

Exit status: 0 when it took everything down and checked that it is gone; 1 when something is not,
or was refused, or was not found; 4 when not all could be seen that was asked for; 2 when the
configuration or what is asked for is wrong.";

/// How many links may be taken down at once, unless somebody says otherwise.
const USUAL_LIMIT: u16 = 20;

/// How the ref of a link is found.
const REF_HELP: &str = "A link's ref, as metrics, alerts and pages have it, such as 3f9a0c51d2e7";

/// The flags of `report`.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = REPORT_HELP)]
pub struct ReportArgs {
    /// The format: table, json (as the API has it), csv or html; json and csv have links' addresses
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub output: ReportOutput,
    /// What comes first: risk, ends, created, title, org, cameras or footage; with - in front, what comes last
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "risk",
        value_parser = Order::read,
        allow_hyphen_values = true
    )]
    pub sort: Order,
    /// Exit 3 where one of these rules is broken and not excepted: names, critical, warning (and worse) or any
    #[arg(long = "fail-on", value_name = "RULE,…", value_delimiter = ',')]
    pub fail_on: Vec<String>,
    /// Which links.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Where to look for them, and whose policy.
    #[command(flatten)]
    pub config: Flags,
}

/// How `report` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportOutput {
    /// For a person at a terminal.
    #[default]
    Table,
    /// As the API has it.
    Json,
    /// For a spreadsheet.
    Csv,
    /// One page, to mail or to keep.
    Html,
}

/// The flags of `show`.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = SHOW_HELP)]
pub struct ShowArgs {
    /// Which link.
    #[arg(value_name = "REF", help = REF_HELP)]
    pub share: Ref,
    /// The format: text, or json (as the API has it)
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub output: ShowOutput,
    /// Say the link's own address too: whoever sees it can watch
    #[arg(long)]
    pub address: bool,
    /// The directory of the exporter, for who made it and who looked
    #[arg(long = "storage.path", value_name = "DIR")]
    pub storage: Option<PathBuf>,
    /// Where to look for it, and whose policy.
    #[command(flatten)]
    pub config: Flags,
}

/// How `show` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ShowOutput {
    /// For a person at a terminal.
    #[default]
    Text,
    /// As the API has it.
    Json,
}

/// The flags of `revoke`.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = REVOKE_HELP)]
pub struct RevokeArgs {
    /// Refs of links, as metrics, alerts and pages have them; each must be that of one link
    #[arg(value_name = "REF")]
    pub shares: Vec<Ref>,
    /// Don't ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Take nothing down: say what would be, and write the evidence
    #[arg(long)]
    pub dry_run: bool,
    /// File to write all that is known of the links to before anything is taken down; stdout without it
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// How many links at most
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = USUAL_LIMIT,
        value_parser = clap::value_parser!(u16).range(1..=10_000)
    )]
    pub limit: u16,
    /// Take down streams that a monitoring service has or has made, too: it sees nothing any more then
    #[arg(long)]
    pub include_monitoring: bool,
    /// Which links.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Where to look for them, and whose policy.
    #[command(flatten)]
    pub config: Flags,
}
