//! The tools of Prometheus 2 and 3, which have the last word on their own files.

use std::path::Path;

use crate::dashboards::{files, root};
use crate::toolchains::{Toolchain, toolchains};

/// Runs the tool of both toolchains in `alerts/`; the test fails where one isn't content.
pub(crate) fn run(tool: &str, arguments: &[&str]) {
    std::thread::scope(|scope| {
        for toolchain in toolchains() {
            scope.spawn(|| {
                let (content, output) = output(toolchain, tool, arguments, &root().join("alerts"));
                let what = format!("{}: {tool} {}", toolchain.name, arguments.join(" "));
                assert!(content, "{what}:\n{output}");
            });
        }
    });
}

/// Runs the tool in `directory`; gives whether it is content, and what it says.
pub(crate) fn output(
    toolchain: &Toolchain,
    tool: &str,
    arguments: &[&str],
    directory: &Path,
) -> (bool, String) {
    let mut run = toolchain.command(tool);
    let run = run.args(arguments).current_dir(directory).output();
    let run = run.expect("it said its version before");
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
    let cases = below_alerts(crate::alert_cases::DIRECTORY);
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
    for toolchain in toolchains() {
        let arguments = ["check", "rules", "bad.yml"];
        let (content, text) = output(toolchain, "promtool", &arguments, scratch.path());
        assert!(!content && text.contains("parse error"), "{text}");
    }
}
