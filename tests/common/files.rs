//! The files of a configured exporter: keys and a configuration, in a directory of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::KEY;
use super::process::Process;

/// A directory that is gone when dropped.
pub(crate) struct Files(tempfile::TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("written");
        path
    }

    /// Writes a file that only its owner may read, whole at once, as a rotation does.
    pub(crate) fn write_key(&self, name: &str, key: &str) -> PathBuf {
        let new = self.write(&format!("{name}.new"), key);
        fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).expect("chmod");
        let path = self.path(name);
        fs::rename(new, &path).expect("renamed");
        path
    }

    /// A configuration of these organisations, each with its endpoint and a key file of its own.
    pub(crate) fn write_config(&self, organizations: &[(&str, &Process)]) -> PathBuf {
        let mut config = String::from(
            "collect:\n  sources: [clip_groups]\n  interval: 1s\n  timeout: 1s\n  audit_feed: false\norganizations:\n",
        );
        for (name, simulator) in organizations {
            config += &self.organization(name, &simulator.url(""));
        }
        self.write("config.yml", &config)
    }

    /// An organisation's entry in the configuration, and its key file where it has none yet.
    pub(crate) fn organization(&self, name: &str, endpoint: &str) -> String {
        let file = key_file(name);
        if !self.path(&file).exists() {
            self.write_key(&file, &key(name));
        }
        format!("  - name: {name}\n    api_key_file: {file}\n    endpoint: {endpoint}\n")
    }
}

/// The key file of an organisation.
pub(crate) fn key_file(name: &str) -> String {
    format!("{name}.key")
}

/// The key of an organisation: another for each, and one that no output may ever hold.
pub(crate) fn key(name: &str) -> String {
    format!("{name}-{KEY}")
}

/// The exporter with this configuration and these flags.
pub(crate) fn serve(config: &Path, flags: &[&str]) -> Process {
    let config = format!("--config.file={}", config.display());
    let mut args = vec!["serve", "--web.listen-address=127.0.0.1:0", &config];
    args.extend(flags);
    Process::start(&args, &[])
}
