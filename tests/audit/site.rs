//! An organisation with a few pages, and an exporter that keeps a trail of them.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Instant;

use rhombus_share_exporter::share::{Id, Ref};
use serde_json::json;

use crate::common::files::{Files, serve};
use crate::common::process::{PATIENCE, Process, command};
use crate::common::time::now;
use crate::common::trail::Trail;
use crate::common::{put_group, simulator};

pub(crate) const ERRORS: &str = "rhombus_share_exporter_storage_write_errors_total";

pub(crate) struct Site {
    pub(crate) simulator: Process,
    pub(crate) files: Files,
    /// When pages are made, in seconds since 1970.
    created: i64,
}

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self {
            simulator: simulator(0),
            files: Files::new(),
            created: now(),
        };
        site.configure("sources: [clip_groups]", "");
        site
    }

    /// With these settings of `collect`, and these sections beside.
    pub(crate) fn configure(&self, collect: &str, more: &str) {
        let organization = self.files.organization("acme", &self.simulator.url(""));
        let text = format!(
            "collect: {{ {collect}, interval: 1s, timeout: 1s, requests_per_second: 100 }}\n\
             organizations:\n{organization}{more}"
        );
        self.files.write("config.yml", &text);
    }

    /// Lists a page, with a password or without.
    pub(crate) async fn put(&self, number: u8, is_secured: bool) {
        let uuid = uuid(number);
        let page = json!({
            "uuid": uuid,
            "createdAtMillis": self.created * 1000,
            "expirationTimeSecs": self.created + 30 * 86_400,
            "isSecured": is_secured,
            "title": format!("Door {number}"),
        });
        put_group(&self.simulator, &uuid, &page.to_string()).await;
    }

    pub(crate) async fn take_down(&self, number: u8) {
        let path = format!("/simulator/clip_groups/{}", uuid(number));
        let (status, text) = self.simulator.send("DELETE", &path, "").await;
        assert_eq!(status, 204, "{text}");
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.files.path("storage")
    }

    fn flag(&self) -> String {
        format!("--storage.path={}", self.directory().display())
    }

    pub(crate) fn start(&self) -> Process {
        serve(&self.files.path("config.yml"), &[&self.flag()])
    }

    /// How it ends where it does not begin, and what it said.
    pub(crate) fn refused(&self) -> String {
        let config = format!("--config.file={}", self.files.path("config.yml").display());
        let listen = "--web.listen-address=127.0.0.1:0";
        let ended = Process::try_start(&["serve", listen, &config, &self.flag()], &[]);
        let (status, output) = ended.err().expect("it is refused");
        assert_eq!(status.code(), Some(2), "{output}");
        output
    }

    /// The exporter, as this command.
    pub(crate) fn command(&self) -> std::process::Command {
        let config = format!("--config.file={}", self.files.path("config.yml").display());
        let listen = "--web.listen-address=127.0.0.1:0";
        command(&["serve", listen, &config, &self.flag()], &[])
    }

    pub(crate) fn trail(&self) -> Trail {
        Trail::read(&self.directory())
    }

    /// Waits until the trail has so many lines of this event.
    pub(crate) async fn wait_until_told(&self, exporter: &Process, event: &str, count: usize) {
        let started = Instant::now();
        while self.trail().count(event) < count {
            let waited = started.elapsed();
            assert!(
                waited < PATIENCE,
                "never {count} {event}:\n{}",
                exporter.output()
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

/// Ends it, as a person does.
pub(crate) async fn end(exporter: Process) -> String {
    exporter.signal("TERM");
    let (status, output): (ExitStatus, _) = exporter.ended().await;
    assert!(status.success(), "{output}");
    output
}

/// Copies the files of a directory to another, which has no others then.
pub(crate) fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

fn uuid(number: u8) -> String {
    let mut bytes = [0; 16];
    bytes[15] = number;
    Id::Uuid(bytes).to_string()
}

/// The ref of that page.
pub(crate) fn reference(number: u8) -> String {
    Ref::of(&Id::parse(&uuid(number))).to_string()
}
