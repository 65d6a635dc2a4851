//! Web configurations: each file in `tests/web_config/bad` is refused with exactly the message
//! beside it, and none of these messages repeats a secret.

use std::fs;
use std::path::{Path, PathBuf};

use exporter_web::WebConfig;

/// Stands wherever a file holds what must not be shown.
const SECRET: &str = "s3cretvalue";

fn bad_files() -> Vec<PathBuf> {
    let entries = fs::read_dir("tests/web_config/bad").unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yml"));
    files.sort();
    assert!(!files.is_empty());
    files
}

fn message(file: &Path) -> String {
    match WebConfig::load(file) {
        Ok(_) => format!("{} is accepted", file.display()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn each_bad_file_is_refused_with_its_message() {
    let mut wrong = Vec::new();
    for file in bad_files() {
        let expected = fs::read_to_string(file.with_extension("err")).unwrap_or_default();
        let message = message(&file);
        if message != expected.trim_end() {
            wrong.push(message);
        }
    }
    assert!(
        wrong.is_empty(),
        "unexpected messages:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_message_repeats_a_secret_or_spans_lines() {
    for file in bad_files() {
        let message = message(&file);
        assert!(!message.contains(SECRET), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = WebConfig::load(Path::new("tests/web_config/nowhere.yml")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read tests/web_config/nowhere.yml: No such file or directory (os error 2)"
    );
    // The cause is in the message; as a source it would be printed twice.
    assert!(std::error::Error::source(&error).is_none());
}

/// A pipe that nobody writes to: opening it would wait for ever.
fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

#[test]
fn what_is_no_regular_file_is_refused_and_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let (web, cert) = (
        directory.path().join("web.yml"),
        directory.path().join("cert"),
    );
    pipe(&cert);
    fs::write(&web, "tls_server_config: {cert_file: cert, key: x}\n").unwrap();
    let said = message(&web);
    let expected = format!("cannot read {}: not a regular file", cert.display());
    assert!(said.ends_with(&expected), "{said}");
    fs::remove_file(&web).unwrap();
    pipe(&web);
    let expected = format!("cannot read {}: not a regular file", web.display());
    assert_eq!(message(&web), expected);
    assert_eq!(
        message(Path::new("/dev/zero")),
        "cannot read /dev/zero: not a regular file"
    );
}

#[test]
fn a_file_that_becomes_a_pipe_is_a_failed_reload() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("web.yml");
    fs::write(&file, "{}\n").unwrap();
    let web = WebConfig::load(&file).unwrap();
    fs::remove_file(&file).unwrap();
    pipe(&file);
    let error = web.reload().unwrap_err().to_string();
    assert!(error.ends_with("not a regular file"), "{error}");
    fs::remove_file(&file).unwrap();
    fs::write(&file, "{}\n").unwrap();
    web.reload().unwrap();
}

#[test]
fn what_has_not_changed_is_no_new_version() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("web.yml");
    let limit = |burst: u32| format!("rate_limit: {{interval: 1h, burst: {burst}}}\n");
    fs::write(&file, limit(1)).unwrap();
    let web = WebConfig::load(&file).unwrap();
    fs::write(&file, limit(1)).unwrap();
    assert!(web.check().unwrap().is_none());
    fs::write(&file, limit(2)).unwrap();
    let new = web.check().unwrap().unwrap();
    assert!(web.check().unwrap().is_some(), "it is not in use yet");
    web.activate(new);
    assert!(web.check().unwrap().is_none());
}
