//! The CA certificates that the environment names, by which Rhombus's own is checked. They are loaded
//! by the library that loads them for the client, so that what is checked here is what is used.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls_native_certs::{CertificateResult, load_certs_from_paths};

use super::problem::Report;
use super::{Config, Environment, EnvironmentError};

const FILE: &str = "SSL_CERT_FILE";
const DIRECTORIES: &str = "SSL_CERT_DIR";
const ADVICE: &str = "put CA certificates there in PEM form, correct the path, or unset the variable, so that \
     the system's own are used";

/// Each variable that is set must name certificates, where there is anything to use them for.
pub(super) fn check(config: &Config, env: &Environment, report: &mut Report) {
    if !config.needs_tls() {
        return;
    }
    if let Some(path) = env.get_os(FILE) {
        check_file(path, report);
    }
    if let Some(list) = env.get_os(DIRECTORIES) {
        check_directories(list, report);
    }
}

fn check_file(path: &OsStr, report: &mut Report) {
    if path.is_empty() {
        return empty(FILE, report);
    }
    let path = Path::new(path);
    // A pipe would be empty for the client that reads it next.
    if path.metadata().is_ok_and(|it| !it.is_file()) {
        return wrong(FILE, path, "it is not a regular file", report);
    }
    judge(FILE, path, &load_certs_from_paths(Some(path), None), report);
}

/// Any of them may be the one with certificates.
fn check_directories(list: &OsStr, report: &mut Report) {
    let directories: Vec<PathBuf> = std::env::split_paths(list)
        .filter(|path| !path.as_os_str().is_empty())
        .collect();
    if directories.is_empty() {
        return empty(DIRECTORIES, report);
    }
    let mut all = CertificateResult::default();
    for directory in directories {
        let found = load_certs_from_paths(None, Some(&directory));
        all.certs.extend(found.certs);
        all.errors.extend(found.errors);
    }
    judge(DIRECTORIES, Path::new(list), &all, report);
}

fn judge(name: &str, path: &Path, found: &CertificateResult, report: &mut Report) {
    let certificates = found.certs.iter().cloned();
    let (usable, _) = RootCertStore::empty().add_parsable_certificates(certificates);
    match found.errors.first() {
        None if usable > 0 => {}
        Some(error) if usable > 0 => report.warn(format_args!(
            "environment variable {name}: {}: {error}; what could be read is used",
            path.display()
        )),
        Some(error) => wrong(name, path, &error.to_string(), report),
        None => wrong(
            name,
            path,
            "there is no certificate that can be used",
            report,
        ),
    }
}

fn wrong(name: &str, path: &Path, why: &str, report: &mut Report) {
    report.problem(
        format_args!("environment variable {name}"),
        format_args!("{}: {why}: {ADVICE}", path.display()),
    );
}

fn empty(name: &str, report: &mut Report) {
    let place = format_args!("environment variable {name}");
    report.problem(place, EnvironmentError::Empty);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{ConfigError, ENV_API_KEY, ENV_ENDPOINT, Flags, Loaded, load};
    use super::*;
    use crate::share::UnixMillis;

    const BROKEN: &str = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    /// PEM of what is no certificate.
    const HOLLOW: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    fn certificate() -> String {
        rcgen::generate_simple_self_signed(["localhost".to_owned()])
            .unwrap()
            .cert
            .pem()
    }

    fn loaded(pairs: &[(&str, &Path)]) -> Result<Loaded, ConfigError> {
        let key = [(ENV_API_KEY, Path::new("k"))];
        let env = key.iter().chain(pairs).copied().collect();
        load(&Flags::default(), &env, UnixMillis::default())
    }

    /// What is said of a variable with this value, from the value on.
    #[track_caller]
    fn refused(name: &str, value: &Path) -> String {
        let text = loaded(&[(name, value)]).unwrap_err().to_string();
        let start = format!("environment variable {name}: {}: ", value.display());
        let rest = text
            .strip_prefix(&start)
            .unwrap_or_else(|| panic!("{text}"));
        let why = rest.strip_suffix(&format!(": {ADVICE}"));
        why.unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ca.pem");
        assert!(refused(FILE, &path).contains("No such file or directory"));
        assert_eq!(refused(FILE, directory.path()), "it is not a regular file");
        for text in ["", "no certificate\n", HOLLOW] {
            fs::write(&path, text).unwrap();
            let why = "there is no certificate that can be used";
            assert_eq!(refused(FILE, &path), why, "{text}");
        }
        fs::write(&path, BROKEN).unwrap();
        assert!(refused(FILE, &path).starts_with("failed to read PEM from file: "));
        fs::write(&path, certificate()).unwrap();
        assert_eq!(loaded(&[(FILE, &path)]).unwrap().warnings, [""; 0]);
        fs::write(&path, certificate() + BROKEN).unwrap();
        let warnings = loaded(&[(FILE, &path)]).unwrap().warnings;
        assert!(
            warnings[0].ends_with("; what could be read is used"),
            "{warnings:?}"
        );
    }

    #[test]
    fn directories_without_a_certificate_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) = (directory.path().join("one"), directory.path().join("other"));
        assert!(refused(DIRECTORIES, &one).contains("No such file or directory"));
        fs::create_dir(&one).unwrap();
        let why = "there is no certificate that can be used";
        assert_eq!(refused(DIRECTORIES, &one), why);
        fs::write(one.join("README"), "none yet\n").unwrap();
        assert_eq!(refused(DIRECTORIES, &one), why);
        let both = std::env::join_paths([&one, &other]).unwrap();
        assert!(refused(DIRECTORIES, Path::new(&both)).contains("No such file or directory"));
        fs::write(one.join("0a1b2c3d.0"), certificate()).unwrap();
        assert_eq!(loaded(&[(DIRECTORIES, &one)]).unwrap().warnings, [""; 0]);
        let warnings = loaded(&[(DIRECTORIES, Path::new(&both))]).unwrap().warnings;
        assert!(
            warnings[0].contains("No such file or directory"),
            "{warnings:?}"
        );
    }

    #[test]
    fn a_variable_that_is_empty_is_refused() {
        for (name, value) in [(FILE, ""), (DIRECTORIES, ""), (DIRECTORIES, ":")] {
            let error = loaded(&[(name, Path::new(value))]).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "environment variable {name}: it is set but empty: give it a value, or unset it"
                )
            );
        }
    }

    #[test]
    fn each_variable_is_looked_at_where_there_is_tls_and_only_there() {
        let none = Path::new("/nonexistent");
        let error = loaded(&[(FILE, none), (DIRECTORIES, none)]).unwrap_err();
        assert_eq!(error.problems().len(), 2, "{error}");
        let plain = (ENV_ENDPOINT, Path::new("http://127.0.0.1:1"));
        assert!(loaded(&[plain, (FILE, none), (DIRECTORIES, none)]).is_ok());
    }
}
