//! The Debian package, as a machine meets it: installed, run as its unit says, upgraded, removed and purged, in a
//! Debian of its own that `tests/debian-root` has made. Nothing outside of that and of `target` is written.

use super::common::process::{Process, assert_holds_no_key};
use super::common::{self, KEY};
use super::machine::{self, Machine};
use super::package::{self, Packages, VERSION};
use super::{read, service};

const CONFIGURATION: &str = "/etc/rhombus-share-exporter";
pub(crate) const SETTINGS: &str = "/etc/default/rhombus-share-exporter";
/// Where systemd keeps the state of a service with a dynamic user, and the link to it.
pub(crate) const STATE: &str = "/var/lib/private/rhombus-share-exporter";
const NOTHING: [String; 0] = [];

#[tokio::test]
async fn a_machine_gets_keeps_and_loses_the_package() {
    if machine::run_again_as_root("debian::a_machine_gets_keeps_and_loses_the_package") {
        return;
    }
    let packages = Packages::build();
    let linted = packages.lint();
    let machine = Machine::unpack();
    let before = machine.files();

    installs(&machine, &packages);
    let simulator = common::simulator(3);
    configures(&machine, &simulator);
    serves(&machine, &simulator).await;
    upgrades(&machine, &packages);
    serves(&machine, &simulator).await;
    removes(&machine);
    purges(&machine);
    assert_eq!(machine.differs_from(&before), NOTHING);
    finds_a_trail_elsewhere(&machine, &packages);
    assert_eq!(machine.differs_from(&before), NOTHING);
    leaves_nothing_where_it_never_ran(&machine, &packages);
    assert_eq!(machine.differs_from(&before), NOTHING);
    linted.found_nothing();
}

/// The first installation, of an older version: enabled, not begun, and says what is missing.
fn installs(machine: &Machine, packages: &Packages) {
    let said = machine.install(&packages.old, "");
    assert!(
        said.contains("install -m 0400 /dev/stdin /etc/rhombus-share-exporter/api-key"),
        "{said}"
    );
    machine.check("systemctl --root=/ is-enabled rhombus-share-exporter");
    machine.check("systemd-analyze verify rhombus-share-exporter.service");
    machine.check(&format!(
        "[ \"$(stat -c %a:%u {CONFIGURATION})\" = 755:0 ] && [ -f {SETTINGS} ]"
    ));
    // Without a key there is nothing to run.
    let conditions = service::values(machine, "ConditionPathExists");
    let credentials = service::values(machine, "LoadCredential");
    let (_, key) = credentials[0].split_once(':').unwrap();
    assert_eq!(conditions, [key]);
    machine.check(&format!("[ ! -e '{key}' ]"));

    let version = machine.check("rhombus-share-exporter --version");
    assert!(version.contains(VERSION), "{version}");
    machine
        .check("gzip -cd /usr/share/man/man1/rhombus-share-exporter-serve.1.gz | grep -q storage");
    machine.check(
        "bash -c '. /usr/share/bash-completion/completions/rhombus-share-exporter \
         && complete -p rhombus-share-exporter'",
    );
    machine.check(
        "cd /usr/share && test -s zsh/vendor-completions/_rhombus-share-exporter \
         -a -s fish/vendor_completions.d/rhombus-share-exporter.fish \
         -a -s rhombus-share-exporter/alerts/rhombus-shares.rules.yml \
         -a -s rhombus-share-exporter/dashboards/rhombus-shares-overview.json \
         -a -s doc/rhombus-share-exporter/examples/config.example.yml",
    );
}

/// What an administrator does: a key, and a setting.
fn configures(machine: &Machine, simulator: &Process) {
    machine.check(&format!("umask 377; echo {KEY} >{CONFIGURATION}/api-key"));
    let url = simulator.url("");
    machine.check(&format!(
        "echo RHOMBUS_ENDPOINT_URL={url} >>{SETTINGS}
         sed -i 's/^#\\(RHOMBUS_ORGANIZATION=\\)/\\1/' {SETTINGS}
         echo RHOMBUS_SHARE_EXPORTER_WEB_LISTEN_ADDRESS=127.0.0.1:0 >>{SETTINGS}"
    ));
}

/// The service runs as its unit says, with the settings of the administrator; ends when it is told to.
async fn serves(machine: &Machine, simulator: &Process) {
    let service = service::start(machine);
    let metrics = service
        .wait_for("the pages are counted", |metrics| {
            metrics.sum("rhombus_shares") == 3.0
        })
        .await;
    // As the settings call it.
    let polled = metrics.starting("rhombus_collect_success{org=\"acme\"");
    assert!(polled.sum("rhombus_collect_success") > 0.0, "{metrics}");
    service.signal("TERM");
    let (status, output) = service.ended().await;
    assert!(status.success(), "{output}\n{}", simulator.output());
    assert_holds_no_key(&output);
}

/// An upgrade keeps settings, key, state, and whether it is enabled.
fn upgrades(machine: &Machine, packages: &Packages) {
    let trail = || {
        machine.check(&format!(
            "cd {STATE} && stat -c %i store.db && cat audit.pub"
        ))
    };
    let kept = format!("cat {SETTINGS} {CONFIGURATION}/api-key");
    let (settings, state) = (machine.check(&kept), trail());
    machine.install(&packages.new, "--force-confold");
    assert_eq!(machine.check(&kept), settings);
    assert_eq!(trail(), state);
    machine.check("systemctl --root=/ is-enabled rhombus-share-exporter");
    // The package's own text, which has changed too, is put beside it.
    machine.check(&format!(
        "! grep -q '{}' {SETTINGS}.dpkg-dist",
        package::OLD_LINE
    ));
    let installed = machine.check("dpkg-query -W -f '${Version}' rhombus-share-exporter");
    assert_eq!(installed, packages.version);
}

/// What is removed may be installed again: settings, key and state stay.
fn removes(machine: &Machine) {
    machine.check("dpkg --remove rhombus-share-exporter");
    machine.check(&format!(
        "! command -v rhombus-share-exporter && cd / && test -f {SETTINGS} \
         -a -f {CONFIGURATION}/api-key -a -f {STATE}/store.db"
    ));
}

/// A purge takes all of it away but what was recorded, and says where that is.
fn purges(machine: &Machine) {
    let said = machine.check("dpkg --purge rhombus-share-exporter");
    assert!(said.contains(&format!("is kept in {STATE}")), "{said}");
    machine.check(&format!("test -s {STATE}/store.db"));
    // As the notice says.
    let (_, command) = said.split_once("To remove it too: ").expect("a command");
    machine.check(command.lines().next().unwrap());
}

/// A trail on another disk is kept too, and found.
fn finds_a_trail_elsewhere(machine: &Machine, packages: &Packages) {
    machine.install(&packages.new, "");
    machine.check(&format!(
        "mkdir -p /srv/disk /var/lib/private && ln -s /srv/disk {STATE} && echo >/srv/disk/store.db"
    ));
    let said = machine.check("dpkg --purge rhombus-share-exporter");
    let (_, command) = said
        .split_once("is kept in /srv/disk. To remove it too: ")
        .expect(&said);
    machine.check("test -s /srv/disk/store.db");
    machine.check(command.lines().next().unwrap());
}

fn leaves_nothing_where_it_never_ran(machine: &Machine, packages: &Packages) {
    machine.install(&packages.new, "");
    let said = machine.check("dpkg --purge rhombus-share-exporter");
    assert!(!said.contains("is kept"), "{said}");
}

#[test]
fn each_setting_that_is_offered_is_one() {
    let reference = read("docs/configuration.md");
    let settings = read("deploy/debian/default");
    let offered = settings
        .lines()
        .filter_map(|line| line.strip_prefix("#RHOMBUS_"));
    let names: Vec<_> = offered.filter_map(|line| line.split('=').next()).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        assert!(reference.contains(&format!("`RHOMBUS_{name}`")), "{name}");
    }
    // All are examples: a package that is installed changes nothing of the defaults.
    assert!(
        settings
            .lines()
            .all(|line| line.starts_with('#') || line.is_empty())
    );
    assert!(!settings.contains("#RHOMBUS_API_KEY"));
}
