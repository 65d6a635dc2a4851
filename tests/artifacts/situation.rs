//! Situations that panels are asked about: what Prometheus holds, one sample a minute, and what the
//! queries of the dashboards show then, as promtool answers them.

use serde_json::{Value, json};

use crate::dashboards::{ALL_KINDS, dashboards, fill, list, panels, parse, text};
use crate::exported::{EXPORTER, KINDS, list_of};
use crate::tools::run;

/// Where a panel is, and which of its queries: a part of the dashboard's file name, the panel's title,
/// the `refId`.
pub(crate) type Query = (&'static str, &'static str, &'static str);

/// What a panel shows: a number, after a word where it is a bound (`at least 2`); `NaN` for its word for
/// none; or nothing for its `noValue`.
pub(crate) type Shown = Option<&'static str>;

/// Half an hour, and two days.
pub(crate) const SOON: usize = 30;
pub(crate) const LATER: usize = 2880;

/// The series that Prometheus holds, and their values in promtool's notation.
pub(crate) struct Situation {
    name: &'static str,
    series: Vec<(String, String)>,
    kind: &'static str,
}

impl Situation {
    /// Prometheus knows of no exporter.
    pub(crate) const fn nothing(name: &'static str) -> Self {
        let series = Vec::new();
        let kind = ALL_KINDS;
        Self { name, series, kind }
    }

    /// Looked at with the variable Kind at this one.
    pub(crate) const fn of_kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// One exporter, `a`, reads the clip pages of `acme`, of which none is active.
    pub(crate) fn all_is_well(name: &'static str) -> Self {
        Self::nothing(name).and_exporter("a", "acme")
    }

    /// The same of every kind.
    pub(crate) fn all_kinds(name: &'static str) -> Self {
        let others = KINDS[1..].iter();
        others.fold(Self::all_is_well(name), |all, kind| {
            all.and_list("a", "acme", kind)
        })
    }

    /// With one more exporter, which reads the clip pages of `org`.
    pub(crate) fn and_exporter(self, instance: &str, org: &str) -> Self {
        let exporter = self.and_lines(EXPORTER, instance, org);
        exporter.and_list(instance, org, KINDS[0])
    }

    /// With one more list.
    pub(crate) fn and_list(self, instance: &str, org: &str, kind: &str) -> Self {
        self.and_lines(&list_of(kind), instance, org)
    }

    fn and_lines(mut self, lines: &str, instance: &str, org: &str) -> Self {
        let org = format!(r#"org="{org}""#);
        for line in lines.lines().filter(|line| !line.is_empty()) {
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
            .map(|(query, shown)| (expression(self.kind, *query), *shown));
        self.answers(minute, asked.collect());
        self
    }

    /// The same of one column of a table, which has a line for each of these kinds and no other.
    pub(crate) fn shows_by_kind(
        self,
        minute: usize,
        query: Query,
        expected: &[(&str, &str)],
    ) -> Self {
        self.shows_by("kind", minute, query, expected)
    }

    /// The same of a table that has a line for each of these shards and no other.
    pub(crate) fn shows_by_shard(
        self,
        minute: usize,
        query: Query,
        expected: &[(&str, &str)],
    ) -> Self {
        self.shows_by("index", minute, query, expected)
    }

    /// The same of whatever has a line for each of these values of the label and no other.
    pub(crate) fn shows_by(
        self,
        label: &str,
        minute: usize,
        query: Query,
        expected: &[(&str, &str)],
    ) -> Self {
        let expr = expression(self.kind, query);
        let samples = expected.iter().map(|(value, shown)| {
            json!({"labels": format!("{{{label}=\"{value}\",shown=\"{shown}\"}}"), "value": 1})
        });
        let expr = format!("count_values by ({label}) (\"shown\", {expr})");
        self.holds(minute, vec![(expr, samples.collect())]);
        self
    }

    /// Asks promtool whether these stats show this at that minute, and all others are unknown.
    pub(crate) fn shows_only(self, minute: usize, expected: &[(Query, &'static str)]) -> Self {
        let all = stats(self.kind);
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
        let asked = asked.into_iter().map(|(expr, shown)| {
            let samples = shown
                .iter()
                .map(|shown| json!({"labels": labels(&expr, shown), "value": 1}));
            let samples = samples.collect();
            // As a label, so that NaN can be compared, and a number reads as it is shown.
            (
                format!("count_values by (known) (\"shown\", {expr})"),
                samples,
            )
        });
        self.holds(minute, asked.collect());
    }

    /// Each expression, and its samples.
    fn holds(&self, minute: usize, asked: Vec<(String, Vec<Value>)>) {
        let input = self.series.iter();
        let input = input.map(|(series, values)| json!({"series": series, "values": values}));
        let asked = asked.into_iter().map(|(expr, samples)| {
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

/// What a panel that asks this has beside the number: whether that is all, or a bound.
fn labels(expr: &str, shown: &str) -> String {
    let says = expr.contains("\"known\"");
    let (known, number) = shown.rsplit_once(' ').unwrap_or(("all lists read", shown));
    match says {
        true => format!("{{known=\"{known}\",shown=\"{number}\"}}"),
        false => format!("{{shown=\"{shown}\"}}"),
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

/// Every query of every stat of every dashboard, with the variables filled in.
fn stats(kind: &str) -> Vec<Stat> {
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
                expr: filled(text(target, "expr"), kind),
            }));
        }
    }
    all
}

fn expression(kind: &str, (dashboard, title, id): Query) -> String {
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
    filled(text(target, "expr"), kind)
}

fn filled(expr: &str, kind: &str) -> String {
    fill(&expr.replace("$kind", kind), "4m")
}
