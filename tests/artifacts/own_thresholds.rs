//! The table of thresholds (`alerts/thresholds.yml`): what it says is in the rule file and in the
//! documentation, and a value that is put in changes just the lines that it should.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::contract::contract;
use crate::dashboards::{read, root};
use crate::findings::Findings;
use crate::own_rules::rules;
use crate::rule_file::{self, Alert};
use crate::toolchains::toolchains;
use crate::tools::output;

const TABLE: &str = "alerts/thresholds.yml";
const PAGE: &str = "docs/alerts.md";

/// Values for durations: as they are given, in seconds, in words. Each is longer than any `for`.
const DURATIONS: [[&str; 3]; 4] = [
    ["37h", "133200", "37 hours"],
    ["3d", "259200", "3 days"],
    ["1d12h", "129600", "36 hours"],
    ["2w", "1209600", "14 days"],
];
/// Values for numbers, and for those that are a share of 1.
const NUMBERS: [&str; 4] = ["2", "7", "2.5", "1000"];
const SHARES: [&str; 4] = ["0.01", "0.25", "0.5", "0.99"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    thresholds: Vec<Threshold>,
    holds: BTreeMap<String, String>,
    reserved_labels: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Threshold {
    alert: String,
    severity: Option<String>,
    name: String,
    kind: String,
    default: String,
    min: Option<String>,
    max: Option<String>,
    #[serde(default)]
    holds: bool,
    help: String,
    places: Vec<Place>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    r#in: String,
    find: String,
    put: String,
    r#as: String,
}

impl Threshold {
    /// How a flag names it.
    fn flag(&self) -> String {
        let severity = self.severity.as_ref().map(|it| format!("/{it}"));
        format!(
            "{}{}.{}",
            self.alert,
            severity.unwrap_or_default(),
            self.name
        )
    }

    /// One of the values, in each form.
    fn value(&self, number: usize) -> BTreeMap<&'static str, &'static str> {
        match (&*self.kind, &self.max) {
            ("duration", _) => ["duration", "seconds", "words"]
                .into_iter()
                .zip(DURATIONS[number])
                .collect(),
            (_, Some(_)) => [("number", SHARES[number])].into(),
            (_, None) => [("number", NUMBERS[number])].into(),
        }
    }

    /// The lines of its rule: from its name to the next rule.
    fn lines(&self, text: &str) -> std::ops::Range<usize> {
        let lines: Vec<&str> = text.lines().collect();
        let starts = (0..lines.len()).filter(|at| lines[*at].starts_with("      - "));
        let ends = starts.clone().skip(1).chain([lines.len()]);
        let name = format!("      - alert: {}", self.alert);
        let severity = self
            .severity
            .as_ref()
            .map(|it| format!("          severity: {it}"));
        let is_it = |range: &std::ops::Range<usize>| {
            let rule = &lines[range.clone()];
            rule[0] == name && severity.iter().all(|it| rule.contains(&&**it))
        };
        let mut found = starts
            .zip(ends)
            .map(|(start, end)| start..end)
            .filter(is_it);
        let rule = found
            .next()
            .unwrap_or_else(|| panic!("{}: no rule", self.flag()));
        assert!(found.next().is_none(), "{}: two rules", self.flag());
        rule
    }
}

fn table() -> Table {
    let text = read(&root().join(TABLE));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{TABLE}: {error}"))
}

fn alerts() -> Vec<Alert> {
    rule_file::alerts(&rule_file::text())
}

/// The rule file with this value of each threshold, as a person would edit it.
fn by_hand(table: &Table, number: usize) -> String {
    let shipped = rule_file::text();
    let mut lines: Vec<String> = shipped.lines().map(str::to_owned).collect();
    for threshold in &table.thresholds {
        let value = threshold.value(number);
        for place in &threshold.places {
            let put = place.put.replace("%s", value[&*place.r#as]);
            let mut changed = 0;
            for line in &mut lines[threshold.lines(&shipped)] {
                if line.contains(&place.find) && !line.trim_start().starts_with('#') {
                    *line = line.replace(&place.find, &put);
                    changed += 1;
                }
            }
            assert!(changed > 0, "{}: no {:?}", threshold.flag(), place.find);
        }
    }
    lines.join("\n") + "\n"
}

fn set(settings: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    let settings = settings.into_iter();
    settings
        .map(|(flag, value)| format!("--set={flag}={value}"))
        .collect()
}

fn rules_with(arguments: &[String]) -> String {
    rules(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn each_value_changes_the_lines_that_it_should_and_no_other() {
    let table = table();
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let mut names: Vec<String> = Vec::new();
    let mut keep = |name: &str, rules: &str| {
        std::fs::write(scratch.path().join(name), rules).expect("a scratch file");
        names.push(name.to_owned());
    };
    for number in 0..DURATIONS.len() {
        let given = |it: &Threshold| {
            it.value(number)
                .get("duration")
                .or(it.value(number).get("number"))
                .copied()
                .map(str::to_owned)
        };
        let settings = table
            .thresholds
            .iter()
            .map(|it| (it.flag(), given(it).expect("a value")));
        let changed = rules_with(&set(settings));
        assert_same(&changed, &by_hand(&table, number));
        keep(&format!("values-{number}.yml"), &changed);
    }
    let all: Vec<String> = alerts()
        .iter()
        .map(|it| format!("--without={}", it.alert))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    keep("none.yml", &rules_with(&all));
    keep("labels.yml", &rules(&["--label=team=a: b", "--job=Büro 1"]));
    for toolchain in toolchains() {
        let lint = ["check", "rules", "--lint=all", "--lint-fatal"];
        let arguments: Vec<&str> = lint
            .into_iter()
            .chain(names.iter().map(String::as_str))
            .collect();
        let (content, said) = output(toolchain, "promtool", &arguments, scratch.path());
        assert!(content, "{}: {said}", toolchain.name);
    }
}

/// Fails with the first line that differs: the files are long.
fn assert_same(found: &str, expected: &str) {
    for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {number}");
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn the_defaults_are_what_the_rule_file_has() {
    let settings = table()
        .thresholds
        .into_iter()
        .map(|it| (it.flag(), it.default));
    let all = alerts();
    let waits = all.iter().map(|it| {
        let is_one_of_two = all.iter().filter(|other| other.alert == it.alert).count() > 1;
        let severity = it.severity().filter(|_| is_one_of_two);
        let severity = severity.map_or_else(String::new, |it| format!("/{it}"));
        (format!("{}{severity}.for", it.alert), it.r#for.clone())
    });
    assert_same(&rules_with(&set(settings.chain(waits))), &rule_file::text());
}

#[test]
fn for_and_severity_change_in_each_alert() {
    let names: BTreeSet<String> = alerts().into_iter().map(|it| it.alert).collect();
    let mut arguments = set(names
        .into_iter()
        .map(|it| (format!("{it}.for"), "7m".to_owned())));
    let all = alerts();
    let is_alone = |it: &&Alert| all.iter().filter(|other| other.alert == it.alert).count() == 1;
    let with_severity = all
        .iter()
        .filter(|it| it.severity().is_some())
        .filter(is_alone);
    arguments.extend(with_severity.map(|it| format!("--severity={}=info", it.alert)));
    arguments.push("--severity=RhombusDataStale/warning=info".to_owned());
    let changed = rule_file::alerts(&rules_with(&arguments));
    assert_eq!(changed.len(), all.len());
    for (changed, shipped) in changed.iter().zip(&all) {
        assert_eq!(changed.r#for, "7m", "{}", changed.alert);
        assert_eq!(changed.expr, shipped.expr);
        let expected = match (&*shipped.alert, shipped.severity()) {
            ("RhombusOpenSharesRise", severity)
            | ("RhombusDataStale", severity @ Some("critical")) => severity,
            (_, severity) => severity.map(|_| "info"),
        };
        assert_eq!(changed.severity(), expected, "{}", changed.alert);
    }
}

#[test]
fn the_table_speaks_of_alerts_that_there_are() {
    let table = table();
    let alerts = alerts();
    let mut findings = Findings::about(TABLE);
    for threshold in &table.thresholds {
        let named = alerts.iter().filter(|it| it.alert == threshold.alert);
        let severities: Vec<_> = named.map(|it| it.severity()).collect();
        let right = match &threshold.severity {
            None => severities.len() == 1,
            Some(severity) => severities.len() > 1 && severities.contains(&Some(severity)),
        };
        let flag = threshold.flag();
        findings.require(right, format!("{flag}: {severities:?}"));
        findings.require(threshold.name != "for", format!("{flag}: for needs no row"));
        let limits = [&threshold.min, &threshold.max].into_iter().flatten();
        let is_number = threshold.kind == "number";
        let units = limits
            .chain([&threshold.default])
            .all(|it| it.ends_with(char::is_alphabetic) != is_number);
        findings.require(
            units,
            format!("{flag}: default, min and max are of its kind"),
        );
        let looks_back = ["within", "dropped"].contains(&&*threshold.name);
        findings.require(
            threshold.holds == looks_back,
            format!("{flag}: holds: {}", threshold.holds),
        );
        let plain = !threshold.help.ends_with('.') && !threshold.help.is_empty();
        findings.require(plain, format!("{flag}: the help is no sentence"));
        for place in &threshold.places {
            let right = ["expr", "summary", "description"].contains(&&*place.r#in)
                && place.put.matches("%s").count() == 1;
            findings.require(right, format!("{flag}: {}", place.put));
        }
    }
    for alert in table.holds.keys() {
        findings.require(
            alerts.iter().any(|it| it.alert == *alert),
            format!("no alert {alert}"),
        );
    }
    findings.none();
}

#[test]
fn each_label_of_a_series_is_reserved() {
    let reserved = table().reserved_labels;
    let own = contract().into_values().flat_map(|metric| metric.labels);
    // `le` is of histograms, which no alert is made of.
    let around = ["alertname", "severity", "job", "instance"].map(str::to_owned);
    for label in own.filter(|it| it != "le").chain(around) {
        assert!(reserved.contains(&label), "{TABLE}: {label}");
    }
}

#[test]
fn the_table_in_the_documentation_is_complete() {
    let page = read(&root().join(PAGE));
    let expected = table().thresholds.into_iter().map(|it| {
        let limits = match (&it.min, &it.max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) if min != "0" => format!("at least {min}"),
            _ => String::new(),
        };
        let cells = [
            format!("`{}`", it.flag()),
            it.default.clone(),
            limits,
            it.help.clone(),
        ];
        format!("| {} |", cells.join(" | ")).replace("  ", " ")
    });
    let rows = page.lines().filter(|line| line.starts_with("| `Rhombus"));
    let expected: Vec<String> = expected.collect();
    assert_eq!(rows.collect::<Vec<_>>(), expected, "{PAGE}");
}
