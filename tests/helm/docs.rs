//! What is written down twice: copies in the chart, versions, and the table of values in its README.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::chart::{parse, path, read};

const CHART: &str = "deploy/helm/rhombus-share-exporter";

#[test]
fn the_chart_holds_the_rules_and_the_dashboards_that_are_shipped() {
    let files = path(&format!("{CHART}/files"));
    let mut copies = 0;
    for (directory, of) in [("", "alerts"), ("dashboards", "dashboards")] {
        for entry in std::fs::read_dir(files.join(directory)).expect("the files") {
            let entry = entry.expect("a file");
            assert!(!entry.file_type().expect("a type").is_symlink());
            let name = entry.file_name();
            let name = name.to_str().expect("a name");
            if name != "dashboards" {
                let copy = std::fs::read_to_string(entry.path()).expect("a text");
                assert!(
                    copy == read(&format!("{of}/{name}")),
                    "{name}: run deploy/helm/update"
                );
                copies += 1;
            }
        }
    }
    let shipped = std::fs::read_dir(path("dashboards")).expect("the dashboards");
    let boards = shipped.filter(|it| {
        it.as_ref()
            .is_ok_and(|it| it.path().extension().is_some_and(|end| end == "json"))
    });
    assert_eq!(copies, 2 + boards.count());
}

#[test]
fn the_chart_is_released_with_the_exporter() {
    let chart = parse(&read(&format!("{CHART}/Chart.yaml")));
    assert_eq!(chart["name"], env!("CARGO_PKG_NAME"));
    for version in ["version", "appVersion"] {
        assert_eq!(chart[version], env!("CARGO_PKG_VERSION"), "{version}");
    }
    assert_eq!(chart["type"], "application");
}

/// The paths of all values, as deep as the schema knows them.
fn paths(schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        found.insert(at.to_owned());
        return;
    };
    for (name, value) in properties {
        let below = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        paths(value, &below, found);
    }
}

/// What only a chart that depends on this one gives.
const OF_A_PARENT: [&str; 2] = ["enabled", "global"];

/// The schema with what it refers to in its place.
fn schema() -> Value {
    let text = read(&format!("{CHART}/values.schema.json"));
    let mut schema: Value = serde_json::from_str(&text).expect("JSON");
    let monitor = schema["$defs"]["monitor"].clone();
    for name in ["serviceMonitor", "podMonitor"] {
        schema["properties"][name] = monitor.clone();
    }
    for key in ["username", "password"] {
        for name in ["serviceMonitor", "podMonitor"] {
            schema["properties"][name]["properties"]["basicAuth"]["properties"][key] = Value::Null;
        }
    }
    schema
}

#[test]
fn every_value_has_a_default_and_nothing_else_has_one() {
    let values = parse(&read(&format!("{CHART}/values.yaml")));
    let mut known = BTreeSet::new();
    paths(&schema(), "", &mut known);
    known.retain(|path| !OF_A_PARENT.contains(&&**path));
    assert!(known.len() > 80, "{}", known.len());
    for path in known {
        let value = path
            .split('.')
            .try_fold(&values, |value, name| value.get(name));
        let is_optional = path.contains(".basicAuth.");
        assert_eq!(value.is_some(), !is_optional, "{path}");
    }
}

/// The names of the values that the README explains, with the defaults beside them.
fn explained() -> BTreeMap<String, String> {
    let readme = read(&format!("{CHART}/README.md"));
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let (name, rest) = row.split_once("` | ").expect("a default");
        let (default, _) = rest.split_once(" | ").expect("a meaning");
        (name.to_owned(), default.to_owned())
    })
    .collect()
}

#[test]
fn the_charts_readme_has_every_value_and_its_default() {
    let values = parse(&read(&format!("{CHART}/values.yaml")));
    let mut known = BTreeSet::new();
    paths(&schema(), "", &mut known);
    let is_apart = |path: &&String| {
        OF_A_PARENT.contains(&&***path)
            || path.starts_with("podMonitor.")
            || path.contains(".basicAuth.")
    };
    let mut known: BTreeSet<String> = known.iter().filter(|it| !is_apart(it)).cloned().collect();
    known.extend([
        "podMonitor".to_owned(),
        "serviceMonitor.basicAuth".to_owned(),
    ]);
    let explained = explained();
    assert_eq!(explained.keys().cloned().collect::<BTreeSet<_>>(), known);
    for (path, default) in explained.iter().filter(|(path, _)| *path != "podMonitor") {
        let value = at(&values, path).expect("a default");
        assert!(is_written(value, default), "{path}: {default}, {value}");
    }
}

/// The value at a path.
fn at<'v>(values: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(values, |value, name| value.get(name))
}

/// A default that the README writes as YAML, or as a dash where there is none.
fn is_written(value: &Value, default: &str) -> bool {
    if default == "–" {
        return [json!(""), json!([]), json!({})].contains(value);
    }
    parse(default.trim_matches('`')) == *value
}

#[test]
fn the_documents_install_with_the_three_values_that_a_test_renders() {
    let minimal = parse(&read("tests/helm/values/good/minimal.yml"));
    let minimal = minimal["organization"].as_object().expect("values");
    assert_eq!(minimal.len(), 3);
    for document in ["README.md", "docs/deploy.md", &format!("{CHART}/README.md")] {
        let text = read(document);
        let install = text
            .split("```")
            .find(|block| block.contains("helm -n monitoring install"));
        let install = install.expect("an install");
        // What follows asks the exporter at once.
        assert!(
            install.contains("helm -n monitoring install --wait "),
            "{document}"
        );
        let sets = install.matches("--set organization.");
        assert_eq!(sets.count(), 3, "{document}");
        for value in minimal.keys() {
            assert!(
                text.contains(&format!("--set organization.{value}=")),
                "{document}: {value}"
            );
        }
    }
}
