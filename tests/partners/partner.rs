//! A simulated partner with clients, and an exporter that watches them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::files::{Files, key, key_file, serve};
use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::sums::{Api, Lists};

/// All lists, quickly.
pub(crate) const ALL: &str =
    "{interval: 1s, audit_feed: false, timeout: 10s, requests_per_second: 100}";

/// A simulator with a partner, and the files of an exporter.
pub(crate) struct Partner {
    pub(crate) simulator: Process,
    pub(crate) files: Files,
}

impl Partner {
    /// One with so many clients, each with so many pages and a part of that number of each other kind; and
    /// with these organisations, which have keys of their own.
    pub(crate) fn new(clients: usize, groups: usize, organizations: &[&str]) -> Self {
        let files = Files::new();
        let mut args = vec![
            "simulate".to_owned(),
            "--listen=127.0.0.1:0".to_owned(),
            format!("--groups={groups}"),
            format!("--clients={clients}"),
        ];
        let mut key_flag = |flag: &str, name: &str| {
            let file = files.write_key(&key_file(name), &key(name));
            args.push(format!("--{flag}={}", file.display()));
        };
        key_flag("partner-key-file", "msp");
        for name in organizations {
            key_flag("api-key-file", name);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let simulator = Process::start(&args, &[]);
        Self { simulator, files }
    }

    /// The partner's entry in the configuration, with these keys too.
    pub(crate) fn entry(&self, more: &str) -> String {
        let endpoint = self.simulator.url("");
        let file = key_file("msp");
        format!(
            "  - {{name: msp, api_key_file: {file}, endpoint: '{endpoint}', refresh: 1s{more}}}\n"
        )
    }

    /// An exporter with this section `collect`, these partners and these organisations, and these flags.
    pub(crate) fn exporter(
        &self,
        collect: &str,
        partners: &str,
        organizations: &str,
        flags: &[&str],
    ) -> Process {
        let config = self.configure(collect, partners, organizations);
        let flags = [&["--log.level=debug", "--web.enable-lifecycle"], flags].concat();
        serve(&config, &flags)
    }

    pub(crate) fn configure(
        &self,
        collect: &str,
        partners: &str,
        organizations: &str,
    ) -> std::path::PathBuf {
        let organizations = match organizations {
            "" => String::new(),
            list => format!("organizations:\n{list}"),
        };
        let text = format!("collect: {collect}\npartners:\n{partners}{organizations}");
        self.files.write("config.yml", &text)
    }

    /// The simplest: the partner alone.
    pub(crate) fn watched(&self) -> Process {
        self.exporter(ALL, &self.entry(""), "", &[])
    }

    /// Sends the simulator an order about a client.
    pub(crate) async fn order(&self, method: &str, path: &str, body: &str) {
        self.order_of("msp", method, path, body).await;
    }

    /// Sends the simulator an order about what this key opens.
    pub(crate) async fn order_of(&self, name: &str, method: &str, path: &str, body: &str) {
        let more = if path.contains('?') { '&' } else { '?' };
        let path = format!("/simulator/{path}{more}org={}", key(name));
        let (status, text) = self.simulator.send(method, &path, body).await;
        assert_eq!(status, 204, "{method} {path} {body}: {text}");
    }

    /// The uuids of the clients, in the order of their names.
    pub(crate) async fn uuids(&self) -> Vec<String> {
        let answer = reqwest::Client::new()
            .post(self.simulator.url("/api/partner/getClientsV2"))
            .header("x-auth-scheme", "partner-api-token")
            .header("x-auth-apikey", key("msp"))
            .body("{}")
            .send()
            .await
            .unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let client = |it: &Value| (text(&it["clientOrgName"]), text(&it["clientOrgUuid"]));
        let clients = answer["clients"].as_array().unwrap();
        let by_name: BTreeMap<_, _> = clients.iter().map(client).collect();
        by_name.into_values().collect()
    }

    /// What a client shares.
    pub(crate) async fn lists_of(&self, uuid: &str) -> Lists {
        let key = key("msp");
        let api = Api {
            simulator: &self.simulator,
            headers: &[
                ("x-auth-scheme", "partner-api-token"),
                ("x-auth-apikey", &key),
                ("x-auth-org", uuid),
            ],
        };
        api.lists().await
    }
}

/// The value of a series of the partner's list of clients.
pub(crate) fn of_list(metric: &str, more: &str) -> String {
    format!(r#"{metric}{{org="msp",source="partner_clients"{more}}}"#)
}

/// How many clients became that.
pub(crate) fn clients(state: &str) -> String {
    format!(r#"rhombus_partner_clients{{partner="msp",state="{state}"}}"#)
}

/// Whether this client is there, and lets the partner in or not.
pub(crate) fn info(org: &str, access: &str) -> String {
    format!(r#"rhombus_partner_client_info{{partner="msp",org="{org}",access="{access}"}}"#)
}

pub(crate) fn looks(metrics: &Metrics) -> f64 {
    ["success", "failure"]
        .iter()
        .filter_map(|outcome| {
            let more = format!(r#",outcome="{outcome}""#);
            metrics.get(&of_list("rhombus_collect_polls_total", &more))
        })
        .sum()
}

/// Whether each of these has all its lists read, and nobody else has any.
pub(crate) fn all_read(metrics: &Metrics, orgs: &[&str]) -> bool {
    let read = |org: &&str| {
        let prefix = format!(r#"rhombus_collect_success{{org="{org}","#);
        metrics.starting(&prefix).sum("rhombus_collect_success") == 4.0
    };
    // And the list of clients itself.
    let all = metrics.sum("rhombus_collect_success");
    orgs.iter().all(read) && all == 4.0 * orgs.len() as f64 + 1.0
}

impl Process {
    /// Waits until the partner's clients have been looked at twice more: once may have been under way.
    pub(crate) async fn wait_for_looks(&self) -> Metrics {
        let before = looks(&self.metrics().await);
        self.wait_for("the clients have been looked at", |metrics| {
            looks(metrics) >= before + 2.0
        })
        .await
    }
}
