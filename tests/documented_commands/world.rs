//! What the commands of the pages are run against: two organisations at a simulator, with the links that the pages
//! name; an exporter that watches them and asks for a password; and the files that a reader has by then.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rhombus_share_exporter::share::{Id, Ref};
use serde_json::{Value, json};

use crate::blocks::{blocks, read};
use crate::common::dashboards::root;
use crate::common::files::{key, key_file};
use crate::common::process::{PATIENCE, Process};
use crate::common::several::Several;
use crate::common::time::now;
use crate::store::Trail;

/// Who asks the exporter.
const USER: &str = "ann";
const PASSWORD: &str = "password of ann";

/// The stand-in for the program, which says what it does.
const STAND_IN: &str = include_str!("stand-in");

/// The links that the pages name: the list of each, the number of its uuid, and the ref where it is not that of the
/// uuid.
const LINKS: [(&str, u8, Option<&str>); 3] = [
    ("clip_groups", 1, None),
    ("live_streams", 2, None),
    ("clip_groups", 3, Some("3f9a0c51d2e7")),
];

const CAMERA: &str = "CAMERAAAAAAAAAAAAAAAAA";

/// What answers.
pub(crate) struct World {
    several: Several,
    exporter: Process,
    trail: Trail,
}

/// The directories of a reader who has begun with a page.
pub(crate) struct Desk(tempfile::TempDir);

fn uuid(number: u8) -> String {
    let mut bytes = [0; 16];
    bytes[15] = number;
    Id::Uuid(bytes).to_string()
}

/// The ref that stands for one of the pages.
fn reference(number: u8) -> String {
    Ref::of(&Id::parse(&uuid(number))).to_string()
}

impl World {
    pub(crate) async fn new() -> Self {
        let several = Several::new(&["acme", "bell"]);
        let hash = bcrypt::hash(PASSWORD, 4).unwrap();
        several.files.write(
            "web.yml",
            &format!("basic_auth_users: {{ {USER}: {hash} }}\n"),
        );
        let web = format!(
            "--web.config.file={}",
            several.files.path("web.yml").display()
        );
        let collect = "{interval: 1s, audit_feed: false, timeout: 5s, requests_per_second: 100}";
        let exporter = several.exporter_with(collect, &["acme", "bell"], &[&web]);
        let trail = Trail::with_lives();
        trail.heartbeat(15);
        let world = Self {
            several,
            exporter: exporter.asked_by(USER, PASSWORD),
            trail,
        };
        let camera = json!({"name": "Gate", "locationName": "Warehouse North"}).to_string();
        world
            .several
            .order("PUT", &format!("cameras/{CAMERA}"), "acme", &camera)
            .await;
        world
    }

    /// Puts the links that the pages name where they were, and waits until the exporter has seen them.
    pub(crate) async fn put_links(&self) {
        for (list, number, _) in LINKS {
            let path = format!("{list}/{}", uuid(number));
            self.several
                .order("PUT", &path, "acme", &link(list).to_string())
                .await;
        }
        let started = Instant::now();
        for (_, number, _) in LINKS {
            let path = format!("/api/v1/shares/{}", reference(number));
            while self.exporter.get(&path).await.0 != 200 {
                assert!(
                    started.elapsed() < PATIENCE,
                    "{path}: {}",
                    self.exporter.output()
                );
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// The files for a reader of a page, those that the page itself gives among them.
    pub(crate) fn desk(&self, page: &str) -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        for directory in ["bin", "home", "etc", "secrets"] {
            fs::create_dir_all(desk.path(directory)).unwrap();
        }
        desk.program("rhombus-share-exporter", STAND_IN);
        desk.program("mail", "#!/bin/sh\nexec cat\n");
        // What curl would say nothing of.
        desk.write("home/.curlrc", "fail\nsilent\nshow-error\n");
        desk.write("secrets/rhombus", &key("acme"));
        let blocks = blocks(page, &read(page));
        let written = |start: &str| blocks.iter().find(|block| block.text.starts_with(start));
        let exceptions = written("policy:\n  exceptions_file: exceptions.yml");
        let config = self.config(exceptions.map_or("policy:", |block| &block.text));
        desk.write("work/exporter.yml", &config);
        desk.write("etc/config.yml", &config);
        if let Some(tests) = written("tests:\n") {
            desk.write("work/tests.yml", &tests.text);
        }
        self.add_trail(&desk);
        for name in ["alerts", "docs"] {
            symlink(root().join(name), desk.path(&format!("work/{name}"))).unwrap();
        }
        desk
    }

    /// A configuration with this beginning of its policy.
    fn config(&self, policy: &str) -> String {
        let key = self.several.files.path(&key_file("acme"));
        let endpoint = self.several.simulator.url("");
        format!(
            "collect: {{ requests_per_second: 100, audit_feed: false, console_url: \"https://console.rhombussystems.com\" }}\n\
             organizations:\n  - {{ name: acme, api_key_file: {}, endpoint: \"{endpoint}\" }}\n\
             {policy}\n  rules:\n\
             \x20   - {{ name: open-sound, enabled: false }}\n\
             \x20   - {{ name: no-vault, severity: critical, cameras: [\"Vault.*\"] }}\n",
            key.display()
        )
    }

    /// The trail, its export, and a checkpoint that was copied when it was half as long.
    fn add_trail(&self, desk: &Desk) {
        let export = fs::read_to_string(self.trail.export()).unwrap();
        let lines = export
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let seal = lines
            .into_iter()
            .find(|line| line["seal"].is_number())
            .unwrap();
        desk.write("work/checkpoint.txt", seal["note"].as_str().unwrap());
        desk.write("work/trail.jsonl", &export);
        for entry in fs::read_dir(self.trail.directory()).unwrap() {
            let path = entry.unwrap().path();
            desk.copy(
                &path,
                &format!("work/DIR/{}", path.file_name().unwrap().to_str().unwrap()),
            );
        }
        desk.copy(&self.trail.directory().join("audit.pub"), "work/audit.pub");
        desk.copy(&root().join("docs/verify_audit.py"), "work/verify_audit.py");
    }

    /// A command of a page, as it is run here: with this exporter's address, these directories, these links, and an end
    /// of exceptions that is still to come.
    pub(crate) fn command(&self, text: &str, desk: &Desk) -> String {
        let at = |path: &str| desk.path(path).to_str().unwrap().to_owned();
        let mut text = text.to_owned();
        for (written, here) in [
            ("/var/lib/rhombus-share-exporter", at("work/DIR")),
            ("/etc/rhombus-share-exporter", at("etc")),
            ("/run/secrets/rhombus", at("secrets/rhombus")),
            ("127.0.0.1:10063", self.exporter.address().to_string()),
            ("-u ann ", format!("-u '{USER}:{PASSWORD}' ")),
            (
                "--until=2026-12-31",
                format!("--until={}", crate::common::time::in_seconds(30 * 86_400)),
            ),
        ] {
            text = text.replace(written, &here);
        }
        // The trail has the refs of the pages.
        if !text.contains(" audit ") {
            for (_, number, written) in LINKS {
                text = written.map_or(text.clone(), |it| text.replace(it, &reference(number)));
            }
        }
        text
    }

    /// The environment of the commands of a block: a key where no file names the organisations, and the trail where
    /// one is asked for.
    pub(crate) fn environment(&self, text: &str, desk: &Desk) -> Vec<(&'static str, String)> {
        let at = |path: &str| desk.path(path).to_str().unwrap().to_owned();
        let python = root().join("target/tools/python");
        let mut environment = vec![
            ("PATH", format!("{}:/usr/bin:/bin", at("bin"))),
            ("HOME", at("home")),
            ("SHELL", "/bin/bash".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("PYTHONPATH", python.to_str().unwrap().to_owned()),
            ("BINARY", crate::common::process::BINARY.to_owned()),
        ];
        if !text.contains("--config.file") {
            environment.push(("RHOMBUS_API_KEY_FILE", at("secrets/rhombus")));
            environment.push(("RHOMBUS_ENDPOINT_URL", self.several.simulator.url("")));
        }
        if text.contains(" audit ") && !text.contains("--storage.path") {
            environment.push(("RHOMBUS_SHARE_EXPORTER_STORAGE_PATH", at("work/DIR")));
        }
        environment
    }
}

/// A link that anyone can open, with what the pages show of one.
fn link(list: &str) -> Value {
    let made = (now() - 86_400) * 1000;
    match list {
        "live_streams" => json!({
            "name": "Hauliers", "timestampMs": made, "cameraUuid": CAMERA, "streamType": "USER",
            "passwordProtected": false, "ssoProtected": false,
        }),
        _ => json!({
            "title": "Claim 3196", "createdAtMillis": made, "expirationTimeSecs": now() + 3 * 86_400,
            "isSecured": false,
            "sharedClips": [{"startTime": made, "durationSec": 480, "deviceUuidMap": {CAMERA: {}}}],
        }),
    }
}

impl Desk {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn copy(&self, from: &Path, name: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(from, path).unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(&format!("bin/{name}"), text);
        let path = self.path(&format!("bin/{name}"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}
