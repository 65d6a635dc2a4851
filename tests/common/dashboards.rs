//! The dashboards as data: their files, read with duplicate keys refused, and every query in them.
//! Shared by the checks on the files and by whoever runs the queries on a real Prometheus.
//! Nothing is judged here.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::path::{Path, PathBuf};

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// See [`has_lines_of_trouble`].
const LINES_OF_TROUBLE: [&str; 12] = [
    "Lists in doubt",
    "What keys don't see",
    "Organisations, what is not seen first",
    "Who may enter without a link",
    "Partners",
    "Clients that give no access",
    "Shards",
    "Exceptions",
    "Oldest violations",
    "Last changes",
    "Last findings",
    "Trails",
];

/// What is exported only while something is wrong, or where exceptions, expressions, a storage or an
/// external address are configured; and numbers that are shown only where they are not 0.
const SELDOM_THERE: [&str; 12] = [
    "rhombus_collect_failing{",
    "rhombus_malformed_records{",
    "rhombus_share_violations_excepted{",
    "rhombus_policy_errors{",
    "rhombus_share_exporter_storage_",
    "rhombus_share_events_total{",
    "rhombus_share_last_event_timestamp_seconds{",
    "rhombus_share_views_total{",
    "rhombus_audit_",
    "severity=\"critical\"})) != 0",
    "rhombus_share_violation_series_dropped{",
    "rhombus_share_exporter_web_info{",
];

/// What Grafana puts in a query for the variable Kind at "All": the partners' lists are of no kind.
pub(crate) const ALL_KINDS: &str = "clip_group|live_stream|timelapse_group|video_wall";

/// One dashboard file.
pub(crate) struct Dashboard {
    /// The file's name, such as `rhombus-shares-overview.json`.
    pub(crate) file: String,
    /// The file as it is written.
    pub(crate) text: String,
}

/// One query of one panel.
pub(crate) struct Query {
    /// The file of the dashboard.
    pub(crate) dashboard: String,
    /// The title of the panel.
    pub(crate) panel: String,
    /// The expression as written, with Grafana's variables.
    pub(crate) expr: String,
}

impl Query {
    /// The expression with every variable at "All", and `$__rate_interval` as given (`1m`).
    pub(crate) fn filled(&self, rate_interval: &str) -> String {
        fill(&self.expr, rate_interval)
    }

    /// Whether the query looks back further than a Prometheus that has just started can: it must
    /// parse there, but has nothing to return.
    pub(crate) fn looks_back(&self) -> bool {
        self.expr.contains(" offset ")
    }

    /// Whether it finds nothing where all is well: it looks back, or asks only for what is exported
    /// while something is wrong or is so configured, or for lists that are not shown.
    pub(crate) fn may_find_nothing(&self) -> bool {
        let only_of_failures = SELDOM_THERE.iter().any(|metric| self.expr.contains(metric))
            && !self.expr.contains(" or ");
        let not_shown = self.expr.starts_with("count by (source)");
        self.looks_back() || only_of_failures || not_shown || has_lines_of_trouble(&self.panel)
    }

    /// The expression with the variable Organisation as given, and every other at "All".
    pub(crate) fn of_organization(&self, written: &str, rate_interval: &str) -> String {
        fill_for(written, &self.expr, rate_interval)
    }
}

/// Whether the panel of this title has a line for each thing that is wrong, open, or not there with every
/// exporter, and is empty where nothing is.
pub(crate) fn has_lines_of_trouble(panel: &str) -> bool {
    LINES_OF_TROUBLE.contains(&panel)
}

/// The repository's directory.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every dashboard, in the order of the file names.
pub(crate) fn dashboards() -> Vec<Dashboard> {
    files("dashboards", "json")
        .into_iter()
        .map(|path| Dashboard {
            file: name(&path),
            text: read(&path),
        })
        .collect()
}

/// Every query of every panel of every dashboard.
pub(crate) fn queries() -> Vec<Query> {
    let mut all = Vec::new();
    for dashboard in dashboards() {
        let json = parse(&dashboard.text).expect("a dashboard is JSON");
        for panel in panels(&json) {
            all.extend(expressions(panel).into_iter().map(|expr| Query {
                dashboard: dashboard.file.clone(),
                panel: text(panel, "title").to_owned(),
                expr: expr.to_owned(),
            }));
        }
    }
    all
}

/// Grafana's variables replaced: those of a dashboard by "All", the built-in ones by durations.
pub(crate) fn fill(expr: &str, rate_interval: &str) -> String {
    fill_for(".+", expr, rate_interval)
}

/// The same, with the variable Organisation as given.
fn fill_for(org: &str, expr: &str, rate_interval: &str) -> String {
    let mut filled = expr.replace("$__rate_interval", rate_interval);
    for variable in ["$job", "$instance"] {
        filled = filled.replace(variable, ".+");
    }
    filled = filled.replace("$kind", ALL_KINDS);
    // Last: in a name, the others are no variables.
    filled.replace("$org", org)
}

/// The panels that are not rows, those inside collapsed rows among them.
pub(crate) fn panels(dashboard: &Value) -> Vec<&Value> {
    all_panels(dashboard)
        .into_iter()
        .filter(|panel| text(panel, "type") != "row")
        .collect()
}

/// Every panel, rows too.
pub(crate) fn all_panels(dashboard: &Value) -> Vec<&Value> {
    let mut all = Vec::new();
    for panel in list(dashboard, "panels") {
        all.push(panel);
        all.extend(list(panel, "panels"));
    }
    all
}

/// The expressions of a panel's targets.
pub(crate) fn expressions(panel: &Value) -> Vec<&str> {
    let targets = list(panel, "targets").iter();
    targets.map(|target| text(target, "expr")).collect()
}

/// The addresses of the links of a table's columns, with Grafana's variables.
pub(crate) fn links(panel: &Value) -> Vec<&str> {
    let columns = list(&panel["fieldConfig"], "overrides").iter();
    let properties = columns.flat_map(|column| list(column, "properties"));
    properties
        .filter(|property| property["id"] == "links")
        .flat_map(|property| list(property, "value"))
        .map(|link| text(link, "url"))
        .collect()
}

/// The array at `key`; empty when there is none.
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The string at `key`; empty when there is none.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The files in `directory` (below the repository) whose names end in `extension`, sorted.
pub(crate) fn files(directory: &str, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(directory)).expect("the directory is there");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the directory can be read").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    paths
}

/// The file's name without its directory.
pub(crate) fn name(path: &Path) -> String {
    let name = path.file_name().expect("a listed file has a name");
    name.to_string_lossy().into_owned()
}

/// The file's text.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// JSON, refused when an object has a key twice: Grafana would take one of them, unsaid.
pub(crate) fn parse(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str::<Strict>(text).map(|strict| strict.0)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = map.next_entry::<String, Strict>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("the key {key:?} is there twice")));
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}
