//! What a reader has who works through a page from top to bottom: the files that the page speaks of, the program, and
//! an environment.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::blocks::{blocks, read};
use crate::common::dashboards::root;
use crate::common::files::{key, key_file};
use crate::common::links::reference;
use crate::common::process::BINARY;
use crate::world::{PASSWORD, USER, World};

/// The stand-in for the program, which says what it does.
const STAND_IN: &str = include_str!("stand-in");

/// What a page tells to write for exceptions that are still to come, with nothing after it.
const NO_EXCEPTIONS: &str = "policy:\n  exceptions_file: exceptions.yml\n";

/// An exception that the reader has written before, where the page doesn't say that there are none.
const EXCEPTIONS: &str = "policy:
  exceptions:
    - name: hauliers
      match: { share: 692865c9a376 }
      policies: [long-open]
      reason: Until the dock is rebuilt, CHG-0977
      owner: dock@example.com
      until: 2027-01-31";

/// The rules of the pages.
const RULES: &str = "  rules:
    - { name: open-sound, enabled: false }
    - { name: no-vault, severity: critical, cameras: [\"Vault.*\"] }
";

/// Directories, gone when dropped. `work` is where commands are run.
pub(crate) struct Desk<'w> {
    world: &'w World,
    directory: tempfile::TempDir,
}

impl<'w> Desk<'w> {
    /// For a page.
    pub(crate) fn new(world: &'w World, page: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let desk = Self { world, directory };
        desk.add_programs();
        desk.write("secrets/rhombus", &key("acme"));
        fs::set_permissions(
            desk.path("secrets/rhombus"),
            fs::Permissions::from_mode(0o600),
        )
        .unwrap();
        desk.add_configuration(page);
        desk.add_trail();
        for name in ["alerts", "docs"] {
            symlink(root().join(name), desk.path(&format!("work/{name}"))).unwrap();
        }
        desk
    }

    fn add_programs(&self) {
        for (name, text) in [
            ("rhombus-share-exporter", STAND_IN),
            ("mail", "#!/bin/sh\nexec cat\n"),
        ] {
            let path = self.write(&format!("bin/{name}"), text);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        // An answer such as 404 is no success.
        self.write("home/.curlrc", "fail\nsilent\nshow-error\n");
    }

    /// The configuration, with what the page itself tells to write.
    fn add_configuration(&self, page: &str) {
        let blocks = blocks(page, &read(page));
        let written = |start: &str| {
            blocks
                .iter()
                .find(|block| (block.text.clone() + "\n").starts_with(start))
        };
        if let Some(tests) = written("tests:\n") {
            self.write("work/tests.yml", &tests.text);
        }
        let policy = written(NO_EXCEPTIONS).map_or(EXCEPTIONS, |block| &block.text);
        let files = &self.world.several;
        let (key, endpoint) = (files.files.path(&key_file("acme")), files.simulator.url(""));
        let config = format!(
            "collect:\n  requests_per_second: 100\n  audit_feed: false\n  \
             console_url: https://console.rhombussystems.com\n\
             organizations:\n  - {{ name: acme, api_key_file: {}, endpoint: \"{endpoint}\" }}\n{policy}\n{RULES}",
            key.display()
        );
        self.write("work/exporter.yml", &config);
        self.write("etc/config.yml", &config);
    }

    /// The trail, its export, and a checkpoint that was copied when it was half as long.
    fn add_trail(&self) {
        let trail = &self.world.trail;
        let export = fs::read_to_string(trail.export()).unwrap();
        let mut lines = export
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let seal = lines.find(|line| line["seal"].is_number()).unwrap();
        self.write("work/checkpoint.txt", seal["note"].as_str().unwrap());
        self.write("work/trail.jsonl", &export);
        for entry in fs::read_dir(trail.directory()).unwrap() {
            let path = entry.unwrap().path();
            self.copy(
                &path,
                &format!("work/DIR/{}", path.file_name().unwrap().to_str().unwrap()),
            );
        }
        self.copy(&trail.directory().join("audit.pub"), "work/audit.pub");
        self.copy(&root().join("docs/verify_audit.py"), "work/verify_audit.py");
    }

    /// A command of the page, with these directories, and the address of this exporter.
    pub(crate) fn command(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (written, here) in [
            ("/var/lib/rhombus-share-exporter", self.at("work/DIR")),
            ("/etc/rhombus-share-exporter", self.at("etc")),
            ("/run/secrets/rhombus", self.at("secrets/rhombus")),
            ("127.0.0.1:10063", self.world.exporter.address().to_string()),
            ("-u ann ", format!("-u '{USER}:{PASSWORD}' ")),
        ] {
            text = text.replace(written, &here);
        }
        // The trail has this one; as a link, it is any other.
        match text.contains(" audit ") {
            true => text,
            false => text.replace("3f9a0c51d2e7", &reference(3)),
        }
    }

    /// The environment of the commands of a block: a key where no file names the organisations, and the trail where
    /// one is asked for.
    pub(crate) fn environment(&self, text: &str) -> Vec<(&'static str, String)> {
        let python = root().join("target/tools/python");
        let mut environment = vec![
            ("PATH", format!("{}:/usr/bin:/bin", self.at("bin"))),
            ("HOME", self.at("home")),
            ("SHELL", "/bin/bash".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("PYTHONPATH", python.to_str().unwrap().to_owned()),
            ("BINARY", BINARY.to_owned()),
        ];
        if !text.contains("--config.file") {
            environment.push(("RHOMBUS_API_KEY_FILE", self.at("secrets/rhombus")));
            environment.push(("RHOMBUS_ENDPOINT_URL", self.world.several.simulator.url("")));
        }
        if text.contains(" audit ") && !text.contains("--storage.path") {
            environment.push(("RHOMBUS_SHARE_EXPORTER_STORAGE_PATH", self.at("work/DIR")));
        }
        environment
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn at(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn copy(&self, from: &Path, name: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(from, path).unwrap();
    }
}
