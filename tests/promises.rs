//! `docs/promises.md` names the test that holds each promise. A test that was renamed or removed must
//! not leave a promise that nothing holds.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

use std::fs;
use std::path::Path;

/// All files below `directory` whose names end in one of `endings`, one after another.
fn all_text(directory: &Path, endings: &[&str]) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            text += &all_text(&path, endings);
        } else if ending.is_some_and(|ending| endings.contains(&ending)) {
            text += &fs::read_to_string(&path).unwrap();
        }
    }
    text
}

#[test]
fn each_promise_names_what_holds_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = ["src", "tests", "crates"].map(|directory| root.join(directory));
    let tests = code.map(|directory| all_text(&directory, &["rs"])).concat();
    let alert_cases = all_text(&root.join("alerts"), &["yml"]);
    let page = fs::read_to_string(root.join("docs/promises.md")).unwrap();
    let mut promises = 0;
    for line in page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("held by"))
    {
        let (_, held_by) = line.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        for name in held_by.split(", ").map(|name| name.trim_matches('`')) {
            let exists = if name.starts_with("Rhombus") {
                alert_cases.contains(&format!("alertname: {name}\n"))
            } else {
                tests.contains(&format!("fn {name}("))
            };
            assert!(
                exists,
                "{name} does not exist, which is said to hold: {line}"
            );
        }
        promises += 1;
    }
    assert!(promises > 20, "the tables were not found");
}
