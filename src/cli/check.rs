//! The flags of `check-config`.

use clap::{ArgAction, Args};

use super::ServeArgs;

/// After the flags.
const HELP: &str = "\
Examples:
  rhombus-share-exporter check-config --config.file=exporter.yml
      What is wrong with the file, or what would run.
  rhombus-share-exporter check-config --schema > config.schema.json
      For an editor: it completes and checks a file that begins with
      # yaml-language-server: $schema=config.schema.json

Exit status: 0 when nothing is wrong, 2 when something is.";

/// The flags of `serve`, so that a command line can be checked as it is, and one more.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(after_help = HELP)]
pub struct CheckConfigArgs {
    /// Print the JSON Schema of the configuration file, for editors, and look at nothing else
    #[arg(long, action = ArgAction::SetTrue)]
    pub schema: bool,
    /// What would run.
    #[command(flatten)]
    pub serve: ServeArgs,
}
