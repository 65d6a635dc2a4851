//! The environment variables of the flags. A variable becomes its flag, so that both are read and
//! refused by the same code; a flag that is given keeps its variable out. Only those of the command
//! that runs are read, since its environment may serve other commands too; that a variable exists at
//! all is asked of every command.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Display;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error};

use super::TrailArgs;
use crate::config::{Environment, Flags};

/// What the variables of all flags but one begin with.
const PREFIX: &str = "RHOMBUS_SHARE_EXPORTER_";

/// The commands that delete, or write what stays. What they do is said in each call: a variable that was set for
/// another command must neither choose nor confirm it.
const CHANGES: [&str; 4] = ["revoke", "annotate", "erase", "reanchor"];

/// The variable of a flag: `--web.listen-address` has `RHOMBUS_SHARE_EXPORTER_WEB_LISTEN_ADDRESS`.
pub(super) fn name(flag: &str) -> String {
    match flag {
        // It describes what Rhombus's own variables do: their organisation.
        "rhombus.organization" => "RHOMBUS_ORGANIZATION".to_owned(),
        _ => PREFIX.to_owned() + &flag.to_ascii_uppercase().replace(['.', '-'], "_"),
    }
}

/// The command that is chosen, however deep it is.
fn chosen<'a>(command: &'a Command, matches: &'a ArgMatches) -> (&'a Command, &'a ArgMatches) {
    let below = matches
        .subcommand()
        .and_then(|(name, matches)| Some((command.find_subcommand(name)?, matches)));
    below.map_or((command, matches), |(command, matches)| {
        chosen(command, matches)
    })
}

/// How many of the first arguments name the command.
pub(super) fn depth(matches: &ArgMatches) -> usize {
    matches
        .subcommand()
        .map_or(0, |(_, matches)| 1 + depth(matches))
}

/// The same command, in which nothing needs to be there: a variable may bring it.
pub(super) fn without_needs(command: Command) -> Command {
    let groups: Vec<_> = command.get_groups().map(|it| it.get_id().clone()).collect();
    let free = |command: Command, group| command.mut_group(group, |it| it.required(false));
    let command = groups.into_iter().fold(command, free);
    let command = command.mut_args(|arg| arg.required(false));
    command.mut_subcommands(without_needs)
}

/// The flags that the environment adds to those of the command line.
///
/// # Errors
/// When a variable of the chosen command is wrong.
pub(super) fn flags(
    root: &Command,
    matches: &ArgMatches,
    env: &Environment,
) -> Result<Vec<OsString>, Error> {
    let (command, matches) = chosen(root, matches);
    let mut flags = Vec::new();
    for arg in command.get_arguments() {
        let Some(flag) = arg.get_long() else { continue };
        let variable = name(flag);
        let value = env
            .get(&variable)
            .map_err(|error| refused(command, &variable, error))?;
        let given = matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
        if let Some(value) = value.filter(|_| !given) {
            if !is_read(command, arg) {
                let name = command.get_name();
                let why = format!("{name} takes it as a flag only: unset it, or give the flag");
                return Err(refused(command, &variable, why));
            }
            flags.extend(as_flag(command, arg, &variable, value)?.map(OsString::from));
        }
    }
    Ok(flags)
}

/// Whether a command reads the variable of a flag of its: one that changes something, only what says where that is.
fn is_read(command: &Command, arg: &Arg) -> bool {
    let all = TrailArgs::augment_args(Flags::augment_args(Command::new("")));
    let mut all = all.get_arguments();
    !CHANGES.contains(&command.get_name()) || all.any(|it| it.get_id() == arg.get_id())
}

/// The flag with the variable's value; none for one that is switched off.
fn as_flag(
    command: &Command,
    arg: &Arg,
    variable: &str,
    value: &str,
) -> Result<Option<String>, Error> {
    let flag = format!("--{}", arg.get_long().unwrap_or_default());
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return match value {
            "true" | "1" => Ok(Some(flag)),
            "false" | "0" => Ok(None),
            _ => Err(refused(command, variable, "expected true or false")),
        };
    }
    let flag = format!("{flag}={value}");
    let checked = command
        .clone()
        .no_binary_name(true)
        .try_get_matches_from([&flag]);
    checked.map(|_| Some(flag)).map_err(|mut error| {
        // Its author wrote a variable, and would look for a flag in vain.
        let place = ContextValue::String(variable.to_owned());
        error.insert(ContextKind::InvalidArg, place);
        error
    })
}

/// Refuses a variable that has this program's prefix and that no command reads, as a flag and a key
/// of the file are refused: a setting that is misspelt would be a default in silence.
///
/// # Errors
/// When there is one.
pub(super) fn check_names(root: &Command, env: &Environment) -> Result<(), Error> {
    let known = known(root);
    let unknown = env
        .names()
        .filter(|name| name.starts_with(PREFIX) && !known.contains(*name))
        .find(|name| !is_service_link(name, env.get(name).ok().flatten()));
    let Some(name) = unknown else { return Ok(()) };
    let nearest = known
        .iter()
        .min_by_key(|known| strsim::damerau_levenshtein(known, name));
    let nearest = nearest.map_or("", String::as_str);
    let text =
        format!("no setting has this name; the nearest is {nearest}: correct it, or unset it");
    Err(refused(root, name, text))
}

/// The variables of a command and of those below it.
fn known(command: &Command) -> BTreeSet<String> {
    let read = |arg: &&Arg| is_read(command, arg);
    let own = command.get_arguments().filter(read);
    let own = own.filter_map(Arg::get_long).map(name);
    own.chain(command.get_subcommands().flat_map(known))
        .collect()
}

/// Whether Kubernetes made it, as it does in each pod for each service of the namespace: ours is most
/// often named like the program.
fn is_service_link(name: &str, value: Option<&str>) -> bool {
    let protocols = ["tcp", "udp", "sctp"];
    let is_url = |value: &str| {
        protocols
            .iter()
            .any(|it| value.starts_with(&format!("{it}://")))
    };
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT") && value.is_some_and(is_url)
        || name
            .split('_')
            .any(|part| protocols.contains(&part.to_ascii_lowercase().as_str()))
}

fn refused(command: &Command, variable: &str, why: impl Display) -> Error {
    let text = format!("environment variable {variable}: {why}");
    command.clone().error(ErrorKind::InvalidValue, text)
}
