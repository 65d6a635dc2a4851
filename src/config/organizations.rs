//! Which organisations: those of the file, or one from the environment. A key, and what may be
//! one (an endpoint's parts, a name of a variable that looks like none), is never in a message.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde_saphyr::Spanned;

use super::environment::Environment;
use super::file::{OrganizationFile, Source, Text};
use super::keys::{KeyPlace, Written};
use super::problem::Report;
use super::value;
use super::{KeySource, Organization};
use crate::rhombus::{ApiKey, Endpoint};
use crate::share::Id;

/// The key of the one organisation that needs no file.
pub const ENV_API_KEY: &str = "RHOMBUS_API_KEY";
/// A file that holds that key.
pub const ENV_API_KEY_FILE: &str = "RHOMBUS_API_KEY_FILE";
/// Where that organisation's API is: `us` (default), `eu` or a URL.
pub const ENV_ENDPOINT: &str = "RHOMBUS_ENDPOINT_URL";
/// That organisation's name when nothing else is said.
pub const DEFAULT_NAME: &str = "default";

/// An organisation, and where its key is named.
pub(super) struct Placed {
    pub(super) organization: Organization,
    pub(super) key: KeyPlace,
}

/// The organisations of the file, sorted by name; what is wrong goes to the report.
pub(super) fn from_file(
    source: Source<'_>,
    list: &Spanned<Vec<Spanned<OrganizationFile>>>,
    env: &Environment,
    report: &mut Report,
) -> Vec<Placed> {
    if list.value.is_empty() {
        report.problem(
            source.place(list, "organizations"),
            "the list is empty: add an organisation, or delete the line to take one from the \
             environment",
        );
    }
    let mut reader = Reader {
        source,
        env,
        report,
        lines: BTreeMap::new(),
        uuid_lines: BTreeMap::new(),
    };
    let mut organizations: Vec<_> = list
        .value
        .iter()
        .enumerate()
        .filter_map(|(index, item)| reader.organization(index, item))
        .collect();
    organizations.sort_by(|a, b| a.organization.name.cmp(&b.organization.name));
    organizations
}

struct Reader<'a> {
    source: Source<'a>,
    env: &'a Environment,
    report: &'a mut Report,
    /// On which line each name stands first.
    lines: BTreeMap<String, u64>,
    /// On which line each `org_uuid` stands first.
    uuid_lines: BTreeMap<Id, u64>,
}

impl Reader<'_> {
    /// One element. Each part is checked, also where another is wrong.
    fn organization(&mut self, index: usize, item: &Spanned<OrganizationFile>) -> Option<Placed> {
        let path = format!("organizations[{index}]");
        let name = self.name(&path, item);
        let key = self.key(&path, item);
        let endpoint = self.endpoint(&path, item.value.endpoint.as_ref());
        let org_uuid = self.org_uuid(&path, item.value.org_uuid.as_ref());
        let (key, place) = key?;
        Some(Placed {
            organization: Organization {
                name: name?,
                key,
                endpoint: endpoint?,
                org_uuid: org_uuid?,
            },
            key: place,
        })
    }

    fn name(&mut self, path: &str, item: &Spanned<OrganizationFile>) -> Option<String> {
        let key = format!("{path}.name");
        let Some(text) = &item.value.name else {
            let place = self.source.place(item, &key);
            self.report.problem(
                place,
                "it is missing: name the organisation as its label `org` shall read",
            );
            return None;
        };
        let place = self.source.place(text, &key);
        match value::organization_name(&text.value) {
            Err(expected) => {
                self.report.problem(place, expected);
                None
            }
            Ok(name) => match self.lines.get(&name) {
                Some(line) => {
                    self.report.problem(
                        place,
                        format_args!("the same name is on line {line}: give each its own"),
                    );
                    None
                }
                None => {
                    self.lines.insert(name.clone(), text.referenced.line());
                    Some(name)
                }
            },
        }
    }

    /// The key, and where it is named.
    fn key(
        &mut self,
        path: &str,
        item: &Spanned<OrganizationFile>,
    ) -> Option<(KeySource, KeyPlace)> {
        let OrganizationFile {
            api_key,
            api_key_file,
            api_key_env,
            ..
        } = &item.value;
        match (api_key, api_key_file, api_key_env) {
            (Some(key), None, None) => {
                let place = self.source.place(key, &format!("{path}.api_key"));
                let key = inline_key(&place, key.value.0.expose_secret(), self.report)?;
                let written = Written::Key;
                Some((key, KeyPlace { place, written }))
            }
            (None, Some(file), None) => {
                let place = self.source.place(file, &format!("{path}.api_key_file"));
                let key = self.file(&place, file)?;
                let written = Written::Path(file.value.clone());
                Some((key, KeyPlace { place, written }))
            }
            (None, None, Some(name)) => {
                let place = self.source.place(name, &format!("{path}.api_key_env"));
                self.variable(&place, name)
            }
            (None, None, None) => {
                let place = self.source.place(item, path);
                self.report.problem(
                    place,
                    "it has no key: add api_key_file, api_key_env or api_key",
                );
                None
            }
            _ => {
                let place = self.source.place(item, path);
                self.report.problem(
                    place,
                    "it has more than one key: keep one of api_key_file, api_key_env and api_key",
                );
                None
            }
        }
    }

    fn file(&mut self, place: &str, text: &Text) -> Option<KeySource> {
        if text.value.is_empty() || text.value.contains('\0') {
            self.report.problem(place, "expected the path of a file");
            return None;
        }
        Some(KeySource::File(self.source.resolve(&text.value)))
    }

    fn variable(&mut self, place: &str, text: &Text) -> Option<(KeySource, KeyPlace)> {
        let name = &text.value;
        if !is_variable(name) {
            self.report.problem(
                place,
                "expected the name of an environment variable, in capitals, digits and `_`, such \
                 as ACME_API_KEY; what is there is not shown, since it may be a key",
            );
            return None;
        }
        let in_variable = format!("{place}: {}", in_variable(name));
        match self.env.get(name) {
            Ok(Some(value)) => {
                let key = inline_key(&in_variable, value, self.report)?;
                let place = KeyPlace {
                    place: in_variable,
                    written: Written::Variable(name.clone()),
                };
                Some((key, place))
            }
            Ok(None) => {
                self.report.problem(
                    place,
                    format_args!(
                        "the environment variable {name} is not set: set it, or name another"
                    ),
                );
                None
            }
            Err(error) => {
                self.report.problem(in_variable, error);
                None
            }
        }
    }

    /// The organisation that is meant, where one is named; outer none where the text is wrong.
    fn org_uuid(&mut self, path: &str, text: Option<&Text>) -> Option<Option<Id>> {
        let Some(text) = text else { return Some(None) };
        let place = self.source.place(text, &format!("{path}.org_uuid"));
        let uuid = match value::org_uuid(&text.value) {
            Ok(uuid) => uuid,
            Err(expected) => {
                // A key looks much like it.
                self.report.problem(
                    place,
                    format_args!("{expected}; what is there is not shown, since it may be a key"),
                );
                return None;
            }
        };
        if let Some(line) = self.uuid_lines.get(&uuid) {
            self.report.problem(
                place,
                format_args!("it is the same as on line {line}: name each organisation once"),
            );
            return None;
        }
        self.uuid_lines.insert(uuid.clone(), text.referenced.line());
        Some(Some(uuid))
    }

    fn endpoint(&mut self, path: &str, text: Option<&Text>) -> Option<Endpoint> {
        let place = match text {
            Some(text) => self.source.place(text, &format!("{path}.endpoint")),
            None => String::new(),
        };
        endpoint(place, text.map_or("us", |text| &text.value), self.report)
    }
}

/// The one organisation that the environment describes. None when it describes none, or one that
/// is wrong; the report then says why.
pub(super) fn from_environment(
    name: Option<&str>,
    env: &Environment,
    report: &mut Report,
) -> Option<Placed> {
    let key = match (env.is_set(ENV_API_KEY), env.is_set(ENV_API_KEY_FILE)) {
        (true, true) => {
            report.problem(
                format_args!("{ENV_API_KEY} and {ENV_API_KEY_FILE}"),
                "both are set: unset one",
            );
            None
        }
        (true, false) => environment_key(env, report),
        (false, _) => environment_key_file(env, report),
    };
    let url = match env.is_set(ENV_ENDPOINT) {
        true => variable(ENV_ENDPOINT, env, report),
        false => Some("us"),
    };
    let endpoint = url.and_then(|url| endpoint(in_variable(ENV_ENDPOINT), url, report));
    let (key, place) = key?;
    Some(Placed {
        organization: Organization {
            name: name.unwrap_or(DEFAULT_NAME).to_owned(),
            key,
            endpoint: endpoint?,
            org_uuid: None,
        },
        key: place,
    })
}

fn environment_key(env: &Environment, report: &mut Report) -> Option<(KeySource, KeyPlace)> {
    let place = in_variable(ENV_API_KEY);
    let key = inline_key(&place, variable(ENV_API_KEY, env, report)?, report)?;
    let written = Written::Variable(ENV_API_KEY.to_owned());
    Some((key, KeyPlace { place, written }))
}

fn environment_key_file(env: &Environment, report: &mut Report) -> Option<(KeySource, KeyPlace)> {
    let path = variable(ENV_API_KEY_FILE, env, report)?;
    let place = KeyPlace {
        place: in_variable(ENV_API_KEY_FILE),
        written: Written::Path(path.to_owned()),
    };
    Some((KeySource::File(path.into()), place))
}

fn in_variable(name: &str) -> String {
    format!("environment variable {name}")
}

fn variable<'a>(name: &str, env: &'a Environment, report: &mut Report) -> Option<&'a str> {
    env.get(name)
        .inspect_err(|error| report.problem(in_variable(name), error))
        .unwrap_or_default()
}

fn inline_key(place: &str, text: &str, report: &mut Report) -> Option<KeySource> {
    ApiKey::new(text)
        .inspect_err(|error| report.problem(place, format_args!("{error}; expected the key alone")))
        .map(KeySource::Inline)
        .ok()
}

fn endpoint(place: String, text: &str, report: &mut Report) -> Option<Endpoint> {
    Endpoint::parse(text)
        .inspect_err(|error| report.problem(place, error))
        .ok()
}

/// Capitals, digits and `_` only, so that a key in the wrong place is not taken for a name.
fn is_variable(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
