//! The register.

use clap::{Args, ValueEnum};

use super::{TimeBound, TrailArgs};

/// After the flags of `audit register`.
const REGISTER_HELP: &str = "\
Examples:
  rhombus-share-exporter audit register --since=2026-01-01 --until=2026-12-31 > register-2026.csv
      Each link that was first seen in that year: what it showed, whom it was given to, how it
      has ended (with the variable RHOMBUS_SHARE_EXPORTER_STORAGE_PATH set).
  rhombus-share-exporter audit register --org=acme --format=html > register.html
      One page to print or to keep, of one organisation.

A row is a link, as it was last. It is made of the events of the trail alone: what is older
than audit.retention is not in it. To whom and what for is what `audit annotate` has noted; who
made a link and how often it was looked at is what Rhombus's audit feed has told. It has titles
and notes, as far as they are kept: keep it as you keep what is private.

Exit status: 0 also when there are no such links; 2 when the directory has no trail, or what is
asked for is wrong; 1 for anything else.";

/// The flags of `audit register`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = REGISTER_HELP)]
pub struct AuditRegisterArgs {
    /// Only links of the organisation of this name
    #[arg(long, value_name = "NAME")]
    pub org: Option<String>,
    /// Only links first seen since then: a moment, a day, or a span back from now such as 30d
    #[arg(long, value_name = "TIME", value_parser = TimeBound::read)]
    pub since: Option<TimeBound>,
    /// Only links first seen until then; of a day, all of it
    #[arg(long, value_name = "TIME", value_parser = TimeBound::read)]
    pub until: Option<TimeBound>,
    /// The format: csv or html
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: RegisterFormat,
    /// Which trail.
    #[command(flatten)]
    pub trail: TrailArgs,
}

/// How `audit register` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RegisterFormat {
    /// For a spreadsheet.
    #[default]
    Csv,
    /// One page, to print or to keep.
    Html,
}
