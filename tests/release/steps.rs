//! The steps of `release/`, each on a small repository of its own, with a program that stands for the binary.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::machine::output;
use super::read;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const CHART: &str = "deploy/helm/rhombus-share-exporter/Chart.yaml";
/// What a release needs of the binary.
const PROGRAM: &str = r##"#!/bin/sh
case $1 in
  man) mkdir -p "${2#--dir=}" && echo .TH >"${2#--dir=}/rhombus-share-exporter.1" ;;
  completions) echo "# $2" ;;
esac
"##;

/// A repository that is ready for a release.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        let sources = env!("CARGO_MANIFEST_DIR");
        output(
            Command::new("cp")
                .arg("-r")
                .arg(format!("{sources}/release"))
                .arg(repository.0.path()),
        );
        for file in [
            "Cargo.toml",
            "Dockerfile",
            "LICENSE",
            "README.md",
            "SECURITY.md",
        ] {
            repository.write(file, &read(file));
        }
        let changes = format!("# Changelog\n\n## [Unreleased]\n\n## [{VERSION}] - 2026-12-01\n\n");
        let changes =
            format!("{changes}- It [works](docs/works.md).\n\n## [0.0.1] - 2026-11-01\n\n- Old.\n");
        repository.write("CHANGELOG.md", &changes);
        repository.write(
            CHART,
            &format!(
                "name: rhombus-share-exporter\nversion: {VERSION}\nappVersion: \"{VERSION}\"\n"
            ),
        );
        for file in [
            "docs/deploy.md",
            "docs/verify.md",
            "deploy/compose/compose.yml",
            "crates/exporter-web/Cargo.toml",
            "crates/rhombus-simulator/Cargo.toml",
        ] {
            repository.write(file, &read(file));
        }
        for file in ["docs/works.md", "alerts/rules.yml", "dashboards/one.json"] {
            repository.write(file, "text\n");
        }
        repository.write(".gitignore", "/dist/\n/target/\n/deploy/compose/key/\n");
        output(repository.command("git").args(["init", "--quiet"]));
        output(repository.command("git").args(["add", "."]));
        // What is in nobody's release.
        repository.write("deploy/compose/key/api-key", "secret\n");
        repository.write("target/debug/rhombus-share-exporter", PROGRAM);
        let program = repository.path("target/debug/rhombus-share-exporter");
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn replace(&self, path: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(old), "{path}: no {old}");
        self.write(path, &text.replace(old, new));
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .env("DIST_PROFILE", "dev")
            .env("DIST_DIR", "dist");
        command
            .env("SOURCE_DATE_EPOCH", "1790000000")
            .env_remove("CARGO_TARGET_DIR");
        command
    }

    /// What a step says; it must succeed.
    fn step(&self, name: &str) -> String {
        output(&mut self.command(&format!("release/{name}")))
    }

    fn check(&self, tag: &str) -> Output {
        self.command("release/check").arg(tag).output().unwrap()
    }

    /// The names in an archive that a step has made.
    fn names(&self, archive: &str) -> Vec<String> {
        let listed = output(self.command("tar").args(["-tf", archive]));
        listed.lines().map(str::to_owned).collect()
    }

    /// The one file in `dist` that ends so.
    fn made(&self, suffix: &str) -> String {
        let files = fs::read_dir(self.path("dist")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let found: Vec<_> = names.filter(|name| name.ends_with(suffix)).collect();
        assert_eq!(found.len(), 1, "{suffix}: {found:?}");
        format!("dist/{}", found[0])
    }
}

#[test]
fn a_release_goes_out_where_all_bear_its_version() {
    let repository = Repository::new();
    let tag = format!("v{VERSION}");
    let checked = repository.check(&tag);
    assert!(checked.status.success(), "{checked:?}");
    let changes = [
        (
            "Dockerfile",
            format!("ARG VERSION={VERSION}"),
            "ARG VERSION=0.0.9",
        ),
        (CHART, format!("\nversion: {VERSION}"), "\nversion: 0.0.9"),
        (
            CHART,
            format!("appVersion: \"{VERSION}\""),
            "appVersion: \"0.0.9\"",
        ),
        (
            "CHANGELOG.md",
            format!("## [{VERSION}] - 2026-12-01"),
            "## [0.0.9] - 2026-12-01",
        ),
        // Its day is still to be written.
        (
            "CHANGELOG.md",
            format!("## [{VERSION}] - 2026-12-01"),
            "## [0.0.9]",
        ),
        (
            "crates/exporter-web/Cargo.toml",
            format!("\nversion = \"{VERSION}\""),
            "\nversion = \"0.0.9\"",
        ),
        (
            "README.md",
            format!("exporter_{VERSION}-1"),
            "exporter_0.0.9-1",
        ),
        (
            "docs/verify.md",
            format!("--source-ref refs/tags/v{VERSION}"),
            "--source-ref refs/tags/v0.0.9",
        ),
        (
            "deploy/compose/compose.yml",
            format!("exporter:{VERSION}"),
            "exporter:0.0.9",
        ),
    ];
    for (path, right, wrong) in changes {
        repository.replace(path, &right, wrong);
        let refused = repository.check(&tag);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            !refused.status.success() && said.contains(path),
            "{path}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        repository.replace(path, wrong, &right);
    }
    assert!(!repository.check("v9.9.9").status.success());
}

#[test]
fn a_directory_that_holds_something_else_is_left_alone() {
    let repository = Repository::new();
    repository.write("dist/precious", "text\n");
    let refused = repository.command("release/dist").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("dist is not empty"),
        "{said}"
    );
    assert!(repository.path("dist/precious").exists());
}

#[test]
fn the_notes_are_what_the_changelog_says_of_the_version() {
    let repository = Repository::new();
    repository.step("notes");
    let notes = fs::read_to_string(repository.path("dist/release-notes.md")).unwrap();
    let link = format!("blob/v{VERSION}/docs/works.md)");
    assert!(
        notes.contains(&link) && notes.contains("docs/verify.md"),
        "{notes}"
    );
    assert!(!notes.contains("Old") && !notes.contains("##"), "{notes}");

    repository.replace("CHANGELOG.md", &format!("[{VERSION}]"), "[0.0.9]");
    let nothing = repository.command("release/notes").output().unwrap();
    assert!(!nothing.status.success(), "{nothing:?}");
    repository.replace(
        "CHANGELOG.md",
        "[Unreleased]\n",
        "[Unreleased]\n\n- To come.\n",
    );
    assert!(repository.step("notes").contains("taking Unreleased"));
}

#[test]
fn the_archives_hold_what_git_knows_and_are_the_same_each_time() {
    let repository = Repository::new();
    let steps = ["package-files", "tarball", "chart", "checksums"];
    let make = || {
        for step in steps {
            repository.step(step);
        }
        fs::read_to_string(repository.path("dist/SHA256SUMS")).unwrap()
    };
    let sums = make();
    assert_eq!(sums.lines().count(), 2, "{sums}");
    output(
        repository
            .command("sh")
            .args(["-c", "cd dist && sha256sum --check SHA256SUMS"]),
    );

    let names = repository.names(&repository.made(".tar.gz"));
    let whole = names.join("\n");
    let wanted = "/rhombus-share-exporter /LICENSE /CHANGELOG.md /docs/works.md /alerts/rules.yml /dashboards/one.json \
                  /man/rhombus-share-exporter.1.gz /completions/bash /completions/fish /completions/zsh";
    for name in wanted.split(' ') {
        assert!(
            names.iter().any(|it| it.ends_with(name)),
            "no {name} in {whole}"
        );
    }
    assert!(!whole.contains("api-key"), "{whole}");
    let chart = repository.names(&repository.made(".tgz"));
    assert!(
        chart.contains(&"rhombus-share-exporter/Chart.yaml".to_owned()),
        "{chart:?}"
    );

    // Later, with other rights and in another order.
    output(repository.command("sh").args([
        "-c",
        "rm -r dist && find . -type f -exec touch -d 2027-01-01 {} + && chmod -R go-rx deploy",
    ]));
    assert_eq!(make(), sums);
}
