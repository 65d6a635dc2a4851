//! The files that people deploy with, held against the binary and against each other: what can be
//! known without a container engine. The workflow brings the image and the compose files up.
//!
//! A check added here compares two things that must agree, or names a property that must hold; none
//! of them may pass because there was nothing to look at.

#![expect(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

const BINARY: &str = "/usr/bin/rhombus-share-exporter";
const COMPOSE: &str = "deploy/compose/compose.yml";
/// Twice the peak at the largest answer that is read by default.
const ENOUGH_MEBIBYTES: u64 = 512;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parse(what: &str, yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{what}: {error}"))
}

fn yaml(path: &str) -> Value {
    parse(path, &read(path))
}

/// The elements of a list, of which there must be one.
fn items(list: &Value) -> &Vec<Value> {
    let items = list.as_array().expect("a list");
    assert!(!items.is_empty(), "an empty list");
    items
}

/// The texts in a list, of which there must be one.
fn texts(list: &Value) -> Vec<&str> {
    let texts = items(list).iter();
    texts.map(|item| item.as_str().expect("a text")).collect()
}

/// The compose file's services, by name.
fn services(compose: &Value) -> impl Iterator<Item = (&String, &Value)> {
    compose["services"].as_object().expect("services").iter()
}

/// What `args` prints; it must succeed.
fn output(args: &[&str]) -> String {
    let binary = env!("CARGO_BIN_EXE_rhombus-share-exporter");
    let output = Command::new(binary).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The port in the default of `--web.listen-address`, as `serve --help` gives it.
fn default_port() -> String {
    let help = output(&["serve", "--help"]);
    let (_, flag) = help
        .split_once("--web.listen-address")
        .unwrap_or_else(|| panic!("no --web.listen-address in {help:?}"));
    let (_, default) = flag.split_once("[default: ").expect("its default");
    let (default, _) = default.split_once(']').expect("its default, whole");
    default.rsplit(':').next().unwrap().to_owned()
}

/// The Dockerfile's instructions in its last stage, with continued lines joined.
fn last_stage() -> Vec<(String, String)> {
    let text = read("Dockerfile");
    let code: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let joined = code.join("\n").replace("\\\n", " ");
    let instructions: Vec<_> = joined
        .lines()
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(name, rest)| (name.to_owned(), rest.trim().to_owned()))
        .collect();
    let last = instructions.iter().rposition(|(name, _)| name == "FROM");
    instructions[last.expect("a stage")..].to_vec()
}

/// The one instruction of that name in the last stage.
fn instruction(name: &str) -> String {
    let stage = last_stage();
    let found: Vec<_> = stage.iter().filter(|(it, _)| it == name).collect();
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0].1.clone()
}

/// Whether an image is named by a version and not by what moves under it. The version may stand in
/// the name: distroless has no other than Debian's.
fn is_pinned(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap();
    match last.split_once(':') {
        Some((_, "latest")) | None => false,
        Some(_) => last.contains(|c: char| c.is_ascii_digit()),
    }
}

#[test]
fn the_image_runs_the_binary_as_it_is() {
    assert_eq!(
        env!("CARGO_PKG_NAME"),
        BINARY.trim_start_matches("/usr/bin/")
    );
    assert!(instruction("COPY").ends_with(&format!(" {BINARY}")));
    assert_eq!(instruction("ENTRYPOINT"), format!(r#"["{BINARY}"]"#));
    assert_eq!(instruction("CMD"), r#"["serve"]"#);
    assert_eq!(instruction("EXPOSE"), default_port());
    assert_eq!(instruction("STOPSIGNAL"), "SIGTERM");
    let check = instruction("HEALTHCHECK");
    assert!(check.ends_with(&format!(r#"CMD ["{BINARY}", "healthcheck"]"#)));
    output(&["healthcheck", "--help"]);
}

#[test]
fn the_image_has_no_root_and_says_what_it_is() {
    let user = instruction("USER");
    let (uid, gid) = user.split_once(':').expect("a user and a group");
    assert!(uid.parse::<u32>().unwrap() > 0 && gid.parse::<u32>().unwrap() > 0);
    let version = format!("VERSION={}", env!("CARGO_PKG_VERSION"));
    assert!(last_stage().contains(&("ARG".to_owned(), version)));
    let labels = instruction("LABEL");
    for label in ["title", "licenses", "source", "version", "revision"] {
        assert!(
            labels.contains(&format!("org.opencontainers.image.{label}=")),
            "{label}"
        );
    }
}

#[test]
fn the_build_context_holds_no_secret_and_no_build() {
    let ignored = read(".dockerignore");
    let ignored: BTreeSet<&str> = ignored.lines().collect();
    for name in [".git", "target", "**/api-key*", "**/*.key", "**/*.pem"] {
        assert!(ignored.contains(name), "{name}");
    }
}

#[test]
fn every_image_and_action_is_pinned() {
    let dockerfile = read("Dockerfile");
    let stages = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("FROM "));
    let mut images: Vec<String> = stages
        .map(|from| from.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(images.len(), 2);
    let compose = yaml(COMPOSE);
    images.extend(services(&compose).map(|(_, it)| it["image"].as_str().unwrap().to_owned()));
    let workflow = yaml(".github/workflows/ci.yml");
    images.push(
        workflow["jobs"]["test"]["container"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    for image in images {
        assert!(is_pinned(&image), "{image}");
    }
    assert!(!is_pinned("a/b2") && !is_pinned("a:5000/b") && !is_pinned("a/b2:latest"));
}

#[test]
fn the_workflow_runs_the_same_test_and_may_do_little() {
    let workflow = yaml(".github/workflows/ci.yml");
    assert_eq!(workflow["permissions"], json!({ "contents": "read" }));
    assert!(workflow["on"]["schedule"][0]["cron"].is_string());
    let mut ran = Vec::new();
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        assert!(job["timeout-minutes"].is_u64(), "{name}");
        assert_eq!(job.get("permissions"), None, "{name}");
        for step in items(&job["steps"]) {
            ran.push(step["run"].as_str().unwrap_or_default());
        }
    }
    assert!(ran.contains(&"make test"), "{ran:?}");
}

#[test]
fn compose_gives_no_privileges() {
    let compose = yaml(COMPOSE);
    let names: Vec<_> = services(&compose).map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["alertmanager", "exporter", "grafana", "prometheus"]);
    for (name, service) in services(&compose) {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        assert_eq!(
            service["security_opt"],
            json!(["no-new-privileges:true"]),
            "{name}"
        );
        let limits = &service["deploy"]["resources"]["limits"];
        assert!(
            limits["cpus"].is_string() && limits["memory"].is_string(),
            "{name}"
        );
        assert!(limits["pids"].is_u64(), "{name}");
        assert_eq!(service["healthcheck"]["test"][0], "CMD", "{name}");
        for port in texts(&service["ports"]) {
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port}");
        }
    }
    let grafana = &compose["services"]["grafana"]["environment"];
    assert_eq!(grafana["GF_AUTH_ANONYMOUS_ORG_ROLE"], "Viewer");
    assert_eq!(
        grafana["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"],
        "true"
    );
}

#[test]
fn compose_runs_the_demo_where_prometheus_looks() {
    let compose = yaml(COMPOSE);
    let exporter = &compose["services"]["exporter"];
    let port = default_port();
    let listen = format!("--web.listen-address=0.0.0.0:{port}");
    assert_eq!(exporter["command"], json!(["demo", listen]));
    assert!(output(&["demo", "--help"]).contains("--web.listen-address"));
    assert_eq!(
        exporter["ports"],
        json!([format!("127.0.0.1:{port}:{port}")])
    );
    assert_eq!(
        exporter["healthcheck"]["test"],
        json!(["CMD", BINARY, "healthcheck"])
    );
    assert_eq!(
        exporter["image"],
        format!("{}:{}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
    );

    let prometheus = yaml("deploy/compose/prometheus.yml");
    let job = &prometheus["scrape_configs"][0];
    assert_eq!(job["job_name"], env!("CARGO_PKG_NAME"));
    assert_eq!(
        job["static_configs"][0]["targets"],
        json!([format!("exporter:{port}")])
    );
    let alertmanagers = &prometheus["alerting"]["alertmanagers"][0]["static_configs"][0];
    assert_eq!(alertmanagers["targets"], json!(["alertmanager:9093"]));
    let receiver = &yaml("deploy/compose/alertmanager.yml")["route"]["receiver"];
    assert!(receiver.is_string());
}

/// A service's bind mounts, as the path in the repository and the path in the container.
fn mounts(service: &Value) -> Vec<(PathBuf, String)> {
    let volumes = texts(&service["volumes"]).into_iter();
    volumes
        .filter(|volume| volume.starts_with('.'))
        .map(|volume| {
            let (source, target) = volume.split_once(':').unwrap();
            let target = target.strip_suffix(":ro").expect("a read-only mount");
            (
                root().join("deploy/compose").join(source),
                target.to_owned(),
            )
        })
        .collect()
}

/// Where in the repository the file is that a service sees at `path`.
fn seen_at(service: &Value, path: &str) -> PathBuf {
    let mounts = mounts(service);
    let found = mounts.iter().find_map(|(source, target)| {
        let rest = Path::new(path).strip_prefix(target).ok()?;
        Some(source.join(rest))
    });
    found.unwrap_or_else(|| panic!("nothing is mounted at {path}"))
}

#[test]
fn what_compose_mounts_exists() {
    let compose = yaml(COMPOSE);
    let mut seen = 0;
    for (name, service) in services(&compose).filter(|(_, it)| it["volumes"].is_array()) {
        for (source, _) in mounts(service) {
            assert!(source.exists(), "{name}: {}", source.display());
            seen += 1;
        }
        for volume in texts(&service["volumes"]) {
            let (source, _) = volume.split_once(':').unwrap();
            assert!(
                source.starts_with('.') || compose["volumes"].get(source).is_some(),
                "{volume}"
            );
        }
    }
    assert_eq!(seen, 6);
}

/// The one file in that directory of the repository whose name ends so.
fn only_file(directory: &Path, suffix: &str) -> PathBuf {
    let files: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(suffix))
        .collect();
    assert_eq!(files.len(), 1, "{}: {files:?}", directory.display());
    files[0].clone()
}

#[test]
fn prometheus_finds_the_rules_and_grafana_the_dashboards() {
    let compose = yaml(COMPOSE);
    let rules = yaml("deploy/compose/prometheus.yml")["rule_files"][0].clone();
    let (directory, suffix) = rules.as_str().unwrap().split_once('*').expect("a pattern");
    let prometheus = &compose["services"]["prometheus"];
    only_file(&seen_at(prometheus, directory), suffix);

    let grafana = &compose["services"]["grafana"];
    let home = &grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"];
    let home = seen_at(grafana, home.as_str().unwrap());
    assert!(home.is_file(), "{}", home.display());
    let provisioning = |what| {
        let path = format!("/etc/grafana/provisioning/{what}");
        let file = only_file(&seen_at(grafana, &path), ".yml");
        parse(&path, &std::fs::read_to_string(file).unwrap())
    };
    let source = &provisioning("datasources")["datasources"][0];
    assert_eq!(source["url"], "http://prometheus:9090");
    let path = &provisioning("dashboards")["providers"][0]["options"]["path"];
    assert_eq!(
        home.parent().unwrap(),
        seen_at(grafana, path.as_str().unwrap())
    );
}

#[test]
fn a_real_key_is_in_a_directory_that_git_ignores() {
    let key = yaml("deploy/compose/compose.key.yml");
    let exporter = &key["services"]["exporter"];
    assert_eq!(exporter["command"][0], "serve");
    // A file that is mounted by itself never changes: a rotated key would not be seen.
    let mount = &items(&exporter["volumes"])[0];
    let target = mount["target"].as_str().unwrap();
    let file = &exporter["environment"]["RHOMBUS_API_KEY_FILE"];
    assert_eq!(file, &json!(format!("{target}/api-key")));
    assert_eq!(mount["source"], "${RHOMBUS_KEY_DIR:-./key}");
    assert_eq!(mount["read_only"], true);
    let ignored = read("deploy/compose/.gitignore");
    assert!(ignored.lines().any(|line| line == "/key/"));
    for document in ["docs/deploy.md", "deploy/compose/compose.key.yml"] {
        let made = "install -D -m 0400 /dev/stdin deploy/compose/key/api-key";
        assert!(read(document).contains(made), "{document}");
    }
}

/// The variable of `--storage.path`.
const STORAGE: &str = "RHOMBUS_SHARE_EXPORTER_STORAGE_PATH";

#[test]
fn what_outlasts_the_process_is_on_something_that_stays() {
    let exporter = &yaml("deploy/compose/compose.key.yml")["services"]["exporter"];
    let mut mounts = items(&exporter["volumes"]).iter();
    let at = &exporter["environment"][STORAGE];
    let mount = mounts
        .find(|mount| mount["target"] == *at)
        .expect("a mount");
    assert_eq!(
        (mount["type"].as_str(), mount.get("read_only")),
        (Some("bind"), None)
    );
    assert_eq!(mount["source"], "${RHOMBUS_DATA_DIR:-./data}");
    assert!(
        read("deploy/compose/.gitignore")
            .lines()
            .any(|line| line == "/data/")
    );
    for document in ["docs/deploy.md", "deploy/compose/compose.key.yml"] {
        assert!(
            read(document).contains("install -d -m 0700 deploy/compose/data"),
            "{document}"
        );
    }

    let unit = read("deploy/systemd/rhombus-share-exporter.service");
    let directory = unit
        .lines()
        .find_map(|line| line.strip_prefix("StateDirectory="));
    let variable = format!(
        "Environment={STORAGE}=%S/{}",
        directory.expect("a directory")
    );
    assert!(unit.lines().any(|line| line == variable), "{variable}");
    assert!(unit.lines().any(|line| line == "StateDirectoryMode=0700"));
}

/// The size that a memory limit means: `512M` and `512Mi` are taken for the same.
fn mebibytes(limit: &Value) -> u64 {
    let text = limit.as_str().unwrap();
    let digits = text.trim_end_matches(['M', 'i']);
    assert!(text.contains('M'), "{text}");
    digits.parse().unwrap()
}

#[test]
fn an_exporter_that_cannot_start_does_not_silence_prometheus() {
    let compose = yaml(COMPOSE);
    let exporter = &compose["services"]["exporter"];
    // With `on-failure` it would stay down after a reboot.
    assert_eq!(exporter["restart"], "unless-stopped");
    let waits_for = &compose["services"]["prometheus"]["depends_on"];
    assert_eq!(waits_for.get("exporter"), None);
    let memory = &exporter["deploy"]["resources"]["limits"]["memory"];
    assert!(mebibytes(memory) >= ENOUGH_MEBIBYTES);
}

#[test]
fn the_unit_is_hardened() {
    let unit = read("deploy/systemd/rhombus-share-exporter.service");
    let lines: BTreeSet<&str> = unit.lines().collect();
    let service = [
        "ExecStart=/usr/bin/rhombus-share-exporter serve",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "LoadCredential=rhombus-api-key:/etc/rhombus-share-exporter/api-key",
        "Environment=RHOMBUS_API_KEY_FILE=%d/rhombus-api-key",
        "Restart=on-failure",
        "RestartPreventExitStatus=2 243",
        "LimitNOFILE=65536",
        "LimitCORE=0",
        "UMask=0077",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectProc=invisible",
        "RestrictAddressFamilies=AF_INET AF_INET6",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
    ];
    let missing: Vec<_> = service.iter().filter(|it| !lines.contains(**it)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let on = "DynamicUser NoNewPrivileges ProtectHome PrivateTmp PrivateDevices PrivateUsers \
              ProtectClock ProtectControlGroups ProtectHostname ProtectKernelLogs \
              ProtectKernelModules ProtectKernelTunables RestrictNamespaces RestrictRealtime \
              RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute RemoveIPC";
    for key in on.split_whitespace() {
        assert!(lines.contains(format!("{key}=yes").as_str()), "{key}");
    }
}

#[test]
fn the_readme_has_the_program_and_the_key_before_it_uses_them() {
    let readme = read("README.md");
    let at = |what: &str| readme.find(what).unwrap_or_else(|| panic!("no {what}"));
    let key = "~/.config/rhombus/api-key";
    let runs = at(&format!(
        "RHOMBUS_API_KEY_FILE={key} {} serve",
        env!("CARGO_PKG_NAME")
    ));
    assert!(at("cargo install --path . --locked") < runs);
    assert!(at(&format!("install -D -m 0400 /dev/stdin {key}")) < runs);
}

#[test]
fn what_the_documents_tell_to_write_parses() {
    let deploy = read("docs/deploy.md");
    let blocks: Vec<&str> = deploy.split("```yaml\n").skip(1).collect();
    assert_eq!(blocks.len(), 4);
    let documents: Vec<Value> = blocks
        .iter()
        .map(|block| block.split("```").next().unwrap())
        .map(|document| parse(document, document))
        .collect();
    assert!(documents[0]["organizations"].is_array());
    assert!(documents[1]["organization"]["existingSecret"].is_string());
    // What a ServiceMonitor of the chart verifies.
    let name = format!("{}.monitoring.svc", env!("CARGO_PKG_NAME"));
    assert_eq!(documents[2]["spec"]["dnsNames"], json!([name]));
    assert!(read("tests/helm/golden/tls.yaml").contains(&format!("serverName: {name}\n")));
    assert_eq!(
        documents[3]["scrape_configs"][0]["job_name"],
        env!("CARGO_PKG_NAME")
    );
}

#[test]
fn the_licence_is_whole() {
    assert_eq!(env!("CARGO_PKG_LICENSE"), "Apache-2.0");
    let mut sum = flate2::Crc::new();
    sum.update(read("LICENSE").as_bytes());
    assert_eq!((sum.amount(), sum.sum()), (11_358, 0x86e2_b4b4));
}
