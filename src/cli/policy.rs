//! The commands below `policy`, with their flags. Each takes the flags of the configuration that `serve`
//! takes, so that it judges by the same rules.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::{self, Flags};
use crate::share::Ref;

/// How the reference of a link is found.
const REF_HELP: &str = "A link's ref, as metrics, alerts and pages have it, such as 3f9a0c51d2e7";

/// After the flags of `policy list`.
const LIST_HELP: &str = "\
Examples:
  rhombus-share-exporter policy list
      The rules that are built in.
  rhombus-share-exporter policy list --config.file=exporter.yml
      Those that hold with this file, and its exceptions.";

/// After the flags of `policy explain`.
const EXPLAIN_HELP: &str = "\
Examples:
  rhombus-share-exporter policy explain 3f9a0c51d2e7 --config.file=exporter.yml
      Why the link of an alert breaks a rule, and what covers it.";

/// After the flags of `policy test`.
const TEST_HELP: &str = "\
Examples:
  rhombus-share-exporter policy test tests.yml --config.file=exporter.yml
      In CI: whether the policy says of each recorded link what is expected.

The file:
  tests:
    - name: a page for a week is fine with a password
      share: { kind: clip_group, protection: password, ends_in: 7d }
      expect: { violations: [] }
    - name: nobody streams the vault
      share: { kind: live_stream, protection: none, cameras: [{ name: Vault }] }
      expect: { violations: [unsecured, no-vault] }

Exit status: 0 when all hold, 1 when one does not, 2 when the file or the configuration is wrong.";

/// After the flags of `policy except`.
const EXCEPT_HELP: &str = "\
Examples:
  rhombus-share-exporter policy except 3f9a0c51d2e7 --until=2027-01-31 --owner=me --reason=CHG-1042
      One link may break the rules that it breaks now, until that day is over.
  rhombus-share-exporter policy except --baseline --until=2027-01-31 --owner=me --reason=CHG-1042
      The same for each link that breaks a rule today: a quiet and honest first day.

An entry is added to policy.exceptions_file, whose comments stay, or printed where none is
configured.";

/// What to do with the policy.
#[derive(Subcommand, Clone, Debug, PartialEq)]
pub enum PolicyCommand {
    /// List the rules and the exceptions; works offline
    List(Box<PolicyListArgs>),
    /// Show what each rule says about one link, and which exception covers it
    Explain(Box<PolicyExplainArgs>),
    /// Check recorded links against the policy, for your own CI; works offline
    Test(Box<PolicyTestArgs>),
    /// Write an exception for a link, or for all that break a rule today
    Except(Box<PolicyExceptArgs>),
}

/// The flags of `policy list`.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = LIST_HELP)]
pub struct PolicyListArgs {
    /// Whose policy.
    #[command(flatten)]
    pub config: Flags,
}

/// The flags of `policy explain`.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = EXPLAIN_HELP)]
pub struct PolicyExplainArgs {
    /// Which link.
    #[arg(value_name = "REF", help = REF_HELP)]
    pub share: Ref,
    /// Where to look for it, and whose policy.
    #[command(flatten)]
    pub config: Flags,
}

/// The flags of `policy test`.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = TEST_HELP)]
pub struct PolicyTestArgs {
    /// YAML file with links and which rules they break
    #[arg(value_name = "FILE")]
    pub tests: PathBuf,
    /// Whose policy.
    #[command(flatten)]
    pub config: Flags,
}

/// The flags of `policy except`.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = EXCEPT_HELP)]
pub struct PolicyExceptArgs {
    /// Which links.
    #[command(flatten)]
    pub whom: Whom,
    /// Why it may stay, with the ticket where there is one
    #[arg(long, value_name = "TEXT", value_parser = config::policy_words)]
    pub reason: String,
    /// Who answers for it
    #[arg(long, value_name = "TEXT", value_parser = config::policy_words)]
    pub owner: String,
    /// Its last day, such as 2027-01-31, or the moment of its end; at most max_exception_days ahead
    #[arg(long, value_name = "DATE")]
    pub until: String,
    /// Rules that it may break, separated by commas, or * for all; without it, those that it breaks now
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "baseline"
    )]
    pub policies: Vec<String>,
    /// What the exception is called; without it, link-REF
    #[arg(long, value_name = "NAME", value_parser = config::policy_name, conflicts_with = "baseline")]
    pub name: Option<String>,
    /// Where to look for it, and whose policy.
    #[command(flatten)]
    pub config: Flags,
}

/// One link, or all.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// Which link.
    #[arg(value_name = "REF", help = REF_HELP)]
    pub share: Option<Ref>,
    /// Each link that breaks a rule now and that no exception covers
    #[arg(long)]
    pub baseline: bool,
}
