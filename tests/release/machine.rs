//! A Debian in a directory: `chroot` into a copy of what `tests/debian-root` has made. It has no systemd that runs,
//! as a container has none.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/debian/root.tar");

/// A Debian of its own; gone when dropped.
pub(crate) struct Machine(TempDir);

impl Machine {
    /// One on which nothing was installed yet.
    pub(crate) fn unpack() -> Self {
        assert!(
            Path::new(ROOT).is_file(),
            "no {ROOT}: tests/debian-root makes it"
        );
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut tar = Command::new("tar");
        output(tar.arg("-xf").arg(ROOT).arg("-C").arg(directory.path()));
        Self(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A command to be run there.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command.arg(self.path()).args(args).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("LC_ALL", "C.UTF-8");
        command
    }

    /// What a line of shell says there; it must succeed.
    pub(crate) fn check(&self, script: &str) -> String {
        output(&mut self.command(&["sh", "-euc", script]))
    }

    /// Installs a package from a file; gives what was said.
    pub(crate) fn install(&self, package: &Path, options: &str) -> String {
        fs::copy(package, self.path().join("tmp/package.deb")).unwrap();
        let said = self.check(&format!("dpkg {options} --install /tmp/package.deb"));
        fs::remove_file(self.path().join("tmp/package.deb")).unwrap();
        said
    }

    /// All files, with their kind and mode, but for the notes that dpkg and others keep of what was installed.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        let found = self.check(
            "find / -xdev ! -path '/proc*' ! -path '/sys*' ! -path '/dev*' ! -path '/run*' \
             ! -path '/var/lib/dpkg/*' ! -path '/var/log/*' ! -path '/var/cache/*' ! -path /var/lib/private \
             -printf '%p %y %m %l\\n'",
        );
        found.lines().map(str::to_owned).collect()
    }

    /// The files that have come, gone or changed since.
    pub(crate) fn differs_from(&self, before: &BTreeSet<String>) -> Vec<String> {
        self.files().symmetric_difference(before).cloned().collect()
    }
}

/// What a command says; it must succeed.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!(
            "{:?}: {error}; `make test` installs it",
            command.get_program()
        )
    });
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{said}",
        output.status
    );
    said
}

/// Runs this test again by `sudo` where it has not root's rights, and says whether it did.
pub(crate) fn run_again_as_root(test: &str) -> bool {
    if rustix::process::getuid().is_root() {
        return false;
    }
    let mut sudo = Command::new("sh");
    sudo.args([
        "-c",
        "exec sudo -n env PATH=\"$PATH\" HOME=\"$HOME\" \"$@\"",
        "sh",
    ]);
    output(
        sudo.arg(std::env::current_exe().unwrap())
            .args(["--exact", test]),
    );
    true
}

/// Runs as whoever `target` belongs to, so that what is built there is not root's. So must be `directory`.
pub(crate) fn as_owner<'a>(command: &'a mut Command, directory: &Path) -> &'a mut Command {
    let owner = fs::metadata(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::os::unix::fs::chown(directory, Some(owner.uid()), Some(owner.gid())).unwrap();
    command.uid(owner.uid()).gid(owner.gid())
}
