//! What a scrape said, series by series.

use std::collections::BTreeMap;
use std::fmt;

/// Series as they are written, e.g. `rhombus_shares{org="a",…}`, with their values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let series = lines.map(|line| {
            let (series, value) = line.rsplit_once(' ').expect("a series and its value");
            (series.to_owned(), value.parse().expect("a number"))
        });
        Self(series.collect())
    }

    /// The value of a series that must be there.
    pub(crate) fn value(&self, series: &str) -> f64 {
        self.get(series)
            .unwrap_or_else(|| panic!("no {series} in:\n{self}"))
    }

    /// The value of a series, in whatever order its labels are written.
    pub(crate) fn get(&self, series: &str) -> Option<f64> {
        let wanted = parts(series);
        let (name, _) = series.split_once('{').unwrap_or((series, ""));
        let of_name = self.0.range(name.to_owned()..);
        let mut of_name = of_name.take_while(|(series, _)| series.starts_with(name));
        of_name
            .find(|(series, _)| parts(series) == wanted)
            .map(|(_, value)| *value)
    }

    /// The series of which the name, or the name and the labels, begin like this.
    pub(crate) fn starting(&self, prefix: &str) -> Self {
        self.of(&[prefix])
    }

    /// The series that begin like one of these.
    pub(crate) fn of(&self, prefixes: &[&str]) -> Self {
        let begins = |series: &str| prefixes.iter().any(|prefix| series.starts_with(prefix));
        let matching = self.0.iter().filter(|(series, _)| begins(series));
        Self(
            matching
                .map(|(series, value)| (series.clone(), *value))
                .collect(),
        )
    }

    /// The sum of the series of a metric.
    pub(crate) fn sum(&self, metric: &str) -> f64 {
        let of_metric = |series: &&String| {
            series
                .strip_prefix(metric)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('{'))
        };
        self.0
            .iter()
            .filter(|(series, _)| of_metric(series))
            .map(|(_, value)| value)
            .sum()
    }

    /// The gauges over what is shared: all that a failure must not change. What the policy and the audit trail
    /// say of that stays longer.
    pub(crate) fn shares(&self) -> Self {
        let matching = self.0.iter().filter(|(series, _)| {
            series.starts_with("rhombus_share")
                && !series.starts_with("rhombus_share_exporter")
                && !series.starts_with("rhombus_share_violation")
                && !series.starts_with("rhombus_share_events")
                && !series.starts_with("rhombus_share_last_event")
                && !series.starts_with("rhombus_share_views")
        });
        Self(
            matching
                .map(|(series, value)| (series.clone(), *value))
                .collect(),
        )
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The name and the labels, sorted.
fn parts(series: &str) -> Vec<&str> {
    let mut quoted = false;
    let mut escaped = false;
    let mut parts: Vec<&str> = series
        .split(|c| {
            let ends = !quoted && matches!(c, '{' | ',' | '}');
            quoted ^= c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })
        .filter(|part| !part.is_empty())
        .collect();
    parts.sort_unstable();
    parts
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|(series, value)| writeln!(f, "{series} {value}"))
    }
}
