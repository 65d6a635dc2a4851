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

/// What stands in for docs/metrics.md in a tree that doesn't have it: name, type, labels.
const METRICS: &str = "
| metric | type | labels |
|---|---|---|
| `rhombus_shares` | gauge | org, kind, protection |
| `rhombus_shares_without_expiry` | gauge | org, kind, protection |
| `rhombus_shares_expiring` | gauge | org, kind, protection, within |
| `rhombus_shares_expired` | gauge | org, kind, protection |
| `rhombus_shared_clips` | gauge | org, kind, protection |
| `rhombus_shared_clip_duration_seconds` | gauge | org, kind, protection |
| `rhombus_shared_devices` | gauge | org, kind |
| `rhombus_share_next_expiry_timestamp_seconds` | gauge | org, kind, protection |
| `rhombus_share_oldest_created_timestamp_seconds` | gauge | org, kind, protection |
| `rhombus_org_info` | gauge | org, org_uuid, org_name |
| `rhombus_collect_success` | gauge | org, source |
| `rhombus_collect_last_success_timestamp_seconds` | gauge | org, source |
| `rhombus_collect_duration_seconds` | gauge | org, source |
| `rhombus_collect_errors_total` | counter | org, source, reason |
| `rhombus_malformed_records_total` | counter | org, source, field |
| `rhombus_collect_interval_seconds` | gauge | |
| `rhombus_api_requests_total` | counter | source, code |
| `rhombus_api_request_duration_seconds` | histogram | source |
| `rhombus_api_response_bytes_total` | counter | source |
| `rhombus_api_retries_total` | counter | source |
| `rhombus_share_exporter_build_info` | gauge | version, revision, rustc |
| `rhombus_share_exporter_config_last_reload_successful` | gauge | |
| `rhombus_share_exporter_config_last_reload_success_timestamp_seconds` | gauge | |
";

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
    let page = root().join("docs/metrics.md");
    let own = if page.exists() {
        read(&page)
    } else {
        METRICS.to_owned()
    };
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
