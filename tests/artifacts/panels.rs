//! One panel of a dashboard: what a person needs to read it, and that its queries ask what exists
//! in the way that it can be asked.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::contract::{Contract, contract};
use crate::dashboards::{all_panels, dashboards, list, panels, queries, text};
use crate::findings::{Findings, broken};
use crate::promql::{self, Selected};
use crate::{whole_dashboards, zeros};

/// The units in use, as Grafana's list has them.
const UNITS: [&str; 8] = [
    "none",
    "short",
    "s",
    "bytes",
    "Bps",
    "ops",
    "reqps",
    "percentunit",
];

/// A range that no panel would write: `$__rate_interval` in these checks.
const RATE_INTERVAL: &str = "61s";

/// Every panel of the dashboard.
pub(crate) fn check(findings: &mut Findings, dashboard: &Value) {
    let metrics = contract();
    let mut titles = BTreeSet::new();
    for panel in all_panels(dashboard) {
        let title = text(panel, "title");
        findings.require(!title.is_empty(), "a panel has no title");
        findings.require(
            titles.insert(title),
            format!("{title}: the title is there twice"),
        );
    }
    for panel in panels(dashboard) {
        check_panel(findings, panel);
        for target in list(panel, "targets") {
            check_target(findings, panel, target, &metrics);
        }
    }
}

fn check_panel(findings: &mut Findings, panel: &Value) {
    let title = text(panel, "title");
    let kind = text(panel, "type");
    let known = ["stat", "timeseries", "table"].contains(&kind);
    findings.require(known, format!("{title}: the type is {kind:?}"));
    findings.require(
        !text(panel, "description").is_empty(),
        format!("{title}: no description"),
    );
    let defaults = &panel["fieldConfig"]["defaults"];
    let unit = text(defaults, "unit");
    findings.require(
        UNITS.contains(&unit),
        format!("{title}: the unit is {unit:?}"),
    );
    let mapped = defaults
        .get("mappings")
        .is_none_or(|mappings| mappings != &json!([]));
    findings.require(mapped, format!("{title}: empty mappings"));
    findings.require(
        from_variable(panel),
        format!("{title}: the data source is fixed"),
    );
    let targets = list(panel, "targets");
    findings.require(!targets.is_empty(), format!("{title}: asks nothing"));
    let refs: BTreeSet<&str> = targets.iter().map(|target| text(target, "refId")).collect();
    let unique = refs.len() == targets.len() && !refs.contains("");
    findings.require(unique, format!("{title}: two targets share a refId"));
    if kind == "stat" {
        check_stat(findings, panel);
    }
    zeros::check_kinds(findings, panel);
}

/// A stat shows what is, not what last was: it asks for this moment, and says so where nothing is.
/// When it may show a 0 is for `zeros`, and what is then shown for the cases (`panel_cases`).
fn check_stat(findings: &mut Findings, panel: &Value) {
    let title = text(panel, "title");
    let says = !text(&panel["fieldConfig"]["defaults"], "noValue").is_empty();
    findings.require(
        says,
        format!("{title}: says nothing where there is no value"),
    );
    for target in list(panel, "targets") {
        let now = target["instant"] == true && target["range"] == false;
        findings.require(now, format!("{title}: shows an old value after an outage"));
    }
    zeros::check(findings, panel);
}

/// Whether the expression is a number of links, or of what they show.
pub(crate) fn counts_links(expr: &str) -> bool {
    let of_links = [
        "(rhombus_shares{",
        "(rhombus_shares_without_expiry{",
        "(rhombus_shares_expir",
        "(rhombus_shared_",
        "(rhombus_share_expiry_readings{",
        "(rhombus_share_violations{",
    ];
    let mut number = expr;
    for around in ["label_replace(", "topk(50, "] {
        number = number.strip_prefix(around).unwrap_or(number);
    }
    for rest in [" != 0 ", " or 0 * "] {
        number = number.split(rest).next().unwrap_or_default();
    }
    number.starts_with("sum") && of_links.iter().any(|metric| number.contains(metric))
}

fn from_variable(value: &Value) -> bool {
    value["datasource"] == json!({"type": "prometheus", "uid": "${datasource}"})
}

fn check_target(findings: &mut Findings, panel: &Value, target: &Value, metrics: &Contract) {
    let (title, expr) = (text(panel, "title"), text(target, "expr"));
    findings.require(
        from_variable(target),
        format!("{title}: a target's data source is fixed"),
    );
    findings.require(
        !expr.contains("vector("),
        format!("{title}: a default hides an outage"),
    );
    // Replicas that watch one organisation would count its links twice.
    let once = !counts_links(expr) || expr.contains("(max by (job, org, kind");
    findings.require(once, format!("{title}: counts once a replica"));
    let description = text(panel, "description");
    let warned = ["lookback", "see What is not known"]
        .iter()
        .all(|words| description.contains(words));
    findings.require(
        warned || !counts_links(expr),
        format!("{title}: doesn't say what may be missing"),
    );
    if text(panel, "type") == "table" {
        let rows = target["format"] == "table" && target["instant"] == true;
        findings.require(
            rows,
            format!("{title}: a table asks for this moment, as a table"),
        );
    }
    // The variables of a dashboard are kept, so that the selectors can be seen to use them.
    let written = expr.replace("$__rate_interval", RATE_INTERVAL);
    match promql::parse(&written) {
        Ok(parsed) => {
            for selected in promql::selected(&parsed) {
                check_selected(findings, title, &selected, metrics);
            }
        }
        Err(error) => findings.require(false, format!("{title}: {expr}: {error}")),
    }
}

fn check_selected(findings: &mut Findings, title: &str, selected: &Selected, metrics: &Contract) {
    let name = &selected.name;
    for label in ["job", "instance"] {
        let wanted = (label.to_owned(), "=~".to_owned(), format!("${label}"));
        let there = selected.matchers.contains(&wanted);
        findings.require(
            there,
            format!("{title}: {name} lacks {label}=~\"${label}\""),
        );
    }
    let Some(metric) = metrics.get(name) else {
        return findings.require(false, format!("{title}: no such metric: {name}"));
    };
    for (label, ..) in &selected.matchers {
        let known = ["job", "instance"].contains(&&**label) || metric.labels.contains(label);
        findings.require(known, format!("{title}: {name} has no label {label}"));
    }
    if metric.kind == "counter" {
        let rate = selected
            .call
            .is_some_and(|call| ["rate", "increase"].contains(&call))
            && selected.range == Some(Duration::from_secs(61));
        findings.require(
            rate,
            format!("{title}: {name} is a counter: rate(…[$__rate_interval])"),
        );
    }
    let distance = selected.beside_time || !name.ends_with("_timestamp_seconds");
    findings.require(
        distance,
        format!("{title}: {name} is a moment: subtract time() or from it"),
    );
}

#[test]
fn every_query_can_be_asked_with_its_variables_filled_in() {
    let all = queries();
    assert!(all.len() > 40, "{} queries", all.len());
    for query in &all {
        let filled = query.filled("1m");
        let parsed = promql::parse(&filled);
        assert!(
            parsed.is_ok(),
            "{}, {}: {parsed:?}",
            query.dashboard,
            query.panel
        );
        assert!(
            !filled.replace("\"$1\"", "").contains('$'),
            "{}, {}: {filled}",
            query.dashboard,
            query.panel
        );
    }
    // What needs a week of history is one line of one panel: all the rest answers at once.
    let history: Vec<&str> = all
        .iter()
        .filter(|q| q.looks_back())
        .map(|q| &*q.panel)
        .collect();
    assert_eq!(history, ["Open links, against last week"]);
}

#[test]
fn each_broken_panel_is_noticed() {
    let all = dashboards();
    for (dashboard, from, to, words) in [
        (0, "\"title\": \"Version\"", "\"title\": \"\"", "no title"),
        (
            0,
            "\"title\": \"Version\"",
            "\"title\": \"Failing\"",
            "there twice",
        ),
        (
            0,
            "\"description\": \"Cores in use.\"",
            "\"description\": \"\"",
            "CPU: no description",
        ),
        (
            0,
            "\"type\": \"timeseries\"",
            "\"type\": \"graph\"",
            "the type is \"graph\"",
        ),
        (
            0,
            "\"unit\": \"Bps\"",
            "\"unit\": \"B/s\"",
            "the unit is \"B/s\"",
        ),
        (
            0,
            "\"unit\": \"Bps\"",
            "\"mappings\": [], \"unit\": \"Bps\"",
            "empty mappings",
        ),
        (0, "\"refId\": \"B\"", "\"refId\": \"A\"", "share a refId"),
        (
            0,
            "\"uid\": \"${datasource}\"",
            "\"uid\": \"prometheus\"",
            "the data source is fixed",
        ),
        (
            0,
            "sum by (code) (",
            "sum by (code) ((",
            "Requests, by status: sum",
        ),
        (
            0,
            "rate(rhombus_api_retries_total{job=~\\\"$job\\\",",
            "rate(rhombus_api_retries_total{",
            "lacks job",
        ),
        (0, ",instance=~\\\"$instance\\\"", "", "lacks instance"),
        (
            0,
            "rhombus_api_retries_total{",
            "rhombus_api_repeats_total{",
            "no such metric: rhombus_api_repeats_total",
        ),
        (
            0,
            "rate(rhombus_api_retries_total",
            "delta(rhombus_api_retries_total",
            "is a counter",
        ),
        (0, "[$__rate_interval]", "[5m]", "is a counter"),
        (
            0,
            "\"instant\": true",
            "\"instant\": false",
            "shows an old value",
        ),
        (
            0,
            "\"noValue\": \"No exporter seen\"",
            "\"noValue\": \"\"",
            "says nothing",
        ),
        (
            0,
            "or 0 * count(",
            "or vector(0) * count(",
            "hides an outage",
        ),
        (
            0,
            "\"format\": \"table\"",
            "\"format\": \"time_series\"",
            "as a table",
        ),
        (
            1,
            "sum(max by (job, org, kind, protection) (",
            "sum((",
            "counts once a replica",
        ),
        (
            1,
            "and with a lookback the links",
            "and the links",
            "Active links by protection: doesn't say",
        ),
        (1, " - time()", "", "is a moment"),
        (
            1,
            "within=\\\"24h\\\"",
            "window=\\\"24h\\\"",
            "has no label window",
        ),
    ] {
        let dashboard = &all[dashboard];
        whole_dashboards::check_part(&dashboard.file, &broken(&dashboard.text, from, to), check)
            .must_say(words);
    }
}
