//! Those that only read.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::{REF_HELP, TimeBound, TrailArgs};
use crate::audit::Event;
use crate::share::{Ref, ShareKind};

/// After the flags of `audit log`.
const LOG_HELP: &str = "\
Examples:
  rhombus-share-exporter audit log --storage.path=data
      The newest 100 events, the newest last, as in a log.
  rhombus-share-exporter audit log --event=unsecured,expiry_extended --since=7d
      Where protection was taken away, or an end put off, within a week (with the variable
      RHOMBUS_SHARE_EXPORTER_STORAGE_PATH set).
  rhombus-share-exporter audit log --since=2026-11-01 --until=2026-11-30 --format=csv
      A month for a spreadsheet.

Events are in the order in which they were noticed. Of more than --limit, the newest are listed
(the oldest with --oldest-first). Titles are private: --with-texts shows those that are still
kept. With --format=jsonl each line is printed as it was hashed, byte for byte; with texts too,
it is an object {\"line\":…,\"texts\":…} instead.

Exit status: 0 also when there are no such events; 2 when the directory has no trail, or what
is asked for is wrong; 1 for anything else.";

/// After the flags of `audit show`.
const SHOW_HELP: &str = "\
Examples:
  rhombus-share-exporter audit show 3f9a0c51d2e7 --storage.path=data
      What became of the link of an alert: made, changed, broke rules, ended; when, and between
      which looks.
  rhombus-share-exporter audit show 3f9a0c51d2e7 --format=jsonl
      The same for a program: {\"line\":…,\"texts\":…}, the line as it was hashed and the texts
      beside it.

It shows titles and notes that are still kept. A change that came while nobody looked is marked
so: when it happened is not known better than that.

Exit status: 0 when there is something of it; 1 when there is not; 2 when the directory has no
trail.";

/// After the flags of `audit export`.
const EXPORT_HELP: &str = "\
Examples:
  rhombus-share-exporter audit export --storage.path=data > trail.jsonl
      All of it: `audit verify trail.jsonl` checks it anywhere, and so does
      docs/verify_audit.py.
  rhombus-share-exporter audit export --with-texts > readable.jsonl
      With titles and notes, to be read. It can't be verified: keep it as you keep what is
      private.

It prints each line as it was hashed; {\"dropped\":…,\"hash\":…} for a line that is older than
audit.retention; and {\"seal\":…,\"note\":…} after the lines that a checkpoint seals.";

/// After the flags of `audit checkpoint`.
const CHECKPOINT_HELP: &str = "\
Examples:
  rhombus-share-exporter audit checkpoint --storage.path=data > checkpoint.txt
      Keep it where this machine can't write: it proves later that nothing before it has
      changed (audit verify --checkpoint=checkpoint.txt).

It is a signed note of C2SP (c2sp.org/tlog-checkpoint): the name of the trail, how many lines
it has, the root of the tree over them, and the signature.

Exit status: 0 when there is one; 1 when nothing has been sealed yet; 2 when the directory has
no trail.";

/// How many events are listed, unless somebody says otherwise.
const USUAL_LIMIT: u32 = 100;

/// The flags of `audit log`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = LOG_HELP)]
pub struct AuditLogArgs {
    /// Only events of the organisation of this name
    #[arg(long, value_name = "NAME")]
    pub org: Option<String>,
    /// Only events of links of this kind; several times or with commas: one of them
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',', value_parser = kinds(), hide_possible_values = true)]
    pub kinds: Vec<ShareKind>,
    /// Only events of the link of this ref
    #[arg(long, value_name = "REF")]
    pub share: Option<Ref>,
    /// Only these events, such as created; several times or with commas: one of them
    #[arg(long = "event", value_name = "EVENT", value_delimiter = ',', value_parser = events(), hide_possible_values = true)]
    pub events: Vec<Event>,
    /// Only what someone of this name has done, as Rhombus's audit log calls them
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Only events noticed since then: a moment, a day, or a span back from now such as 7d
    #[arg(long, value_name = "TIME", value_parser = TimeBound::read)]
    pub since: Option<TimeBound>,
    /// Only events noticed until then; of a day, all of it
    #[arg(long, value_name = "TIME", value_parser = TimeBound::read)]
    pub until: Option<TimeBound>,
    /// How many events at most
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = USUAL_LIMIT,
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub limit: u32,
    /// Where there are more, list the oldest of them instead of the newest
    #[arg(long)]
    pub oldest_first: bool,
    /// The format: table, jsonl or csv
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: LogFormat,
    /// Show titles and notes that are still kept, too
    #[arg(long)]
    pub with_texts: bool,
    /// Which trail.
    #[command(flatten)]
    pub trail: TrailArgs,
}

/// How `audit log` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For a person at a terminal.
    #[default]
    Table,
    /// The lines that are hashed.
    Jsonl,
    /// For a spreadsheet.
    Csv,
}

/// The flags of `audit show`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = SHOW_HELP)]
pub struct AuditShowArgs {
    /// Which link.
    #[arg(value_name = "REF", help = REF_HELP)]
    pub share: Ref,
    /// The format: table or jsonl
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: ShowFormat,
    /// Which trail.
    #[command(flatten)]
    pub trail: TrailArgs,
}

/// How `audit show` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// For a person at a terminal.
    #[default]
    Table,
    /// Lines with the texts beside them.
    Jsonl,
}

/// The flags of `audit export`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = EXPORT_HELP)]
pub struct AuditExportArgs {
    /// With titles and notes that are still kept, to be read; it can't be verified then
    #[arg(long)]
    pub with_texts: bool,
    /// Which trail.
    #[command(flatten)]
    pub trail: TrailArgs,
}

/// The flags of `audit checkpoint`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = CHECKPOINT_HELP)]
pub struct AuditCheckpointArgs {
    /// Which trail.
    #[command(flatten)]
    pub trail: TrailArgs,
}

fn kinds() -> impl TypedValueParser<Value = ShareKind> {
    let labels = ShareKind::ALL.map(ShareKind::label);
    PossibleValuesParser::new(labels).map(|label| {
        let mut kinds = ShareKind::ALL.into_iter();
        kinds
            .find(|kind| kind.label() == label)
            .expect("it is one of them")
    })
}

fn events() -> impl TypedValueParser<Value = Event> {
    let labels = Event::ALL.map(Event::label);
    PossibleValuesParser::new(labels)
        .map(|label| Event::of_label(&label).expect("it is one of them"))
}
