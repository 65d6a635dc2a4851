//! `policy`: what rules and exceptions say, for a person at a terminal. All judge by
//! [`Policy::judge`](crate::policy::Policy::judge).

mod except;
mod explain;
mod list;
mod test;
mod write;

use anyhow::bail;

use super::look::Seen;
use crate::cli::PolicyCommand;
use crate::config::Environment;

pub(super) async fn run(command: PolicyCommand, env: &Environment) -> anyhow::Result<()> {
    match command {
        PolicyCommand::List(args) => list::run(&args),
        PolicyCommand::Explain(args) => explain::run(&args, env).await,
        PolicyCommand::Test(args) => test::run(&args),
        PolicyCommand::Except(args) => except::run(&args, env).await,
    }
}

/// Says what could not be read.
///
/// # Errors
/// When there is something: what was seen is not all.
fn check_all_was_read(seen: &Seen) -> anyhow::Result<()> {
    if seen.not_seen.is_empty() {
        return Ok(());
    }
    seen.complain();
    bail!("not everything could be read: what is said above is not all")
}
