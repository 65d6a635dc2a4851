//! Certificates and keys as PEM, each of them in a file or in the configuration itself. A message
//! names where the text came from and never repeats it.

use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use serde_saphyr::Spanned;

use super::error::Problem;
use super::sources::Sources;

/// A text, and where it is.
pub(super) type Text = Option<Spanned<String>>;

/// Reads the files that are named, which are relative to `directory`.
pub(super) struct PemFiles<'a> {
    pub(super) directory: &'a Path,
    pub(super) sources: Sources,
}

/// A PEM text, and where it was named.
pub(super) struct Pem {
    text: Vec<u8>,
    key: &'static str,
    /// For messages: the file, or that it is in the configuration.
    pub(super) origin: String,
    line: u64,
}

impl Pem {
    pub(super) fn problem(&self, message: &str) -> Problem {
        Problem {
            line: self.line,
            message: format!("{}: {}: {message}", self.key, self.origin),
        }
    }

    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Problem> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.text).collect();
        match certificates {
            Ok(certificates) if !certificates.is_empty() => Ok(certificates),
            Ok(_) => Err(self.problem("no certificate in it, expected PEM")),
            Err(error) => Err(self.problem(&format!("not a PEM certificate ({error})"))),
        }
    }

    pub(super) fn private_key(&self) -> Result<PrivateKeyDer<'static>, Problem> {
        PrivateKeyDer::from_pem_slice(&self.text).map_err(|error| match error {
            pem::Error::NoItemsFound => {
                self.problem("no private key in it, expected PEM without a passphrase")
            }
            // What the parser says may quote the text.
            _ => self.problem("not a PEM private key"),
        })
    }
}

impl PemFiles<'_> {
    /// The text of `inline` or of the file that `named` names; none where neither is given.
    pub(super) fn pem(
        &mut self,
        (inline_key, inline): (&'static str, &Text),
        (named_key, named): (&'static str, &Text),
    ) -> Result<Option<Pem>, Problem> {
        match (given(inline), given(named)) {
            (Some(_), Some(named)) => Err(Problem::new(
                named,
                named_key,
                format!("{inline_key} is given too, expected one of them"),
            )),
            (Some(inline), None) => Ok(Some(Pem {
                text: inline.value.clone().into_bytes(),
                key: inline_key,
                origin: "the text".to_owned(),
                line: inline.referenced.line(),
            })),
            (None, Some(named)) => self.file(named_key, named).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn file(&mut self, key: &'static str, named: &Spanned<String>) -> Result<Pem, Problem> {
        let path = self.directory.join(&named.value);
        let text = self.sources.read(&path).map_err(|error| {
            Problem::new(
                named,
                key,
                format!("cannot read {}: {error}", path.display()),
            )
        })?;
        Ok(Pem {
            text,
            key,
            origin: path.display().to_string(),
            line: named.referenced.line(),
        })
    }
}

/// An empty text counts as none, as in the exporter toolkit.
pub(super) fn given(text: &Text) -> Option<&Spanned<String>> {
    text.as_ref().filter(|text| !text.value.is_empty())
}
