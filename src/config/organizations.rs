//! Which organisations: those of the file, or one from the environment. What may be a key (an endpoint's
//! parts, a uuid) is never in a message.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::credentials::{Element, Reader, in_variable, inline_key};
use super::environment::Environment;
use super::file::{OrganizationFile, Text};
use super::keys::{KeyPlace, Written};
use super::problem::Report;
use super::value;
use super::{CredentialSource, KeySource, Organization};
use crate::rhombus::Endpoint;
use crate::share::Id;

/// The key of the one organisation that needs no file.
pub const ENV_API_KEY: &str = "RHOMBUS_API_KEY";
/// A file that holds that key.
pub const ENV_API_KEY_FILE: &str = "RHOMBUS_API_KEY_FILE";
/// Where that organisation's API is: `us` (default), `eu` or a URL.
pub const ENV_ENDPOINT: &str = "RHOMBUS_ENDPOINT_URL";
/// That organisation's name when nothing else is said.
pub const DEFAULT_NAME: &str = "default";

/// An entry of a list, and where its key is named.
pub(super) struct Placed<T> {
    pub(super) entry: T,
    pub(super) key: KeyPlace,
}

/// On which line each name of an organisation or a partner stands first.
pub(super) type NameLines = BTreeMap<String, u64>;

/// The organisations of the file, sorted by name; what is wrong goes to the report.
pub(super) fn from_file(
    reader: &mut Reader<'_>,
    names: &mut NameLines,
    list: &Spanned<Vec<Spanned<OrganizationFile>>>,
) -> Vec<Placed<Organization>> {
    if list.value.is_empty() {
        reader.report.problem(
            reader.source.place(list, "organizations"),
            "the list is empty: add an organisation, or delete the line to take one from the \
             environment",
        );
    }
    let mut uuid_lines = BTreeMap::new();
    let mut organizations: Vec<_> = list
        .value
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let path = format!("organizations[{index}]");
            reader.organization(names, &mut uuid_lines, &path, item)
        })
        .collect();
    organizations.sort_by(|a, b| a.entry.name.cmp(&b.entry.name));
    organizations
}

impl Reader<'_> {
    /// One element. Each part is checked, also where another is wrong.
    fn organization(
        &mut self,
        names: &mut NameLines,
        uuid_lines: &mut BTreeMap<Id, u64>,
        path: &str,
        item: &Spanned<OrganizationFile>,
    ) -> Option<Placed<Organization>> {
        let unnamed = self.source.place(item, &format!("{path}.name"));
        let name = self.name(names, unnamed, path, item.value.name.as_ref());
        let endpoint = self.endpoint(path, item.value.endpoint.as_ref());
        let element = Element {
            place: &self.source.place(item, path),
            path,
            file: item.value.credential(),
        };
        let credential = self.credential(element, endpoint.as_ref());
        let org_uuid = self.org_uuid(uuid_lines, path, item.value.org_uuid.as_ref());
        let (credential, key) = credential?;
        let entry = Organization {
            name: name?,
            credential,
            endpoint: endpoint?,
            org_uuid: org_uuid?,
        };
        Some(Placed { entry, key })
    }

    /// The name of an organisation or a partner, which no other has.
    pub(super) fn name(
        &mut self,
        lines: &mut NameLines,
        unnamed: String,
        path: &str,
        text: Option<&Text>,
    ) -> Option<String> {
        let Some(text) = text else {
            self.report.problem(
                unnamed,
                "it is missing: give the value that its label `org` shall have",
            );
            return None;
        };
        let place = self.source.place(text, &format!("{path}.name"));
        let name = value::organization_name(&text.value)
            .inspect_err(|expected| self.report.problem(&place, expected))
            .ok()?;
        if let Some(line) = lines.get(&name) {
            self.report.problem(
                place,
                format_args!("the same name is on line {line}: give each its own"),
            );
            return None;
        }
        lines.insert(name.clone(), text.referenced.line());
        Some(name)
    }

    /// The organisation that is meant, where one is named; outer none where the text is wrong.
    fn org_uuid(
        &mut self,
        lines: &mut BTreeMap<Id, u64>,
        path: &str,
        text: Option<&Text>,
    ) -> Option<Option<Id>> {
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
        if let Some(line) = lines.get(&uuid) {
            self.report.problem(
                place,
                format_args!("it is the same as on line {line}: name each organisation once"),
            );
            return None;
        }
        lines.insert(uuid.clone(), text.referenced.line());
        Some(Some(uuid))
    }

    pub(super) fn endpoint(&mut self, path: &str, text: Option<&Text>) -> Option<Endpoint> {
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
) -> Option<Placed<Organization>> {
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
        entry: Organization {
            name: name.unwrap_or(DEFAULT_NAME).to_owned(),
            credential: CredentialSource {
                key,
                certificate: None,
            },
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
    Some((key, KeyPlace::new(place, written)))
}

fn environment_key_file(env: &Environment, report: &mut Report) -> Option<(KeySource, KeyPlace)> {
    let path = variable(ENV_API_KEY_FILE, env, report)?;
    let written = Written::Path(path.to_owned());
    let place = KeyPlace::new(in_variable(ENV_API_KEY_FILE), written);
    Some((KeySource::File(path.into()), place))
}

fn variable<'a>(name: &str, env: &'a Environment, report: &mut Report) -> Option<&'a str> {
    env.get(name)
        .inspect_err(|error| report.problem(in_variable(name), error))
        .unwrap_or_default()
}

pub(super) fn endpoint(place: String, text: &str, report: &mut Report) -> Option<Endpoint> {
    Endpoint::parse(text)
        .inspect_err(|error| report.problem(place, error))
        .ok()
}
