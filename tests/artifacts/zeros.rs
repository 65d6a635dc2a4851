//! When a stat may show a 0, or a calm colour: only while everything that it is about could be looked
//! at. Where nothing is known, Grafana shows `noValue` in the colour of the lowest step. The conditions
//! are written out in each query, since a dashboard has no other place for them; here they are once.
//! What they then show is for the cases (`panel_cases`).

use serde_json::{Value, json};

use crate::dashboards::{dashboards, list, panels, parse, text};
use crate::findings::{Findings, broken};
use crate::panels::counts_links;
use crate::{promql, rule_file, whole_dashboards};

/// The exporters and lists that a dashboard is about; `org` is filled in where one is chosen.
const CHOSEN: &str = r#"job=~"$job",instance=~"$instance""#;

/// What a number of links is divided by: with a lookback, a 0 becomes NaN, which reads "none lately".
const LOOKBACK: &str = "max(rhombus_collect_lookback_seconds{CHOSEN}) == bool 0";

/// The exporters that Prometheus knows, or knew within the last day, and that don't answer as one now:
/// down, gone, or something else in their place.
const NOT_SEEN: &str = "last_over_time(up{CHOSEN}[1d]) and on (job) \
    last_over_time(rhombus_share_exporter_build_info{CHOSEN}[1w]) \
    unless on (job, instance) rhombus_share_exporter_build_info{CHOSEN}";

/// The lists that an exporter asks for, and of which it shows nothing.
const NOT_SHOWN: &str = "label_replace(time() - \
    rhombus_collect_last_success_timestamp_seconds{LISTS,\
    source=~\"clip_groups|timelapse_groups|live_streams|video_walls\"}, \
    \"kind\", \"$1\", \"source\", \"(.+)s\") \
    unless on (job, instance, org, kind) rhombus_shares{LISTS}";

/// All that is needed for a number of links that is not 0 to be whole.
const LOOKED_AT: &str = " and min(rhombus_collect_success{LISTS}) == 1 \
    unless count(NOT_SEEN or NOT_SHOWN)";

/// What makes a whole answer one that can't be relied on: it said that it is not whole, it is old, it
/// is of an organisation that another name is too, a clock is wrong, or nothing of it is real.
const BELIEVED: &str = " unless count(rhombus_collect_partial{LISTS} == 1 \
    or abs(time() - rhombus_collect_last_success_timestamp_seconds{LISTS}) > on (job, instance) \
    group_left () (5 * max by (job, instance) (rhombus_collect_interval_seconds{CHOSEN})) \
    or rhombus_organizations{CHOSEN,state} != 0 \
    or abs(rhombus_clock_skew_seconds{CHOSEN}) >= 300 \
    or rhombus_share_exporter_demo{CHOSEN})";

/// Of all organisations, none may be in doubt; of the chosen ones, which that is can't be seen, but
/// what another name hides may be theirs.
const STATES: [&str; 2] = [r#"state!="fresh""#, r#"state="duplicate""#];

/// `condition` with the selectors put in, for the chosen organisations or all of them.
fn written(condition: &str, of_org: bool) -> String {
    let lists = if of_org {
        r#"CHOSEN,org=~"$org""#
    } else {
        "CHOSEN"
    };
    condition
        .replace("NOT_SEEN", NOT_SEEN)
        .replace("NOT_SHOWN", NOT_SHOWN)
        .replace(
            "{CHOSEN,state}",
            &format!("{{CHOSEN,{}}}", STATES[usize::from(of_org)]),
        )
        .replace("LISTS", lists)
        .replace("CHOSEN", CHOSEN)
}

/// The expression without the conditions, which say nothing of the panel's own thresholds.
pub(crate) fn without_conditions(expr: &str) -> String {
    let mut own = expr.to_owned();
    for of_org in [false, true] {
        for condition in [BELIEVED, LOOKED_AT] {
            own = own.replace(&written(condition, of_org), "");
        }
    }
    own
}

/// One stat.
pub(crate) fn check(findings: &mut Findings, panel: &Value) {
    let title = text(panel, "title");
    for target in list(panel, "targets") {
        let expr = text(target, "expr");
        let of_org = expr.contains(r#"org=~"$org""#);
        let easily = if counts_links(expr) {
            let number = expr.split_once(" != 0 or ").unwrap_or_default().0;
            let zero = written(
                &format!("({number} == 0) / ({LOOKBACK}){LOOKED_AT}{BELIEVED}"),
                of_org,
            );
            number.is_empty() || expr != format!("{number} != 0 or {zero}")
        } else if says_none(panel) {
            let none = format!(
                " * NaN and max(rhombus_collect_lookback_seconds{{CHOSEN}}) == 0{LOOKED_AT}{BELIEVED}"
            );
            !expr.ends_with(&written(&none, of_org))
        } else {
            // What warns of the exporters themselves counts those that are not seen.
            is_calm(panel) && !expr.contains(&written(NOT_SEEN, of_org))
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
fn the_conditions_are_written_in_terms_of_the_alerts() {
    let rules = rule_file::alerts(&rule_file::text());
    let compared: Vec<promql::Comparison> = rules
        .iter()
        .filter_map(|alert| promql::parse(&alert.expr).ok())
        .flat_map(|expr| promql::comparisons(&expr))
        .collect();
    let conditions = crate::dashboards::fill(
        &format!(
            "vector(1){}",
            written(&format!("{LOOKED_AT}{BELIEVED}"), true)
        ),
        "1m",
    );
    let own = promql::comparisons(&promql::parse(&conditions).expect("PromQL"));
    let by_size: Vec<&promql::Comparison> = own
        .iter()
        .filter(|(op, _)| op != "==" && op != "!=")
        .collect();
    assert_eq!(by_size, [&(">".to_owned(), 5.0), &(">=".to_owned(), 300.0)]);
    assert!(compared.contains(by_size[0]), "{compared:?}");
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
            " == 0) / (max(rhombus_collect_lookback",
            " == 0) / (min(rhombus_collect_lookback",
            "Open links: shows no 0",
        ),
        (
            1,
            "{job=~\\\"$job\\\",instance=~\\\"$instance\\\"}) == bool 0)",
            "{job=~\\\"$job\\\",instance=~\\\"$instance\\\"}) >= bool 0)",
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
            "state!=\\\"fresh\\\"} != 0 or",
            "state=\\\"stale\\\"} != 0 or",
            "Open links: shows no 0",
        ),
        (
            1,
            "state=\\\"duplicate\\\"} != 0 or",
            "state=\\\"stale\\\"} != 0 or",
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
            " * NaN and max(",
            " * NaN and min(",
            "Oldest link: shows no 0",
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
            let stats = stats.filter(|panel| text(panel, "type") == "stat");
            stats.for_each(|stat| check(findings, stat));
        })
        .must_say(words);
    }
}
