//! The two generations of Prometheus that the rules and queries are for: Debian 12's 2.42, and 3.x,
//! which `tests/prometheus-3` unpacks. They differ: a range selector takes in its left end up to 2.x,
//! and leaves it out from 3.0 on. Whatever is asked of the one is asked of the other.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

/// Programs that belong together: `prometheus`, `promtool`, `prometheus-alertmanager`, `amtool`.
pub(crate) struct Toolchain {
    /// `Prometheus 2` or `Prometheus 3`.
    pub(crate) name: &'static str,
    directory: PathBuf,
}

impl Toolchain {
    /// The program of this toolchain with that name.
    pub(crate) fn command(&self, program: &str) -> Command {
        Command::new(self.directory.join(program))
    }

    /// The first words that the program says of itself, such as `prometheus, version 3.5.3+ds1`.
    pub(crate) fn version(&self, program: &str) -> String {
        let said = self.command(program).arg("--version").output();
        let said = said.unwrap_or_else(|error| {
            panic!(
                "{}: {program} can't be run ({error}): `make test` installs it",
                self.name
            )
        });
        let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
        let first = text.lines().next().unwrap_or_default();
        first.split(" (").next().unwrap_or_default().to_owned()
    }
}

/// Both toolchains; the test fails where one is missing, or is not what its name says.
pub(crate) fn toolchains() -> &'static [Toolchain; 2] {
    static FOUND: LazyLock<[Toolchain; 2]> = LazyLock::new(find);
    &FOUND
}

fn find() -> [Toolchain; 2] {
    let unpacked = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/target/tools/prometheus-3/usr/bin"
    );
    let both = [("Prometheus 2", "/usr/bin"), ("Prometheus 3", unpacked)];
    both.map(|(name, directory)| {
        let directory = PathBuf::from(directory);
        let toolchain = Toolchain { name, directory };
        let major = name.replace("Prometheus", "version");
        for program in ["prometheus", "promtool"] {
            let version = toolchain.version(program);
            let right = version.contains(&format!("{major}."));
            assert!(right, "{program} for {name} is {version:?}");
        }
        for program in ["prometheus-alertmanager", "amtool"] {
            toolchain.version(program);
        }
        toolchain
    })
}
