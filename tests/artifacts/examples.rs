//! The example configurations and the provisioning files: that they fit the alerts, the dashboards
//! and each other. Whether they are valid is for the tools (`tools`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::alert_cases::firing;
use crate::dashboards::{dashboards, files, list, name, parse, read, root, text};
use crate::findings::{Findings, broken};
use crate::rule_file;

const PROMETHEUS: &str = "alerts/prometheus.example.yml";
const COMPOSE: &str = "deploy/compose/prometheus.yml";
const COMPOSE_FILE: &str = "deploy/compose/compose.yml";
const ALERTMANAGER: &str = "alerts/alertmanager.example.yml";
const PROVIDER: &str = "dashboards/provisioning/dashboards/rhombus-shares.yml";
const DATASOURCE: &str = "dashboards/provisioning/datasources/prometheus.yml";

/// The job that the alerts on the exporter's absence name.
const JOB: &str = "rhombus-share-exporter";

fn file(path: &str) -> String {
    read(&root().join(path))
}

fn yaml(name: &str, text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn check_prometheus(config: &str) -> Findings {
    let mut findings = Findings::about(PROMETHEUS);
    let config = yaml(PROMETHEUS, config);
    let jobs: Vec<&str> = list(&config, "scrape_configs")
        .iter()
        .map(|job| text(job, "job_name"))
        .collect();
    findings.require(jobs == [JOB], format!("the jobs are {jobs:?}"));
    let rules = rule_file::FILE.trim_start_matches("alerts/");
    findings.require(
        list(&config, "rule_files").iter().any(|file| file == rules),
        format!("{rules} is not loaded"),
    );
    findings.require(
        rule_file::text().contains(&format!("up{{job=\"{JOB}\"}}")),
        format!("no alert watches the job {JOB}"),
    );
    findings
}

fn check_alertmanager(config: &str) -> Findings {
    let mut findings = Findings::about(ALERTMANAGER);
    let config = yaml(ALERTMANAGER, config);
    let group_by = list(&config["route"], "group_by");
    findings.require(
        group_by == ["alertname"],
        format!("one outage is a notice for each organisation: group_by is {group_by:?}"),
    );
    check_links(&mut findings, &config["route"]);
    let inhibits = list(&config, "inhibit_rules");
    findings.require(!inhibits.is_empty(), "inhibits nothing");
    for rule in inhibits {
        check_inhibition(&mut findings, rule);
    }
    let all = rule_file::alerts(&rule_file::text());
    let severe = all
        .iter()
        .filter(|alert| alert.severity() == Some("critical"));
    for critical in severe {
        let name = &*critical.alert;
        let also_warns = all
            .iter()
            .any(|a| a.alert == name && a.severity() == Some("warning"));
        if also_warns {
            let silenced = firing(name)
                .iter()
                .any(|together| warning_is_inhibited(inhibits, name, together));
            findings.require(
                silenced,
                format!("{name}: the warning sounds under the critical"),
            );
        }
    }
    findings
}

/// The alerts about links.
const LINKS: [&str; 12] = [
    "RhombusShareOpen",
    "RhombusShareNeverExpires",
    "RhombusSharePolicyViolated",
    "RhombusShareViolationsHidden",
    "RhombusShareExpiresSoon",
    "RhombusOpenSharesRise",
    "RhombusShareUnsecured",
    "RhombusShareExpiryExtended",
    "RhombusShareMadeByOther",
    "RhombusShareViewedOften",
    "RhombusShareViewedElsewhere",
    "RhombusShareLinkSent",
];

/// What is about links is one notice an organisation, whatever the severity, and nothing else is.
fn check_links(findings: &mut Findings, route: &Value) {
    let wanted = format!("alertname=~\"{}\"", LINKS.join("|"));
    for severity in ["critical", "warning", "info"] {
        let asked = format!("severity=\"{severity}\"");
        let routes = list(route, "routes").iter();
        let mut of_it = routes.filter(|route| list(route, "matchers").iter().any(|m| *m == asked));
        let inner = of_it.next().map_or(&[][..], |route| list(route, "routes"));
        let right = inner.len() == 1
            && list(&inner[0], "matchers") == [wanted.as_str()]
            && list(&inner[0], "group_by") == ["org"];
        findings.require(
            right,
            format!("{severity}: what is about links is not by organisation alone"),
        );
    }
}

/// A label that is missing on both sides counts as equal, so both sides must have an organisation;
/// and what is known of a link is never hidden.
fn check_inhibition(findings: &mut Findings, rule: &Value) {
    for side in ["source_matchers", "target_matchers"] {
        let anchored = list(rule, side)
            .iter()
            .any(|matcher| matcher == "org=~\".+\"");
        findings.require(anchored, format!("{side} of an inhibition may lack org"));
    }
    let equal: Vec<&str> = list(rule, "equal")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let by_org = equal.contains(&"org") && equal.contains(&"source");
    findings.require(
        by_org,
        format!("an inhibition reaches beyond one list: {equal:?}"),
    );
    let named = matcher(rule, "target_matchers", "alertname").unwrap_or_default();
    let hides = |name: &&str| named.split('|').any(|named| named == *name);
    // The alert on their number stands for no link.
    let links = LINKS
        .iter()
        .filter(|name| **name != "RhombusOpenSharesRise");
    findings.require(
        !named.is_empty() && links.copied().all(|name| !hides(&name)),
        "an inhibition may hide an alert on a link",
    );
}

/// The value that the side asks of the label, where it asks for one.
fn matcher<'r>(rule: &'r Value, side: &str, label: &str) -> Option<&'r str> {
    let mut matchers = list(rule, side).iter().filter_map(Value::as_str);
    matchers.find_map(|matcher| {
        let asked = matcher.strip_prefix(label)?;
        let value = asked
            .strip_prefix("=~\"")
            .or_else(|| asked.strip_prefix("=\""));
        value?.strip_suffix('"')
    })
}

/// Whether, of the alerts that fire together, the critical silences the warning.
fn warning_is_inhibited(
    rules: &[Value],
    name: &str,
    together: &[crate::alert_cases::Expected],
) -> bool {
    let matches = |rule: &Value, side: &str, labels: &BTreeMap<String, String>| {
        matcher(rule, side, "severity")
            .is_none_or(|asked| labels.get("severity").is_some_and(|s| s == asked))
            && matcher(rule, side, "alertname")
                .is_none_or(|asked| asked.split('|').any(|asked| asked == name))
            && labels.contains_key("org")
    };
    together.iter().any(|source| {
        together.iter().any(|target| {
            let (source, target) = (&source.exp_labels, &target.exp_labels);
            source["severity"] == "critical"
                && target["severity"] == "warning"
                && rules.iter().any(|rule| {
                    let mut equal = list(rule, "equal").iter().filter_map(Value::as_str);
                    matches(rule, "source_matchers", source)
                        && matches(rule, "target_matchers", target)
                        && equal.all(|label| source.get(label) == target.get(label))
                })
        })
    })
}

fn check_provisioning(provider: &str, datasource: &str) -> Findings {
    let mut findings = Findings::about("dashboards/provisioning");
    let (provider, datasource) = (yaml(PROVIDER, provider), yaml(DATASOURCE, datasource));
    for (name, config) in [(PROVIDER, &provider), (DATASOURCE, &datasource)] {
        findings.require(
            config["apiVersion"] == 1,
            format!("{name}: apiVersion is not 1"),
        );
    }
    let providers = list(&provider, "providers");
    findings.require(providers.len() == 1, "there is not one provider");
    for one in providers {
        let path = text(&one["options"], "path");
        findings.require(
            text(one, "type") == "file" && path.starts_with('/'),
            "the provider reads no files",
        );
        let fixed = one["disableDeletion"] == true && one["allowUiUpdates"] == false;
        findings.require(fixed, "a provisioned dashboard can be changed or deleted");
    }
    let sources = list(&datasource, "datasources");
    findings.require(sources.len() == 1, "there is not one data source");
    for one in sources {
        let wanted = [
            "rhombus-shares-prometheus",
            "prometheus",
            "http://prometheus:9090",
        ];
        let found = [text(one, "uid"), text(one, "type"), text(one, "url")];
        findings.require(found == wanted, format!("the data source is {found:?}"));
        // The same file is beside both.
        for prometheus in [PROMETHEUS, COMPOSE] {
            let config = yaml(prometheus, &file(prometheus));
            let scrape = &config["global"]["scrape_interval"];
            findings.require(
                one["jsonData"]["timeInterval"] == *scrape,
                format!("timeInterval is not the scrape interval {scrape} of {prometheus}"),
            );
        }
    }
    findings
}

#[test]
fn the_prometheus_example_fits_the_alerts() {
    check_prometheus(&file(PROMETHEUS)).none();
    let config = broken(
        &file(PROMETHEUS),
        "job_name: rhombus",
        "job_name: my-rhombus",
    );
    check_prometheus(&config).must_say("the jobs are");
    let config = broken(&file(PROMETHEUS), "rules.yml", "rules.yaml");
    check_prometheus(&config).must_say("not loaded");
}

#[test]
fn the_alertmanager_example_hides_a_warning_under_its_critical_and_nothing_else() {
    let good = file(ALERTMANAGER);
    check_alertmanager(&good).none();
    for (from, to, words) in [
        ("[alertname]", "[alertname, org]", "group_by is"),
        (
            "RhombusShareNeverExpires|",
            "",
            "critical: what is about links is not by organisation",
        ),
        (
            "RhombusShareOpen|",
            "RhombusShareOpen|RhombusDataStale|",
            "info: what is about links is not by organisation",
        ),
        (
            "      routes: *links\n",
            "",
            "warning: what is about links is not by organisation",
        ),
        (", org=~\".+\"", "", "may lack org"),
        (
            "instance, org, source, kind]",
            "instance, org]",
            "beyond one list",
        ),
        (
            "source, kind]",
            "source, kind, severity]",
            "sounds under the critical",
        ),
        (
            "target_matchers: [alertname=\"RhombusCollectFailing\"",
            "target_matchers: [alertname=\"RhombusShareOpen\"",
            "hide an alert on a link",
        ),
        (
            "target_matchers: [alertname=~\"RhombusDataStale|",
            "target_matchers: [alertname=~\"RhombusSharePolicyViolated|",
            "hide an alert on a link",
        ),
        (
            "target_matchers: [alertname=\"RhombusCollectFailing\"",
            "target_matchers: [severity=\"warning\"",
            "hide an alert on a link",
        ),
    ] {
        check_alertmanager(&broken(&good, from, to)).must_say(words);
    }
}

/// Where a label of a target took the place of one of ours, several organisations would be one series.
fn check_labels(name: &str, text: &str) -> Findings {
    let mut findings = Findings::about(name);
    for job in text.split(&format!("job_name: {JOB}")).skip(1) {
        let own = job.split("job_name:").next().unwrap_or_default();
        findings.require(
            own.contains("honor_labels: true"),
            "a scrape of the exporter doesn't honour its labels",
        );
    }
    findings
}

#[test]
fn every_example_of_a_scrape_keeps_the_labels_of_the_exporter() {
    let pages = files("docs", "md").into_iter();
    let pages = pages.map(|path| format!("docs/{}", name(&path)));
    let others = ["README.md", PROMETHEUS, COMPOSE].map(str::to_owned);
    let mut examples = 0;
    for path in pages.chain(others) {
        let text = file(&path);
        examples += text.matches(&format!("job_name: {JOB}")).count();
        check_labels(&path, &text).none();
    }
    assert!(examples >= 5, "only {examples} examples were found");
    let without = broken(&file(COMPOSE), "honor_labels: true", "honor_labels: false");
    check_labels(COMPOSE, &without).must_say("doesn't honour");
}

/// The longest scrape interval that docs/alerts.md promises the rules to work with.
const LONGEST_SCRAPE_INTERVAL: u64 = 120;

#[test]
fn the_examples_scrape_as_often_as_the_rules_need() {
    assert!(
        file("docs/alerts.md").contains("every two minutes or more often"),
        "docs/alerts.md doesn't say the longest scrape interval"
    );
    for path in [PROMETHEUS, COMPOSE] {
        let scrapes = seconds(&yaml(path, &file(path))["global"]["scrape_interval"]);
        assert!(scrapes <= LONGEST_SCRAPE_INTERVAL, "{path}: {scrapes} s");
    }
}

/// The pinned ones, also where Debian has only newer ones by now.
#[test]
fn compose_names_the_versions_that_these_tests_pin() {
    let compose = yaml(COMPOSE_FILE, &file(COMPOSE_FILE));
    let pins = file("tests/prometheus-3");
    for service in ["prometheus", "alertmanager"] {
        let pin = format!("{}=", service.to_uppercase());
        let pinned = pins.lines().find_map(|line| line.strip_prefix(&pin));
        // Debian's own part of a version is behind a plus or a dash.
        let version = pinned.and_then(|pinned| pinned.split(['+', '-']).next());
        let image = text(&compose["services"][service], "image");
        assert_eq!(
            Some(image),
            version
                .map(|version| format!("prom/{service}:v{version}"))
                .as_deref()
        );
    }
}

/// Whole seconds, as `30s`.
fn seconds(value: &Value) -> u64 {
    let text = value.as_str().and_then(|text| text.strip_suffix('s'));
    text.and_then(|text| text.parse().ok())
        .unwrap_or_else(|| panic!("{value} is not in seconds"))
}

#[test]
fn the_times_in_the_texts_are_those_of_the_files() {
    // The five minutes looked back begin with the last scrape before the poll that sees it.
    let global = &yaml(PROMETHEUS, &file(PROMETHEUS))["global"];
    let resolved = 300 + seconds(&global["evaluation_interval"]);
    for page in ["docs/runbooks.md", "docs/alerts.md"] {
        assert!(
            resolved <= 360 && file(page).contains("within six minutes of the poll"),
            "{page}: an alert on an open link resolves within {resolved} s"
        );
    }
    let alertmanager = file(ALERTMANAGER);
    let reminder = yaml(ALERTMANAGER, &alertmanager)["route"]["repeat_interval"].clone();
    assert!(
        reminder == "12h" && alertmanager.contains("a reminder twice a day"),
        "{ALERTMANAGER}: a reminder comes each {reminder}"
    );
}

#[test]
fn the_provisioning_files_fit_each_other() {
    let (provider, datasource) = (file(PROVIDER), file(DATASOURCE));
    check_provisioning(&provider, &datasource).none();
    for (from, to, words) in [
        ("apiVersion: 1", "apiVersion: 2", "apiVersion"),
        ("type: file", "type: folder", "reads no files"),
        (
            "allowUiUpdates: false",
            "allowUiUpdates: true",
            "can be changed",
        ),
    ] {
        check_provisioning(&broken(&provider, from, to), &datasource).must_say(words);
    }
    for (from, to, words) in [
        ("uid: rhombus-shares", "uid: other", "the data source is"),
        (
            "timeInterval: 30s",
            "timeInterval: 15s",
            "the scrape interval \"30s\" of alerts/prometheus.example.yml",
        ),
        (
            "timeInterval: 30s",
            "timeInterval: 15s",
            "the scrape interval \"30s\" of deploy/compose/prometheus.yml",
        ),
    ] {
        check_provisioning(&provider, &broken(&datasource, from, to)).must_say(words);
    }
}

#[test]
fn every_dashboard_has_a_name_and_a_page_of_its_own() {
    let mut findings = Findings::about("dashboards");
    let mut seen = BTreeSet::new();
    for dashboard in dashboards() {
        let json = parse(&dashboard.text).expect("the dashboards are checked on their own");
        for key in ["uid", "title"] {
            let value = text(&json, key).to_owned();
            findings.require(
                seen.insert(value.clone()),
                format!("{value:?} is there twice"),
            );
        }
        let page = file("docs/dashboards.md");
        findings.require(
            page.contains(&dashboard.file),
            format!("docs/dashboards.md doesn't name {}", dashboard.file),
        );
    }
    findings.require(seen.len() == 6, format!("three dashboards, not {seen:?}"));
    findings.none();
}
