//! Situations that panels are asked about: what Prometheus holds, one sample a minute, and what the
//! queries of the dashboards show then, as promtool answers them.

use serde_json::{Value, json};

use crate::dashboards::{dashboards, fill, list, panels, parse, text};
use crate::tools::run;

/// Where a panel is, and which of its queries: a part of the dashboard's file name, the panel's title,
/// the `refId`.
pub(crate) type Query = (&'static str, &'static str, &'static str);

/// What a panel shows: a number, `NaN` for its word for none, or nothing for its `noValue`.
pub(crate) type Shown = Option<&'static str>;

/// Half an hour, and two days.
pub(crate) const SOON: usize = 30;
pub(crate) const LATER: usize = 2880;

/// An exporter that reads the one list of one organisation, on which no link is active.
const EXPORTER: &str = r#"
up{TARGET} 1
rhombus_share_exporter_build_info{TARGET,version="1"} 1
rhombus_share_exporter_config_last_reload_successful{TARGET} 1
rhombus_collect_interval_seconds{TARGET} 60
rhombus_collect_lookback_seconds{TARGET} 0
rhombus_clock_skew_seconds{TARGET,endpoint="https://api2.rhombussystems.com"} 1
rhombus_organizations{TARGET,state="fresh"} 1
rhombus_organizations{TARGET,state="stale"} 0
rhombus_organizations{TARGET,state="withdrawn"} 0
rhombus_organizations{TARGET,state="waiting"} 0
rhombus_organizations{TARGET,state="not_allowed"} 0
rhombus_organizations{TARGET,state="duplicate"} 0
rhombus_collect_success{TARGET,ORG,source="clip_groups"} 1
rhombus_collect_partial{TARGET,ORG,source="clip_groups"} 0
rhombus_collect_last_success_timestamp_seconds{TARGET,ORG,source="clip_groups"} 0+60
rhombus_collect_polls_total{TARGET,ORG,source="clip_groups",outcome="success"} 0+1
rhombus_collect_polls_total{TARGET,ORG,source="clip_groups",outcome="failure"} 0
rhombus_shares{TARGET,ORG,kind="clip_group",protection="none"} 0
rhombus_shares_without_expiry{TARGET,ORG,kind="clip_group",protection="none"} 0
rhombus_shares_expiring{TARGET,ORG,kind="clip_group",protection="none",within="24h"} 0
rhombus_shares_expired{TARGET,ORG,kind="clip_group",protection="none"} 0
rhombus_shared_clips{TARGET,ORG,kind="clip_group",protection="none"} 0
rhombus_shared_clip_duration_seconds{TARGET,ORG,kind="clip_group",protection="none"} 0
rhombus_shared_devices{TARGET,ORG,kind="clip_group"} 0
"#;

/// The series that Prometheus holds, and their values in promtool's notation.
pub(crate) struct Situation {
    name: &'static str,
    series: Vec<(String, String)>,
}

impl Situation {
    /// Prometheus knows of no exporter.
    pub(crate) const fn nothing(name: &'static str) -> Self {
        let series = Vec::new();
        Self { name, series }
    }

    /// One exporter, `a`, reads the one list of `acme`, on which no link is active.
    pub(crate) fn all_is_well(name: &'static str) -> Self {
        Self::nothing(name).and_exporter("a", "acme")
    }

    /// With one more exporter, which reads the one list of `org`.
    pub(crate) fn and_exporter(mut self, instance: &str, org: &str) -> Self {
        let org = format!(r#"org="{org}""#);
        for line in EXPORTER.lines().filter(|line| !line.is_empty()) {
            let (series, value) = line.rsplit_once(' ').expect("a series and its value");
            let series = series
                .replace("TARGET", &target(instance))
                .replace("ORG", &org);
            self.series.push((series, format!("{value}x{LATER}")));
        }
        self
    }

    /// With one more series of that exporter, and these labels.
    pub(crate) fn and(mut self, metric: &str, instance: &str, labels: &str, values: &str) -> Self {
        let series = format!("{metric}{{{}{labels}}}", target(instance));
        self.series.push((series, values.to_owned()));
        self
    }

    /// Gives every series of the metric on that exporter other values, or none.
    pub(crate) fn with(self, metric: &str, instance: &str, values: &str) -> Self {
        self.with_labels(metric, "", instance, values)
    }

    /// The same for those of its series that have this label.
    pub(crate) fn with_labels(
        mut self,
        metric: &str,
        label: &str,
        instance: &str,
        values: &str,
    ) -> Self {
        let of_metric = format!("{metric}{{{}", target(instance));
        let mut there = false;
        for (series, old) in &mut self.series {
            if series.starts_with(&of_metric) && series.contains(label) {
                values.clone_into(old);
                there = true;
            }
        }
        assert!(there, "{}: no {metric} {label} of {instance}", self.name);
        self
    }

    /// The exporter is not seen from minute 10 on: all that is left of it are these samples of `up`.
    pub(crate) fn loses(mut self, instance: &str, up: &str) -> Self {
        let of_instance = target(instance);
        for (series, values) in &mut self.series {
            if series.contains(&of_instance) {
                let value = values.split_once('x').map_or("_", |(value, _)| value);
                *values = format!("{value}x10 stale");
            }
        }
        self.with("up", instance, up)
    }

    /// Asks promtool whether the panels show this at that minute.
    pub(crate) fn shows(self, minute: usize, expected: &[(Query, Shown)]) -> Self {
        let asked = expected
            .iter()
            .map(|((dashboard, title, id), shown)| (expression(dashboard, title, id), *shown));
        self.answers(minute, asked.collect());
        self
    }

    /// Asks promtool whether these stats show this at that minute, and all others are unknown.
    pub(crate) fn shows_only(self, minute: usize, expected: &[(Query, &'static str)]) -> Self {
        let all = stats();
        for ((dashboard, title, id), _) in expected {
            let there = all.iter().any(|stat| stat.is(dashboard, title, id));
            assert!(there, "no stat {title} {id}");
        }
        let asked = all.into_iter().map(|stat| {
            let of_stat = expected
                .iter()
                .find(|((dashboard, title, id), _)| stat.is(dashboard, title, id));
            (stat.expr, of_stat.map(|(_, shown)| *shown))
        });
        self.answers(minute, asked.collect());
        self
    }

    /// Each expression, and what it shows.
    fn answers(&self, minute: usize, asked: Vec<(String, Shown)>) {
        let input = self.series.iter();
        let input = input.map(|(series, values)| json!({"series": series, "values": values}));
        let asked = asked.into_iter().map(|(expr, shown)| {
            // As a label, so that NaN can be compared, and a number reads as it is shown.
            let expr = format!("count_values(\"shown\", {expr})");
            let samples = shown
                .iter()
                .map(|shown| json!({"labels": format!("{{shown=\"{shown}\"}}"), "value": 1}));
            let samples: Vec<Value> = samples.collect();
            json!({"expr": expr, "eval_time": format!("{minute}m"), "exp_samples": samples})
        });
        let file = json!({"evaluation_interval": "1m", "tests": [{
            "name": self.name,
            "interval": "1m",
            "input_series": input.collect::<Vec<_>>(),
            "promql_expr_test": asked.collect::<Vec<_>>(),
        }]});
        let scratch = tempfile::tempdir().expect("a scratch directory");
        let path = scratch.path().join("case.yml");
        std::fs::write(&path, file.to_string()).expect("a scratch file");
        run("promtool", &["test", "rules", &path.to_string_lossy()]);
    }
}

fn target(instance: &str) -> String {
    format!(r#"job="exporter",instance="{instance}""#)
}

/// One query of one stat.
struct Stat {
    file: String,
    title: String,
    id: String,
    expr: String,
}

impl Stat {
    fn is(&self, dashboard: &str, title: &str, id: &str) -> bool {
        self.file.contains(dashboard) && self.title == title && self.id == id
    }
}

/// Every query of every stat of every dashboard.
fn stats() -> Vec<Stat> {
    let mut all = Vec::new();
    for dashboard in dashboards() {
        let json = parse(&dashboard.text).expect("a dashboard is JSON");
        let stats = panels(&json)
            .into_iter()
            .filter(|panel| text(panel, "type") == "stat");
        for panel in stats {
            all.extend(list(panel, "targets").iter().map(|target| Stat {
                file: dashboard.file.clone(),
                title: text(panel, "title").to_owned(),
                id: text(target, "refId").to_owned(),
                expr: fill(text(target, "expr"), "4m"),
            }));
        }
    }
    all
}

fn expression(dashboard: &str, title: &str, id: &str) -> String {
    let all = dashboards();
    let dashboard = all.iter().find(|d| d.file.contains(dashboard));
    let json = parse(&dashboard.expect("the dashboard is there").text).expect("it is JSON");
    let panel = panels(&json)
        .into_iter()
        .find(|panel| text(panel, "title") == title)
        .unwrap_or_else(|| panic!("no panel {title}"));
    let target = list(panel, "targets")
        .iter()
        .find(|target| text(target, "refId") == id)
        .unwrap_or_else(|| panic!("no {id} in {title}"));
    fill(text(target, "expr"), "4m")
}
