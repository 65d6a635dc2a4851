//! The verifier.

use std::path::PathBuf;

use clap::Args;

/// After the flags of `audit verify`.
const VERIFY_HELP: &str = "\
Examples:
  rhombus-share-exporter audit verify trail.jsonl --public-key=audit.pub --checkpoint=note.txt
      An exported trail, with the key and a checkpoint that were kept elsewhere: anyone can,
      anywhere.
  rhombus-share-exporter audit verify --storage.path=data --checkpoint=/mnt/anchor.txt
      The trail of an exporter, which may run, with its anchor file.
  rhombus-share-exporter audit verify - --public-key=audit.pub < trail.jsonl

It says up to which line a checkpoint from outside proves that nothing has changed, up to which
the exporter alone has signed, and what is not sealed yet. Only the first is proof against who
owns the machine: with the key, what comes after it can be rewritten. A checkpoint is a
signed note (audit checkpoint), a file of audit.anchor_file, or text copied from Prometheus
that has samples of rhombus_audit_checkpoint_info.

Exit status: 0 when all is as it was sealed; 1 when a line is altered, missing or moved, the
trail is shorter than a checkpoint, or a seal is missing; 2 when something can't be read.";

/// The flags of `audit verify`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = VERIFY_HELP)]
pub struct AuditVerifyArgs {
    /// An exported trail; - is stdin; without it, the one in --storage.path
    #[arg(value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// File with checkpoints that were kept elsewhere; several times: all of them
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub checkpoints: Vec<PathBuf>,
    /// The public key that seals have to be signed by (audit.pub); without it, the one beside the trail
    #[arg(long, value_name = "FILE")]
    pub public_key: Option<PathBuf>,
    /// The directory that the exporter keeps the trail in; it may be running
    #[arg(long = "storage.path", value_name = "DIR", help_heading = "Storage")]
    pub directory: Option<PathBuf>,
}
