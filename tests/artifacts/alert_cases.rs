//! The promtool cases: each alert has one that fires, with its labels and texts whole, after a look
//! before `for` that is silent, and one that stays silent. promtool says whether they hold (`tools`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::dashboards::{files, name, read};
use crate::findings::Findings;
use crate::rule_file::{alerts, text};

/// The directory of the cases, below the repository.
pub(crate) const DIRECTORY: &str = "alerts/tests";

/// A file of cases, as far as the check reads it.
#[derive(Deserialize)]
struct CaseFile {
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    alert_rule_test: Vec<Look>,
}

/// One look at one alert.
#[derive(Deserialize)]
struct Look {
    alertname: String,
    exp_alerts: Vec<Expected>,
}

/// An alert that is expected to fire.
#[derive(Clone, Deserialize)]
pub(crate) struct Expected {
    /// Its labels, without `alertname`.
    pub(crate) exp_labels: BTreeMap<String, String>,
    exp_annotations: BTreeMap<String, String>,
}

fn cases() -> Vec<Case> {
    let files = files(DIRECTORY, "yml").into_iter();
    files
        .flat_map(|path| parse(&name(&path), &read(&path)))
        .collect()
}

fn parse(file: &str, text: &str) -> Vec<Case> {
    let file_cases: CaseFile =
        serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    file_cases.tests
}

/// Every look that expects the alert to fire, with all that fires of it then.
pub(crate) fn firing(alert: &str) -> Vec<Vec<Expected>> {
    let looks = cases().into_iter().flat_map(|case| case.alert_rule_test);
    looks
        .filter(|look| look.alertname == alert && !look.exp_alerts.is_empty())
        .map(|look| look.exp_alerts)
        .collect()
}

fn check(cases: &[Case]) -> Findings {
    let mut findings = Findings::about(DIRECTORY);
    for alert in alerts(&text()) {
        let name = &alert.alert;
        // Where the series say the severity, any is right.
        let severity = alert.severity().unwrap_or("the series say");
        let of_it: Vec<Vec<&Look>> = cases.iter().map(|case| looks(case, name)).collect();
        let fires = |look: &&Look| {
            let expected = look.exp_alerts.iter();
            expected.clone().any(|expected| {
                let own = expected.exp_labels.get("severity");
                alert
                    .severity()
                    .is_none_or(|severity| own.is_some_and(|own| own == severity))
            })
        };
        findings.require(
            of_it.iter().flatten().any(fires),
            format!("{name}: no case in which it fires as {severity}"),
        );
        findings.require(
            of_it.iter().any(|looks| {
                looks.first().is_some_and(|first| !fires(first)) && looks.iter().any(fires)
            }),
            format!("{name}: no case that looks before {severity} fires"),
        );
        findings.require(
            of_it.iter().any(|looks| {
                !looks.is_empty() && looks.iter().all(|look| look.exp_alerts.is_empty())
            }),
            format!("{name}: no case in which it stays silent"),
        );
    }
    check_whole(&mut findings, cases);
    findings
}

fn looks<'c>(case: &'c Case, alert: &str) -> Vec<&'c Look> {
    let looks = case.alert_rule_test.iter();
    looks.filter(|look| look.alertname == alert).collect()
}

/// No expectation leaves out a text, none is about an alert that isn't there, no name is there twice.
fn check_whole(findings: &mut Findings, cases: &[Case]) {
    let alerts = alerts(&text());
    let mut names = BTreeSet::new();
    for case in cases {
        findings.require(
            names.insert(&case.name),
            format!("two cases {:?}", case.name),
        );
        for look in &case.alert_rule_test {
            let known = alerts.iter().any(|alert| alert.alert == look.alertname);
            findings.require(
                known,
                format!("{:?}: no alert {}", case.name, look.alertname),
            );
            for expected in &look.exp_alerts {
                let texts: Vec<&str> = expected.exp_annotations.keys().map(|key| &**key).collect();
                let whole = texts == ["description", "runbook_url", "summary"];
                findings.require(whole, format!("{:?}: texts {texts:?}", case.name));
            }
        }
    }
}

#[test]
fn each_alert_has_cases_that_fire_and_cases_that_stay_silent() {
    check(&cases()).none();
}

#[test]
fn a_missing_case_is_noticed() {
    let without = |drop: &dyn Fn(&Look) -> bool| -> Vec<Case> {
        let mut left = cases();
        left.iter_mut()
            .for_each(|case| case.alert_rule_test.retain(|look| !drop(look)));
        left
    };
    let of_it = |look: &Look| look.alertname == "RhombusThrottled";
    check(&without(&|look| of_it(look) && !look.exp_alerts.is_empty()))
        .must_say("RhombusThrottled: no case in which it fires as warning");
    check(&without(&|look| of_it(look) && look.exp_alerts.is_empty()))
        .must_say("RhombusThrottled: no case in which it stays silent");
    let mut early = cases();
    early.iter_mut().for_each(|case| {
        let fires = case
            .alert_rule_test
            .iter()
            .any(|look| of_it(look) && !look.exp_alerts.is_empty());
        case.alert_rule_test
            .retain(|look| !(fires && of_it(look) && look.exp_alerts.is_empty()));
    });
    check(&early).must_say("RhombusThrottled: no case that looks before warning fires");
    let critical = |look: &Look| {
        let labels = look
            .exp_alerts
            .iter()
            .map(|expected| &expected.exp_labels["severity"]);
        look.alertname == "RhombusDataStale" && labels.into_iter().any(|s| s == "critical")
    };
    check(&without(&critical)).must_say("RhombusDataStale: no case in which it fires as critical");
}
