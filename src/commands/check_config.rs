//! `check-config`: what is wrong, or what would run.

use super::output;
use super::serve::web_config;
use crate::cli::ServeArgs;
use crate::clock::Clock;
use crate::config::{self, Environment};

pub(super) fn run(args: &ServeArgs, env: &Environment) -> anyhow::Result<()> {
    let loaded = config::load(&args.config, env, Clock::system().now())?;
    web_config(args.web.config_file.path.as_deref())?;
    for warning in &loaded.warnings {
        output::complain(format_args!("warning: {warning}"));
    }
    output::print(config::describe(&loaded.config))
}
