//! What answers the commands of the pages, at the moment that the pages show: a simulator with the links that they
//! name, and an exporter that watches it and asks for a password.

use std::process::Command;

use serde_json::{Value, json};

use crate::common::fake_clock::FakeClock;
use crate::common::files::{Files, key, key_file};
use crate::common::links::uuid;
use crate::common::process::{Process, command};
use crate::common::several::Several;
use crate::common::time::now;
use crate::store::{BEGIN, Trail};

/// Who asks the exporter.
pub(crate) const USER: &str = "ann";
pub(crate) const PASSWORD: &str = "password of ann";

/// 2026-11-28T09:00:00Z, when the page of clips was made, and the trail began.
const MADE: i64 = BEGIN.0 / 1000;
/// 2026-11-29T16:08:00Z, which the pages show as the present.
const PRESENT: i64 = MADE + 31 * 3600 + 8 * 60;

const GATE: &str = "CAMERAAAAAAAAAAAAAAAAA";
const DOCK: &str = "CAMERAAAAAAAAAAAAAAAAQ";

/// What answers.
pub(crate) struct World {
    clock: FakeClock,
    pub(crate) several: Several,
    pub(crate) exporter: Process,
    pub(crate) trail: Trail,
}

/// The links, each with its list and its number: 7c3ccd10bb7e, 692865c9a376, and one that stands for all others.
fn links() -> [(&'static str, u16, Value); 3] {
    let clip = |before: i64, minutes: i64| json!({"startTime": (MADE - before) * 1000, "durationSec": 60 * minutes, "deviceUuidMap": {GATE: {}}});
    let page = json!({
        "title": "Claim 3196", "isSecured": false, "createdAtMillis": MADE * 1000,
        "expirationTimeSecs": MADE + 4 * 86_400,
        "sharedClips": [clip(10 * 3600 + 46 * 60, 8), clip(9 * 3600 + 19 * 60 + 48, 5)],
    });
    let stream = json!({
        "name": "Hauliers", "timestampMs": (MADE - 943_709) * 1000, "cameraUuid": DOCK, "streamType": "USER",
        "passwordProtected": false, "ssoProtected": false,
    });
    let protected = json!({
        "title": "For the insurer", "isSecured": true, "createdAtMillis": MADE * 1000,
        "expirationTimeSecs": MADE + 7 * 86_400, "sharedClips": [clip(3600, 2)],
    });
    [
        ("clip_groups", 1, page),
        ("live_streams", 2, stream),
        ("clip_groups", 3, protected),
    ]
}

impl World {
    pub(crate) async fn new() -> Self {
        let clock = FakeClock::ahead(PRESENT - now());
        let files = Files::new();
        let organizations = ["acme", "bell"];
        let keys = organizations.map(|name| {
            let path = files.write_key(&key_file(name), &key(name));
            format!("--api-key-file={}", path.display())
        });
        let simulator = [
            "simulate",
            "--listen=127.0.0.1:0",
            "--groups=0",
            &keys[0],
            &keys[1],
        ];
        let simulator = started(&clock, &simulator);
        let several = Several { simulator, files };
        let collect = "{interval: 1s, audit_feed: false, timeout: 5s, requests_per_second: 100}";
        let config = several.configure(collect, &organizations);
        let hash = bcrypt::hash(PASSWORD, 4).unwrap();
        let users = format!("basic_auth_users: {{ {USER}: {hash} }}\n");
        let exporter = [
            "serve",
            "--web.listen-address=127.0.0.1:0",
            &format!("--config.file={}", config.display()),
            &format!(
                "--web.config.file={}",
                several.files.write("web.yml", &users).display()
            ),
        ];
        let exporter = started(&clock, &exporter).asked_by(USER, PASSWORD);
        let trail = Trail::with_lives_renamed("Claim 3196, Dock 2");
        trail.feed();
        let world = Self {
            clock,
            several,
            exporter,
            trail,
        };
        world.put_cameras().await;
        world
    }

    async fn put_cameras(&self) {
        for (camera, name) in [(GATE, "Gate"), (DOCK, "Dock 2")] {
            let record = json!({"name": name, "locationName": "Warehouse North"}).to_string();
            self.several
                .order("PUT", &format!("cameras/{camera}"), "acme", &record)
                .await;
        }
    }

    /// Puts the links where they were, since a page may have taken some down.
    pub(crate) async fn put_links(&self) {
        for (list, number, record) in links() {
            let path = format!("{list}/{}", uuid(number));
            self.several
                .order("PUT", &path, "acme", &record.to_string())
                .await;
        }
    }

    /// Waits until the exporter has seen what is there now.
    pub(crate) async fn is_seen(&self) {
        self.exporter.wait_for_polls(&["acme", "bell"], 1).await;
    }

    /// A shell, whose program runs at the moment that the pages show.
    pub(crate) fn at_present(&self, shell: Command) -> Command {
        let mut shell = self.clock.of(shell);
        let library = shell
            .get_envs()
            .find_map(|(name, value)| value.filter(|_| name == "LD_PRELOAD"));
        let library = library.unwrap().to_owned();
        shell.env_remove("LD_PRELOAD").env("CLOCK", library);
        shell
    }
}

fn started(clock: &FakeClock, args: &[&str]) -> Process {
    let started = Process::spawn(clock.of(command(args, &[])));
    started.unwrap_or_else(|(status, output)| panic!("{args:?} ended with {status}:\n{output}"))
}
