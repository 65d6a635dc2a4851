//! From flags, environment and file to a checked [`Config`]. Everything is looked at before any of
//! it is used, key files too, so that one run shows all that is wrong.

use exporter_web::regular_file::{self, Unreadable};

use super::credentials::Reader;
use super::file::{self, File, Source};
use super::key_source::is_world_readable;
use super::keys::{self, KeyPlace};
use super::organizations::{self, ENV_API_KEY, ENV_API_KEY_FILE, ENV_ENDPOINT, NameLines};
use super::problem::{ConfigError, Report};
use super::{
    Config, Environment, Flags, Loaded, PolicySection, audit, certificates, collect, partners,
    policy, proxy, value, web,
};
use crate::share::UnixMillis;

/// What a first start without a key is told.
const TEACH: &str = "no organisation to watch. Either put an API key of one organisation in a \
    file and set RHOMBUS_API_KEY_FILE to its path (or set RHOMBUS_API_KEY to the key itself), or \
    list organisations, each with name and api_key_file, under `organizations` in a YAML file and \
    name that with --config.file. To look around without a key: rhombus-share-exporter demo";

/// Room for about a hundred thousand organisations.
pub(super) const FILE_MAX_BYTES: usize = 16 << 20;

/// The configuration that flags, environment and file make together at `now`: exceptions end.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(flags: &Flags, env: &Environment, now: UnixMillis) -> Result<Loaded, ConfigError> {
    load_with(flags, (env, now), PolicySection::read_file)
}

/// The same where the file of exceptions may not be there yet.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_to_except(
    flags: &Flags,
    env: &Environment,
    now: UnixMillis,
) -> Result<Loaded, ConfigError> {
    load_with(flags, (env, now), PolicySection::read_file_if_there)
}

/// What shares are judged by, and what should be known of it. No key is looked for or read.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_policy(
    flags: &Flags,
    now: UnixMillis,
) -> Result<(PolicySection, Vec<String>), ConfigError> {
    let mut report = Report::default();
    let name = flags.file.as_ref().map(|path| path.display().to_string());
    let source = Source {
        name: name.as_deref().unwrap_or_default(),
    };
    let file = read(flags, &mut report).unwrap_or_default();
    let mut reader = Reader {
        source,
        env: &Environment::default(),
        report: &mut report,
    };
    let mut section = policy::resolve(&mut reader, &file.policy.unwrap_or_default().0, now);
    section.read_file(now, &mut report);
    report.finish_with(section)
}

fn load_with(
    flags: &Flags,
    (env, now): (&Environment, UnixMillis),
    read_exceptions: fn(&mut PolicySection, UnixMillis, &mut Report),
) -> Result<Loaded, ConfigError> {
    let mut report = Report::default();
    let mut config = read(flags, &mut report).and_then(|file| {
        warn_of_readable_keys(flags, &file, &mut report);
        assemble(file, flags, (env, now), &mut report)
    });
    if let Some((config, places)) = &mut config {
        read_exceptions(&mut config.policy, now, &mut report);
        let found = keys::read(config, places, &mut report);
        keys::check(config, places, &found, &mut report);
        proxy::check(config, env, &mut report);
        certificates::check(config, env, &mut report);
    }
    report.finish(config.map(|(config, _)| config))
}

/// The configuration of a file's text. `name` stands in messages, and relative paths start from
/// its directory. Nothing is read from the disk: whether key files are usable stays open, and so does what
/// the file of exceptions says.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse_str(
    name: &str,
    text: &str,
    env: &Environment,
    now: UnixMillis,
) -> Result<Loaded, ConfigError> {
    let mut report = Report::default();
    let flags = Flags {
        file: Some(name.into()),
        ..Flags::default()
    };
    let config = file::parse(Source { name }, text, &mut report)
        .and_then(|file| assemble(file, &flags, (env, now), &mut report));
    if let Some((config, places)) = &config {
        let found = keys::written(config);
        keys::check(config, places, &found, &mut report);
    }
    report.finish(config.map(|(config, _)| config))
}

/// The file, or an empty one when none is named.
fn read(flags: &Flags, report: &mut Report) -> Option<File> {
    let Some(path) = &flags.file else {
        return Some(File::default());
    };
    let name = path.display().to_string();
    match regular_file::read(path, FILE_MAX_BYTES) {
        Err(Unreadable::Io(error)) => {
            report.problem(name, format_args!("cannot read the configuration: {error}"));
        }
        Err(Unreadable::NotAFile) => report.problem(name, "expected a regular file"),
        Ok(bytes) if bytes.len() > FILE_MAX_BYTES => {
            let most = value::show_bytes(FILE_MAX_BYTES as u64);
            report.problem(name, format_args!("expected at most {most}"));
        }
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => return file::parse(Source { name: &name }, &text, report),
            Err(error) => {
                let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = good.split(|&byte| byte == b'\n').count();
                report.problem(
                    format_args!("{name}:{line}"),
                    "it is not UTF-8 text: save the file as UTF-8",
                );
            }
        },
    }
    None
}

/// Where each key is named, in the order of [`Config::credentials`].
type KeyPlaces = Vec<KeyPlace>;

/// Puts the parts together. None when one of them is missing; the report says why.
fn assemble(
    file: File,
    flags: &Flags,
    (env, now): (&Environment, UnixMillis),
    report: &mut Report,
) -> Option<(Config, KeyPlaces)> {
    let name = flags.file.as_ref().map(|path| path.display().to_string());
    let source = Source {
        name: name.as_deref().unwrap_or_default(),
    };
    let is_in_file = file.organizations.is_some() || file.partners.is_some();
    if is_in_file {
        warn_of_unused(source.name, flags, env, report);
    }
    let mut names = NameLines::new();
    let mut reader = Reader {
        source,
        env,
        report,
    };
    let own = file.organizations;
    let own = own.map(|list| organizations::from_file(&mut reader, &mut names, &list));
    let partners = file.partners;
    let partners = partners.map(|list| partners::from_file(&mut reader, &mut names, &list));
    let policy = file.policy.unwrap_or_default().0;
    let policy = policy::resolve(&mut reader, &policy, now);
    let web = web::resolve(&mut reader, &file.web.unwrap_or_default().0);
    let audit = audit::resolve(&mut reader, &file.audit.unwrap_or_default().0);
    let organizations = match own {
        Some(own) => Some(own),
        None if is_in_file => Some(Vec::new()),
        None if env.is_set(ENV_API_KEY) || env.is_set(ENV_API_KEY_FILE) => {
            organizations::from_environment(flags.organization.as_deref(), env, report)
                .map(|organization| vec![organization])
        }
        None => {
            let text = format!("{TEACH}{}", misspelt(env));
            report.problem(name.as_deref().unwrap_or("configuration"), text);
            None
        }
    };
    let collect = file.collect.unwrap_or_default().0;
    let collect = collect::resolve(source, &collect, &flags.collect, report);
    if !collect.keep_titles {
        for what in policy.policy.goes_by_titles() {
            report.warn(format_args!(
                "{what} goes by what people called links, and collect.keep_titles is false: no title is \
                 known to it"
            ));
        }
    }
    if !collect.audit_feed {
        for what in policy.policy.goes_by_attributions() {
            report.warn(format_args!(
                "{what} goes by who made links or who looked, and collect.audit_feed is false: neither is known \
                 to it"
            ));
        }
    }
    let own = organizations?.into_iter().map(|it| (it.entry, it.key));
    let (organizations, mut places): (_, Vec<_>) = own.unzip();
    let partners = partners.unwrap_or_default();
    let partners = partners.into_iter().map(|it| (it.entry, it.key));
    let (partners, more): (_, Vec<_>) = partners.unzip();
    places.extend(more);
    let config = Config {
        organizations,
        partners,
        collect,
        policy,
        web,
        audit,
    };
    Some((config, places))
}

/// A word on variables that were meant for somebody like us and that nothing reads: the key may be in
/// one. The command line has looked at those with this program's own prefix.
fn misspelt(env: &Environment) -> String {
    let read = [
        ENV_API_KEY,
        ENV_API_KEY_FILE,
        ENV_ENDPOINT,
        "RHOMBUS_ORGANIZATION",
    ];
    let unread: Vec<&str> = env
        .names()
        .filter(|name| name.starts_with("RHOMBUS_") && !read.contains(name))
        .filter(|name| !name.starts_with("RHOMBUS_SHARE_EXPORTER_"))
        .collect();
    if unread.is_empty() {
        return String::new();
    }
    format!(
        ". Set, but read by nothing here: {}; is one misspelt?",
        unread.join(", ")
    )
}

/// The file's organisations win; what then has no effect is worth a word.
fn warn_of_unused(name: &str, flags: &Flags, env: &Environment, report: &mut Report) {
    let unused = |what: &str| format!("{what} is not used: the organisations come from {name}");
    for variable in [ENV_API_KEY, ENV_API_KEY_FILE, ENV_ENDPOINT] {
        if env.is_set(variable) {
            report.warn(unused(&format!("the environment variable {variable}")));
        }
    }
    if flags.organization.is_some() {
        report.warn(unused("--rhombus.organization"));
    }
}

fn warn_of_readable_keys(flags: &Flags, file: &File, report: &mut Report) {
    if let Some(path) = &flags.file
        && file.holds_key()
        && is_world_readable(path)
    {
        report.warn(format_args!(
            "{} holds a key, and every user of this machine can read it: chmod o-r it, or use \
             api_key_file",
            path.display()
        ));
    }
}
