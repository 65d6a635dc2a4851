//! What the command line says of the configuration. The environment variables of the flags have
//! become flags before this. No flag takes a key.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::settings::{Collect, SETTINGS, Setting};
use super::value;

/// Which organisations, and how to ask.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub struct Flags {
    /// YAML file with organisations and the settings below; docs/config.example.yml shows all
    #[arg(
        long = "config.file",
        value_name = "FILE",
        help_heading = "Organisations"
    )]
    pub file: Option<PathBuf>,

    /// Label `org` of the organisation whose key is in the environment; or RHOMBUS_ORGANIZATION [default: default]
    #[arg(
        long = "rhombus.organization",
        value_name = "NAME",
        value_parser = value::organization_name,
        help_heading = "Organisations"
    )]
    pub organization: Option<String>,

    /// How to ask.
    #[command(flatten)]
    pub collect: CollectFlags,
}

/// What the flags of the section `collect` say, by the key of each setting that has one, in texts
/// that the setting takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CollectFlags(pub(super) BTreeMap<&'static str, Vec<String>>);

impl Args for CollectFlags {
    fn augment_args(command: Command) -> Command {
        command.args(SETTINGS.iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for CollectFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |setting: &Setting| {
            let texts = matches.get_many::<String>(setting.key)?;
            Some((setting.key, texts.cloned().collect()))
        };
        Ok(Self(SETTINGS.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}

/// The flag of a setting.
fn flag(setting: &'static Setting) -> Arg {
    let check = |text: &str| {
        setting.take(text, &mut Collect::default())?;
        Ok::<_, String>(text.to_owned())
    };
    let flag = Arg::new(setting.key)
        .long(setting.flag())
        .help(setting.help())
        .help_heading("Collecting (each overrides the same key of the file)")
        .value_name(setting.value_name())
        .value_parser(check);
    match setting.is_list() {
        true => flag.action(ArgAction::Append).value_delimiter(','),
        false => flag,
    }
}
