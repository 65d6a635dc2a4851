//! The commands about links themselves, with their flags. Each takes the flags of the configuration that
//! `serve` takes, so that it asks for the same organisations and judges by the same rules.

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

Exit status: 0 when it is there, 1 when it is not, 4 when it was not found and not all could be
seen, 2 when the configuration is wrong.";

/// How the ref of a link is found.
const REF_HELP: &str = "A link's ref, as metrics, alerts and pages have it, such as 3f9a0c51d2e7";

/// The flags of `report`.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = REPORT_HELP)]
pub struct ReportArgs {
    /// How it is written: table, json (as the API has it), csv or html; json and csv have links' addresses
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
    /// How it is written: text, or json (as the API has it)
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
