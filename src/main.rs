//! Parse, load, build, run, exit code.

use std::process::ExitCode;

use rhombus_share_exporter::config::Environment;
use rhombus_share_exporter::{cli, commands};

fn main() -> ExitCode {
    let env = Environment::from_process();
    match cli::parse(std::env::args_os(), &env) {
        Ok(command) => match tokio::runtime::Runtime::new() {
            Ok(runtime) => {
                let code = runtime.block_on(commands::run(command, env));
                // What still runs on a blocking thread must not hold up the end.
                runtime.shutdown_background();
                code
            }
            Err(error) => {
                eprintln!("rhombus-share-exporter: cannot start the runtime: {error}");
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
