//! The programs that read what the pages tell to write: the exporter, Prometheus and Alertmanager of both versions.
//! What a block leaves out, since the page is not about it, is added here.

use std::process::Output;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use crate::common::KEY;
use crate::common::certificate::Certificate;
use crate::common::dashboards::root;
use crate::common::files::Files;
use crate::common::process::command;
use crate::common::time::in_seconds;
use crate::common::toolchains::toolchains;

/// Who reads a block of YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Exporter,
    WebConfiguration,
    RecordedLinks,
    Expressions,
    Prometheus,
    Alertmanager,
    AlertmanagerRoutes,
    Kubernetes,
}

/// Who that is, by the keys.
pub(crate) fn reader(text: &str) -> Option<Reader> {
    static KEYS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^(?:- )?([a-zA-Z_]+):").unwrap());
    let keys: Vec<&str> = KEYS
        .captures_iter(text)
        .map(|key| key.get(1).unwrap().as_str())
        .collect();
    let of = |readers: &[&str]| keys.iter().any(|key| readers.contains(key));
    [
        (Reader::Kubernetes, &["apiVersion"][..]),
        (Reader::Prometheus, &["rule_files", "scrape_configs"]),
        (Reader::Alertmanager, &["receivers", "route", "templates"]),
        (Reader::AlertmanagerRoutes, &["matchers"]),
        (Reader::Expressions, &["expression"]),
        (Reader::RecordedLinks, &["tests"]),
        (
            Reader::WebConfiguration,
            &["tls_server_config", "basic_auth_users"],
        ),
        (
            Reader::Exporter,
            &[
                "organizations",
                "partners",
                "collect",
                "policy",
                "audit",
                "web",
            ],
        ),
    ]
    .into_iter()
    .find(|(_, keys)| of(keys))
    .map(|(reader, _)| reader)
}

/// Has it read; gives what it says against it.
pub(crate) fn read_by(reader: Reader, text: &str) -> Result<(), String> {
    match reader {
        Reader::Exporter => exporter_reads(text),
        Reader::WebConfiguration => web_configuration_is_read(text),
        // tests/deploy holds what is in them.
        Reader::Kubernetes => objects(text).map(drop),
        Reader::Prometheus => prometheus_reads(text),
        Reader::Alertmanager => alertmanager_reads(yaml(text)?),
        Reader::AlertmanagerRoutes => alertmanager_reads(json!({
            "route": {"receiver": "pager", "routes": yaml(text)?}, "receivers": [{"name": "pager"}],
        })),
        Reader::Expressions => exporter_reads(&as_rules(text)),
        Reader::RecordedLinks => recorded_links_are_read(text),
    }
}

fn yaml(text: &str) -> Result<Value, String> {
    serde_saphyr::from_str(text).map_err(|error| error.to_string())
}

fn objects(text: &str) -> Result<Vec<Value>, String> {
    let objects = text.split("---\n").map(yaml);
    objects
        .map(|object| match object? {
            object if object["kind"].is_string() => Ok(object),
            object => Err(format!("no kind: {object}")),
        })
        .collect()
}

fn said(output: Output) -> Result<(), String> {
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    output.status.success().then_some(()).ok_or(text)
}

/// The key files that it names are there, each with a key of its own, and exceptions end in a month.
fn exporter_reads(text: &str) -> Result<(), String> {
    static KEY_FILE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"api_key_file: (\S+)").unwrap());
    static UNTIL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"until: \S+").unwrap());
    let files = Files::new();
    let text = KEY_FILE.replace_all(text, |found: &regex::Captures<'_>| {
        let name = found[1].replace('/', "_");
        files.write_key(&name, &format!("{name}-{KEY}"));
        format!("api_key_file: {name}")
    });
    let text = UNTIL.replace_all(&text, format!("until: {}", in_seconds(30 * 86_400)));
    files.write("exceptions.yml", "exceptions: []\n");
    let file = format!(
        "--config.file={}",
        files.write("exporter.yml", &text).display()
    );
    let mut environment = vec![("ACME_EUROPE_API_KEY", "another-key")];
    let has = |list: &str| text.lines().any(|line| line == list);
    if !has("organizations:") && !has("partners:") {
        environment.push(("RHOMBUS_API_KEY", KEY));
    }
    said(
        command(&["check-config", &file], &environment)
            .output()
            .unwrap(),
    )
}

/// The rules that the expressions are of.
fn as_rules(text: &str) -> String {
    let mut rules = "policy:\n  rules:\n".to_owned();
    for (number, line) in (1..).zip(text.lines()) {
        let expression = line.trim_start_matches("- ");
        rules += &format!("    - {{ name: rule-{number}, severity: info, {expression} }}\n");
    }
    rules
}

fn recorded_links_are_read(text: &str) -> Result<(), String> {
    let files = Files::new();
    let rule =
        "policy:\n  rules:\n    - { name: no-vault, severity: critical, cameras: [\"Vault.*\"] }\n";
    let config = format!(
        "--config.file={}",
        files.write("exporter.yml", rule).display()
    );
    let tests = files.write("tests.yml", text);
    let output = command(&["policy", "test", tests.to_str().unwrap(), &config], &[])
        .output()
        .unwrap();
    // 1 says that one of them does not hold, which may be what the page shows.
    match output.status.code() {
        Some(0 | 1) => Ok(()),
        _ => said(output),
    }
}

/// The certificates are there, and the password that is made up is one.
fn web_configuration_is_read(text: &str) -> Result<(), String> {
    static FILE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(cert|key|ca)_file: \S+").unwrap());
    static HASH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$2y\$\S+").unwrap());
    let certificate = Certificate::of("exporter.example");
    let text = FILE.replace_all(text, |found: &regex::Captures<'_>| {
        let name = if &found[1] == "key" {
            "key.pem"
        } else {
            "cert.pem"
        };
        format!("{}_file: {}", &found[1], certificate.file(name).display())
    });
    let hash = bcrypt::hash("a password", 4).unwrap();
    let text = HASH.replace_all(&text, regex::NoExpand(&hash));
    let files = Files::new();
    let file = format!(
        "--web.config.file={}",
        files.write("web.yml", &text).display()
    );
    said(
        command(&["check-config", &file], &[("RHOMBUS_API_KEY", KEY)])
            .output()
            .unwrap(),
    )
}

/// By the tools of both versions, beside the rule file.
fn prometheus_reads(text: &str) -> Result<(), String> {
    let rules = root().join("alerts/rhombus-shares.rules.yml");
    let text = text.replace(
        "/etc/prometheus/alerts/rhombus-shares.rules.yml",
        "rhombus-shares.rules.yml",
    );
    let text = text.replace("rhombus-shares.rules.yml", rules.to_str().unwrap());
    accepted("promtool", &["check", "config"], &text)
}

/// What it needs beside the block is added: a route, and where mails go.
fn alertmanager_reads(mut config: Value) -> Result<(), String> {
    if config["route"].is_null() {
        config["route"] = json!({"receiver": config["receivers"][0]["name"]});
    }
    config["global"] =
        json!({"smtp_smarthost": "mail.example:25", "smtp_from": "alerts@example.com"});
    if let Some(templates) = config["templates"].as_array_mut() {
        for template in templates {
            *template = json!(root().join("alerts").join(template.as_str().unwrap()));
        }
    }
    accepted("amtool", &["check-config"], &config.to_string())
}

fn accepted(tool: &str, arguments: &[&str], text: &str) -> Result<(), String> {
    let files = Files::new();
    let file = files.write("config.yml", text);
    for toolchain in toolchains() {
        let output = toolchain.command(tool).args(arguments).arg(&file).output();
        said(output.unwrap())?;
    }
    Ok(())
}
