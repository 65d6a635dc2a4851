//! What the panels that say whether all is well show in cases in which it isn't: their expressions as
//! promtool answers them. What they look like is for the files (`panels`).

use serde_json::{Value, json};

use crate::dashboards::{dashboards, fill, list, panels, parse, text};
use crate::tools::run;

/// Where a panel is, and which of its queries: `fleet` is the overview, `exporter` the other.
type Query = (&'static str, &'static str, &'static str);

/// What a panel shows: a number, `NaN` for its word for none, or nothing for its `noValue`.
type Shown = Option<&'static str>;

const OPEN: Query = ("overview", "Open links", "A");
const OPEN_CHOSEN: Query = ("overview", "Open links, chosen", "A");
const EXPIRE: Query = ("overview", "Expire within 24 h", "A");
const NOT_FRESH: Query = ("overview", "Not fresh", "A");
const NEXT: Query = ("overview", "Next expiry in", "A");
const OLDEST: Query = ("overview", "Oldest link", "A");
const UP: Query = ("exporter", "Exporters", "A");
const DOWN: Query = ("exporter", "Exporters", "B");
const NOT_SHOWN: Query = ("exporter", "Not shown", "A");

/// Half an hour, and two days, at a sample a minute.
const SOON: usize = 30;
const LATER: usize = 2880;

/// A situation: the series in it, one sample a minute, and what is asked at which minute.
struct Situation {
    name: &'static str,
    series: Vec<(String, String)>,
}

impl Situation {
    /// One exporter, `a`, reads the one list of `acme`, on which no link is active.
    fn all_is_well(name: &'static str) -> Self {
        let mut situation = Self {
            name,
            series: Vec::new(),
        };
        situation.exporter("a", "acme");
        situation
    }

    /// Adds an exporter that reads the one list of `org`, on which no link is active.
    fn exporter(&mut self, instance: &str, org: &str) {
        let target = format!("job=\"exporter\",instance=\"{instance}\"");
        let of_org = format!("{target},org=\"{org}\"");
        let source = format!("{of_org},source=\"clip_groups\"");
        let kind = format!("{of_org},kind=\"clip_group\",protection=\"none\"");
        for (series, values) in [
            (format!("up{{{target}}}"), format!("1x{LATER}")),
            (
                format!("rhombus_share_exporter_build_info{{{target},version=\"1\"}}"),
                format!("1x{LATER}"),
            ),
            (
                format!("rhombus_collect_interval_seconds{{{target}}}"),
                format!("60x{LATER}"),
            ),
            (
                format!("rhombus_collect_success{{{source}}}"),
                format!("1x{LATER}"),
            ),
            (
                format!("rhombus_collect_last_success_timestamp_seconds{{{source}}}"),
                format!("0+60x{LATER}"),
            ),
            (format!("rhombus_shares{{{kind}}}"), format!("0x{LATER}")),
            (
                format!("rhombus_shares_expiring{{{kind},within=\"24h\"}}"),
                format!("0x{LATER}"),
            ),
        ] {
            self.series.push((series, values));
        }
    }

    /// Gives every series of the metric on this exporter other values, or none.
    fn with(mut self, metric: &str, instance: &str, values: &str) -> Self {
        let of_metric = format!("{metric}{{");
        let of_instance = format!("instance=\"{instance}\"");
        let mut there = false;
        for (series, old) in &mut self.series {
            if series.starts_with(&of_metric) && series.contains(&of_instance) {
                values.clone_into(old);
                there = true;
            }
        }
        assert!(there, "{}: no {metric} of {instance}", self.name);
        self
    }

    /// With a second exporter, `b`, which reads another organisation's list until minute 10: then
    /// all that is left of it are these samples of `up`.
    fn and_one_is_lost(mut self, up: &str) -> Self {
        self.exporter("b", "globex");
        for (series, values) in &mut self.series {
            if series.contains("instance=\"b\"") {
                let until_then = if series.contains("timestamp") {
                    "0+60x10"
                } else {
                    "1x10"
                };
                *values = format!("{until_then} stale");
            }
        }
        self.with("rhombus_shares", "b", "0x10 stale")
            .with("rhombus_shares_expiring", "b", "0x10 stale")
            .with("up", "b", up)
    }

    /// Asks promtool whether the panels show this at that minute.
    fn shows(self, minute: usize, expected: &[(Query, Shown)]) -> Self {
        let input: Vec<Value> = self
            .series
            .iter()
            .map(|(series, values)| json!({"series": series, "values": values}))
            .collect();
        let looks: Vec<Value> = expected
            .iter()
            .map(|(query, shown)| {
                // As a label, so that NaN can be compared, and a number reads as it is shown.
                let expr = format!("count_values(\"shown\", {})", expression(query));
                let samples = shown
                    .iter()
                    .map(|shown| json!({"labels": format!("{{shown=\"{shown}\"}}"), "value": 1}));
                let samples: Vec<Value> = samples.collect();
                json!({"expr": expr, "eval_time": format!("{minute}m"), "exp_samples": samples})
            })
            .collect();
        let file = json!({"evaluation_interval": "1m", "tests": [{
            "name": self.name,
            "interval": "1m",
            "input_series": input,
            "promql_expr_test": looks,
        }]});
        let scratch = tempfile::tempdir().expect("a scratch directory");
        let path = scratch.path().join("case.yml");
        std::fs::write(&path, file.to_string()).expect("a scratch file");
        run("promtool", &["test", "rules", &path.to_string_lossy()]);
        self
    }
}

fn expression((dashboard, title, id): &Query) -> String {
    let all = dashboards();
    let dashboard = all.iter().find(|d| d.file.contains(dashboard));
    let json = parse(&dashboard.expect("the dashboard is there").text).expect("it is JSON");
    let panels = panels(&json);
    let panel = panels
        .into_iter()
        .find(|panel| text(panel, "title") == *title);
    let targets = list(
        panel.unwrap_or_else(|| panic!("no panel {title}")),
        "targets",
    );
    let target = targets.iter().find(|target| text(target, "refId") == *id);
    fill(
        text(
            target.unwrap_or_else(|| panic!("no {id} in {title}")),
            "expr",
        ),
        "1m",
    )
}

#[test]
fn nothing_shared_is_0_and_none_while_every_list_is_read() {
    Situation::all_is_well("all is well").shows(
        SOON,
        &[
            (OPEN, Some("0")),
            (OPEN_CHOSEN, Some("0")),
            (EXPIRE, Some("0")),
            (NOT_FRESH, Some("0")),
            (NEXT, Some("NaN")),
            (OLDEST, Some("NaN")),
            (UP, Some("1")),
            (DOWN, Some("0")),
            (NOT_SHOWN, Some("0")),
        ],
    );
}

#[test]
fn one_of_two_exporters_down_or_gone_leaves_no_0() {
    let unknown = [
        (OPEN, None),
        (OPEN_CHOSEN, None),
        (EXPIRE, None),
        (NOT_FRESH, Some("1")),
        (NEXT, None),
        (OLDEST, None),
        (UP, Some("1")),
        (DOWN, Some("1")),
    ];
    let down = format!("1x10 0x{LATER}");
    Situation::all_is_well("one is down")
        .and_one_is_lost(&down)
        .shows(SOON, &unknown)
        .shows(LATER, &unknown);
    Situation::all_is_well("one is gone")
        .and_one_is_lost("1x10 stale")
        .shows(SOON, &unknown)
        .shows(1440, &unknown)
        // After a day it is no longer expected.
        .shows(
            LATER,
            &[(OPEN, Some("0")), (NOT_FRESH, Some("0")), (DOWN, Some("0"))],
        );
    // What is known to be open is shown all the same.
    Situation::all_is_well("one is down, and the other knows of links")
        .with("rhombus_shares", "a", &format!("2x{LATER}"))
        .and_one_is_lost(&down)
        .shows(SOON, &[(OPEN, Some("2")), (NOT_FRESH, Some("1"))]);
}

#[test]
fn the_only_exporter_down_is_seen_for_longer_than_a_day() {
    let mut situation = Situation::all_is_well("the only one is down");
    let metrics: Vec<String> = situation
        .series
        .iter()
        .map(|(series, _)| series.split('{').next().unwrap_or_default().to_owned())
        .collect();
    for metric in metrics {
        let values = if metric == "up" {
            format!("1x10 0x{LATER}")
        } else {
            "1x10 stale".to_owned()
        };
        situation = situation.with(&metric, "a", &values);
    }
    situation.shows(
        LATER,
        &[
            (OPEN, None),
            (NOT_FRESH, Some("1")),
            (NEXT, None),
            (UP, Some("0")),
            (DOWN, Some("1")),
        ],
    );
}

#[test]
fn a_window_that_is_not_configured_is_unknown() {
    Situation::all_is_well("no window of 24h")
        .with("rhombus_shares_expiring", "a", "_")
        .shows(SOON, &[(EXPIRE, None), (OPEN, Some("0"))]);
}

#[test]
fn a_list_that_is_not_shown_is_unknown_whatever_its_last_poll_was() {
    let hidden = [
        (OPEN, None),
        (OPEN_CHOSEN, None),
        (NEXT, None),
        (OLDEST, None),
        (NOT_SHOWN, Some("1")),
    ];
    let mut withdrawn = Situation::all_is_well("withdrawn, and the last poll succeeded");
    withdrawn.exporter("b", "globex");
    withdrawn
        .with("rhombus_shares", "b", "0x10 stale")
        .shows(SOON, &hidden);
    Situation::all_is_well("still shown, but the last poll failed")
        .with("rhombus_collect_success", "a", "1x10 0x50")
        .shows(SOON, &[(OPEN, None), (NEXT, None), (NOT_SHOWN, Some("0"))]);
    let mut started = Situation::all_is_well("before the first poll");
    started.exporter("b", "globex");
    started
        .with("rhombus_shares", "b", "_")
        .with("rhombus_collect_success", "b", "_")
        .with(
            "rhombus_collect_last_success_timestamp_seconds",
            "b",
            &format!("0x{LATER}"),
        )
        .shows(SOON, &hidden)
        .shows(SOON, &[(NOT_FRESH, Some("1"))]);
}

#[test]
fn a_clock_that_is_ahead_is_not_fresh() {
    Situation::all_is_well("two hours ahead")
        .with(
            "rhombus_collect_last_success_timestamp_seconds",
            "a",
            &format!("7200+60x{LATER}"),
        )
        .shows(SOON, &[(NOT_FRESH, Some("1"))]);
}
