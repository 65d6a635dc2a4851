//! What each command does: wiring, and the exit code. `exporter` is what `serve` and `demo` share,
//! `reloader` how its configuration is read again.
//! What a command needs to know it is handed; it reads no arguments and no environment.

mod asked;
mod audit;
mod check_config;
mod completions;
mod confirm;
mod demo;
mod descriptors;
mod exporter;
mod facts;
mod healthcheck;
mod listen;
mod look;
mod man;
mod output;
mod policy;
mod reloader;
mod report;
mod revoke;
mod rules;
mod serve;
mod show;
mod signals;
mod simulate;
mod status;
mod table;

use std::process::ExitCode;

use exporter_web::WebConfigError;

use crate::audit::RememberError;
use crate::cli::Command;
use crate::clock::Clock;
use crate::config::{ConfigError, Environment};
use crate::rules::RulesError;
use crate::store::StoreError;
use status::Status;

/// Runs `command` to its end.
pub async fn run(command: Command, env: Environment) -> ExitCode {
    let result = match command {
        Command::Serve(args) => serve::run(*args, env).await,
        Command::Demo(args) => demo::run(args).await,
        Command::CheckConfig(args) => check_config::run(&args, &env),
        Command::Report(args) => report::run(&args, &env).await,
        Command::Show(args) => show::run(&args, &env).await,
        Command::Revoke(args) => revoke::run(&args, &env).await,
        Command::Policy(command) => policy::run(command, &env).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Rules(args) => rules::run(&args),
        Command::Simulate(args) => simulate::run(args).await,
        Command::Healthcheck(args) => healthcheck::run(args).await,
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(format_args!("rhombus-share-exporter: {error:#}"));
            exit_code(&error)
        }
    }
}

/// The simulator's clock, which is this machine's.
fn simulated_clock() -> rhombus_simulator::Clock {
    let clock = Clock::system();
    rhombus_simulator::Clock::from_fn(move || clock.now().0)
}

/// What the command says; 2 for a configuration or other thresholds that are wrong, or a storage that can't be used as it is; 1 for anything else.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    if let Some(status) = error.downcast_ref::<Status>() {
        return ExitCode::from(status.code());
    }
    let is_wrong = error.is::<ConfigError>()
        || error.is::<WebConfigError>()
        || error.is::<RememberError>()
        || error.is::<RulesError>()
        || error.is::<StoreError>();
    if is_wrong {
        ExitCode::from(2)
    } else {
        ExitCode::FAILURE
    }
}
