//! The queries of the pages, which people paste into Prometheus: each line of a block is one that it understands, of
//! metrics that there are, with labels that they have.

use crate::contract::Contract;
use crate::dashboards::{files, name, read};
use crate::findings::Findings;
use crate::promql;
use crate::rule_file;

/// What Prometheus adds to each series, and calls what fires.
const AROUND: [&str; 2] = ["job", "instance"];

/// What is wrong with the queries of a page.
fn check(page: &str, text: &str, metrics: &Contract) -> (usize, Findings) {
    let mut findings = Findings::about(page);
    let blocks = text.split("```promql\n").skip(1);
    let lines = blocks.flat_map(|rest| rest.split("```").next().unwrap_or_default().lines());
    let mut count = 0;
    for line in lines {
        check_query(&mut findings, line, metrics);
        count += 1;
    }
    (count, findings)
}

fn check_query(findings: &mut Findings, query: &str, metrics: &Contract) {
    let parsed = match promql::parse(query) {
        Ok(parsed) => parsed,
        Err(error) => return findings.require(false, format!("{query}: {error}")),
    };
    for selected in promql::selected(&parsed) {
        let name = &selected.name;
        // One selects by labels alone, and ALERTS has those of whatever fires.
        if name.is_empty() || name == "ALERTS" {
            continue;
        }
        let Some(metric) = metrics.get(name) else {
            findings.require(false, format!("{query}: no such metric: {name}"));
            continue;
        };
        for (label, _, _) in &selected.matchers {
            let has = metric.labels.contains(label) || AROUND.contains(&&**label);
            findings.require(has, format!("{query}: {name} has no label {label}"));
        }
    }
}

#[test]
fn each_query_of_a_page_can_be_asked() {
    let metrics = rule_file::with_recorded(&rule_file::text());
    let mut queries = 0;
    for path in files("docs", "md") {
        let (count, findings) = check(&name(&path), &read(&path), &metrics);
        findings.none();
        queries += count;
    }
    assert!(queries > 80, "only {queries} queries were found");
}

#[test]
fn a_query_that_can_not_be_asked_is_noticed() {
    let metrics = rule_file::with_recorded(&rule_file::text());
    for (query, words) in [
        (
            "rhombus_links{org=\"ACME\"}",
            "no such metric: rhombus_links",
        ),
        (
            "rhombus_shares{policy=\"x\"}",
            "rhombus_shares has no label policy",
        ),
        (
            "sum by (org (rhombus_shares)",
            "sum by (org (rhombus_shares)",
        ),
    ] {
        let page = format!("```promql\n{query}\n```\n");
        check("a page", &page, &metrics).1.must_say(words);
    }
}
