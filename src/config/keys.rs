//! The keys of a configuration together: that each can be read, looks like one, and is that of one
//! organisation only. No message holds a key, nor what may be one in the place of a file's name.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::key_source::is_world_readable;
use super::problem::Report;
use super::value::quoted;
use super::{Config, CredentialSource, KeySource};
use crate::rhombus::ApiKey;

/// Where a key is named.
pub(super) struct KeyPlace {
    /// In words, for messages: `file:line: key`, or a variable.
    pub(super) place: String,
    /// What is written there.
    pub(super) written: Written,
    /// Where the client certificate that goes with it is named.
    pub(super) tls: Option<String>,
}

impl KeyPlace {
    /// Of a key alone.
    pub(super) const fn new(place: String, written: Written) -> Self {
        Self {
            place,
            written,
            tls: None,
        }
    }
}

/// What is written where a key is named.
pub(super) enum Written {
    /// The key.
    Key,
    /// The name of the environment variable that holds it.
    Variable(String),
    /// The path of the file that holds it, before it was resolved.
    Path(String),
}

/// What is known of a key once its place was looked at.
#[derive(Default)]
pub(super) struct Found {
    key: Option<ApiKey>,
    file: Option<PathBuf>,
}

/// What is known without looking at the disk.
pub(super) fn written(config: &Config) -> Vec<Found> {
    let found = |(_, credential): (_, &CredentialSource)| match &credential.key {
        KeySource::Inline(key) => Found {
            key: Some(key.clone()),
            file: None,
        },
        KeySource::File(path) => Found {
            key: None,
            file: Some(path.clone()),
        },
    };
    config.credentials().map(found).collect()
}

/// Reads each key file, and each client certificate. It must be usable now; that it stays so is checked before each poll.
pub(super) fn read(config: &Config, places: &[KeyPlace], report: &mut Report) -> Vec<Found> {
    let mut all = written(config);
    for (((_, credential), place), found) in config.credentials().zip(places).zip(&mut all) {
        check_certificate(credential, place, report);
        let KeySource::File(path) = &credential.key else {
            continue;
        };
        // One file has many names: with links, `..` or another start.
        found.file = Some(path.canonicalize().unwrap_or_else(|_| path.clone()));
        match credential.key.read() {
            Ok(key) => {
                found.key = Some(key);
                warn_if_readable(path, &place.place, report);
            }
            Err(_) if may_be_key(place, path) => report.problem(
                &place.place,
                "it names no file, and is not shown, since it may be a key: expected the path of a \
                 file that holds the key alone",
            ),
            Err(error) => report.problem(&place.place, format_args!("{error}{}", unexpanded(path))),
        }
    }
    all
}

/// It must be usable now; that it stays so is checked before each poll.
fn check_certificate(credential: &CredentialSource, place: &KeyPlace, report: &mut Report) {
    let (Some(files), Some(tls)) = (&credential.certificate, &place.tls) else {
        return;
    };
    match files.read() {
        Ok(_) => warn_if_readable(&files.key_file, tls, report),
        Err(error) => report.problem(tls, error),
    }
}

/// What all keys must be: each another, and such as Rhombus may have made.
pub(super) fn check(config: &Config, places: &[KeyPlace], found: &[Found], report: &mut Report) {
    let names: Vec<_> = config.credentials().map(|(name, _)| name).collect();
    let mut first: HashMap<Identity<'_>, usize> = HashMap::new();
    for (index, (place, found)) in places.iter().zip(found).enumerate() {
        if let Some(placeholder) = found.key.as_ref().and_then(ApiKey::placeholder) {
            report.warn(format_args!(
                "{}: what is there looks like {placeholder}, and Rhombus would refuse it: put the \
                 key there, alone",
                place.place
            ));
        }
        let identities = Identity::all(place, found);
        let known = |identity| Some((identity, *first.get(identity)?));
        if let Some((identity, other)) = identities.iter().find_map(known) {
            report.problem(
                &place.place,
                format_args!(
                    "{} has the same {} as {} ({}): give each its own key",
                    quoted(names[index]),
                    identity.words(),
                    quoted(names[other]),
                    places[other].place
                ),
            );
        }
        for identity in identities {
            first.entry(identity).or_insert(index);
        }
    }
}

/// That by which two organisations would have one key.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'a> {
    Variable(&'a str),
    File(&'a Path),
    Key(&'a ApiKey),
}

impl<'a> Identity<'a> {
    fn all(place: &'a KeyPlace, found: &'a Found) -> Vec<Self> {
        let variable = match &place.written {
            Written::Variable(name) => Some(Self::Variable(name)),
            Written::Key | Written::Path(_) => None,
        };
        let file = found.file.as_deref().map(Self::File);
        let key = found.key.as_ref().map(Self::Key);
        [variable, file, key].into_iter().flatten().collect()
    }

    const fn words(&self) -> &'static str {
        match self {
            Self::Variable(_) => "environment variable",
            Self::File(_) => "key file",
            Self::Key(_) => "key",
        }
    }
}

fn warn_if_readable(path: &Path, place: &str, report: &mut Report) {
    if is_world_readable(path) {
        report.warn(format_args!(
            "{place}: every user of this machine can read the key file {}: chmod o-r it",
            path.display()
        ));
    }
}

/// Whether the key itself was written where the path of its file belongs. Sure paths and plain names
/// are shown, since a misspelt one must be found; all else that names no file is not.
fn may_be_key(place: &KeyPlace, path: &Path) -> bool {
    const SHORTEST_KEY: usize = 8;
    let Written::Path(text) = &place.written else {
        return false;
    };
    let begins_as_path = text.starts_with(['/', '.', '~', '$']);
    let is_below_directory = text.contains('/') && path.parent().is_some_and(Path::is_dir);
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || b"._-".contains(&byte);
    let is_plain_name = text.len() < SHORTEST_KEY || text.bytes().all(is_plain);
    !(begins_as_path || is_below_directory || is_plain_name) && path.symlink_metadata().is_err()
}

/// A hint for a path that a shell would have read otherwise.
fn unexpanded(path: &Path) -> &'static str {
    let is_shell = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with(['~', '$']);
    if path.components().any(is_shell) {
        "; `~` and `$` are not expanded here: write the path out"
    } else {
        ""
    }
}
