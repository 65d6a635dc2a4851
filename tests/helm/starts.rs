//! The real binary, started as a pod would start it: with the arguments, the environment and the files that the chart
//! gives it, below a directory of the test's own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use serde_json::Value;

use crate::chart::{Rendered, good, sets};
use crate::common::certificate::Certificate;
use crate::common::process::{BINARY, PATIENCE, Process};
use crate::common::simulator;

/// A web file of a user's, with a password.
const WEB_FILE: &str =
    "basic_auth_users: { alice: $2b$04$uv1WmBXZbmEGAtU4fT.CVeEEmLRnYxBKRIwPDCKuMDMnO2Ufee9IK }\n";

/// A pod's container, and the directory that stands for its file system.
struct Container {
    root: tempfile::TempDir,
    spec: Value,
    env: BTreeMap<String, String>,
}

impl Container {
    /// Of the pod with that number.
    fn of(rendered: &Rendered, index: u64) -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let workload = rendered.workload();
        let pod = &workload["spec"]["template"]["spec"];
        let spec = pod["containers"][0].clone();
        for mount in spec["volumeMounts"].as_array().into_iter().flatten() {
            let at = below(root.path(), mount["mountPath"].as_str().expect("a path"));
            std::fs::create_dir_all(at).expect("made");
        }
        write_files(root.path(), rendered, &spec);
        let env = environment(root.path(), &spec, index);
        Self { root, spec, env }
    }

    /// The container's arguments, with another command in the place of `serve`, and more flags.
    fn args(&self, command: &str, more: &[&str]) -> Vec<String> {
        let args = self.spec["args"].as_array().expect("arguments");
        assert_eq!(args[0], "serve");
        let given = args[1..].iter().map(|it| it.as_str().expect("a text"));
        let all = std::iter::once(command)
            .chain(given)
            .chain(more.iter().copied());
        all.map(str::to_owned).collect()
    }

    /// What a command says in the container's environment.
    fn run(&self, args: &[String]) -> Output {
        let mut command = Command::new(BINARY);
        command.args(args).env_clear().envs(&self.env);
        command.output().expect("it runs")
    }
}

/// A path of the container's as one below the directory.
fn below(root: &Path, path: &str) -> String {
    format!("{}{path}", root.display())
}

/// All texts that name a file of the container's, as ones below the directory.
fn moved(root: &Path, text: &str) -> String {
    let paths = ["/run/secrets/", "/etc/rhombus-share-exporter/", "/var/lib/"];
    paths.iter().fold(text.to_owned(), |text, path| {
        text.replace(path, &below(root, path))
    })
}

/// The ConfigMap's files, and what a user's Secrets would hold.
fn write_files(root: &Path, rendered: &Rendered, spec: &Value) {
    let map = rendered.object("ConfigMap").unwrap_or_default();
    let mut named = spec["env"].to_string();
    for (name, text) in map["data"].as_object().into_iter().flatten() {
        let text = text.as_str().expect("a text");
        if name.ends_with(".yml") {
            let at = below(root, "/etc/rhombus-share-exporter/");
            std::fs::write(format!("{at}{name}"), moved(root, text)).expect("written");
            named += text;
        }
    }
    let certificate = Certificate::of("localhost");
    for path in secret_files(&named) {
        let at = below(root, path);
        let pem = |name| std::fs::read_to_string(certificate.file(name)).expect("made");
        let text = match path.rsplit(['/', '.']).next() {
            Some("crt") => pem("cert.pem"),
            Some("key") => pem("key.pem"),
            Some("yml") => WEB_FILE.to_owned(),
            // Each its own, as organisations must have.
            _ => path.to_owned(),
        };
        std::fs::write(&at, text).unwrap_or_else(|error| panic!("{path} is not mounted: {error}"));
    }
}

/// The files of Secrets that a text names.
fn secret_files(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices("/run/secrets/");
    starts.map(|(at, _)| {
        let rest = &text[at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "/.-_".contains(c)));
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// The container's environment as the kubelet makes it.
fn environment(root: &Path, spec: &Value, index: u64) -> BTreeMap<String, String> {
    let mut env: BTreeMap<String, String> = BTreeMap::new();
    for variable in spec["env"].as_array().into_iter().flatten() {
        let from = &variable["valueFrom"];
        let value = match variable["value"].as_str() {
            Some(value) => env.iter().fold(value.to_owned(), |value, (name, is)| {
                value.replace(&format!("$({name})"), is)
            }),
            None if from.get("fieldRef").is_some() => index.to_string(),
            None => variable["name"].to_string(),
        };
        let name = variable["name"].as_str().expect("a name").to_owned();
        env.insert(name, moved(root, &value));
    }
    env
}

#[test]
fn the_binary_takes_what_the_chart_gives_it() {
    for (name, rendered) in sets().good.iter().chain(&sets().manifests) {
        let pods = rendered.workload()["spec"]["replicas"]
            .as_u64()
            .expect("a number");
        for index in 0..pods {
            let container = Container::of(rendered, index);
            let output = container.run(&container.args("check-config", &[]));
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{name}: {output:?}");
            if pods > 1 {
                assert!(
                    said.contains(&format!("shard: {index}/{pods}")),
                    "{name}: {said}"
                );
            }
        }
    }
}

#[test]
fn one_pod_too_many_is_no_shard() {
    let container = Container::of(good("partner"), 3);
    let output = container.run(&container.args("check-config", &[]));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

/// What the binary's health check asks by itself.
const HEALTHY: (&str, &str) = (
    "RHOMBUS_SHARE_EXPORTER_URL",
    "http://127.0.0.1:10063/-/healthy",
);

/// A probe's command as it is for an exporter that the test runs, which is at another port.
fn probe(container: &Container, name: &str, port: u16) -> Output {
    let command = container.spec[name]["exec"]["command"].as_array();
    let mut args = command.expect("a command").iter();
    assert_eq!(
        args.next().expect("a program"),
        "/usr/bin/rhombus-share-exporter"
    );
    let there = |text: &str| text.replace(":10063/", &format!(":{port}/"));
    let env = container
        .env
        .iter()
        .map(|(name, value)| (name, there(value)));
    Command::new(BINARY)
        .args(args.map(|it| there(it.as_str().expect("a text"))))
        .env_clear()
        .env(HEALTHY.0, there(HEALTHY.1))
        .envs(env)
        .output()
        .expect("it runs")
}

/// The exporter of that set, which asks a simulator, and both of its probes.
fn starts_and_answers(name: &str) {
    let simulator = simulator(1);
    let mut container = Container::of(good(name), 0);
    let url = simulator.url("");
    container.env.insert("RHOMBUS_ENDPOINT_URL".to_owned(), url);
    let args = container.args("serve", &["--web.listen-address=127.0.0.1:0"]);
    let mut command = Command::new(BINARY);
    command.args(args).env_clear().envs(&container.env);
    let exporter = Process::spawn(command).unwrap_or_else(|(status, output)| {
        panic!("{name}: {status}: {output}");
    });
    let port = exporter.address().port();
    let alive = probe(&container, "livenessProbe", port);
    assert!(alive.status.success(), "{name}: {alive:?}");
    let started = Instant::now();
    while !probe(&container, "readinessProbe", port).status.success() {
        assert!(
            started.elapsed() < PATIENCE,
            "{name}: {}",
            exporter.output()
        );
    }
    let store = below(
        container.root.path(),
        "/var/lib/rhombus-share-exporter/store.db",
    );
    assert!(Path::new(&store).is_file());
}

#[test]
fn the_exporter_of_one_organization_starts_and_its_probes_succeed() {
    starts_and_answers("minimal");
}

#[test]
fn the_probes_succeed_over_tls() {
    starts_and_answers("tls");
}

#[test]
fn a_probe_takes_a_demanded_password_for_an_answer() {
    starts_and_answers("passwords");
}

#[test]
fn commands_find_the_same_in_the_containers_environment() {
    let simulator = simulator(1);
    let mut container = Container::of(good("minimal"), 0);
    container
        .env
        .insert("RHOMBUS_ENDPOINT_URL".to_owned(), simulator.url(""));
    let output = container.run(&["report".to_owned()]);
    assert!(output.status.success(), "{output:?}");
}
