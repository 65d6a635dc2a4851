//! The files of the repository as the checks name them: by their path from its root, with `/` between.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the sources are that may name a file of the repository by its address on the forge.
const DIRECTORIES: [&str; 7] = [
    "alerts",
    "dashboards",
    "deploy",
    "docs",
    "src",
    "templates",
    ".github",
];

/// The directory of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files whose name ends so: those at the root, and those in [`DIRECTORIES`].
pub(crate) fn files(endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            found.push(path);
        }
    }
    for directory in DIRECTORIES {
        below(&root().join(directory), &mut found);
    }
    let mut found: Vec<String> = found.iter().map(|path| relative(&root(), path)).collect();
    found.retain(|path| endings.iter().any(|ending| path.ends_with(ending)));
    found.sort();
    found
}

/// All files below a directory.
pub(crate) fn below(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The path of a file below a directory, from there.
pub(crate) fn relative(directory: &Path, path: &Path) -> String {
    let path = path.strip_prefix(directory).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The path that a link leads to from the page at `page`; none where it leads out of the top.
pub(crate) fn resolved(page: &str, link: &str) -> Option<String> {
    let (directory, _) = page.rsplit_once('/').unwrap_or_default();
    let mut parts: Vec<&str> = directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[test]
fn a_link_is_followed_from_its_page() {
    let resolved = |link| resolved("docs/audit.md", link);
    assert_eq!(resolved("links.md").as_deref(), Some("docs/links.md"));
    assert_eq!(resolved("../README.md").as_deref(), Some("README.md"));
    assert_eq!(resolved("../../README.md"), None);
}
