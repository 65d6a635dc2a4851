//! The YAML file as it is written: unknown keys rejected, nothing judged yet. Every value is kept as
//! its text with its line, so that whoever judges it can say where it is. A new key of an
//! organisation begins here, then gets its check in `organizations`, and its line in
//! `docs/config.example.yml`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::audit::AuditFile;
use super::policy::PolicyFile;
use super::problem::Report;
use super::settings::{KEYS, SETTINGS, Setting};
use super::syntax;
use super::web::WebFile;

/// A value as written, and its line.
pub(super) type Text = Spanned<String>;

/// The whole file. No `Debug`: it holds keys.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The organisations to watch. None: one organisation from the environment.
    #[serde(default, deserialize_with = "present")]
    pub(super) organizations: Option<Spanned<Vec<Spanned<OrganizationFile>>>>,
    /// The partners whose clients to watch.
    #[serde(default, deserialize_with = "present")]
    pub(super) partners: Option<Spanned<Vec<Spanned<PartnerFile>>>>,
    /// How to ask. The section may be there and empty, as when all its lines are comments.
    #[serde(default)]
    pub(super) collect: Option<CollectFile>,
    /// What shares are judged by. It may be there and empty too.
    #[serde(default)]
    pub(super) policy: Option<PolicyFile>,
    /// Which users may see details of links.
    #[serde(default)]
    pub(super) web: Option<WebFile>,
    /// How the audit trail is kept.
    #[serde(default)]
    pub(super) audit: Option<AuditFile>,
}

impl File {
    /// Whether a key is written in it.
    pub(super) fn holds_key(&self) -> bool {
        let organizations = self.organizations.iter().flat_map(|list| &list.value);
        let partners = self.partners.iter().flat_map(|list| &list.value);
        organizations
            .into_iter()
            .any(|it| it.value.api_key.is_some())
            || partners.into_iter().any(|it| it.value.api_key.is_some())
    }
}

/// Elements of lists, each with its own keys beside those that say by what it is asked. Any may be absent.
macro_rules! elements {
    ($(
        $(#[doc = $meaning:literal])+
        $name:ident { $($(#[doc = $of_key:literal])+ $key:ident: $value:ty,)+ }
    )+) => {$(
        $(#[doc = $meaning])+
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            /// What it is called here. Needed.
            #[serde(default, deserialize_with = "present")]
            pub(super) name: Option<Text>,
            /// The key itself. Exactly one of the three is needed.
            #[serde(default, deserialize_with = "present")]
            api_key: Option<Spanned<Hidden>>,
            /// A file that holds the key; a relative path starts from this file's directory.
            #[serde(default, deserialize_with = "present")]
            api_key_file: Option<Text>,
            /// An environment variable that holds the key.
            #[serde(default, deserialize_with = "present")]
            api_key_env: Option<Text>,
            /// The client certificate that goes with the key.
            #[serde(default, deserialize_with = "present")]
            tls_config: Option<Spanned<TlsFile>>,
            /// `us` (default), `eu` or a URL.
            #[serde(default, deserialize_with = "present")]
            pub(super) endpoint: Option<Text>,
            $(
                $(#[doc = $of_key])+
                #[serde(default, deserialize_with = "present")]
                pub(super) $key: Option<$value>,
            )+
        }

        impl $name {
            /// What is written of the key and the certificate.
            pub(super) fn credential(&self) -> CredentialFile<'_> {
                CredentialFile {
                    api_key: self.api_key.as_ref(),
                    api_key_file: self.api_key_file.as_ref(),
                    api_key_env: self.api_key_env.as_ref(),
                    tls_config: self.tls_config.as_ref(),
                }
            }
        }
    )+};
}

elements! {
    /// One element of `organizations`.
    OrganizationFile {
        /// The organisation that the key must belong to, as Rhombus calls it.
        org_uuid: Text,
    }

    /// One element of `partners`.
    PartnerFile {
        /// From one look at the list of clients to the next.
        refresh: Text,
        /// Which clients to watch; none: all.
        include: Spanned<Vec<Text>>,
        /// Which clients not to watch.
        exclude: Spanned<Vec<Text>>,
        /// The pace of requests to all clients together.
        requests_per_second: Text,
    }
}

/// What is written of a key and the certificate that goes with it.
#[derive(Clone, Copy)]
pub(super) struct CredentialFile<'a> {
    pub(super) api_key: Option<&'a Spanned<Hidden>>,
    pub(super) api_key_file: Option<&'a Text>,
    pub(super) api_key_env: Option<&'a Text>,
    pub(super) tls_config: Option<&'a Spanned<TlsFile>>,
}

/// A client certificate, by the names that Prometheus has for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsFile {
    /// The certificate and its chain, as PEM.
    #[serde(default, deserialize_with = "present")]
    pub(super) cert_file: Option<Text>,
    /// Its private key, as PEM.
    #[serde(default, deserialize_with = "present")]
    pub(super) key_file: Option<Text>,
}

/// The section `collect`: what is written, by the key of its setting. One value is a list of one.
#[derive(Default)]
pub(super) struct CollectFile(pub(super) BTreeMap<&'static str, Spanned<Vec<Text>>>);

impl<'de> Deserialize<'de> for CollectFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Collect", KEYS, Self::default())
    }
}

impl<'de> Visitor<'de> for CollectFile {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(Key(setting)) = map.next_key()? {
            let written = if setting.is_list() {
                map.next_value::<Present<_>>()?.0
            } else {
                let text: Text = map.next_value::<Present<_>>()?.0;
                let (referenced, defined) = (text.referenced, text.defined);
                Spanned::new(vec![text], referenced, defined)
            };
            self.0.insert(setting.key, written);
        }
        Ok(self)
    }
}

/// The setting of which this is the key.
struct Key(&'static Setting);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        let setting = SETTINGS.iter().find(|setting| setting.key == key);
        setting
            .map(Self)
            .ok_or_else(|| D::Error::unknown_field(&key, KEYS))
    }
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
struct Present<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Present<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        value
            .map(Self)
            .ok_or_else(|| D::Error::custom(syntax::NO_VALUE))
    }
}

/// As [`Present`], for a field that may be absent.
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Present::deserialize(deserializer).map(|Present(value)| Some(value))
}
