//! Those that add to the trail, or forget what stands beside it. What they do is said in each call: no variable
//! does.

use std::path::PathBuf;

use clap::Args;

use super::{REF_HELP, TrailArgs};
use crate::share::Ref;

/// So long may what a person notes be, in bytes.
const MAX_TEXT: usize = 1_000;

/// After the flags of `audit annotate`.
const ANNOTATE_HELP: &str = "\
Examples:
  rhombus-share-exporter audit annotate 3f9a0c51d2e7 --recipient=Insurer --purpose='claim 3196'
      What `audit show` and `audit register` then say of the link (with the variable
      RHOMBUS_SHARE_EXPORTER_STORAGE_PATH set).

The note is one more event of the trail, with the time of now; one that is wrong is put right
by another one. Its texts are private, as titles are: only their salted digests are in the
lines, and `audit erase` forgets them.

Exit status: 0 when it is noted; 1 when no event is about that link; 2 when the directory has
no trail, or what is asked for is wrong.";

/// After the flags of `audit erase`.
const ERASE_HELP: &str = "\
Examples:
  rhombus-share-exporter audit erase --share=3f9a0c51d2e7 --storage.path=data
      Forgets what that link was called, and what was noted of it.
  printf 'Ann Example' | rhombus-share-exporter audit erase --text-file=- --yes
      Forgets each title and note that is exactly this text; it is read from a file or from
      stdin, since arguments are seen by every user of the machine.

Lines have only salted digests of these texts: none is changed, and `audit verify` says yes as
before. That something was erased, and how many texts, is itself an event. What is not in the
trail is not forgotten: a link that is still listed has its title at Rhombus, and the exporter
shows it; backups and exports with texts have what they have. A running exporter keeps a
checksum of the title of each link, and the name of who made it, in memory, and may write them
again when that link changes or is looked at, until it is restarted.

Exit status: 0 when something was forgotten; 1 when there was nothing, or nobody said yes; 2
when the directory has no trail, or what is asked for is wrong.";

/// After the flags of `audit reanchor`.
const REANCHOR_HELP: &str = "\
Examples:
  rhombus-share-exporter audit reanchor --anchor-file=/mnt/anchor.txt --reason='restored a backup'
      After an older backup was put back: the exporter does not sign over what the anchor
      knows, until this says so.
  rhombus-share-exporter audit reanchor --key-file=/etc/rhombus/audit.key
      After the key was replaced: seals all that is there with the new one.

What it says stays in the trail, as an event of its own: what the anchor knew, what the store
has, and why. It proves nothing of what was lost: checkpoints of the time before, in the anchor
too, will contradict the trail forever. It does not seal lines that were altered after they
were sealed: put a backup in their place. A running exporter notices at its next seal that its
anchor agrees again; another key it takes at its next start.

Exit status: 0 when it was sealed; 1 when nothing contradicts the store, nobody said yes, or it
can't be sealed; 2 when the directory has no trail, or a file is wrong.";

/// The flags of `audit annotate`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = ANNOTATE_HELP)]
pub struct AuditAnnotateArgs {
    /// Which link.
    #[arg(value_name = "REF", help = REF_HELP)]
    pub share: Ref,
    /// The organisation of the link, where several have one of this ref
    #[arg(long, value_name = "NAME")]
    pub org: Option<String>,
    /// Who got the link
    #[arg(long, value_name = "TEXT", value_parser = noted)]
    pub recipient: String,
    /// What for
    #[arg(long, value_name = "TEXT", value_parser = noted)]
    pub purpose: String,
    /// The number of the case or ticket
    #[arg(long, value_name = "TEXT", value_parser = noted)]
    pub case: Option<String>,
    /// Which trail.
    #[command(flatten)]
    pub trail: TrailArgs,
}

/// The flags of `audit erase`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = ERASE_HELP)]
pub struct AuditEraseArgs {
    /// What to forget.
    #[command(flatten)]
    pub what: Erasing,
    /// Don't ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Which trail.
    #[command(flatten)]
    pub trail: TrailArgs,
}

/// The texts of a link, or those of one wording.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[group(required = true, multiple = false)]
pub struct Erasing {
    /// Forget the titles and notes of the link of this ref
    #[arg(long, value_name = "REF")]
    pub share: Option<Ref>,
    /// Forget each title and note that is exactly the text in this file; - is stdin
    #[arg(long, value_name = "FILE")]
    pub text_file: Option<PathBuf>,
}

/// The flags of `audit reanchor`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = REANCHOR_HELP)]
pub struct AuditReanchorArgs {
    /// The file of audit.anchor_file, which the new seal is added to
    #[arg(long, value_name = "FILE")]
    pub anchor_file: Option<PathBuf>,
    /// The file of audit.key_file; without it, audit.key in the storage path
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Why the trail goes on, for those who read it
    #[arg(long, value_name = "TEXT", value_parser = noted)]
    pub reason: Option<String>,
    /// Don't ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Which trail.
    #[command(flatten)]
    pub trail: TrailArgs,
}

/// What a person notes: something, and not endless.
fn noted(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(format!("expected a text of 1 to {MAX_TEXT} bytes"));
    }
    Ok(text.to_owned())
}
