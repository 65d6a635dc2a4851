//! `check-config`: what is wrong, or what would run; or the schema by which an editor checks the file.

use super::output;
use super::serve::{check_viewers, web_config};
use crate::cli::{CheckConfigArgs, SchemaOf, ServeArgs};
use crate::clock::Clock;
use crate::config::{self, Environment};
use crate::store::{Sqlite, StoreError};

pub(super) fn run(args: &CheckConfigArgs, env: &Environment) -> anyhow::Result<()> {
    if let Some(of) = args.schema {
        return output::print(match of {
            SchemaOf::Config => config::schema(),
            SchemaOf::Exceptions => config::exceptions_schema(),
        });
    }
    let args = &args.serve;
    let mut loaded = config::load(&args.config, env, Clock::system().now())?;
    let web = web_config(args.web.config_file.path.as_deref())?;
    let warning = check_viewers(&loaded.config, web.as_deref())?;
    loaded.warnings.extend(warning);
    loaded.warnings.extend(check_storage(args)?);
    for warning in &loaded.warnings {
        output::complain(format_args!("warning: {warning}"));
    }
    output::print(config::describe(&loaded.config))
}

/// Looks at what is in `--storage.path`, without a change. Gives what should be known of it: whoever checks may be
/// another user than the one who runs the exporter.
///
/// # Errors
/// Where the exporter would refuse what is there.
fn check_storage(args: &ServeArgs) -> Result<Option<String>, StoreError> {
    let directory = args.storage.directory.as_deref();
    match directory.map_or(Ok(()), Sqlite::check) {
        Ok(()) => Ok(None),
        Err(error @ (StoreError::File { .. } | StoreError::Database { .. })) => {
            Ok(Some(error.to_string()))
        }
        Err(error) => Err(error),
    }
}
