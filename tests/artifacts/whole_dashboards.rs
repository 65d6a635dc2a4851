//! A dashboard as a whole: that Grafana can provision it, its variables, its grid. The panels are
//! checked beside it (`panels`), and so are their thresholds (`thresholds`).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::dashboards::{ALL_KINDS, all_panels, dashboards, list, parse, text};
use crate::findings::{Findings, broken};
use crate::{links, panels, thresholds};

const TAG: &str = "rhombus-shares";
const PREFIX: &str = "Rhombus Shares / ";

/// `kubectl apply` writes a ConfigMap into an annotation of itself, as JSON, and annotations end at
/// 256 KiB. A KiB is left for what is around the file.
const LONGEST: usize = 255 * 1024;

/// Everything that is asked of a dashboard.
pub(crate) fn check(file: &str, content: &str) -> Findings {
    let (mut findings, dashboard) = check_whole(file, content);
    panels::check(&mut findings, &dashboard);
    thresholds::check(&mut findings, &dashboard);
    links::check(&mut findings, &dashboard);
    findings
}

/// What a part of the checks finds, such as [`panels::check`]. All of them take a moment each.
pub(crate) fn check_part(
    file: &str,
    content: &str,
    part: impl FnOnce(&mut Findings, &Value),
) -> Findings {
    let mut findings = Findings::about(file);
    part(&mut findings, &parse(content).expect("a dashboard is JSON"));
    findings
}

/// All but its panels; and the dashboard, null where it can't be read.
fn check_whole(file: &str, content: &str) -> (Findings, Value) {
    let mut findings = Findings::about(file);
    check_text(&mut findings, content);
    match parse(content) {
        Ok(dashboard) => {
            check_head(&mut findings, &dashboard);
            check_settings(&mut findings, &dashboard);
            check_variables(&mut findings, &dashboard);
            check_grid(&mut findings, &dashboard);
            (findings, dashboard)
        }
        Err(error) => {
            findings.require(false, error.to_string());
            (findings, Value::Null)
        }
    }
}

/// What file provisioning does not resolve, and what a formatter would change.
fn check_text(findings: &mut Findings, content: &str) {
    for forbidden in ["__inputs", "__requires", "__elements", "${DS_"] {
        findings.require(
            !content.contains(forbidden),
            format!("{forbidden} can't be provisioned"),
        );
    }
    let in_an_annotation = Value::from(content).to_string().len();
    findings.require(
        in_an_annotation <= LONGEST,
        format!("{in_an_annotation} bytes as JSON are more than kubectl apply can take"),
    );
    for (index, line) in content.lines().enumerate() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let pretty = indent % 2 == 0 && !line.trim_start().is_empty() && !line.ends_with(' ');
        findings.require(
            pretty,
            format!("line {} is not indented by twos", index + 1),
        );
    }
    findings.require(content.ends_with("}\n"), "the last line has no end");
}

fn check_head(findings: &mut Findings, dashboard: &Value) {
    let uid = text(dashboard, "uid");
    let word = uid
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    findings.require(
        word && (8..=40).contains(&uid.len()),
        format!("the uid is {uid:?}"),
    );
    findings.require(dashboard["id"].is_null(), "the id is Grafana's to give");
    let title = text(dashboard, "title");
    findings.require(title.starts_with(PREFIX), format!("the title is {title:?}"));
    findings.require(!text(dashboard, "description").is_empty(), "no description");
    let version = dashboard["schemaVersion"].as_u64().unwrap_or(0);
    findings.require(
        (39..=42).contains(&version),
        format!("the schemaVersion is {version}"),
    );
    let tagged = list(dashboard, "tags").iter().any(|tag| tag == TAG);
    findings.require(tagged, format!("the tag {TAG} is missing"));
}

fn check_settings(findings: &mut Findings, dashboard: &Value) {
    findings.require(dashboard["refresh"].is_string(), "refresh is not a string");
    findings.require(dashboard["editable"] == false, "it can be edited");
    findings.require(!text(dashboard, "timezone").is_empty(), "no timezone");
    let time = &dashboard["time"];
    let window = !text(time, "from").is_empty() && !text(time, "to").is_empty();
    findings.require(window, "no time");
    let links = list(dashboard, "links");
    let linked = links.iter().any(|link| {
        link["type"] == "dashboards"
            && link["tags"] == json!([TAG])
            && link["includeVars"] == true
            && link["keepTime"] == true
    });
    findings.require(
        linked,
        "no link by tag to the other dashboards with time and variables",
    );
}

fn check_variables(findings: &mut Findings, dashboard: &Value) {
    let variables = list(&dashboard["templating"], "list");
    let names: Vec<&str> = variables
        .iter()
        .map(|variable| text(variable, "name"))
        .collect();
    let wanted = ["datasource", "job", "instance", "org", "kind"];
    findings.require(names == wanted, format!("the variables are {names:?}"));
    for variable in variables {
        match text(variable, "name") {
            "datasource" => check_datasource(findings, variable),
            name => check_query_variable(findings, name, variable),
        }
    }
}

fn check_datasource(findings: &mut Findings, variable: &Value) {
    let found = ["type", "label", "query"].map(|key| text(variable, key));
    let wanted = ["datasource", "Data source", "prometheus"];
    findings.require(
        found == wanted,
        format!("the variable datasource is {found:?}"),
    );
}

fn check_query_variable(findings: &mut Findings, name: &str, variable: &Value) {
    let label = match name {
        "job" => "Job",
        "instance" => "Instance",
        _ => text(variable, "label"),
    };
    let labelled = !label.is_empty() && text(variable, "label") == label;
    findings.require(labelled, format!("${name}: the label is not {label:?}"));
    let datasource = json!({"type": "prometheus", "uid": "${datasource}"});
    findings.require(
        variable["datasource"] == datasource,
        format!("${name}: the data source is fixed"),
    );
    let fresh = variable["type"] == "query" && variable["refresh"] == 2;
    findings.require(
        fresh,
        format!("${name}: is not asked again with the time range"),
    );
    // What can't be seen must not have been chosen: the other dashboard's link hands it on.
    findings.require(variable["hide"] == 0, format!("${name}: is hidden"));
    findings.require(variable["sort"] == 1, format!("${name}: is not sorted"));
    let every = match name {
        "kind" => ALL_KINDS,
        _ => ".+",
    };
    let all = variable["multi"] == true
        && variable["includeAll"] == true
        && variable["allValue"] == every;
    findings.require(
        all,
        format!("${name}: does not offer several, and all as {every}"),
    );
    // A partner is no organisation, and neither its list of clients nor an audit feed a list of links.
    let asked = text(&variable["query"], "query");
    let of_links = !asked.contains("rhombus_collect_")
        || asked.contains("source!~\"audit_feed|partner_clients\"");
    findings.require(of_links, format!("${name}: offers partners"));
    // The kinds are those of the lists: of one that was never read, there is no link to go by.
    let of_lists = asked.ends_with("}, source)");
    let by_list = name != "kind" || of_lists && variable["regex"] == "/^(.+)s$/";
    findings.require(
        by_list,
        format!("${name}: does not offer what was never read"),
    );
}

fn check_grid(findings: &mut Findings, dashboard: &Value) {
    let panels = all_panels(dashboard);
    let mut ids = BTreeSet::new();
    let places: Vec<(&str, [u64; 4])> = panels
        .iter()
        .map(|panel| (text(panel, "title"), place(panel)))
        .collect();
    for (panel, (title, [x, _, w, h])) in panels.iter().zip(&places) {
        let unique = panel["id"]
            .as_u64()
            .is_some_and(|id| id > 0 && ids.insert(id));
        findings.require(unique, format!("{title}: the id is not its own"));
        let sane = *w > 0 && *h > 0 && x + w <= 24;
        findings.require(sane, format!("{title}: does not fit the grid"));
    }
    for (index, (title, a)) in places.iter().enumerate() {
        for (other, b) in &places[index + 1..] {
            findings.require(!overlap(*a, *b), format!("{title} and {other} overlap"));
        }
    }
}

fn place(panel: &Value) -> [u64; 4] {
    ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap_or(99))
}

fn overlap([ax, ay, aw, ah]: [u64; 4], [bx, by, bw, bh]: [u64; 4]) -> bool {
    ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah
}

#[test]
fn every_dashboard_is_held() {
    assert!(!dashboards().is_empty());
    for dashboard in dashboards() {
        check(&dashboard.file, &dashboard.text).none();
    }
}

#[test]
fn a_dashboard_that_is_too_long_for_a_config_map_is_noticed() {
    let mut findings = Findings::about("long");
    check_text(
        &mut findings,
        &format!("{}}}\n", "{}\n".repeat(LONGEST / 5)),
    );
    findings.none();
    check_text(
        &mut findings,
        &format!("{}}}\n", "{}\n".repeat(LONGEST / 3)),
    );
    findings.must_say("more than kubectl apply can take");
}

#[test]
fn each_broken_dashboard_is_noticed() {
    for dashboard in dashboards() {
        for (from, to, words) in [
            (
                "\"uid\": \"rhombus-",
                "\"uid\": \"a\", \"uid\": \"rhombus-",
                "\"uid\" is there twice",
            ),
            (
                "\"uid\": \"rhombus-shares-",
                "\"uid\": \"rhombus shares ",
                "the uid is",
            ),
            ("\"id\": null", "\"id\": 7", "Grafana's to give"),
            ("Rhombus Shares / ", "", "the title is"),
            (
                "\"schemaVersion\": 39",
                "\"schemaVersion\": 38",
                "schemaVersion",
            ),
            ("\"refresh\": \"1m\"", "\"refresh\": false", "refresh"),
            ("\"editable\": false", "\"editable\": true", "edited"),
            (
                "\"timezone\": \"browser\"",
                "\"timezone\": \"\"",
                "timezone",
            ),
            (
                "\"keepTime\": true",
                "\"keepTime\": false",
                "no link by tag",
            ),
            ("\"timepicker\": {}", "\"__inputs\": []", "__inputs"),
            ("${datasource}", "${DS_PROMETHEUS}", "${DS_"),
            (
                "\"name\": \"org\"",
                "\"name\": \"organisation\"",
                "the variables are",
            ),
            (
                "\"label\": \"Job\"",
                "\"label\": \"job\"",
                "$job: the label",
            ),
            (
                "\"refresh\": 2",
                "\"refresh\": 1",
                "$org: is not asked again",
            ),
            ("\"hide\": 0", "\"hide\": 2", "$kind: is hidden"),
            ("/^(.+)s$/", "", "$kind: does not offer what was never read"),
            (
                "}, source)",
                "}, kind)",
                "$kind: does not offer what was never read",
            ),
            (
                "\"sort\": 1,\n        \"multi\"",
                "\"sort\": 0,\n        \"multi\"",
                "$kind: is not sorted",
            ),
            (
                "\"allValue\": \".+\"",
                "\"allValue\": \".*\"",
                "$job: does not offer",
            ),
            (
                "\"label\": \"Data source\"",
                "\"label\": \"\"",
                "the variable datasource",
            ),
            ("\"id\": 3,", "\"id\": 2,", "not its own"),
            ("\"w\": 12", "\"w\": 13", "does not fit the grid"),
            ("\"h\": 8", "\"h\": 9", "overlap"),
            ("\n  \"uid\"", "\n   \"uid\"", "indented by twos"),
        ] {
            let text = broken(&dashboard.text, from, to);
            check_whole(&dashboard.file, &text).0.must_say(words);
        }
    }
}
