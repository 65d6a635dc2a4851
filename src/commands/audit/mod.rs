//! `audit`: the trail of an exporter, for a person at a terminal, an auditor and whoever keeps copies. It is read
//! beside the exporter, which may run; `lines` has what several of the commands say of a line,
//! `asked` what can be asked for.

mod annotate;
mod asked;
mod checkpoint;
mod erase;
mod export;
mod lines;
mod log;
mod progress;
mod reanchor;
mod register;
mod show;
mod verify;

use crate::cli::AuditCommand;

pub(super) async fn run(command: AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Log(args) => log::run(&args),
        AuditCommand::Show(args) => show::run(&args),
        AuditCommand::Export(args) => export::run(&args),
        AuditCommand::Checkpoint(args) => checkpoint::run(&args),
        AuditCommand::Verify(args) => verify::run(&args),
        AuditCommand::Annotate(args) => annotate::run(&args),
        AuditCommand::Register(args) => register::run(&args),
        AuditCommand::Erase(args) => erase::run(&args).await,
        AuditCommand::Reanchor(args) => reanchor::run(&args).await,
    }
}
