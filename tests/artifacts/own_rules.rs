//! `rules`, run as a person runs it: what it prints, what it refuses, and what Prometheus makes of it.

use std::process::{Command, Output};

use serde_json::Value;

use crate::dashboards::text;
use crate::rule_file;
use crate::toolchains::toolchains;
use crate::tools::output;

/// What the rules say of themselves when they are not as they are shipped.
const MADE_BY: &str = "# Made by rhombus-share-exporter ";

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhombus-share-exporter"));
    let command = command.arg("rules").args(arguments).env_clear();
    command.output().expect("the binary runs")
}

/// What it prints.
pub(crate) fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    assert!(output.stderr.is_empty(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("it is text")
}

/// The rules that it prints, without the comment on how they were made.
pub(crate) fn rules(arguments: &[&str]) -> String {
    let printed = printed(arguments);
    assert!(printed.starts_with(MADE_BY), "{printed:.200}");
    let (_, rules) = printed
        .split_once("\n#\n# Alerts ")
        .expect("the first line of the file");
    format!("# Alerts {rules}")
}

/// The alerts and recording rules of a file, as data.
pub(crate) fn as_data(rules: &str) -> Vec<Value> {
    let file: Value = serde_saphyr::from_str(rules).expect("it is YAML");
    let groups = file["groups"].as_array().expect("groups");
    let rules = groups.iter().filter_map(|group| group["rules"].as_array());
    rules.flatten().cloned().collect()
}

/// The alerts of these names, as text.
fn blocks(rules: &str, names: &[&str]) -> String {
    let blocks = rules.split("\n      - ").filter(|block| {
        let is_one = |name: &&str| block.starts_with(&format!("alert: {name}\n"));
        names.iter().any(is_one)
    });
    blocks.map(|block| format!("      - {block}\n")).collect()
}

#[test]
fn without_flags_it_prints_the_file_that_is_shipped() {
    assert!(
        printed(&[]) == rule_file::text(),
        "`rules` is not alerts/rhombus-shares.rules.yml"
    );
}

#[test]
fn the_command_that_made_it_makes_it_again() {
    let arguments = [
        "--set=RhombusShareExpiresSoon.within=48h",
        "--set=RhombusDataStale/critical.for=15m",
        "--severity=RhombusShareExpiresSoon=warning",
        "--without=RhombusDemoData",
        "--label=team=it's on call",
        "--job=my job",
    ];
    let first = printed(&arguments);
    let lines = first
        .lines()
        .skip(2)
        .map(|line| line.trim_start_matches('#'));
    let command: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let script = format!(
        "{}() {{ \"$BINARY\" \"$@\"; }}\n{}",
        "run",
        command.join("\n")
    );
    let script = script.replacen("   rhombus-share-exporter rules", "run rules", 1);
    let again = Command::new("bash")
        .args(["-euc", &script])
        .env("BINARY", env!("CARGO_BIN_EXE_rhombus-share-exporter"))
        .output()
        .expect("bash runs");
    assert!(again.status.success(), "{script}: {again:?}");
    assert_eq!(String::from_utf8_lossy(&again.stdout), first);
}

#[test]
fn a_usual_call() {
    let printed = printed(&[
        "--set=RhombusShareExpiresSoon.within=48h",
        "--set=RhombusShareOpen.for=5m",
        "--severity=RhombusShareExpiresSoon=warning",
        "--without=RhombusDemoData",
        "--label=team=security",
        "--job=my-job",
    ]);
    let (top, _) = printed.split_once("groups:\n").expect("groups");
    let names = [
        "RhombusShareOpen",
        "RhombusShareExpiresSoon",
        "RhombusDemoData",
        "RhombusExporterAbsent",
    ];
    insta::assert_snapshot!(format!("{top}…\n{}", blocks(&printed, &names)));
}

#[test]
fn the_list_of_alerts() {
    insta::assert_snapshot!(printed(&["--list"]));
}

#[test]
fn what_cannot_be_is_refused_and_nothing_is_printed() {
    let cases = [
        "--set=RhombusShareExpireSoon.within=4h",
        "--set=shareopen.for=5m",
        "--set=RhombusShareExpiresSoon.witin=4h",
        "--set=RhombusDemoData.within=4h",
        "--set=RhombusOpenSharesRise.within=4h",
        "--set=RhombusShareExpiresSoon=4h",
        "--set=RhombusShareExpiresSoon.within=4",
        "--set=RhombusShareExpiresSoon.within=0s",
        "--set=RhombusShareExpiresSoon.within=53w",
        "--set=RhombusShareExpiresSoon.within=15m",
        "--set=RhombusShareUnsecured.for=15m",
        "--set=RhombusOrganizationLost.for=24h",
        "--set=RhombusAuditNotWritten.for=1h",
        "--set=RhombusAuditNotWritten.dropped=20m --set=RhombusAuditNotWritten.for=25m",
        "--set=RhombusShareOpen.for=soon",
        "--set=RhombusShareMadeByOther.within=10m",
        "--set=RhombusThrottled.share=1",
        "--set=RhombusThrottled.share=-0.1",
        "--set=RhombusOpenSharesRise/warning.minimum=010",
        "--set=RhombusOpenSharesRise/warning.minimum=0",
        "--set=RhombusOpenSharesRise.factor=2",
        "--set=RhombusDataStale.for=1m --set=RhombusDataStale/critical.for=2m",
        "--severity=RhombusDataStale=info",
        "--severity=RhombusDataStale/info=warning",
        "--severity=RhombusDataStale/critical=warning",
        "--severity=RhombusShareOpen=critical",
        "--severity=RhombusDemoData=page",
        "--severity=RhombusDemoData=info --severity=RhombusDemoData=warning",
        "--without=RhombusNothing",
        "--without=RhombusDemoData --set=RhombusDemoData.for=1m",
        "--without=RhombusDataStale --severity=RhombusDataStale/critical=info",
        "--label=org=acme",
        "--label=severity=critical",
        "--label=team=a --label=team=b",
        "--label=a-team=a",
        "--label=team={{$value}}",
        "--job=a\"b",
        "--list --job=a",
    ];
    let said = cases.map(|case| {
        let output = run(&case.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(2), "{case}: {output:?}");
        assert!(output.stdout.is_empty(), "{case}: {output:?}");
        let said = String::from_utf8(output.stderr).expect("it is text");
        // What clap adds to each is the same.
        let said = said
            .split("\n\n")
            .next()
            .unwrap_or_default()
            .trim_end()
            .to_owned();
        format!("{case}\n    {said}\n")
    });
    insta::assert_snapshot!(said.concat());
}

#[test]
fn labels_and_the_job_are_everywhere_and_what_is_recorded_stays() {
    let changed = rules(&["--label=team=on", "--label=site=a b", "--job=Büro 1"]);
    let shipped = as_data(&rule_file::text());
    let changed_data = as_data(&changed);
    assert_eq!(changed_data.len(), shipped.len());
    for (mut changed, shipped) in changed_data.into_iter().zip(shipped) {
        if changed["alert"].is_string() {
            let labels = changed["labels"].as_object_mut().expect("labels");
            assert_eq!(labels.remove("team"), Some("on".into()), "{labels:?}");
            assert_eq!(labels.remove("site"), Some("a b".into()), "{labels:?}");
            if labels.is_empty() {
                changed.as_object_mut().expect("a rule").remove("labels");
            }
        }
        let expr =
            text(&shipped, "expr").replace("job=\"rhombus-share-exporter\"", "job=\"Büro 1\"");
        assert_eq!(text(&changed, "expr"), expr);
        changed["expr"] = shipped["expr"].clone();
        assert_eq!(changed, shipped);
    }
    assert!(!changed.contains("job=\"rhombus-share-exporter\""));
}

#[test]
fn the_manifest_of_the_operator_has_the_same_rules() {
    let set = "--set=RhombusShareExpiresSoon.within=48h";
    let manifest = printed(&[set, "--output=prometheusrule"]);
    let manifest: Value = serde_saphyr::from_str(&manifest).expect("it is YAML");
    let rules: Value = serde_saphyr::from_str(&rules(&[set])).expect("it is YAML");
    assert_eq!(manifest["spec"], rules);
    assert_eq!(manifest["kind"], "PrometheusRule");
    assert_eq!(manifest["apiVersion"], "monitoring.coreos.com/v1");
    assert_eq!(manifest["metadata"]["name"], "rhombus-share-exporter");
}

/// A link of which so many hours are left half an hour after the start.
const CASE: &str = r#"
rule_files: [rules.json]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: rhombus_share_next_expiry_timestamp_seconds{job="j", instance="a", org="acme", kind="clip_group", protection="sso"}
        values: 131400x30
    promql_expr_test:
      - expr: count(ALERTS{alertname="RhombusShareExpiresSoon", alertstate="firing"})
        eval_time: 30m
        exp_samples: [{ value: 1 }]
"#;

#[test]
fn a_changed_threshold_changes_when_the_alert_fires() {
    // 36 hours are left when it is asked.
    for (within, wait, fires) in [
        ("24h", "15m", false),
        ("48h", "15m", true),
        ("36h", "15m", false),
        ("1d13h", "15m", true),
        ("48h", "45m", false),
    ] {
        let settings = [("within", within), ("for", wait)];
        let settings =
            settings.map(|(name, it)| format!("--set=RhombusShareExpiresSoon.{name}={it}"));
        let mut rule = as_data(&rules(&settings.each_ref().map(|it| &**it)));
        rule.retain(|rule| text(rule, "alert") == "RhombusShareExpiresSoon");
        assert_eq!(rule.len(), 1);
        let file = serde_json::json!({ "groups": [{ "name": "a", "rules": rule }] });
        let scratch = tempfile::tempdir().expect("a scratch directory");
        std::fs::write(scratch.path().join("rules.json"), file.to_string()).expect("a file");
        std::fs::write(scratch.path().join("case.yml"), CASE).expect("a file");
        for toolchain in toolchains() {
            let arguments = ["test", "rules", "case.yml"];
            let (holds, said) = output(toolchain, "promtool", &arguments, scratch.path());
            assert_eq!(holds, fires, "{within} {wait}: {}: {said}", toolchain.name);
            assert!(
                holds || said.contains("got: nil") || said.contains("got:"),
                "{said}"
            );
        }
    }
}
