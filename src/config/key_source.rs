//! Reading a key, from wherever it is, and a client certificate. A key file is small and regular; anything else is refused.

use std::io;
use std::path::{Path, PathBuf};

use exporter_web::regular_file::{self, Unreadable};

use super::{CertificateFiles, CredentialSource, KeySource};
use crate::rhombus::{ApiKey, ApiKeyError, ClientCertificate};

/// Room for the white space that people leave around a key.
const PADDING: usize = 64;

/// Why there is no key. Never holds what the file holds.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Missing, or not readable by this process.
    #[error("cannot read the key file {}: {error}{}", path.display(), advice(error))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// A directory, a pipe, a device.
    #[error("the key file {} is not a regular file; name a file that holds the key alone", path.display())]
    NotAFile {
        /// What it is instead.
        path: PathBuf,
    },
    /// Read, but its content is no key.
    #[error("the key file {} can't be used: {error}; it must hold the key alone", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: ApiKeyError,
    },
}

/// Room for a chain of certificates.
const MAX_PEM_BYTES: usize = 1 << 20;

/// Why there is no client certificate. Never holds what a file holds.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Missing, or not readable by this process.
    #[error("cannot read {}: {error}{}", path.display(), advice(error))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// Read, but it is no certificate and its key.
    #[error("{} and {} can't be used: {why}", cert_file.display(), key_file.display())]
    Content {
        /// The certificate's file.
        cert_file: PathBuf,
        /// The private key's file.
        key_file: PathBuf,
        /// What is wrong with them.
        why: &'static str,
    },
}

impl CertificateFiles {
    /// The certificate as it is now. Reads both files anew each time.
    ///
    /// # Errors
    /// When one can't be read, or they can't be used together.
    pub fn read(&self) -> Result<ClientCertificate, CertificateError> {
        let certificate = read_pem(&self.cert_file)?;
        let key = read_pem(&self.key_file)?;
        ClientCertificate::new(&certificate, &key).map_err(|why| CertificateError::Content {
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            why,
        })
    }
}

fn read_pem(path: &Path) -> Result<String, CertificateError> {
    let failed = |error| CertificateError::Read {
        path: path.to_owned(),
        error,
    };
    let bytes = regular_file::read(path, MAX_PEM_BYTES).map_err(|why| match why {
        Unreadable::Io(error) => failed(error),
        Unreadable::NotAFile => failed(io::Error::other("it is not a regular file")),
    })?;
    if bytes.len() > MAX_PEM_BYTES {
        return Err(failed(io::Error::other("it is larger than 1 MiB")));
    }
    String::from_utf8(bytes).map_err(|_| failed(io::Error::other("it is not text in PEM form")))
}

impl CredentialSource {
    /// All of it as it is now.
    ///
    /// # Errors
    /// When some of it can't be read, in words that hold nothing of it.
    pub fn read(&self) -> Result<(ApiKey, Option<ClientCertificate>), String> {
        let key = self.key.read().map_err(|error| error.to_string())?;
        let certificate = self.certificate.as_ref().map(CertificateFiles::read);
        let certificate = certificate.transpose();
        Ok((key, certificate.map_err(|error| error.to_string())?))
    }
}

impl KeySource {
    /// The key as it is now. Reads the file anew each time: at most 4 KiB and a little.
    ///
    /// # Errors
    /// When the file can't be read, or holds no key.
    pub fn read(&self) -> Result<ApiKey, KeyError> {
        match self {
            Self::Inline(key) => Ok(key.clone()),
            Self::File(path) => read_key(path),
        }
    }
}

fn read_key(path: &Path) -> Result<ApiKey, KeyError> {
    let limit = ApiKey::MAX_BYTES + PADDING;
    let content = regular_file::read(path, limit).map_err(|why| match why {
        Unreadable::Io(error) => KeyError::Read {
            path: path.to_owned(),
            error,
        },
        Unreadable::NotAFile => KeyError::NotAFile {
            path: path.to_owned(),
        },
    })?;
    parse_key(&content, limit).map_err(|error| KeyError::Content {
        path: path.to_owned(),
        error,
    })
}

/// What to do about it.
fn advice(error: &io::Error) -> &'static str {
    /// The limits of the process and of the machine: the same numbers on every Unix.
    const TOO_MANY_OPEN_FILES: [i32; 2] = [23, 24];
    match error.kind() {
        io::ErrorKind::NotFound => "; put it there, or correct the path",
        io::ErrorKind::PermissionDenied => "; the exporter's user must be allowed to read it",
        _ if error
            .raw_os_error()
            .is_some_and(|code| TOO_MANY_OPEN_FILES.contains(&code)) =>
        {
            "; raise the limit of open files (ulimit -n, or LimitNOFILE of a systemd unit)"
        }
        _ => "",
    }
}

fn parse_key(content: &[u8], limit: usize) -> Result<ApiKey, ApiKeyError> {
    if content.len() > limit {
        return Err(ApiKeyError::TooLong);
    }
    let text = std::str::from_utf8(content).map_err(|_| ApiKeyError::Character)?;
    ApiKey::new(text)
}

/// Whether every user of this machine may read the file.
#[cfg(unix)]
pub(super) fn is_world_readable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

/// Other systems have no such bit.
#[cfg(not(unix))]
pub(super) fn is_world_readable(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(content: &[u8]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, content).unwrap();
        let error = KeySource::File(path).read().unwrap_err();
        let prefix = format!("the key file {}/key can't be used: ", dir.path().display());
        error
            .to_string()
            .replace(&prefix, "")
            .replace("; it must hold the key alone", "")
    }

    #[test]
    fn a_key_file_is_read_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let source = KeySource::File(path.clone());
        std::fs::write(&path, "first\n").unwrap();
        assert_eq!(source.read().unwrap(), ApiKey::new("first").unwrap());
        std::fs::write(&path, "second\r\n").unwrap();
        assert_eq!(source.read().unwrap(), ApiKey::new("second").unwrap());
    }

    #[test]
    fn the_longest_key_fits_with_its_newline() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let key = "k".repeat(ApiKey::MAX_BYTES);
        std::fs::write(&path, format!("{key}\r\n")).unwrap();
        assert_eq!(
            KeySource::File(path).read().unwrap(),
            ApiKey::new(&key).unwrap()
        );
    }

    #[test]
    fn what_holds_no_key_says_why() {
        assert_eq!(message(b"\n"), "the API key is empty");
        assert_eq!(message(b"a b"), ApiKeyError::Character.to_string());
        assert_eq!(message(b"a\xff"), ApiKeyError::Character.to_string());
        assert_eq!(
            message(&[b'k'; 9000]),
            "the API key is longer than 4096 bytes"
        );
        // White space without end is no reason to read without end.
        assert_eq!(
            message(&[b' '; 9000]),
            "the API key is longer than 4096 bytes"
        );
    }

    #[test]
    fn an_error_advises_what_helps() {
        for (code, advice) in [
            (2, "; put it there, or correct the path"),
            (13, "; the exporter's user must be allowed to read it"),
            (
                24,
                "; raise the limit of open files (ulimit -n, or LimitNOFILE of a systemd unit)",
            ),
            (5, ""),
        ] {
            let error = KeyError::Read {
                path: "k".into(),
                error: io::Error::from_raw_os_error(code),
            };
            let text = error.to_string();
            assert!(
                text.ends_with(&format!("(os error {code}){advice}")),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let error = KeySource::File(dir.path().into()).read().unwrap_err();
        assert!(matches!(error, KeyError::NotAFile { .. }), "{error}");
        let error = KeySource::File(dir.path().join("none")).read().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("none: No such file or directory (os error 2);"),
            "{error}"
        );
    }
}
