//! The metrics that exist: the tables of docs/metrics.md, which a test of their own holds to the
//! binary. A metric that an alert or a dashboard names must be here.

use std::collections::BTreeMap;

use crate::dashboards::{read, root};

/// One metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metric {
    /// `gauge`, `counter` or `histogram`.
    pub(crate) kind: String,
    /// Its labels, without `job` and `instance`.
    pub(crate) labels: Vec<String>,
}

/// Metrics by name.
pub(crate) type Contract = BTreeMap<String, Metric>;

/// What Prometheus and the process itself add.
const AROUND: &str = "
| metric | type | labels |
|---|---|---|
| `up` | gauge | |
| `process_cpu_seconds_total` | counter | |
| `process_max_fds` | gauge | |
| `process_open_fds` | gauge | |
| `process_resident_memory_bytes` | gauge | |
| `process_start_time_seconds` | gauge | |
| `process_threads` | gauge | |
| `process_virtual_memory_bytes` | gauge | |
";

/// Every metric that an expression may name; a histogram as its three series.
pub(crate) fn contract() -> Contract {
    let own = read(&root().join("docs/metrics.md"));
    let rows = [rows(&own), rows(AROUND)].concat();
    let metrics: Contract = rows.into_iter().flat_map(series).collect();
    assert!(
        metrics.contains_key("rhombus_shares") && metrics.len() > 30,
        "docs/metrics.md has no tables with the columns metric, type, labels that can be read"
    );
    metrics
}

/// The rows of each table with these columns: name, type, labels.
fn rows(page: &str) -> Vec<(String, Metric)> {
    let mut columns: Option<[usize; 3]> = None;
    let mut found = Vec::new();
    for line in page.lines() {
        let Some(row) = line.trim().strip_prefix('|') else {
            columns = None;
            continue;
        };
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        match columns {
            None => columns = header(&cells),
            Some(at) if !cells[0].starts_with("--") => found.extend(metric(&cells, at)),
            Some(_) => {}
        }
    }
    found
}

fn header(cells: &[&str]) -> Option<[usize; 3]> {
    let place = |name: &str| {
        cells
            .iter()
            .position(|cell| cell.eq_ignore_ascii_case(name))
    };
    Some([place("metric")?, place("type")?, place("labels")?])
}

fn metric(cells: &[&str], [name, kind, labels]: [usize; 3]) -> Option<(String, Metric)> {
    let labels = cells.get(labels)?.split(',');
    let labels = labels.map(|label| label.trim().trim_matches('`').to_owned());
    let metric = Metric {
        kind: (*cells.get(kind)?).to_owned(),
        labels: labels.filter(|label| !label.is_empty()).collect(),
    };
    Some(((*cells.get(name)?).to_owned(), metric))
}

fn series((name, metric): (String, Metric)) -> Vec<(String, Metric)> {
    if metric.kind != "histogram" {
        return vec![(name, metric)];
    }
    let counter = |suffix: &str, le: &[&str]| {
        let mut labels = metric.labels.clone();
        labels.extend(le.iter().map(|&label| label.to_owned()));
        let kind = "counter".to_owned();
        (format!("{name}_{suffix}"), Metric { kind, labels })
    };
    vec![
        counter("bucket", &["le"]),
        counter("count", &[]),
        counter("sum", &[]),
    ]
}

#[test]
fn a_table_is_read_by_its_columns_wherever_they_are() {
    let page = "text\n| labels | metric | meaning | type |\n|---|---|---|---|\n\
                | `org`, kind | `a_seconds` | x | histogram |\n\n| `b` | gauge |\n";
    let metrics: Contract = rows(page).into_iter().flat_map(series).collect();
    assert_eq!(
        metrics.keys().collect::<Vec<_>>(),
        ["a_seconds_bucket", "a_seconds_count", "a_seconds_sum"]
    );
    assert_eq!(metrics["a_seconds_bucket"].labels, ["org", "kind", "le"]);
}
