//! The flags of `check-config`.

use clap::{Args, ValueEnum};

use super::ServeArgs;

/// After the flags.
const HELP: &str = "\
Examples:
  rhombus-share-exporter check-config --config.file=exporter.yml
      What is wrong with the file, or what would run.
  rhombus-share-exporter check-config --schema > config.schema.json
      For an editor: it completes and checks a file that begins with
      # yaml-language-server: $schema=config.schema.json
  rhombus-share-exporter check-config --schema=exceptions > exceptions.schema.json
      The same for the file that policy.exceptions_file names.

Exit status: 0 when nothing is wrong, 2 when something is.";

/// Which file a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The configuration file.
    Config,
    /// The file that `policy.exceptions_file` names.
    Exceptions,
}

/// The flags of `serve`, so that a command line can be checked as it is, and one more.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = HELP)]
pub struct CheckConfigArgs {
    /// Print the JSON Schema of a file, for editors, and look at nothing else: config, which is meant where no file is
    /// named, or exceptions
    #[arg(
        long,
        value_name = "FILE",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "config",
        hide_possible_values = true
    )]
    pub schema: Option<SchemaOf>,
    /// What would run.
    #[command(flatten)]
    pub serve: ServeArgs,
}
