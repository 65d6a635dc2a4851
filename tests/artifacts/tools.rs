//! The tools of Prometheus, which have the last word on their own files.

use std::path::Path;
use std::process::Command;

use crate::dashboards::{files, root};

/// Runs the tool in `alerts/`; the test fails where it is missing, or isn't content.
pub(crate) fn run(tool: &str, arguments: &[&str]) {
    let (content, output) = output(tool, arguments, &root().join("alerts"));
    assert!(content, "{tool} {}:\n{output}", arguments.join(" "));
}

fn output(tool: &str, arguments: &[&str], directory: &Path) -> (bool, String) {
    let run = Command::new(tool)
        .args(arguments)
        .current_dir(directory)
        .output();
    let run = run
        .unwrap_or_else(|error| panic!("{tool} can't be run ({error}): `make test` installs it"));
    let text = [run.stdout, run.stderr].concat();
    (
        run.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn below_alerts(directory: &str) -> Vec<String> {
    let paths = files(directory, "yml").into_iter();
    paths
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn promtool_accepts_every_rule() {
    let rules = crate::rule_file::FILE.trim_start_matches("alerts/");
    run(
        "promtool",
        &["check", "rules", "--lint=all", "--lint-fatal", rules],
    );
}

#[test]
fn promtool_sees_every_case_hold() {
    let cases = below_alerts("alerts/tests");
    assert!(!cases.is_empty());
    let mut arguments = vec!["test", "rules"];
    arguments.extend(cases.iter().map(String::as_str));
    run("promtool", &arguments);
}

#[test]
fn promtool_accepts_the_prometheus_example() {
    run("promtool", &["check", "config", "prometheus.example.yml"]);
}

#[test]
fn amtool_accepts_the_alertmanager_example() {
    run("amtool", &["check-config", "alertmanager.example.yml"]);
}

#[test]
fn amtool_routes_each_severity_its_own_way() {
    for (severity, receiver) in [
        ("critical", "pager"),
        ("warning", "tickets"),
        ("info", "chat"),
        ("unheard-of", "tickets"),
    ] {
        let verify = format!("--verify.receivers={receiver}");
        let label = format!("severity={severity}");
        let file = "--config.file=alertmanager.example.yml";
        run(
            "amtool",
            &["config", "routes", "test", file, &verify, &label],
        );
    }
}

#[test]
fn a_tool_that_is_not_content_is_noticed() {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let rules = "groups: [{name: a, rules: [{alert: A, expr: 'sum('}]}]";
    std::fs::write(scratch.path().join("bad.yml"), rules).expect("a scratch file");
    let (content, text) = output("promtool", &["check", "rules", "bad.yml"], scratch.path());
    assert!(!content && text.contains("parse error"), "{text}");
}
