//! The colours of a panel say what the alerts say. A panel that changes colour names its alerts at
//! the end of its description (`Alerts: RhombusShareOpen.`); where its steps are, and which colours,
//! follows from them. A panel without colours may count how many are of an age.

use serde_json::Value;

use crate::dashboards::{dashboards, expressions, fill, list, panels, text};
use crate::findings::{Findings, broken};
use crate::panels::counts_links;
use crate::promql::{self, Comparison};
use crate::rule_file::{self, Alert};
use crate::{conditions, whole_dashboards};

/// A day, a week and a month: the ages at which a panel without colours may count.
const AGES: [f64; 3] = [86_400.0, 604_800.0, 2_592_000.0];

/// Colours that warn of nothing.
const CALM: [&str; 3] = ["green", "text", "transparent"];

/// Every panel of the dashboard.
pub(crate) fn check(findings: &mut Findings, dashboard: &Value) {
    let all = rule_file::alerts(&rule_file::text());
    for panel in panels(dashboard) {
        let title = text(panel, "title");
        let named = named(text(panel, "description"));
        for name in &named {
            let known = all.iter().any(|alert| alert.alert == *name);
            findings.require(known, format!("{title}: no alert {name}"));
        }
        let of_panel: Vec<&Alert> = all
            .iter()
            .filter(|alert| named.contains(&&*alert.alert))
            .collect();
        // Where links are counted, the first is an edge, whatever its alert measures.
        let first = expressions(panel).into_iter().any(counts_links);
        for steps in steps(panel) {
            check_steps(findings, title, steps, &of_panel, first);
        }
        check_expressions(findings, panel, &of_panel);
    }
}

/// The alerts that the description names.
fn named(description: &str) -> Vec<&str> {
    let names = description
        .split_once("Alerts: ")
        .map_or("", |(_, names)| names);
    let words = names.split([',', '.', ' ']);
    words.filter(|word| word.starts_with("Rhombus")).collect()
}

/// Each list of steps: the panel's, and those of its columns.
fn steps(panel: &Value) -> Vec<&[Value]> {
    let config = &panel["fieldConfig"];
    let columns = list(config, "overrides")
        .iter()
        .flat_map(|column| list(column, "properties"));
    let columns = columns
        .filter(|property| property["id"] == "thresholds")
        .map(|property| &property["value"]);
    let all = std::iter::once(&config["defaults"]["thresholds"]).chain(columns);
    all.map(|thresholds| list(thresholds, "steps"))
        .filter(|steps| steps.len() > 1)
        .collect()
}

fn check_steps(
    findings: &mut Findings,
    title: &str,
    steps: &[Value],
    alerts: &[&Alert],
    first: bool,
) {
    findings.require(
        !alerts.is_empty(),
        format!("{title}: has colours, and names no alert"),
    );
    let allowed: Vec<f64> = alerts
        .iter()
        .flat_map(|alert| compared(&alert.expr))
        .flat_map(edges)
        .chain(first.then_some(1.0))
        .collect();
    let colours: Vec<&str> = alerts
        .iter()
        .flat_map(|alert| colours(alert))
        .copied()
        .collect();
    for step in steps {
        let colour = text(step, "color");
        let right = CALM.contains(&colour) || colours.contains(&colour);
        findings.require(
            right,
            format!("{title}: {colour} is no colour of its alerts"),
        );
        if let Some(value) = step["value"].as_f64() {
            let edge = allowed.contains(&value);
            findings.require(
                edge,
                format!("{title}: {value} is no threshold of its alerts: {allowed:?}"),
            );
        }
    }
}

/// Where the expression of a panel compares by size, it compares as the alert does.
fn check_expressions(findings: &mut Findings, panel: &Value, alerts: &[&Alert]) {
    let title = text(panel, "title");
    let of_alerts: Vec<Comparison> = alerts
        .iter()
        .flat_map(|alert| compared(&alert.expr))
        .collect();
    for expr in expressions(panel) {
        let own = compared(&fill(&conditions::without_conditions(expr), "1m")).into_iter();
        for comparison in own.filter(|(op, _)| op != "==" && op != "!=") {
            let by_age = steps(panel).is_empty() && AGES.contains(&comparison.1);
            let held = by_age || of_alerts.contains(&comparison);
            findings.require(
                held,
                format!("{title}: no alert compares with {comparison:?}"),
            );
        }
    }
}

fn compared(expr: &str) -> Vec<Comparison> {
    promql::parse(expr)
        .map(|expr| promql::comparisons(&expr))
        .unwrap_or_default()
}

/// The values of whole numbers at which the comparison begins or ends to hold.
fn edges((op, number): Comparison) -> Vec<f64> {
    match &*op {
        ">" | "<=" => vec![number + 1.0],
        "==" | "!=" => vec![number, number + 1.0],
        _ => vec![number],
    }
}

/// What follows the policy is a warning, as its built-in rules on protection and end are; or, of every
/// other rule, what the policy says.
fn colours(alert: &Alert) -> &'static [&'static str] {
    match alert.severity() {
        Some("critical") => &["red"],
        None if alert.alert == "RhombusSharePolicyViolated" => &["red", "orange", "blue"],
        Some("warning") | None => &["orange"],
        Some(_) => &["blue"],
    }
}

#[test]
fn each_colour_that_no_alert_explains_is_noticed() {
    let all = dashboards();
    for (dashboard, from, to, words) in [
        (
            0,
            "Alerts: RhombusConfigReloadFailed.",
            "",
            "Configuration: has colours, and names no alert",
        ),
        (
            0,
            "Alerts: RhombusConfigReloadFailed.",
            "Alerts: RhombusNothing.",
            "no alert RhombusNothing",
        ),
        (
            0,
            "5 * max by (job, instance) (rhombus_collect_interval_seconds",
            "6 * max by (job, instance) (rhombus_collect_interval_seconds",
            "no alert compares with (\">\", 6.0)",
        ),
        (
            1,
            "\"value\": 86400",
            "\"value\": 43200",
            "Next expiry in: 43200 is no threshold",
        ),
        (
            1,
            "\"color\": \"orange\"",
            "\"color\": \"red\"",
            "Open links: red is no colour",
        ),
        (
            1,
            "RhombusSharePolicyViolated, RhombusShareViolationsHidden.",
            "RhombusShareViolationsHidden.",
            "Violations: red is no colour",
        ),
        (
            2,
            "\"value\": 1209600",
            "\"value\": 604800",
            "Exceptions: 604800 is no threshold",
        ),
        (
            2,
            ">= bool 604800",
            ">= bool 1209600",
            "Violations by age: no alert compares with (\">=\", 1209600.0)",
        ),
    ] {
        let dashboard = &all[dashboard];
        whole_dashboards::check_part(&dashboard.file, &broken(&dashboard.text, from, to), check)
            .must_say(words);
    }
}
