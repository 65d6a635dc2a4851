//! `completions`: what a shell needs to complete commands and flags.

use super::output;
use crate::cli::{self, CompletionsArgs};

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<()> {
    output::print(cli::completions(args.shell))
}
