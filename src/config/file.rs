//! The YAML file as it is written: unknown keys rejected, nothing judged yet. Every value is kept as
//! its text with its line, so that whoever judges it can say where it is. A new key of an
//! organisation begins as a row here, which is in the schema by that, then gets its check in
//! `organizations`, and its line in `docs/config.example.yml`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::de::value::UnitDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::audit::AuditFile;
use super::policy::PolicyFile;
use super::problem::Report;
use super::schema::{self, Key, Section, section};
use super::settings::{KEYS, SETTINGS, Setting};
use super::value::{self, show_duration};
use super::web::WebFile;
use super::{partners, syntax};

/// A value as written, and its line.
pub(super) type Text = Spanned<String>;

section! {
    /// The whole file. No `Debug`: it holds keys.
    File {
        /// The organisations to watch that have a key of their own. Without this list and `partners`, one is taken
        /// from the environment.
        organizations: Spanned<Vec<Spanned<OrganizationFile>>> =
            schema::list(schema::with_one_key(schema::object::<OrganizationFile>("Organisation")));
        /// The partners whose clients to watch. Rhombus says who they are.
        partners: Spanned<Vec<Spanned<PartnerFile>>> =
            schema::list(schema::with_one_key(schema::object::<PartnerFile>("Partner")));
        /// How to ask. Each key has a flag and an environment variable that override it.
        collect: MayBeEmpty<CollectFile> = schema::object_or_nothing::<CollectFile>("Collecting");
        /// What shares are judged by. The rules that are built in hold without this section.
        policy: MayBeEmpty<PolicyFile> = schema::object_or_nothing::<PolicyFile>("Policy");
        /// Which users of the web server may see details of links.
        web: MayBeEmpty<WebFile> = schema::object_or_nothing::<WebFile>("Web");
        /// How the audit trail is kept, which is in --storage.path.
        audit: MayBeEmpty<AuditFile> = schema::object_or_nothing::<AuditFile>("Audit trail");
    }
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

/// Elements of lists, each with its own keys beside those that say by what it is asked.
macro_rules! elements {
    ($(
        $(#[doc = $meaning:literal])+
        $name:ident { $($(#[doc = $of_key:literal])+ $key:ident: $value:ty = $shape:expr;)+ }
    )+) => {$(
        section! {
            $(#[doc = $meaning])+
            $name {
                /// What it is called here: the value of the label `org` or `partner`. No two have the same.
                name: Text = value::organization_name_shape().needed();
                /// The key itself. Then nobody else may read this file.
                api_key: Spanned<Hidden> = schema::text(r"^[ \t\r\n]*[!-~]{1,4096}[ \t\r\n]*$", KEY);
                /// A file that holds the key alone; a relative path starts from the directory of this file. It is
                /// read again before each poll.
                api_key_file: Text = schema::path();
                /// An environment variable that holds the key, in capitals, digits and `_`.
                api_key_env: Text = schema::plain_text("^[A-Z_][A-Z0-9_]*$", VARIABLE);
                /// The client certificate that goes with the key, where Rhombus wants one.
                tls_config: Spanned<TlsFile> = schema::object::<TlsFile>("Client certificate");
                /// Where the key is from: us, eu or a URL. http:// only to this very machine.
                endpoint: Text = schema::one_of_or(&["us", "eu"], &schema::endpoint(), API).default("us");
                $($(#[doc = $of_key])+ $key: $value = $shape;)+
            }
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

/// What is expected of some values, in the words of those who read them.
const API: &str = "expected us, eu or a URL such as https://api2.rhombussystems.com; http:// only to this machine";
const KEY: &str = "expected a key alone: 1 to 4096 visible characters of ASCII";
const UUID: &str =
    "expected an organisation's uuid as Rhombus writes it: 22 letters, digits, `-` and `_`";
const VARIABLE: &str = "expected the name of an environment variable, in capitals, digits and `_`, such as ACME_API_KEY";
elements! {
    /// One element of `organizations`.
    OrganizationFile {
        /// The organisation that the key must belong to, as Rhombus writes its uuid. No two have the same.
        org_uuid: Text = schema::plain_text("^[A-Za-z0-9_-]{21}[AQgw]$", UUID);
    }

    /// One element of `partners`.
    PartnerFile {
        /// From one look at the list of clients to the next.
        refresh: Text = schema::duration(&partners::REFRESH).default(show_duration(partners::DEFAULT_REFRESH));
        /// Watch only clients whose whole name or uuid matches one of these regular expressions.
        include: Spanned<Vec<Text>> = schema::list(schema::pattern());
        /// Watch no client whose whole name or uuid matches one of these regular expressions.
        exclude: Spanned<Vec<Text>> = schema::list(schema::pattern());
        /// The pace of requests to all clients together. Without it, each has that of `collect`.
        requests_per_second: Text = schema::number(&partners::PACE);
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

section! {
    /// A client certificate, by the names that Prometheus has for it.
    TlsFile {
        /// The certificate and its chain, as PEM.
        cert_file: Text = schema::path().needed();
        /// Its private key, as PEM without a passphrase.
        key_file: Text = schema::path().needed();
    }
}

/// The section `collect`: what is written, by the key of its setting. One value is a list of one.
#[derive(Default)]
pub(super) struct CollectFile(pub(super) BTreeMap<&'static str, Spanned<Vec<Text>>>);

impl Section for CollectFile {
    fn keys() -> Vec<Key> {
        SETTINGS.iter().map(Setting::schema).collect()
    }
}

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
        while let Some(Known(setting)) = map.next_key()? {
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
struct Known(&'static Setting);

impl<'de> Deserialize<'de> for Known {
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

/// A key that is written needs a value, unless what is read can be made of none: `interval:` alone is a
/// mistake, not a default.
struct Present<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Present<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        let value = value.map_or_else(
            || T::deserialize(UnitDeserializer::<D::Error>::new()).ok(),
            Some,
        );
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

/// A section that may be there and empty, as when all its lines are comments.
#[derive(Default)]
pub(super) struct MayBeEmpty<T>(pub(super) T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for MayBeEmpty<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let section = Option::deserialize(deserializer)?;
        Ok(Self(section.unwrap_or_default()))
    }
}
