//! What `render.py` makes of each set of values, asked for once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The templates of one set of values, rendered, and what is wrong with them.
#[derive(Deserialize)]
pub(crate) struct Rendered {
    /// Why nothing could be rendered.
    pub(crate) error: Option<String>,
    /// The text of each template, by its path.
    #[serde(default)]
    pub(crate) manifests: BTreeMap<String, String>,
    /// What Helm's linter warns of.
    #[serde(default)]
    pub(crate) lint: Vec<String>,
    /// What Kubernetes would refuse.
    #[serde(default)]
    pub(crate) faults: Vec<String>,
}

/// All sets of values, by the names of their files.
#[derive(Deserialize)]
pub(crate) struct Sets {
    pub(crate) good: BTreeMap<String, Rendered>,
    pub(crate) manifests: BTreeMap<String, Rendered>,
    /// With a release and a namespace whose names are numbers.
    pub(crate) odd: BTreeMap<String, Rendered>,
    /// By the document that they are written in.
    pub(crate) written: BTreeMap<String, Rendered>,
    /// Why each was refused.
    pub(crate) bad: BTreeMap<String, Option<String>>,
}

/// A path in the repository.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A file of the repository.
pub(crate) fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A YAML document as a value.
pub(crate) fn parse(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{error}:\n{yaml}"))
}

/// What all sets render to.
pub(crate) fn sets() -> &'static Sets {
    static SETS: LazyLock<Sets> = LazyLock::new(render);
    &SETS
}

fn render() -> Sets {
    let output = Command::new("python3")
        .arg(path("tests/helm/render.py"))
        .env("PYTHONPATH", path("target/tools/python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 (`make test` installs it)");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "render.py failed; `tests/python` installs what it needs:\n{said}"
    );
    serde_json::from_slice(&output.stdout).expect("what render.py promises")
}

/// The good set of that name.
pub(crate) fn good(name: &str) -> &'static Rendered {
    let rendered = sets().good.get(name);
    rendered.unwrap_or_else(|| panic!("no set {name}"))
}

impl Rendered {
    /// The objects, with the paths of their templates.
    pub(crate) fn objects(&self) -> Vec<(&str, Value)> {
        let files = self.manifests.iter();
        files
            .filter(|(path, _)| path.ends_with(".yaml"))
            .flat_map(|(path, text)| text.split("---\n").map(move |text| (path.as_str(), text)))
            .filter(|(_, text)| text.lines().any(|line| line.starts_with("kind:")))
            .map(|(path, text)| (path, parse(text)))
            .collect()
    }

    /// The one object of that kind; the pod of `helm test` is a `Pod`.
    pub(crate) fn object(&self, kind: &str) -> Option<Value> {
        let mut found = self.objects().into_iter();
        let found = found.find(|(_, object)| object["kind"] == kind)?;
        Some(found.1)
    }

    /// The Deployment or StatefulSet.
    pub(crate) fn workload(&self) -> Value {
        let found = self
            .object("Deployment")
            .or_else(|| self.object("StatefulSet"));
        found.expect("a workload")
    }
}
