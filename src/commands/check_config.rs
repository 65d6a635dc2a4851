//! `check-config`: what is wrong, or what would run; or the schema by which an editor checks the file.

use super::output;
use super::serve::{check_viewers, web_config};
use crate::cli::CheckConfigArgs;
use crate::clock::Clock;
use crate::config::{self, Environment};

pub(super) fn run(args: &CheckConfigArgs, env: &Environment) -> anyhow::Result<()> {
    if args.schema {
        return output::print(config::schema());
    }
    let args = &args.serve;
    let mut loaded = config::load(&args.config, env, Clock::system().now())?;
    let web = web_config(args.web.config_file.path.as_deref())?;
    let warning = check_viewers(&loaded.config, web.as_deref())?;
    loaded.warnings.extend(warning);
    for warning in &loaded.warnings {
        output::complain(format_args!("warning: {warning}"));
    }
    output::print(config::describe(&loaded.config))
}
