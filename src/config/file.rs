//! The YAML file as it is written: one struct a section, unknown keys rejected, nothing judged yet.
//! Every value is kept as its text with its line, so that whoever judges it can say where it is.
//! A new key begins here, then gets its check in `collect` or `organizations`, and its line in
//! `docs/config.example.yml`.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::problem::Report;
use super::syntax;

/// A value as written, and its line.
pub(super) type Text = Spanned<String>;

/// The whole file. No `Debug`: it holds keys.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The organisations to watch. None: one organisation from the environment.
    #[serde(default, deserialize_with = "present")]
    pub(super) organizations: Option<Spanned<Vec<Spanned<OrganizationFile>>>>,
    /// How to ask. The section may be there and empty, as when all its lines are comments.
    #[serde(default)]
    pub(super) collect: Option<CollectFile>,
}

impl File {
    /// Whether a key is written in it.
    pub(super) fn holds_key(&self) -> bool {
        let organizations = self.organizations.iter().flat_map(|list| &list.value);
        organizations
            .into_iter()
            .any(|organization| organization.value.api_key.is_some())
    }
}

/// One element of `organizations`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationFile {
    /// The value of the label `org`. Needed.
    #[serde(default, deserialize_with = "present")]
    pub(super) name: Option<Text>,
    /// The key itself. Exactly one of the three is needed.
    #[serde(default, deserialize_with = "present")]
    pub(super) api_key: Option<Spanned<Hidden>>,
    /// A file that holds the key; a relative path starts from this file's directory.
    #[serde(default, deserialize_with = "present")]
    pub(super) api_key_file: Option<Text>,
    /// An environment variable that holds the key.
    #[serde(default, deserialize_with = "present")]
    pub(super) api_key_env: Option<Text>,
    /// `us` (default), `eu` or a URL.
    #[serde(default, deserialize_with = "present")]
    pub(super) endpoint: Option<Text>,
    /// The organisation that the key must belong to, as Rhombus calls it.
    #[serde(default, deserialize_with = "present")]
    pub(super) org_uuid: Option<Text>,
}

/// The section `collect`. What each key means stands at [`Collect`](super::Collect).
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectFile {
    #[serde(default, deserialize_with = "present")]
    pub(super) interval: Option<Text>,
    #[serde(default, deserialize_with = "present")]
    pub(super) timeout: Option<Text>,
    #[serde(default, deserialize_with = "present")]
    pub(super) max_staleness: Option<Text>,
    #[serde(default, deserialize_with = "present")]
    pub(super) lookback: Option<Text>,
    #[serde(default, deserialize_with = "present")]
    pub(super) expiring_within: Option<Spanned<Vec<Text>>>,
    #[serde(default, deserialize_with = "present")]
    pub(super) expiration_time: Option<Text>,
    #[serde(default, deserialize_with = "present")]
    pub(super) max_response_bytes: Option<Text>,
    #[serde(default, deserialize_with = "present")]
    pub(super) requests_per_second: Option<Text>,
}

/// A text that is never printed.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(super) struct Hidden(pub(super) SecretString);

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

/// The file's name and directory, for messages and relative paths.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// As the user named it.
    pub(super) name: &'a str,
}

impl Source<'_> {
    /// `file:line: key`.
    pub(super) fn place<T>(self, at: &Spanned<T>, key: &str) -> String {
        self.place_of_line(at.referenced.line(), key)
    }

    /// As [`place`](Self::place); line 0 is one that isn't known.
    pub(super) fn place_of_line(self, line: u64, key: &str) -> String {
        let line = if line == 0 {
            String::new()
        } else {
            format!(":{line}")
        };
        let key = if key.is_empty() {
            String::new()
        } else {
            format!(": {key}")
        };
        format!("{}{line}{key}", self.name)
    }

    /// A path as the file means it.
    pub(super) fn resolve(self, path: &str) -> PathBuf {
        match Path::new(self.name).parent() {
            Some(directory) => directory.join(path),
            None => PathBuf::from(path),
        }
    }
}

/// Reads the file's text. An empty one is a file in which everything is left at its default.
/// None when it is not such a file; the report then says why.
pub(super) fn parse(source: Source<'_>, text: &str, report: &mut Report) -> Option<File> {
    match syntax::parse::<Option<File>>(text) {
        Ok(file) => Some(file.unwrap_or_default()),
        Err(fault) => {
            report.problem(source.place_of_line(fault.line, &fault.key), fault.text);
            None
        }
    }
}

/// A key that is written needs a value: `interval:` alone is a mistake, not a default.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    match Option::deserialize(deserializer)? {
        Some(value) => Ok(Some(value)),
        None => Err(serde::de::Error::custom(syntax::NO_VALUE)),
    }
}
