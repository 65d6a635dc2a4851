//! Organisations whose names mean something to a query or a link: the binary exports them, a real
//! Prometheus holds them, and every query and link of the dashboards finds the one that was chosen and
//! no other. Grafana's part is played by `common/grafana.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may end at what it did not expect, and say where it was"
)]

mod common;
#[path = "common/grafana.rs"]
mod grafana;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use common::dashboards::{self, Query, list, panels, text};
use common::files::{Files, key_file, serve};
use common::process::{PATIENCE, Process};
use common::several::{OPEN_PAGE, Several};
use common::toolchains::{Toolchain, toolchains};
use grafana::{Escaping, ODD_NAMES, PLAIN_NAMES, followed};
use serde_json::Value;

/// The range of a rate, as Grafana would have it: four scrapes and more.
const RATE: &str = "1m";

/// Every kind of link, in the order in which they are offered.
const KINDS: [&str; 4] = ["clip_group", "live_stream", "timelapse_group", "video_wall"];

/// Which lists there are of an organisation.
const LISTS: &str =
    "count by (org) (rhombus_collect_last_success_timestamp_seconds{org=~\"$org\"})";

fn names() -> Vec<&'static str> {
    [&ODD_NAMES[..], &PLAIN_NAMES].concat()
}

/// An exporter that watches all of them, with one open link each.
async fn exporter() -> (Several, Process) {
    // Their keys go by numbers: a name is no file name.
    let numbers: Vec<String> = (0..names().len()).map(|n| format!("n{n}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let several = Several::new(&numbers);
    let mut entries = String::new();
    for (name, number) in names().iter().zip(&numbers) {
        let open = r#""isSecured":false,"expirationTimeSecs":4102444800,
            "sharedClips":[{"durationSec":60}]"#;
        several.put(number, OPEN_PAGE, open).await;
        let endpoint = several.simulator.url("");
        let (name, file) = (name.replace('\'', "''"), key_file(number));
        writeln!(
            entries,
            "  - name: '{name}'\n    api_key_file: {file}\n    endpoint: {endpoint}"
        )
        .unwrap();
    }
    let config = several.configure_as("{interval: 5s, timeout: 10s}", &entries);
    let exporter = serve(&config, &[]);
    (several, exporter)
}

/// A Prometheus that scrapes the exporter.
struct Prometheus {
    process: Process,
    http: reqwest::Client,
    _files: Files,
}

impl Prometheus {
    fn start(toolchain: &Toolchain, exporter: &Process) -> Self {
        let files = Files::new();
        let config = files.write(
            "prometheus.yml",
            &format!(
                "global: {{scrape_interval: 1s}}\nscrape_configs:\n  - job_name: exporter\n    \
                 honor_labels: true\n    static_configs: [{{targets: ['{}']}}]\n",
                exporter.address()
            ),
        );
        let mut command = toolchain.command("prometheus");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                files.path("data").display()
            ))
            .arg("--web.listen-address=127.0.0.1:0");
        Self {
            process: Process::spawn(command).expect("Prometheus starts"),
            http: reqwest::Client::new(),
            _files: files,
        }
    }

    async fn ask(&self, path: &str, parameter: (&str, &str)) -> Value {
        let url = self.process.url(path);
        let url = reqwest::Url::parse_with_params(&url, [parameter]).unwrap();
        let answer = self.http.get(url).send().await.unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(answer["status"], "success", "{parameter:?}: {answer}");
        answer["data"].clone()
    }

    /// The series that an expression finds now.
    async fn query(&self, expr: &str) -> Vec<Value> {
        let data = self.ask("/api/v1/query", ("query", expr)).await;
        list(&data, "result").to_vec()
    }

    /// The same, once there are any.
    async fn found(&self, what: &str, expr: &str) -> Vec<Value> {
        let started = Instant::now();
        loop {
            let series = self.query(expr).await;
            if !series.is_empty() {
                return series;
            }
            assert!(started.elapsed() < PATIENCE, "{what}: no data: {expr}");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Waits until each organisation's list has been read and scraped.
    async fn all_are_there(&self) {
        let open = "count(rhombus_shares{protection=\"none\"} == 1)";
        let started = Instant::now();
        loop {
            let series = self.query(open).await;
            let there = series.first().map(value);
            if there.as_deref() == Some(&*names().len().to_string()) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "there are only {there:?}");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

/// The value of a series, as Prometheus writes it.
fn value(series: &Value) -> String {
    series["value"][1].as_str().unwrap_or_default().to_owned()
}

/// The organisations that series are of, where they say so.
fn organizations(series: &[Value]) -> Vec<&str> {
    let mut all: Vec<&str> = series
        .iter()
        .filter_map(|series| series["metric"]["org"].as_str())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn what(query: &Query, name: &str) -> String {
    format!("{} / {} of {name:?}", query.dashboard, query.panel)
}

/// The queries that the variable Organisation is for.
fn of_the_chosen() -> Vec<Query> {
    let all = dashboards::queries().into_iter();
    all.filter(|query| query.expr.contains("$org")).collect()
}

/// "Open links, chosen": how many links the chosen organisations have.
async fn open_links(prometheus: &Prometheus, written: &str) -> String {
    let all = of_the_chosen();
    let query = all.iter().find(|query| query.panel == "Open links, chosen");
    let expr = query.unwrap().of_organization(written, RATE);
    value(&prometheus.found(written, &expr).await[0])
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_and_link_finds_the_organisation_that_was_chosen() {
    let (_simulator, exporter) = exporter().await;
    for toolchain in toolchains() {
        println!("with {}", toolchain.name);
        let prometheus = Prometheus::start(toolchain, &exporter);
        prometheus.all_are_there().await;
        every_variable_offers_what_there_is(&prometheus).await;
        every_query_finds_something(&prometheus).await;
        every_query_finds_the_chosen_one(&prometheus).await;
        every_release_of_grafana_writes_them_well(&prometheus).await;
        every_link_leads_to_the_organisation_of_its_row(&prometheus).await;
    }
}

async fn every_variable_offers_what_there_is(prometheus: &Prometheus) {
    for dashboard in dashboards::dashboards() {
        let json = dashboards::parse(&dashboard.text).unwrap();
        for variable in list(&json["templating"], "list") {
            let name = text(variable, "name");
            if name == "datasource" {
                continue;
            }
            let query = text(&variable["query"], "query");
            let asked = query.strip_prefix("label_values(").unwrap();
            let (series, label) = asked.strip_suffix(')').unwrap().rsplit_once(", ").unwrap();
            let path = format!("/api/v1/label/{label}/values");
            let series = dashboards::fill(series, RATE);
            let offered = prometheus.ask(&path, ("match[]", &series)).await;
            let offered = offered.as_array().unwrap().iter();
            let offered = offered.filter_map(Value::as_str);
            let mut offered: Vec<&str> = match text(variable, "regex") {
                "" => offered.collect(),
                "/^(.+)s$/" => offered
                    .filter_map(|value| value.strip_suffix('s'))
                    .collect(),
                other => panic!("{name}: {other} is not known here"),
            };
            offered.sort_unstable();
            let mut wanted = names();
            wanted.sort_unstable();
            match name {
                "org" => assert_eq!(offered, wanted),
                "kind" => assert_eq!(offered, KINDS),
                _ => assert_eq!(offered.len(), 1, "{name}: {offered:?}"),
            }
        }
    }
}

async fn every_query_finds_something(prometheus: &Prometheus) {
    for query in dashboards::queries() {
        let expr = query.filled(RATE);
        if query.may_find_nothing() {
            prometheus.query(&expr).await;
        } else {
            prometheus.found(&what(&query, "all"), &expr).await;
        }
    }
}

async fn every_query_finds_the_chosen_one(prometheus: &Prometheus) {
    let queries = of_the_chosen();
    assert!(queries.len() > 20, "{} queries", queries.len());
    for name in names() {
        let written = Escaping::Newer.several(&[name]);
        for query in &queries {
            let what = what(query, name);
            let expr = query.of_organization(&written, RATE);
            let series = if query.may_find_nothing() {
                prometheus.query(&expr).await
            } else {
                prometheus.found(&what, &expr).await
            };
            let organizations = organizations(&series);
            let only = organizations.iter().all(|found| *found == name);
            assert!(only, "{what}: {organizations:?}");
        }
    }
}

async fn every_release_of_grafana_writes_them_well(prometheus: &Prometheus) {
    for escaping in Escaping::ALL {
        for name in names() {
            let written = escaping.several(&[name]);
            let lists = prometheus.query(&LISTS.replace("$org", &written)).await;
            assert_eq!(organizations(&lists), [name], "{escaping:?}: {written}");
            assert_eq!(
                open_links(prometheus, &written).await,
                "1",
                "{escaping:?}: {name}"
            );
            let two = escaping.several(&[name, "nobody", "A+B"]);
            let number = if name == "A+B" { "1" } else { "2" };
            assert_eq!(
                open_links(prometheus, &two).await,
                number,
                "{escaping:?}: {two}"
            );
        }
        let all = escaping.several(&names());
        let number = names().len().to_string();
        assert_eq!(open_links(prometheus, &all).await, number, "{escaping:?}");
    }
}

/// The panel's links, without those to the pages of an exporter.
fn to_dashboards(panel: &Value) -> Vec<&str> {
    let all = dashboards::links(panel).into_iter();
    all.filter(|link| link.starts_with("/d/")).collect()
}

/// From the row as Prometheus gives it, by the link, to what the dashboard asks for then.
async fn every_link_leads_to_the_organisation_of_its_row(prometheus: &Prometheus) {
    let mut followed_links = 0;
    for dashboard in dashboards::dashboards() {
        let json = dashboards::parse(&dashboard.text).unwrap();
        for panel in panels(&json) {
            let links = to_dashboards(panel);
            if links.is_empty() || dashboards::has_lines_of_trouble(text(panel, "title")) {
                continue;
            }
            let query = dashboards::fill(text(&list(panel, "targets")[0], "expr"), RATE);
            let rows = prometheus.found(text(panel, "title"), &query).await;
            assert_eq!(organizations(&rows).len(), names().len());
            for name in organizations(&rows) {
                for link in &links {
                    let address = followed(link, name).unwrap();
                    let chosen: Vec<String> = address
                        .query_pairs()
                        .filter(|(key, _)| key == "var-org")
                        .map(|(_, value)| value.into_owned())
                        .collect();
                    let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
                    assert_eq!(chosen, [name], "{address}");
                    let written = Escaping::Newer.several(&chosen);
                    let lists = prometheus.query(&LISTS.replace("$org", &written)).await;
                    assert_eq!(organizations(&lists), [name], "{address}");
                    followed_links += 1;
                }
            }
        }
    }
    assert!(followed_links >= 2 * names().len(), "{followed_links}");
}
