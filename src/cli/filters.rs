//! The filters as flags, made of the one table of them that the page and the API have too: a filter is
//! added there, and nothing is to be done here.

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::view::{Filter, PARAMETERS, Parameter};

/// Where they are in the help.
const HEADING: &str = "Which links (all that is given must hold)";

/// Which links are asked for; without a flag, all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterArgs(pub Filter);

impl Args for FilterArgs {
    fn augment_args(command: Command) -> Command {
        command.args(PARAMETERS.iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FilterArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut filters = Self::default();
        filters.update_from_arg_matches(matches)?;
        Ok(filters)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for parameter in &PARAMETERS {
            let texts = matches.get_many::<String>(parameter.name);
            for text in texts.into_iter().flatten() {
                let added = parameter.add(&mut self.0, text);
                added.map_err(|bad| {
                    let text = format!("--{}: {}\n", flag_name(parameter), bad.expected);
                    Error::raw(ErrorKind::ValueValidation, text)
                })?;
            }
        }
        Ok(())
    }
}

/// What it is called as a flag.
fn flag_name(parameter: &Parameter) -> String {
    parameter.name.replace('_', "-")
}

fn flag(parameter: &'static Parameter) -> Arg {
    let check = |text: &str| match text {
        "" => Err("expected a value".to_owned()),
        text => match parameter.add(&mut Filter::default(), text) {
            Ok(()) => Ok(text.to_owned()),
            Err(bad) => Err(bad.expected),
        },
    };
    let (more, action) = match parameter.repeats {
        true => ("; several times: one of them", ArgAction::Append),
        false => ("", ArgAction::Set),
    };
    Arg::new(parameter.name)
        .long(flag_name(parameter))
        .help(format!("Only links {}{more}", parameter.meaning))
        .help_heading(HEADING)
        .value_name(parameter.value)
        .value_parser(check)
        .action(action)
}
