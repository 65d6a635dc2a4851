//! `audit checkpoint`: the newest signed note, to be kept elsewhere.

use crate::cli::AuditCheckpointArgs;
use crate::commands::output;
use crate::commands::status::Status;
use crate::store::TrailReader;

pub(super) fn run(args: &AuditCheckpointArgs) -> anyhow::Result<()> {
    let reader = TrailReader::open(&args.trail.directory)?;
    let Some(checkpoint) = reader.checkpoint()? else {
        let (_, lines) = reader.head()?;
        let text = format!(
            "the trail has {lines} lines, and no checkpoint yet: `serve` makes one at its start, each hour in which \
             something was noticed, and at its end"
        );
        return Err(Status::Failed(text).into());
    };
    output::print(checkpoint.note)
}
