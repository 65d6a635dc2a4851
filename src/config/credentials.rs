//! What an organisation or a partner shows Rhombus, as the file or the environment names it. A key, and
//! what may be one (a name of a variable that looks like none), is never in a message.

use std::path::PathBuf;

use secrecy::ExposeSecret;

use super::environment::Environment;
use super::file::{CredentialFile, Source, Text};
use super::keys::{KeyPlace, Written};
use super::problem::Report;
use super::value;
use super::{CertificateFiles, CredentialSource, KeySource};
use crate::rhombus::{ApiKey, Endpoint};

/// An element of a list: what it is called in messages, and what is written in it.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) place: &'a str,
    pub(super) path: &'a str,
    pub(super) file: CredentialFile<'a>,
}

/// Reads what is written.
pub(super) struct Reader<'a> {
    pub(super) source: Source<'a>,
    pub(super) env: &'a Environment,
    pub(super) report: &'a mut Report,
}

impl Reader<'_> {
    /// What is shown, and where the key is named. Each part is checked, also where another is wrong.
    pub(super) fn credential(
        &mut self,
        element: Element<'_>,
        endpoint: Option<&Endpoint>,
    ) -> Option<(CredentialSource, KeyPlace)> {
        let key = self.key(element);
        let certificate = self.certificate(element, endpoint);
        let (key, mut place) = key?;
        let certificate = certificate?;
        if let Some(tls) = element.file.tls_config {
            let key = format!("{}.tls_config", element.path);
            place.tls = Some(self.source.place(tls, &key));
        }
        Some((CredentialSource { key, certificate }, place))
    }

    fn key(&mut self, element: Element<'_>) -> Option<(KeySource, KeyPlace)> {
        let path = element.path;
        match (
            element.file.api_key,
            element.file.api_key_file,
            element.file.api_key_env,
        ) {
            (Some(key), None, None) => {
                let place = self.source.place(key, &format!("{path}.api_key"));
                let key = inline_key(&place, key.value.0.expose_secret(), self.report)?;
                let written = Written::Key;
                Some((key, KeyPlace::new(place, written)))
            }
            (None, Some(file), None) => {
                let place = self.source.place(file, &format!("{path}.api_key_file"));
                let key = KeySource::File(self.file(&place, file)?);
                let written = Written::Path(file.value.clone());
                Some((key, KeyPlace::new(place, written)))
            }
            (None, None, Some(name)) => {
                let place = self.source.place(name, &format!("{path}.api_key_env"));
                self.variable(&place, name)
            }
            (None, None, None) => {
                self.report.problem(
                    element.place,
                    "it has no key: add api_key_file, api_key_env or api_key",
                );
                None
            }
            _ => {
                self.report.problem(
                    element.place,
                    "it has more than one key: keep one of api_key_file, api_key_env and api_key",
                );
                None
            }
        }
    }

    /// The client certificate, where one is named; outer none where that is wrong.
    fn certificate(
        &mut self,
        element: Element<'_>,
        endpoint: Option<&Endpoint>,
    ) -> Option<Option<CertificateFiles>> {
        let Some(tls) = element.file.tls_config else {
            return Some(None);
        };
        let key = format!("{}.tls_config", element.path);
        let place = self.source.place(tls, &key);
        let (Some(cert), Some(private)) = (&tls.value.cert_file, &tls.value.key_file) else {
            self.report.problem(
                place,
                "a client certificate is two files: expected cert_file and key_file, both",
            );
            return None;
        };
        if endpoint.is_some_and(Endpoint::is_plain) {
            self.report.problem(
                &place,
                "the endpoint is plain HTTP, where no certificate is shown: expected an https endpoint, or \
                 no tls_config",
            );
            return None;
        }
        let cert_place = self.source.place(cert, &format!("{key}.cert_file"));
        let cert_file = self.file(&cert_place, cert);
        let key_place = self.source.place(private, &format!("{key}.key_file"));
        let key_file = self.file(&key_place, private);
        Some(Some(CertificateFiles {
            cert_file: cert_file?,
            key_file: key_file?,
        }))
    }

    fn file(&mut self, place: &str, text: &Text) -> Option<PathBuf> {
        let path = value::path(&text.value);
        let path = path.inspect_err(|expected| self.report.problem(place, expected));
        Some(self.source.resolve(path.ok()?))
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
                let written = Written::Variable(name.clone());
                Some((key, KeyPlace::new(in_variable, written)))
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
}

pub(super) fn in_variable(name: &str) -> String {
    format!("environment variable {name}")
}

pub(super) fn inline_key(place: &str, text: &str, report: &mut Report) -> Option<KeySource> {
    ApiKey::new(text)
        .inspect_err(|error| report.problem(place, format_args!("{error}; expected the key alone")))
        .map(KeySource::Inline)
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
