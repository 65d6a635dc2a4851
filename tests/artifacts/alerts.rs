//! The alert rules: names, severities, texts, reasons, labels, runbooks. Whether they fire when they
//! should is for the cases (`alert_cases`), whether they parse for promtool (`tools`).

use std::collections::BTreeSet;

use crate::contract::Contract;
use crate::dashboards::{read, root};
use crate::findings::{Findings, broken};
use crate::promql;
use crate::rule_file::{
    Alert, Annotations, FILE, Rule, RuleFile, alerts, rules, text, with_recorded,
};

const RUNBOOKS: &str = "docs/runbooks.md";
const RUNBOOK_URL: &str =
    "https://github.com/rhombus-share-exporter/rhombus-share-exporter/blob/main/docs/runbooks.md#";
const GROUPS: [&str; 6] = [
    "rhombus-shares.standing",
    "rhombus-shares.rules",
    "rhombus-shares.sharing",
    "rhombus-shares.collection",
    "rhombus-shares.exporter",
    "rhombus-shares.audit",
];

fn check(text: &str, runbooks: &str) -> Findings {
    let mut findings = Findings::about(FILE);
    let metrics = with_recorded(text);
    let file = rules(text);
    let groups: Vec<&str> = file.groups.iter().map(|group| &*group.name).collect();
    findings.require(groups == GROUPS, format!("the groups are {groups:?}"));
    for group in &file.groups {
        for rule in &group.rules {
            let records = matches!(rule, Rule::Record(_));
            let right = records == GROUPS[..2].contains(&&*group.name);
            findings.require(
                right,
                format!("{}: recording rules have groups of their own", group.name),
            );
            match rule {
                Rule::Record(rule) => {
                    check_metrics(&mut findings, &rule.record, &rule.expr, &metrics)
                }
                Rule::Alert(alert) => check_alert(&mut findings, alert, &metrics, runbooks),
            }
        }
    }
    check_memory(&mut findings, &file);
    check_reasons(&mut findings, text);
    check_headings(&mut findings, text, runbooks);
    findings
}

fn check_alert(findings: &mut Findings, alert: &Alert, metrics: &Contract, runbooks: &str) {
    let name = &alert.alert;
    let camel = name.chars().all(|c| c.is_ascii_alphanumeric()) && !name.contains("__");
    findings.require(
        name.starts_with("Rhombus") && name.len() <= 40 && camel,
        format!("{name}: the name is CamelCase, at most 40 long, and begins with Rhombus"),
    );
    check_severity(findings, alert, metrics);
    check_metrics(findings, name, &alert.expr, metrics);
    check_texts(findings, alert, metrics);
    let anchor = alert.annotations.runbook_url.strip_prefix(RUNBOOK_URL);
    let exists = headings(runbooks)
        .iter()
        .any(|heading| Some(&*heading.to_lowercase()) == anchor);
    let own = anchor == Some(&*name.to_lowercase());
    findings.require(
        exists && own,
        format!("{name}: no section of {RUNBOOKS} for {anchor:?}"),
    );
}

/// The severity is one that is routed: the rule's own, or that of the series, which is the policy's.
fn check_severity(findings: &mut Findings, alert: &Alert, metrics: &Contract) {
    let expr = promql::parse(&alert.expr).ok();
    let there = expr.and_then(|expr| promql::labels(&expr, metrics));
    let right = match alert.severity() {
        Some(severity) => ["critical", "warning", "info"].contains(&severity),
        None => there.is_some_and(|labels| labels.contains("severity")),
    };
    findings.require(
        right,
        format!("{}: no such severity: {:?}", alert.alert, alert.severity()),
    );
}

/// No rule remembers: a recording rule reads none but those before it, and none reads an alert.
fn check_memory(findings: &mut Findings, file: &RuleFile) {
    let rules = || file.groups.iter().flat_map(|group| &group.rules);
    let mut later: Vec<&str> = rules().filter_map(recorded).collect();
    later.reverse();
    for rule in rules() {
        let (name, expr) = match rule {
            Rule::Record(rule) => (&rule.record, &rule.expr),
            Rule::Alert(alert) => (&alert.alert, &alert.expr),
        };
        let remembers = later.iter().any(|record| expr.contains(record)) || expr.contains("ALERTS");
        findings.require(!remembers, format!("{name}: reads what it makes itself"));
        if recorded(rule).is_some() {
            later.pop();
        }
    }
}

fn recorded(rule: &Rule) -> Option<&str> {
    match rule {
        Rule::Record(rule) => Some(&rule.record),
        Rule::Alert(_) => None,
    }
}

/// The expression names metrics that exist, and counters only as rates and increases; an alert
/// compares, and looks over a gauge's missed scrapes.
fn check_metrics(findings: &mut Findings, name: &str, expr: &str, metrics: &Contract) {
    let parsed = match promql::parse(expr) {
        Ok(parsed) => parsed,
        Err(error) => return findings.require(false, format!("{name}: {error}")),
    };
    let alert = name.starts_with("Rhombus");
    findings.require(
        !alert || promql::compares(&parsed),
        format!("{name}: compares nothing"),
    );
    for selected in promql::selected(&parsed) {
        let metric = &selected.name;
        let Some(found) = metrics.get(metric) else {
            findings.require(false, format!("{name}: no such metric: {metric}"));
            continue;
        };
        let call = selected.call.unwrap_or_default();
        let right = match &*found.kind {
            "counter" => ["rate", "increase"].contains(&call),
            // `up` is there whatever happens, and what is recorded was looked over already. When a
            // series was scraped is asked of one that was.
            _ => {
                metric == "up"
                    || metric.contains(':')
                    || call.ends_with("_over_time")
                    || !alert && call == "timestamp"
            }
        };
        findings.require(
            right,
            format!("{name}: one missed scrape of {metric} would be seen"),
        );
    }
}

fn check_texts(findings: &mut Findings, alert: &Alert, metrics: &Contract) {
    let name = &alert.alert;
    let Annotations {
        summary,
        description,
        ..
    } = &alert.annotations;
    findings.require(
        summary.ends_with('.') && summary.matches(". ").count() == 0 && !summary.contains("{{"),
        format!("{name}: the summary is one fixed sentence with a full stop"),
    );
    findings.require(
        description.contains("$value | humanize"),
        format!("{name}: the description doesn't give the value humanised"),
    );
    let Ok(expr) = promql::parse(&alert.expr) else {
        return;
    };
    let there = promql::labels(&expr, metrics).unwrap_or_default();
    let used = used_labels(description);
    findings.require(
        !used.is_empty(),
        format!("{name}: the description names no object"),
    );
    for label in used {
        findings.require(
            there.contains(&label),
            format!("{name}: the description uses {label}, which the expression drops: {there:?}"),
        );
    }
}

/// `x` of each `$labels.x`, and of each `.x` inside `{{ with $labels }}`.
///
/// A label in `{{ with $labels.x }}` may be missing.
fn used_labels(description: &str) -> BTreeSet<String> {
    let description = &description.replace("{{ with $labels.", "{{ with .");
    let names = [
        "org",
        "kind",
        "protection",
        "source",
        "reason",
        "field",
        "job",
        "instance",
    ];
    let used = |label: &&str| {
        let lowercase = |c: char| c.is_ascii_lowercase();
        let shorthand = description.contains("{{ with $labels }}");
        let ends = |rest: &str| !rest.starts_with(lowercase);
        let dotted = format!(" .{label}");
        description
            .split(&format!("$labels.{label}"))
            .skip(1)
            .any(ends)
            || shorthand && description.split(&dotted).skip(1).any(ends)
    };
    let unknown = description.split("$labels.").skip(1).filter_map(|rest| {
        let label: String = rest
            .chars()
            .take_while(|c| c.is_ascii_lowercase() || *c == '_')
            .collect();
        (!names.contains(&&*label)).then_some(label)
    });
    names
        .iter()
        .filter(|label| used(label))
        .map(|&label| label.to_owned())
        .chain(unknown)
        .collect()
}

/// RhombusLabelsRenamed looks for a twin of every label that the exporter has.
fn check_twins(text: &str, metrics: &Contract) -> Findings {
    let mut findings = Findings::about(FILE);
    let alerts = alerts(text);
    let twins = alerts.iter().find(|a| a.alert == "RhombusLabelsRenamed");
    let twins = &twins.expect("the alert is there").expr;
    let own = metrics
        .iter()
        .filter(|(name, _)| name.starts_with("rhombus_"));
    let labels: BTreeSet<&String> = own.flat_map(|(_, metric)| &metric.labels).collect();
    // `le` is of histograms, each of which has a label of its own beside it.
    for label in labels.into_iter().filter(|label| *label != "le") {
        findings.require(
            twins.contains(&format!("{{exported_{label}!=\"\"}}")),
            format!("no alert notices exported_{label}"),
        );
    }
    findings
}

#[test]
fn a_label_that_is_renamed_is_noticed_whichever_it_is() {
    let good = text();
    let contract = crate::contract::contract();
    check_twins(&good, &contract).none();
    let without = broken(&good, "exported_kind", "exported_sort");
    check_twins(&without, &contract).must_say("exported_kind");
}

/// Each threshold and each `for` of an alert has its reason in the line above.
fn check_reasons(findings: &mut Findings, text: &str) {
    let mut alert = "";
    let mut before = "";
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("- alert: ") {
            alert = name;
        }
        if line.starts_with("- record: ") {
            alert = "";
        }
        let reasoned = before.starts_with("# ") && before.len() > 10;
        let needs = !alert.is_empty() && (line.starts_with("for:") || line.starts_with("expr:"));
        findings.require(
            !needs || reasoned,
            format!("{alert}: no reason above {line}"),
        );
        before = line;
    }
}

/// Every section of the runbooks belongs to an alert.
fn check_headings(findings: &mut Findings, text: &str, runbooks: &str) {
    let names: BTreeSet<String> = alerts(text).into_iter().map(|alert| alert.alert).collect();
    let headings = headings(runbooks);
    let unique: BTreeSet<String> = headings.iter().cloned().collect();
    findings.require(unique.len() == headings.len(), "a runbook is there twice");
    for heading in unique.difference(&names) {
        findings.require(
            false,
            format!("{RUNBOOKS} has a section {heading:?} without an alert"),
        );
    }
}

/// The headings below the title.
fn headings(runbooks: &str) -> Vec<String> {
    let lines = runbooks.lines().filter(|line| line.starts_with("##"));
    lines
        .map(|line| line.trim_start_matches('#').trim().to_owned())
        .collect()
}

fn runbooks() -> String {
    read(&root().join(RUNBOOKS))
}

#[test]
fn every_rule_is_held() {
    check(&text(), &runbooks()).none();
}

#[test]
fn the_list_in_the_documentation_is_complete() {
    let page = read(&root().join("docs/alerts.md"));
    let mut findings = Findings::about("docs/alerts.md");
    let alerts = alerts(&text());
    for rule in &alerts {
        let Alert { alert, r#for, .. } = rule;
        let link = format!(
            "| [{alert}](runbooks.md#{}) | {} |",
            alert.to_lowercase(),
            rule.severity().unwrap_or("the rule's")
        );
        let row = page.lines().find(|line| line.starts_with(&link));
        let right = row.is_some_and(|row| row.ends_with(&format!("| {} |", r#for)));
        findings.require(right, format!("no row {link} … | {} |", r#for));
    }
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| [Rhombus"))
        .count();
    findings.require(
        rows == alerts.len(),
        format!("{rows} rows for {} alerts", alerts.len()),
    );
    findings.none();
}

#[test]
fn each_broken_rule_is_noticed() {
    let good = text();
    for (from, to, words) in [
        (
            "RhombusThrottled",
            "ThrottledRhombus",
            "begins with Rhombus",
        ),
        (
            "severity: info",
            "severity: page",
            "no such severity: Some(\"page\")",
        ),
        ("is old.", "is old", "one fixed sentence"),
        (
            "the API key.",
            "the API key. Act now.",
            "one fixed sentence",
        ),
        (
            "{{ $value | humanize }} more violation(s)",
            "more violations",
            "value humanised",
        ),
        (
            "field {{ $labels.field }}",
            "field {{ $labels.colour }}",
            "uses colour",
        ),
        (
            "max by (job, instance, org, source)\n          (sum_over_time",
            "max by (job, instance, source)\n          (sum_over_time",
            "uses org, which the expression drops",
        ),
        ("md#rhombusdatastale", "md#rhombusdatastole", "no section"),
        (
            "rhombus_share_exporter_demo[5m]) == 1",
            "rhombus_share_exporter_demo[5m])",
            "compares nothing",
        ),
        (
            "(last_over_time(rhombus_share_violation_since_timestamp_seconds{policy=\"no-expiry\"}[5m]))",
            "(rhombus_share_violation_since_timestamp_seconds{policy=\"no-expiry\"})",
            "missed scrape",
        ),
        (
            "min by (job, org, kind, policy, severity, share)\n              (last_over_time",
            "min by (job, org, kind, policy, share)\n              (last_over_time",
            "RhombusShareOpen: no such severity: None",
        ),
        (
            "group by (job, index, count) (last_over_time(rhombus_share_exporter_shard[5m]))",
            "group by (job, index, count) (job_count:rhombus_share_exporter_shard:seen)",
            "job_count:rhombus_share_exporter_shard:seen: reads what it makes itself",
        ),
        (
            "last_over_time(rhombus_share_exporter_demo[5m]) == 1",
            "last_over_time(ALERTS[5m]) == 1",
            "RhombusDemoData: reads what it makes itself",
        ),
        (
            "rhombus_malformed_records{source!~",
            "rhombus_malformed{source!~",
            "no such metric",
        ),
        (
            "last_over_time(rhombus_malformed_records{source=\"partner_clients\"}[5m]) > 0",
            "rhombus_malformed_records > 0",
            "missed scrape",
        ),
        (
            "(increase(rhombus_collect_polls_total[1h]))",
            "(rhombus_collect_polls_total)",
            "missed scrape",
        ),
        (
            "        # A link made to work for minutes only is no news.\n",
            "",
            "no reason above for: 15m",
        ),
        (
            "        # As RhombusShareOpen, of the rule `no-expiry`: nobody remembers to take down what never ends.\n",
            "",
            "no reason above expr",
        ),
        (
            "- name: rhombus-shares.exporter",
            "- name: exporter",
            "the groups are",
        ),
    ] {
        check(&broken(&good, from, to), &runbooks()).must_say(words);
    }
}

#[test]
fn a_runbook_without_an_alert_is_noticed() {
    let more = format!("{}\n### RhombusNothing\n", runbooks());
    check(&text(), &more).must_say("\"RhombusNothing\" without an alert");
    let less = broken(&runbooks(), "## RhombusThrottled\n", "");
    check(&text(), &less).must_say("RhombusThrottled: no section");
}
