//! Several organisations side by side, each with a key of its own: a simulator that knows them all,
//! and an exporter that watches them.

use super::files::{Files, key, key_file, serve};
use super::metrics::Metrics;
use super::process::Process;
use super::series::polls;

/// What the configuration says of polls, unless a test says otherwise.
pub(crate) const QUICK: &str =
    "{sources: [clip_groups], interval: 1s, audit_feed: false, timeout: 1s}";

/// A simulator that knows the keys of some organisations, without a page each, and the files of an
/// exporter that watches them.
pub(crate) struct Several {
    pub(crate) simulator: Process,
    pub(crate) files: Files,
}

impl Several {
    pub(crate) fn new(names: &[&str]) -> Self {
        Self::generated(names, 0)
    }

    /// The same, each with so many generated pages and a part of that number of each other kind.
    pub(crate) fn generated(names: &[&str], groups: usize) -> Self {
        let files = Files::new();
        let mut args = vec![
            "simulate".to_owned(),
            "--listen=127.0.0.1:0".to_owned(),
            format!("--groups={groups}"),
        ];
        for name in names {
            let file = files.write_key(&key_file(name), &key(name));
            args.push(format!("--api-key-file={}", file.display()));
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let simulator = Process::start(&args, &[]);
        Self { simulator, files }
    }

    /// Writes a configuration that watches `names`.
    pub(crate) fn configure(&self, collect: &str, names: &[&str]) -> std::path::PathBuf {
        let organizations = names.iter().map(|name| self.entry(name));
        self.configure_as(collect, &organizations.collect::<String>())
    }

    /// Writes a configuration of these entries.
    pub(crate) fn configure_as(&self, collect: &str, entries: &str) -> std::path::PathBuf {
        let text = format!("collect: {collect}\norganizations:\n{entries}");
        self.files.write("config.yml", &text)
    }

    /// An organisation's entry in the configuration.
    pub(crate) fn entry(&self, name: &str) -> String {
        self.files.organization(name, &self.simulator.url(""))
    }

    /// An exporter that watches `names`, and says all that it can.
    pub(crate) fn exporter(&self, collect: &str, names: &[&str]) -> Process {
        self.exporter_with(collect, names, &[])
    }

    /// The same, with these flags.
    pub(crate) fn exporter_with(&self, collect: &str, names: &[&str], flags: &[&str]) -> Process {
        let config = self.configure(collect, names);
        let flags = [&["--log.level=debug", "--web.enable-lifecycle"], flags].concat();
        serve(&config, &flags)
    }

    /// Sends the simulator an order about one organisation.
    pub(crate) async fn order(&self, method: &str, path: &str, name: &str, body: &str) {
        let path = format!("/simulator/{path}?org={}", key(name));
        let (status, text) = self.simulator.send(method, &path, body).await;
        assert_eq!(status, 204, "{method} {path} {body}: {text}");
    }

    /// Puts a page that was made in 2020 and has these fields too.
    pub(crate) async fn put(&self, name: &str, uuid: &str, fields: &str) {
        let group = format!(r#"{{"createdAtMillis":1600000000000,{fields}}}"#);
        self.order("PUT", &format!("clip_groups/{uuid}"), name, &group)
            .await;
    }

    /// Puts a page that is open to anyone and never ends.
    pub(crate) async fn put_open(&self, name: &str) {
        self.put(name, OPEN_PAGE, r#""isSecured":false"#).await;
    }

    pub(crate) async fn set_fault(&self, name: &str, fault: &str) {
        self.order("PUT", "fault", name, fault).await;
    }

    pub(crate) async fn clear_fault(&self, name: &str) {
        self.order("DELETE", "fault", name, "").await;
    }

    /// The uuid that the simulator knows an organisation by.
    pub(crate) async fn name_by(&self, name: &str, uuid: &str) {
        let who = format!(r#"{{"uuid":"{uuid}"}}"#);
        self.order("PUT", "organization", name, &who).await;
    }

    /// When the last requests for the list of an organisation came, in epoch milliseconds.
    pub(crate) async fn arrivals(&self, name: &str) -> Vec<i64> {
        arrivals(&self.simulator, &format!("?org={}", key(name))).await
    }
}

/// The uuid of the page that [`Several::put_open`] puts.
pub(crate) const OPEN_PAGE: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// When the last requests came to a simulator, in epoch milliseconds.
pub(crate) async fn arrivals(simulator: &Process, query: &str) -> Vec<i64> {
    let (_, text) = simulator.get(&format!("/simulator/requests{query}")).await;
    let seen: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    serde_json::from_value(seen["arrivals_millis"].clone()).expect("times")
}

/// Names for `count` organisations, which live as long as the tests do.
pub(crate) fn numbered(count: usize) -> Vec<&'static str> {
    let name = |number| &*format!("case-{number}").leak();
    (0..count).map(name).collect()
}

/// How many polls of these organisations have ended, of the one that had the fewest.
pub(crate) fn fewest_polls(metrics: &Metrics, names: &[&str]) -> f64 {
    let of_one = |name: &&str| {
        let ended = ["success", "failure"].map(|outcome| metrics.get(&polls(name, outcome)));
        ended.into_iter().flatten().sum::<f64>()
    };
    names.iter().map(of_one).fold(f64::INFINITY, f64::min)
}

impl Process {
    /// Waits until each of `names` has been polled `count` times more, and once besides, since a poll
    /// may have been under way.
    pub(crate) async fn wait_for_polls(&self, names: &[&str], count: u32) -> Metrics {
        let before = self.metrics().await;
        let polled = |metrics: &Metrics| {
            names.iter().all(|name| {
                let ended = |metrics| fewest_polls(metrics, &[name]);
                ended(metrics) >= ended(&before) + f64::from(count) + 1.0
            })
        };
        self.wait_for("each has been polled", polled).await
    }

    /// Scrapes all the while until `names` have been polled `count` times more, and once besides: each
    /// scrape must be as wanted.
    pub(crate) async fn all_along(
        &self,
        what: &str,
        (names, count): (&[&str], u32),
        wanted: impl Fn(&Metrics) -> bool,
    ) -> Metrics {
        let enough = fewest_polls(&self.metrics().await, names) + f64::from(count) + 1.0;
        self.wait_for("each has been polled", |metrics| {
            assert!(wanted(metrics), "not {what}:\n{metrics}\n{}", self.output());
            fewest_polls(metrics, names) >= enough
        })
        .await
    }

    /// The landing page.
    pub(crate) async fn page(&self) -> String {
        let (status, page) = self.get("/").await;
        assert_eq!(status, 200, "{page}");
        page
    }

    /// Reloads, and waits until that is done.
    pub(crate) async fn reload(&self) {
        let (status, said) = self.send("POST", "/-/reload", "").await;
        assert_eq!(status, 200, "{said}");
    }
}

/// Whether the landing page says that all is well.
pub(crate) fn is_all_clear(page: &str) -> bool {
    let tone = page.split("class=\"answer ").nth(1);
    let tone = tone.and_then(|rest| rest.split('"').next());
    match tone.unwrap_or_else(|| panic!("no answer on the page:\n{page}")) {
        "good" => true,
        "warn" | "bad" => false,
        tone => panic!("an unknown tone: {tone}"),
    }
}
