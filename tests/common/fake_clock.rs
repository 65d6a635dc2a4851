//! A clock that is wrong, by libfaketime, so that it can jump while a process runs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The clock of a process: its file says how far ahead of this machine's it is, or at which moment it stands.
pub(crate) struct FakeClock(tempfile::TempDir);

impl FakeClock {
    pub(crate) fn ahead(seconds: i64) -> Self {
        Self::new(&format!("{seconds:+}"))
    }

    /// One that stands still at a moment, such as `2026-11-30 09:00:00`, in UTC.
    pub(crate) fn stopped_at(moment: &str) -> Self {
        Self::new(moment)
    }

    fn new(shows: &str) -> Self {
        let clock = Self(tempfile::tempdir().expect("a directory"));
        clock.set(shows);
        clock
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("ahead")
    }

    /// From now on it is this many seconds ahead.
    pub(crate) fn jump_to(&self, seconds: i64) {
        self.set(&format!("{seconds:+}"));
    }

    /// From now on it stands still at this moment.
    pub(crate) fn stop_at(&self, moment: &str) {
        self.set(moment);
    }

    /// Has it show what libfaketime understands by `shows`.
    fn set(&self, shows: &str) {
        let new = self.0.path().join("new");
        fs::write(&new, format!("{shows}\n")).expect("written");
        fs::rename(new, self.file()).expect("renamed");
    }

    /// `command`, by this clock. What measures how long something took is left alone.
    pub(crate) fn of(&self, mut command: Command) -> Command {
        command
            .env("TZ", "UTC")
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", self.file())
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
        command
    }
}

/// Where Debian puts it, on whatever processor.
fn library() -> PathBuf {
    let directories = fs::read_dir("/usr/lib").expect("a directory").flatten();
    let library = |entry: fs::DirEntry| entry.path().join("faketime/libfaketime.so.1");
    let found = directories.map(library).find(|path| path.exists());
    found.expect("no libfaketime; `make test` installs it")
}
