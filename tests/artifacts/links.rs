//! The links in the tables: each leads to a dashboard that ships, with the variables kept, and to the
//! organisation of its row, whatever that is called.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::dashboards::{dashboards, links, panels, parse, text};
use crate::findings::{Findings, broken};
use crate::grafana::{ODD_NAMES, followed};
use crate::whole_dashboards;

/// Every link of every column of the dashboard.
pub(crate) fn check(findings: &mut Findings, dashboard: &Value) {
    let paths = paths();
    for panel in panels(dashboard) {
        let title = text(panel, "title");
        for url in links(panel) {
            let encoded = url
                .split("${__data.fields.")
                .skip(1)
                .all(|field| field.split('}').next().is_some_and(percent_encodes));
            findings.require(
                encoded,
                format!("{title}: a link has a field without :percentencode"),
            );
            for name in ODD_NAMES {
                if let Err(wrong) = check_target(url, name, &paths) {
                    findings.require(false, format!("{title}: the link of {name:?}: {wrong}"));
                }
            }
        }
    }
}

/// Where the dashboards are.
fn paths() -> Vec<String> {
    let all = dashboards().into_iter();
    all.filter_map(|dashboard| parse(&dashboard.text).ok())
        .map(|json| format!("/d/{}", text(&json, "uid")))
        .collect()
}

fn percent_encodes(field: &str) -> bool {
    field.ends_with(":percentencode")
}

fn check_target(url: &str, name: &str, paths: &[String]) -> Result<(), String> {
    let address = followed(url, name)?;
    if !paths.iter().any(|path| path == address.path()) {
        return Err(format!("no dashboard at {}", address.path()));
    }
    let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
    let all = Some("$__all");
    for (key, value) in [
        ("var-datasource", all),
        ("var-job", all),
        ("var-instance", all),
        ("var-kind", all),
        ("var-org", Some(name)),
        ("from", Some("now-6h")),
        ("to", Some("now")),
    ] {
        let found = asked.get(key).map(String::as_str);
        if found != value {
            return Err(format!("{key} is {found:?}"));
        }
    }
    if address.fragment().is_some() || asked.len() != address.query_pairs().count() {
        return Err(format!("more than asked for: {address}"));
    }
    Ok(())
}

#[test]
fn there_are_links_to_hold() {
    for dashboard in dashboards() {
        let json = parse(&dashboard.text).expect("a dashboard is JSON");
        let count = panels(&json).into_iter().flat_map(links).count();
        assert!(count > 0, "{}", dashboard.file);
    }
}

#[test]
fn each_link_that_leads_elsewhere_is_noticed() {
    for dashboard in dashboards() {
        for (from, to, words) in [
            (":percentencode}", "}", "without :percentencode"),
            (
                ":percentencode}",
                "}",
                "the link of \"A+B\": var-org is Some(\"A B\")",
            ),
            (":percentencode}", ":json}", "is not known here"),
            (
                "/d/rhombus-shares-overview?",
                "/d/rhombus?",
                "no dashboard at /d/rhombus",
            ),
            ("${job:queryparam}&", "", "var-job is None"),
            ("&${__url_time_range}", "", "from is None"),
            ("&var-org=", "&org=", "var-org is None"),
        ] {
            let text = broken(&dashboard.text, from, to);
            whole_dashboards::check_part(&dashboard.file, &text, check).must_say(words);
        }
    }
}
