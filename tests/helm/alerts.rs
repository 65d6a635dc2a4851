//! The PrometheusRule: the rule file as it is, but for what values change; and what promtool says of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::chart::{good, parse, read};
use crate::common::process::BINARY;
use crate::common::toolchains::toolchains;
use crate::kept;

fn shipped() -> Value {
    parse(&read("alerts/rhombus-shares.rules.yml"))["groups"].clone()
}

fn rendered(name: &str) -> Value {
    let rules = good(name).object("PrometheusRule").expect("rules");
    rules["spec"]["groups"].clone()
}

#[test]
fn the_rules_are_those_of_the_rule_file() {
    assert_eq!(rendered("monitoring"), shipped());
}

#[test]
fn promtool_takes_the_rules() {
    for name in ["monitoring", "alerts"] {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let groups = json!({ "groups": rendered(name) });
        std::fs::write(file.path(), groups.to_string()).expect("written");
        for toolchain in toolchains() {
            let mut command = toolchain.command("promtool");
            command.args(["check", "rules"]).arg(file.path());
            let output = command.output().expect("it runs");
            assert!(output.status.success(), "{}: {output:?}", toolchain.name);
        }
    }
}

#[test]
fn values_change_what_they_say_and_nothing_else() {
    kept::same(
        "tests/helm/golden/alerts.diff",
        &changes(&rules(&shipped()), &rules(&rendered("alerts"))),
    );
}

/// The flags by which the command `rules` makes of the rule file what a set of values does.
const FLAGS: [&str; 22] = [
    "--set=RhombusShareExpiresSoon.within=3d",
    "--set=RhombusShareExpiresSoon.for=10m",
    "--severity=RhombusShareExpiresSoon=info",
    "--set=RhombusPolicyExceptionEndsSoon.within=1d",
    "--set=RhombusShareOpen.for=5m",
    "--without=RhombusOpenSharesRise/warning",
    "--set=RhombusOpenSharesRise/critical.factor=2.25",
    "--set=RhombusOpenSharesRise/critical.minimum=10",
    "--severity=RhombusOpenSharesRise/critical=warning",
    "--set=RhombusOpenSharesRise/critical.for=0s",
    "--without=RhombusDataStale/critical",
    "--set=RhombusDataStale/warning.for=30m",
    "--without=RhombusDemoData",
    "--set=RhombusThrottled.share=0.25",
    "--set=RhombusClockSkew.above=1m30s",
    "--set=RhombusAuditNoHeartbeat.after=26h",
    "--set=RhombusSharesUnlisted.above=0",
    "--set=RhombusExporterDown.share=0.75",
    "--label=team=security",
    "--label=page=true",
    "--label=_=a",
    "--job=cameras",
];

#[test]
fn the_chart_and_the_command_change_rules_alike() {
    let output = Command::new(BINARY).arg("rules").args(FLAGS).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("a text");
    assert_eq!(parse(&text)["groups"], rendered("alerts"));
}

#[test]
fn the_chart_and_the_command_know_the_same_thresholds() {
    let table = parse(&read("alerts/thresholds.yml"));
    let rows = table["thresholds"].as_array().expect("rows");
    assert!(rows.len() > 25);
    let every = rendered("every-threshold");
    let mut command = Command::new(BINARY);
    command.arg("rules");
    for row in rows {
        let (alert, name) = (row["alert"].as_str(), row["name"].as_str());
        let severity = row["severity"].as_str().map(|it| format!("/{it}"));
        let alert = format!("{}{}", alert.expect("a name"), severity.unwrap_or_default());
        command.arg(format!(
            "--set={alert}.{}={}",
            name.expect("a name"),
            other(row)
        ));
    }
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("a text");
    assert_eq!(parse(&text)["groups"], every);
}

/// A value that is not the default, which the values of that set have too.
fn other(row: &Value) -> &'static str {
    match (row["kind"].as_str(), row["max"].is_null()) {
        (Some("duration"), _) => "27h30m",
        (_, true) => "7.5",
        (_, false) => "0.125",
    }
}

/// Rules by their group and name; those of one name, by their number too.
fn rules(groups: &Value) -> BTreeMap<String, Value> {
    let mut rules = BTreeMap::new();
    for group in groups.as_array().expect("groups") {
        for rule in group["rules"].as_array().expect("rules") {
            let name = rule.get("alert").or_else(|| rule.get("record"));
            let name = name.and_then(Value::as_str).expect("a name");
            // By what says the same whatever the values: which of two rules of one name it is.
            let which = &rule["annotations"]["summary"].as_str().unwrap_or_default();
            let first = which.split(' ').take(4).collect::<Vec<_>>().join(" ");
            let key = format!("{name} ({first})");
            assert!(rules.insert(key, rule.clone()).is_none(), "{name} twice");
        }
    }
    rules
}

/// What differs, a line each, without the label that all alerts get.
fn changes(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> String {
    let mut text = String::new();
    for (name, was) in before {
        let Some(is) = after.get(name) else {
            let _ = writeln!(text, "{name}\n  gone");
            continue;
        };
        let (was, is) = (lines(was), lines(is));
        let gone = was.iter().filter(|line| !is.contains(line));
        let new = is
            .iter()
            .filter(|line| !was.contains(line) && !is_label_of_all(line));
        let changed: Vec<_> = gone
            .map(|it| ('-', it))
            .chain(new.map(|it| ('+', it)))
            .collect();
        if !changed.is_empty() {
            let _ = writeln!(text, "{name}");
        }
        for (sign, line) in changed {
            let _ = writeln!(text, "  {sign} {line}");
        }
        let labelled = is.iter().filter(|line| is_label_of_all(line)).count();
        assert_eq!(labelled, if name.contains(':') { 0 } else { 3 }, "{name}");
    }
    text
}

fn is_label_of_all(line: &str) -> bool {
    ["labels.team: security", "labels.page: true", "labels._: a"].contains(&line)
}

/// A rule's texts, a line each, with where they are.
fn lines(rule: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, value) in rule.as_object().expect("a rule") {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    lines.push(format!("{key}.{name}: {}", value.as_str().expect("a text")));
                }
            }
            value => {
                let text = value.as_str().expect("a text");
                lines.extend(text.lines().map(|line| format!("{key}: {}", line.trim())));
            }
        }
    }
    lines
}
