//! `check-config`: what is wrong, or what would run.

use super::serve::web_config;
use crate::cli::CheckConfigArgs;
use crate::config::{self, Environment};

#[expect(clippy::print_stdout, reason = "what would run is what was asked for")]
pub(super) fn run(args: &CheckConfigArgs, env: &Environment) -> anyhow::Result<()> {
    let loaded = config::load(&args.config, env)?;
    web_config(args.web.path.as_deref())?;
    for warning in &loaded.warnings {
        eprintln!("warning: {warning}");
    }
    print!("{}", config::describe(&loaded.config));
    Ok(())
}
