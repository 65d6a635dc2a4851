//! The service as its unit says, without systemd: the command, the environment, the credential, the state and an
//! account without rights, all of them read from the unit that is installed. What else the unit asks for is
//! systemd's to enforce, which `systemd-analyze verify` has looked at.

use super::common::process::Process;
use super::debian::STATE;
use super::machine::Machine;

const UNIT: &str = "usr/lib/systemd/system/rhombus-share-exporter.service";
/// One of those that systemd takes for a dynamic user.
const USER: &str = "61184";

/// The values of a key of the unit, in their order.
pub(crate) fn values(machine: &Machine, key: &str) -> Vec<String> {
    let unit = std::fs::read_to_string(machine.path().join(UNIT)).unwrap();
    let values: Vec<_> = unit
        .lines()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .map(|value| value.replace("%d", CREDENTIALS).replace("%S", "/var/lib"))
        .collect();
    assert!(!values.is_empty(), "the unit has no {key}");
    values
}

const CREDENTIALS: &str = "/run/credentials/rhombus-share-exporter.service";

/// The one value of a key of the unit.
fn value(machine: &Machine, key: &str) -> String {
    let values = values(machine, key);
    assert_eq!(values.len(), 1, "{key}: {values:?}");
    values[0].clone()
}

/// Starts it; it must say where it listens.
pub(crate) fn start(machine: &Machine) -> Process {
    assert_eq!(value(machine, "DynamicUser"), "yes");
    prepare(machine);
    let environment = values(machine, "Environment").join(" ");
    let settings = value(machine, "EnvironmentFile");
    let script = format!(
        "set -a; {environment}; . {}; exec setpriv --reuid={USER} --regid={USER} --clear-groups \
         --no-new-privs --bounding-set=-all --inh-caps=-all {}",
        settings.trim_start_matches('-'),
        value(machine, "ExecStart"),
    );
    Process::spawn(machine.command(&["sh", "-euc", &script]))
        .unwrap_or_else(|(status, output)| panic!("it ended with {status}:\n{output}"))
}

/// The copy of the key that only the service can read, and the directory that is only its own.
fn prepare(machine: &Machine) {
    let credential = value(machine, "LoadCredential");
    let (name, path) = credential.split_once(':').expect("a name and a path");
    machine.check(&format!(
        "install -d {CREDENTIALS}
         install -m 0400 -o {USER} -g {USER} {path} {CREDENTIALS}/{name}"
    ));
    let directory = value(machine, "StateDirectory");
    let mode = value(machine, "StateDirectoryMode");
    assert_eq!(STATE, format!("/var/lib/private/{directory}"));
    // systemd lets nobody but root through that directory, and gives the service a view of its own.
    machine.check(&format!(
        "install -d -m 0711 /var/lib/private
         install -d -m {mode} -o {USER} -g {USER} {STATE}
         ln -sfT private/{directory} /var/lib/{directory}"
    ));
}
