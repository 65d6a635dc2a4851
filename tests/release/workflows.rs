//! The workflows: pinned, with few rights, and running what runs here too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::read;

const RELEASE: &str = ".github/workflows/release.yml";

/// The workflows of this repository.
pub(super) fn all() -> Vec<String> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/.github/workflows");
    let files = std::fs::read_dir(directory).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let paths: Vec<_> = names
        .map(|name| format!(".github/workflows/{name}"))
        .collect();
    assert!(paths.iter().any(|path| path == RELEASE), "{paths:?}");
    paths
}

fn workflow(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The jobs of a workflow, by name.
fn jobs(path: &str) -> BTreeMap<String, Value> {
    let jobs = workflow(path)["jobs"].as_object().unwrap().clone();
    jobs.into_iter().collect()
}

/// The steps of a workflow, with the names of their jobs.
fn steps(path: &str) -> Vec<(String, Value)> {
    let jobs = jobs(path).into_iter();
    jobs.flat_map(|(name, job)| {
        let steps = job["steps"].as_array().unwrap().clone();
        steps.into_iter().map(move |step| (name.clone(), step))
    })
    .collect()
}

/// The scripts of `release/` that a text calls.
fn called(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || "/.-".contains(c)));
    let scripts = words.filter_map(|word| word.strip_prefix("release/"));
    scripts.map(str::to_owned).collect()
}

#[test]
fn each_action_is_named_by_its_commit_and_its_version() {
    for path in all() {
        let text = read(&path);
        let uses: Vec<_> = text
            .lines()
            .filter_map(|line| line.split_once("uses: "))
            .collect();
        assert!(!uses.is_empty(), "{path}");
        for (_, action) in uses {
            let (commit, version) = action.split_once(" # v").expect(action);
            let (_, commit) = commit.split_once('@').expect(action);
            assert!(
                commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()),
                "{action}"
            );
            assert_eq!(version.split('.').count(), 3, "{action}");
        }
    }
}

#[test]
fn each_image_is_named_by_its_digest_and_all_build_in_the_same() {
    let dockerfile = read("Dockerfile");
    let bases = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("FROM "));
    let bases: Vec<_> = bases.map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(bases.len(), 2);
    for base in &bases {
        let (_, digest) = base.split_once("@sha256:").expect(base);
        assert!(
            digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit()),
            "{base}"
        );
    }
    for path in [".github/workflows/ci.yml", RELEASE] {
        let jobs = jobs(path).into_values();
        let containers: Vec<_> = jobs
            .filter_map(|job| job.get("container").cloned())
            .collect();
        assert!(!containers.is_empty(), "{path}");
        assert!(
            containers.iter().all(|it| *it == json!(bases[0])),
            "{path}: the container is {}, as in the Dockerfile: {containers:?}",
            bases[0]
        );
    }
}

/// The steps of a container are root's, and what was checked out is not: git refuses to look at it.
#[test]
fn each_job_in_a_container_tells_git_whose_its_files_are() {
    for path in all() {
        for (name, job) in jobs(&path) {
            let mut runs = job["steps"].as_array().unwrap().iter();
            let tells = |step: &Value| {
                step["run"]
                    .as_str()
                    .is_some_and(|run| run.contains("safe.directory"))
            };
            assert!(
                job.get("container").is_none() || runs.any(tells),
                "{path}, {name}"
            );
        }
    }
}

#[test]
fn each_job_of_a_release_has_the_rights_of_its_part() {
    let release = workflow(RELEASE);
    assert_eq!(release["permissions"], json!({}));
    assert_eq!(release["on"], json!({ "push": { "tags": ["v*"] } }));
    let reads = json!({ "contents": "read" });
    let signs = json!({ "packages": "write", "id-token": "write", "attestations": "write" });
    let expected = json!({
        "common": reads, "test": reads, "files": reads,
        "image": { "contents": "read", "packages": "write" },
        "tag": signs, "chart": signs,
        "publish": { "contents": "write", "id-token": "write", "attestations": "write" },
    });
    let found = jobs(RELEASE).into_iter();
    let found: BTreeMap<_, _> = found
        .map(|(name, job)| (name, job["permissions"].clone()))
        .collect();
    assert_eq!(json!(found), expected);
    for (name, job) in jobs(RELEASE) {
        assert!(job["timeout-minutes"].is_u64(), "{name}");
        // All but the first waits: no release of what was not tested.
        assert_eq!(job.get("needs").is_some(), name != "common", "{name}");
    }
}

#[test]
fn no_text_from_outside_becomes_a_command() {
    for path in all() {
        for (job, step) in steps(&path) {
            let run = step["run"].as_str().unwrap_or_default();
            assert!(!run.contains("${{"), "{path}, {job}: {run}");
            if step["uses"]
                .as_str()
                .is_some_and(|uses| uses.starts_with("actions/checkout@"))
            {
                assert_eq!(step["with"]["persist-credentials"], false, "{path}, {job}");
            }
        }
    }
}

#[test]
fn the_workflow_takes_the_steps_of_make_dist() {
    let runs = steps(RELEASE).into_iter();
    let runs: Vec<_> = runs
        .filter_map(|(_, step)| step["run"].as_str().map(str::to_owned))
        .collect();
    assert!(runs.iter().any(|run| run == "make test"));
    let mut wanted = called(&read("release/dist"));
    assert!(wanted.len() > 7, "{wanted:?}");
    wanted.extend(["check".to_owned(), "bases".to_owned()]);
    assert_eq!(called(&runs.join("\n")), wanted);
}
