//! The package that is tested, as a release makes it but of the binary that the tests have built; and one that is
//! the same but older.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::common::process::BINARY;
use super::debian::SETTINGS;
use super::machine::{as_owner, output};

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What the older version's settings say, and the newer's no more.
pub(crate) const OLD_LINE: &str = "# As it was said in an older version.";

/// Two versions of the package, in a directory that is gone when dropped.
pub(crate) struct Packages {
    pub(crate) old: PathBuf,
    pub(crate) new: PathBuf,
    /// Debian's version of the newer.
    pub(crate) version: String,
    _directory: TempDir,
}

impl Packages {
    pub(crate) fn build() -> Self {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let made = directory.path().join("made");
        fs::create_dir(&made).unwrap();
        for step in ["package-files", "deb"] {
            output(&mut release(step, &made));
        }
        let version = format!("{VERSION}-1");
        let machine = output(Command::new("dpkg").arg("--print-architecture"));
        let name = format!("rhombus-share-exporter_{version}_{}.deb", machine.trim());
        let (new, old) = (made.join(name), directory.path().join("old.deb"));
        make_older(&new, &old, &directory.path().join("old"));
        Self {
            old,
            new,
            version,
            _directory: directory,
        }
    }
}

impl Packages {
    /// Begins to look whether the package keeps Debian's policy, which takes a while.
    pub(crate) fn lint(&self) -> Linted {
        let mut lintian = Command::new("lintian");
        lintian.args(["--no-cfg", "--allow-root", "--fail-on=error,warning"]);
        lintian
            .arg(&self.new)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = lintian.spawn();
        Linted(child.unwrap_or_else(|error| panic!("lintian: {error}; `make test` installs it")))
    }
}

/// A lintian that runs.
pub(crate) struct Linted(Child);

impl Linted {
    pub(crate) fn found_nothing(self) {
        let output = self.0.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

/// A step of a release, of the binary of the tests.
fn release(step: &str, directory: &Path) -> Command {
    let profile = Path::new(BINARY)
        .parent()
        .and_then(Path::file_name)
        .unwrap();
    let profile = if profile == "debug" {
        "dev".as_ref()
    } else {
        profile
    };
    let mut command = Command::new(Path::new("release").join(step));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
        .env("DIST_PROFILE", profile)
        .env("DIST_DIR", directory);
    as_owner(&mut command, directory);
    command
}

/// The same package with an older version and other settings, not compressed.
fn make_older(new: &Path, old: &Path, directory: &Path) {
    output(
        Command::new("dpkg-deb")
            .arg("--raw-extract")
            .args([new, directory]),
    );
    let control = directory.join("DEBIAN/control");
    let text = fs::read_to_string(&control).unwrap();
    let older = text.replace(&format!("Version: {VERSION}-1"), "Version: 0.0.1-1");
    assert_ne!(older, text);
    fs::write(&control, older).unwrap();
    let settings = directory.join(SETTINGS.trim_start_matches('/'));
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{OLD_LINE}\n{text}")).unwrap();
    let mut dpkg = Command::new("dpkg-deb");
    dpkg.args(["--root-owner-group", "-Znone", "--build"]);
    output(dpkg.args([directory, old]));
}
