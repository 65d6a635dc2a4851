//! The commands below `audit`, with their flags. All read the trail that an exporter keeps in its
//! `--storage.path`, also while it runs; none asks Rhombus. `read` has those that change nothing,
//! `write` those that add to the trail or forget what stands beside it.

mod read;
mod register;
mod time;
mod verify;
mod write;

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub use read::{
    AuditCheckpointArgs, AuditExportArgs, AuditLogArgs, AuditShowArgs, LogFormat as AuditLogFormat,
    ShowFormat as AuditShowFormat,
};
pub use register::{AuditRegisterArgs, RegisterFormat};
pub use time::TimeBound;
pub use verify::AuditVerifyArgs;
pub use write::{AuditAnnotateArgs, AuditEraseArgs, AuditReanchorArgs, Erasing};

/// How the reference of a link is found.
const REF_HELP: &str = "A link's ref, as metrics, alerts and pages have it, such as 3f9a0c51d2e7";

/// What to do with the audit trail.
#[derive(Subcommand, Clone, Debug, PartialEq)]
pub enum AuditCommand {
    /// List events: the newest, or those of a link, an organisation or a time
    Log(Box<AuditLogArgs>),
    /// Show the history of one link, from when it was first seen
    Show(Box<AuditShowArgs>),
    /// Print the whole trail, to be kept and verified elsewhere
    Export(Box<AuditExportArgs>),
    /// Print the newest signed checkpoint, to be kept elsewhere
    Checkpoint(Box<AuditCheckpointArgs>),
    /// Verify the trail, or an export of it, by its key and by checkpoints that were kept elsewhere
    Verify(Box<AuditVerifyArgs>),
    /// List what was disclosed by links: what, when, to whom, until when
    Register(Box<AuditRegisterArgs>),
    /// Note whom a link was given to, and why
    Annotate(Box<AuditAnnotateArgs>),
    /// Forget titles and notes of a link, or of one wording; the proof stays whole
    Erase(Box<AuditEraseArgs>),
    /// Say that the trail goes on as it is, though its anchor knows more or its key is another
    Reanchor(Box<AuditReanchorArgs>),
}

/// Which trail.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Storage")]
pub struct TrailArgs {
    /// The directory that the exporter keeps the trail in; it may be running
    #[arg(long = "storage.path", value_name = "DIR")]
    pub directory: PathBuf,
}
