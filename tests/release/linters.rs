//! What linters and schemas say of the files that other programs read: the Dockerfile, the workflows, compose.

use std::process::Command;

use super::machine::output;

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/python");

/// `check-jsonschema` with one of the schemas that it brings, which needs no network.
fn matches(schema: &str, files: &[&str]) -> bool {
    let mut python = Command::new("python3");
    python.args(["-m", "check_jsonschema", "--builtin-schema", schema]);
    python
        .args(files)
        .env("PYTHONPATH", TOOLS)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = python.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(
        !said.contains("No module named"),
        "{said}; tests/python installs it"
    );
    if !output.status.success() {
        eprintln!("{said}");
    }
    output.status.success()
}

#[test]
fn the_files_are_what_their_readers_expect() {
    let workflows = super::workflows::all();
    let workflows: Vec<_> = workflows.iter().map(String::as_str).collect();
    assert!(matches("vendor.github-workflows", &workflows));
    assert!(matches("vendor.dependabot", &[".github/dependabot.yml"]));
    let compose = [
        "deploy/compose/compose.yml",
        "deploy/compose/compose.key.yml",
    ];
    assert!(matches("vendor.compose-spec", &compose));
}

#[test]
fn a_file_that_is_none_is_noticed() {
    let compose = ["deploy/compose/compose.yml"];
    assert!(!matches("vendor.github-workflows", &compose));
}

#[test]
fn the_dockerfile_has_no_fault_that_is_known() {
    let mut hadolint = Command::new(format!("{TOOLS}/bin/hadolint"));
    hadolint.args(["--failure-threshold=info", "--no-color", "Dockerfile"]);
    output(hadolint.current_dir(env!("CARGO_MANIFEST_DIR")));
}
