//! Parse, load, build, run, exit code.

use std::io::{self, Write};
use std::num::NonZero;
use std::process::ExitCode;
use std::thread;

use rhombus_share_exporter::config::Environment;
use rhombus_share_exporter::{cli, commands};
use tokio::runtime::{Builder, Runtime};

/// Threads that serve; those that collect are the collector's own. One a CPU would be many on a large
/// machine, and a hardened service may not start that many.
const WORKERS: usize = 4;
/// Threads for what blocks: reading the configuration, checking passwords.
const BLOCKING_THREADS: usize = 16;

fn main() -> ExitCode {
    let env = Environment::from_process();
    match cli::parse(std::env::args_os(), &env) {
        Ok(command) => match runtime() {
            Ok(runtime) => {
                let code = runtime.block_on(commands::run(command, env));
                // What still runs on a blocking thread must not hold up the end.
                runtime.shutdown_background();
                code
            }
            Err(error) => {
                let text = "rhombus-share-exporter: cannot start the runtime";
                let _ = writeln!(io::stderr(), "{text}: {error}");
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            // The help and the version are "errors" too, with the exit code 0.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}

fn runtime() -> io::Result<Runtime> {
    let cpus = thread::available_parallelism().map_or(1, NonZero::get);
    Builder::new_multi_thread()
        .worker_threads(cpus.min(WORKERS))
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
}
