//! An exporter of such an organisation, whom it lets in, and the ways in which it is asked.

use reqwest::Method;
use rhombus_share_exporter::share::{Id, Ref};

use crate::answers::{Answer, sent};
use crate::canary::Canary;
use crate::common::KEY;
use crate::common::files::{Files, key};
use crate::common::metrics::Metrics;
use crate::common::process::{Process, command};
use crate::silent::DETAILS;
use crate::world::{LISTS, World};

/// Who may see details, and who has a password that shows none.
pub(crate) const VIEWER: &str = "viewer";
pub(crate) const SCRAPER: &str = "scraper";
const ORG: &str = "acme";

/// The files of an exporter.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) files: Files,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let site = Self {
            world: World::new().await,
            files: Files::new(),
        };
        site.configure("true");
        let users = [VIEWER, SCRAPER].map(|user| {
            let hash = bcrypt::hash(password(user), 4).unwrap();
            format!("  {user}: {hash}\n")
        });
        let users = format!("basic_auth_users:\n{}", users.concat());
        site.files.write("web.yml", &users);
        site
    }

    /// Writes the configuration. One rule goes by what cameras are called, so that they are asked for.
    pub(crate) fn configure(&self, keep_titles: &str) {
        let organization = (self.files).organization(ORG, &self.world.simulator.url(""));
        let text = format!(
            "collect: {{ interval: 1s, timeout: 1s, requests_per_second: 100, keep_titles: {keep_titles}, \
             console_url: https://console.example.com }}\n\
             organizations:\n{organization}web: {{ share_viewers: [{VIEWER}] }}\n\
             policy:\n  rules:\n    - {{ name: attic, cameras: [xq.*] }}\n    - name: gate\n      \
             expression: 'share.title.contains(\"Gate\") || \"Attic\" in share.cameras'\n"
        );
        self.files.write("config.yml", &text);
    }

    fn flag(&self, flag: &str, file: &str) -> String {
        format!("{flag}={}", self.files.path(file).display())
    }

    /// An exporter that asks people who they are, says all that it can, and has these flags too. The test asks
    /// it as the scraper.
    pub(crate) fn started(&self, more: &[&str]) -> Process {
        let web = self.flag("--web.config.file", "web.yml");
        let storage = self.flag("--storage.path", "storage");
        let config = self.flag("--config.file", "config.yml");
        let own = [&*config, &web, &storage, "--web.enable-lifecycle"];
        serve(&[&own, more].concat()).asked_by(SCRAPER, &password(SCRAPER))
    }

    /// The same, once it has seen all there is.
    pub(crate) async fn with_passwords(&self, more: &[&str]) -> Process {
        let exporter = self.started(more);
        wait_for_all(&exporter).await;
        exporter
    }

    /// An exporter on loopback that asks nobody, and lets everybody on this machine see details.
    pub(crate) async fn without_passwords(&self) -> Process {
        self.files.write("open.yml", &self.open_config());
        let exporter = serve(&[&self.flag("--config.file", "open.yml")]);
        wait_for_all(&exporter).await;
        exporter
    }

    fn open_config(&self) -> String {
        let config = std::fs::read_to_string(self.files.path("config.yml")).unwrap();
        let lines = config.lines().filter(|line| !line.starts_with("web:"));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// What a command says that reads this configuration, on both its outputs.
    pub(crate) fn said_by(&self, words: &[&str]) -> String {
        let config = self.flag("--config.file", "config.yml");
        let args = [words, &[&config]].concat();
        let output = command(&args, &[]).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        let text = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
        text.concat()
    }

    /// The refs of the links, in the order of their titles.
    pub(crate) fn references(&self) -> Vec<String> {
        let uuids = self.world.uuids[..4].iter();
        let reference = |uuid: &Canary| Ref::of(&Id::parse(&uuid.text)).to_string();
        uuids.map(reference).collect()
    }

    /// The address of everything that shows details of these links.
    pub(crate) fn details(&self) -> Vec<String> {
        let mut all: Vec<_> = DETAILS.map(str::to_owned).into();
        for reference in self.references() {
            all.push(format!("/shares/{reference}"));
            all.push(format!("/shares/{reference}?address=show"));
            all.push(format!("/api/v1/shares/{reference}"));
        }
        all
    }

    /// What is for nobody who may not see details, and for no log.
    pub(crate) fn secrets(&self) -> Vec<Canary> {
        self.world.all().cloned().chain([self.key()]).collect()
    }

    /// The key that the exporter uses, in every writing.
    pub(crate) fn key(&self) -> Canary {
        assert!(key(ORG).ends_with(KEY));
        let (_, secret) = KEY.rsplit_once('-').unwrap();
        Canary::word(secret)
    }
}

fn serve(flags: &[&str]) -> Process {
    let own = [
        "serve",
        "--web.listen-address=127.0.0.1:0",
        "--log.level=debug",
    ];
    let args = [&own, flags].concat();
    Process::start(&args, &[])
}

fn password(user: &str) -> String {
    format!("password of {user}")
}

thread_local! {
    /// One a test, since connections belong to its runtime.
    static CLIENT: reqwest::Client = {
        let client = reqwest::Client::builder().gzip(false);
        client.redirect(reqwest::redirect::Policy::none()).build().unwrap()
    };
}

/// What is answered to this user, or to nobody in particular.
pub(crate) async fn ask(exporter: &Process, user: Option<&str>, path: &str) -> Answer {
    request(exporter, user, Method::GET, path, &[]).await
}

/// The same, with another method and these headers.
pub(crate) async fn request(
    exporter: &Process,
    user: Option<&str>,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = CLIENT.with(|client| client.request(method, exporter.url(path)));
    if let Some(user) = user {
        request = request.basic_auth(user, Some(password(user)));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    sent(request).await
}

/// Headers of a request that no exporter without passwords lets through, but for one that asks for gzip.
pub(crate) const FOREIGN: [(&str, &str); 3] = [
    ("host", "evil.example"),
    ("x-forwarded-for", "192.0.2.1"),
    ("sec-fetch-site", "cross-site"),
];
pub(crate) const GZIP: (&str, &str) = ("accept-encoding", "gzip");

/// Waits until each list was read, and what cameras are called.
async fn wait_for_all(exporter: &Process) {
    let named = r#"rhombus_api_requests_total{source="camera_names",code="200"}"#;
    let is_named = |metrics: &Metrics| metrics.get(named).is_some_and(|asked| asked > 0.0);
    let is_read = |metrics: &Metrics| {
        LISTS
            .iter()
            .all(|list| polls(metrics, list, "success") > 0.0)
    };
    exporter
        .wait_for("all is read", |metrics| {
            is_named(metrics) && is_read(metrics)
        })
        .await;
}

/// Waits until the polls of each list have ended so this many times more.
pub(crate) async fn wait_for_polls(exporter: &Process, outcome: &str, times: u32) {
    let before = exporter.metrics().await;
    let ended = |now: &Metrics, list| polls(now, list, outcome) - polls(&before, list, outcome);
    exporter
        .wait_for(outcome, |now| {
            LISTS
                .iter()
                .all(|list| ended(now, list) >= f64::from(times))
        })
        .await;
}

/// How many polls of a list have ended so.
fn polls(metrics: &Metrics, list: &str, outcome: &str) -> f64 {
    let series = format!(
        r#"rhombus_collect_polls_total{{org="{ORG}",source="{list}",outcome="{outcome}"}}"#
    );
    metrics.get(&series).unwrap_or_default()
}
