//! When a stat may show a 0, or a calm colour: only while everything that it is about could be looked
//! at. Else it says that a number is a bound, and of a 0 that it is unknown: Grafana shows `noValue` in
//! the colour of the lowest step. What the queries then show is for the cases (`panel_cases`,
//! `kind_cases`).

use serde_json::{Value, json};

use crate::conditions::{BELIEVED, BELIEVED_BY_KIND, LOOKBACK, LOOKED_AT, NOT_SEEN, written};
use crate::dashboards::{dashboards, list, panels, parse, text};
use crate::findings::{Findings, broken};
use crate::panels::counts_links;
use crate::whole_dashboards;

/// One stat.
pub(crate) fn check(findings: &mut Findings, panel: &Value) {
    let title = text(panel, "title");
    for target in list(panel, "targets") {
        let expr = text(target, "expr");
        if shows_no_zero(expr) {
            continue;
        }
        let easily = if counts_links(expr) || says_none(panel) {
            !is_bounded(expr) || !names_the_bound(panel, target)
        } else {
            // What warns of the exporters themselves counts those that are not seen.
            is_calm(panel) && !expr.contains(&written(NOT_SEEN, is_of_org(expr)))
        };
        findings.require(!easily, format!("{title}: shows no 0, or one too easily"));
    }
    let defaults = &panel["fieldConfig"]["defaults"];
    let steps = list(&defaults["thresholds"], "steps");
    let lowest = steps.first().map_or("", |step| text(step, "color"));
    let neutral = json!({"text": defaults["noValue"], "color": "text"});
    let unknown = list(defaults, "mappings").iter().any(|mapping| {
        let result = &mapping["options"]["result"];
        mapping["options"]["match"] == "null"
            && neutral == json!({"text": result["text"], "color": result["color"]})
    });
    findings.require(
        unknown || !["green", "blue"].contains(&lowest),
        format!("{title}: what is unknown has a calm colour"),
    );
}

/// One table that has the kinds side by side: where a kind is in doubt, so is its 0, and no other.
pub(crate) fn check_kinds(findings: &mut Findings, panel: &Value) {
    let title = text(panel, "title");
    for target in list(panel, "targets") {
        let expr = text(target, "expr");
        if !expr.starts_with("sum by (kind) (") || !counts_links(expr) {
            continue;
        }
        let number = expr.split_once(" != 0 or ").unwrap_or_default().0;
        let zero = written(
            &format!("({number} == 0{BELIEVED_BY_KIND})"),
            is_of_org(expr),
        );
        let held = !number.is_empty() && expr.starts_with(&format!("{number} != 0 or {zero} or "));
        let held = held && expr.ends_with(" * NaN");
        findings.require(held, format!("{title}: shows no 0, or one too easily"));
    }
}

fn is_of_org(expr: &str) -> bool {
    expr.contains(r#"org=~"$org""#)
}

/// Whether it is there only while it is not 0, beside a number that is always there.
fn shows_no_zero(expr: &str) -> bool {
    expr.ends_with(" != 0") && !expr.contains(" or ")
}

/// Whether a number stands for all that there is only while that holds, and else for a bound: of a count,
/// which then is not 0, or of the first moment, which is NaN where there is none.
fn is_bounded(expr: &str) -> bool {
    let of_org = is_of_org(expr);
    let Some((_, bound)) = expr.split_once(" or on () label_replace(") else {
        return false;
    };
    let Some((bound, word)) = bound.split_once(", \"known\", ") else {
        return false;
    };
    let value = match bound.strip_suffix(" != 0") {
        Some(number) => format!("{number} / ({LOOKBACK} == bool 0) != Inf"),
        None => format!("({bound} or count(rhombus_shares{{LINKS}}) * NaN) and {LOOKBACK} == 0"),
    };
    let whole = format!("{value}{LOOKED_AT}{BELIEVED}, \"known\", \"all lists read\", \"\", \"\"");
    let bound = format!("{bound}, \"known\", {word}");
    expr == written(
        &format!("label_replace({whole}) or on () label_replace({bound}"),
        of_org,
    )
}

/// Whether the panel says which of the two a number is.
fn names_the_bound(panel: &Value, target: &Value) -> bool {
    panel["options"]["textMode"] == "value_and_name" && target["legendFormat"] == "{{known}}"
}

/// Whether it has a word for NaN.
fn says_none(panel: &Value) -> bool {
    let mappings = list(&panel["fieldConfig"]["defaults"], "mappings");
    mappings
        .iter()
        .any(|mapping| mapping["options"]["match"] == "nan")
}

/// Whether it can be green, or is a number of what is wrong.
fn is_calm(panel: &Value) -> bool {
    let steps = list(&panel["fieldConfig"]["defaults"]["thresholds"], "steps");
    steps.len() > 1
}

#[test]
fn each_zero_that_is_shown_too_easily_is_noticed() {
    for dashboard in dashboards() {
        let json = parse(&dashboard.text).expect("a dashboard is JSON");
        assert!(panels(&json).into_iter().any(is_calm));
    }
    let all = dashboards();
    for (dashboard, from, to, words) in [
        (
            1,
            " / (max(rhombus_collect_lookback",
            " / (min(rhombus_collect_lookback",
            "Open links: shows no 0",
        ),
        (
            1,
            " == bool 0) != Inf",
            " >= bool 0) != Inf",
            "Open links: shows no 0",
        ),
        (
            1,
            "source=\\\"clip_groups\\\"",
            "source=\\\"video_walls\\\"",
            "Open links: shows no 0",
        ),
        (
            1,
            " and min(rhombus_collect_success{",
            " and max(rhombus_collect_success{",
            "Open links: shows no 0",
        ),
        (
            1,
            "source=~\\\"($kind)s\\\"",
            "source=~\\\"clip_groups\\\"",
            "Open links: shows no 0",
        ),
        (
            1,
            "[1d]) and on (job)",
            "[1h]) and on (job)",
            "Open links: shows no 0",
        ),
        (
            1,
            "unless on (job, instance) rhombus_share_exporter_build_info{",
            "unless on (job) rhombus_share_exporter_build_info{",
            "Organisations in doubt: shows no 0",
        ),
        (
            1,
            "count(rhombus_collect_partial{",
            "count(rhombus_collect_success{",
            "Cameras shown: shows no 0",
        ),
        (
            1,
            " <= 5 * rhombus_collect_duration_seconds{",
            " <= 6 * rhombus_collect_duration_seconds{",
            "Open links: shows no 0",
        ),
        (
            1,
            "or rhombus_shares_unlisted{",
            "and rhombus_shares_unlisted{",
            "Never expire: shows no 0",
        ),
        (
            1,
            "super_admin=\\\"false\\\"} or",
            "super_admin=\\\"true\\\"} or",
            "Open links, chosen: shows no 0",
        ),
        (
            1,
            "state=\\\"duplicate\\\"} != 0 or",
            "state=\\\"stale\\\"} != 0 or",
            "Open links, chosen: shows no 0",
        ),
        (
            1,
            "access=\\\"not_allowed\\\"} or rhombus_collect_success{",
            "access=\\\"allowed\\\"} or rhombus_collect_success{",
            "Open links, chosen: shows no 0",
        ),
        (
            1,
            "instance=~\\\"$instance\\\",partner=~\\\"$org\\\"} unless",
            "instance=~\\\"$instance\\\"} unless",
            "Open links, chosen: shows no 0",
        ),
        (1, " >= 300 or", " >= 3000 or", "Footage out: shows no 0"),
        (
            1,
            " or rhombus_share_exporter_demo{job=~\\\"$job\\\",instance=~\\\"$instance\\\"})",
            ")",
            "Next expiry in: shows no 0",
        ),
        (
            1,
            " * NaN) and max(",
            " * NaN) and min(",
            "Oldest link: shows no 0",
        ),
        (
            1,
            "severity=\\\"critical\\\"})) != 0\"",
            "severity=\\\"critical\\\"}))\"",
            "Violations: shows no 0",
        ),
        (
            1,
            "(rhombus_share_violations{job=~\\\"$job\\\",instance=~\\\"$instance\\\",kind=~\\\"$kind\\\"})) /",
            "(rhombus_share_violations{job=~\\\"$job\\\",instance=~\\\"$instance\\\"})) /",
            "Violations: shows no 0",
        ),
        (
            1,
            "or on () label_replace(",
            "or label_replace(",
            "Clips out: shows no 0",
        ),
        (
            1,
            " != 0, \\\"known\\\"",
            " >= 0, \\\"known\\\"",
            "Clips out: shows no 0",
        ),
        (
            1,
            "\\\"known\\\", \\\"all lists read\\\"",
            "\\\"known\\\", \\\"at least\\\"",
            "Open links: shows no 0",
        ),
        (
            1,
            "\"legendFormat\": \"{{known}}\"",
            "\"legendFormat\": \"\"",
            "Open links: shows no 0",
        ),
        (
            1,
            "\"textMode\": \"value_and_name\"",
            "\"textMode\": \"value\"",
            "Oldest link: shows no 0",
        ),
        (
            1,
            " unless on (kind) (",
            " unless on () (",
            "Kinds side by side: shows no 0",
        ),
        (
            1,
            "\\\"kind\\\", \\\"clip_group\\\", \\\"\\\", \\\"\\\"",
            "\\\"kind\\\", \\\"video_wall\\\", \\\"\\\", \\\"\\\"",
            "Kinds side by side: shows no 0",
        ),
        (
            1,
            "\"match\": \"null\"",
            "\"match\": \"empty\"",
            "Open links: what is unknown has a calm colour",
        ),
        (
            0,
            "\"text\": \"unknown\",\n                  \"color\": \"text\"",
            "\"text\": \"unknown\",\n                  \"color\": \"green\"",
            "Failing: what is unknown has a calm colour",
        ),
        (
            0,
            " == 0 unless count(last_over_time(up{",
            " == 0 unless count((up{",
            "Failing: shows no 0",
        ),
    ] {
        let dashboard = &all[dashboard];
        let broken = broken(&dashboard.text, from, to);
        whole_dashboards::check_part(&dashboard.file, &broken, |findings, json| {
            let stats = panels(json).into_iter();
            let (stats, others): (Vec<_>, Vec<_>) =
                stats.partition(|panel| text(panel, "type") == "stat");
            stats.into_iter().for_each(|stat| check(findings, stat));
            others
                .into_iter()
                .for_each(|table| check_kinds(findings, table));
        })
        .must_say(words);
    }
}
