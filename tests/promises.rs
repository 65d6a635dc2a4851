//! `docs/promises.md` and `docs/stability.md` name the tests that hold what they promise. A test that was renamed or
//! removed must not leave a promise that nothing holds.

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

/// The code in which there may be tests.
fn tests() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = ["src", "tests", "crates"].map(|directory| root.join(directory));
    code.map(|directory| all_text(&directory, &["rs"])).concat()
}

/// The rows of the tables of a page, each with what it is held by.
fn rows(page: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join(page)).unwrap();
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("held by"));
    let row = |line: &str| {
        let (_, held_by) = line.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        (line.to_owned(), held_by.to_owned())
    };
    rows.map(row).collect()
}

#[test]
fn each_promise_names_what_holds_it() {
    let tests = tests();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let alert_cases = all_text(&root.join("alerts"), &["yml"]);
    let rows = rows("docs/promises.md");
    for (line, held_by) in &rows {
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
    }
    assert!(rows.len() > 20, "the tables were not found");
}

#[test]
fn what_holds_through_all_of_1_x_names_what_holds_it() {
    let tests = tests();
    let rows = rows("docs/stability.md");
    let mut named = 0;
    for (line, held_by) in &rows {
        // Every other piece is in backticks; a name of a test is one of several words.
        let names = held_by.split('`').skip(1).step_by(2);
        for name in names.filter(|name| name.matches('_').count() > 1) {
            let exists = tests.contains(&format!("fn {name}("));
            assert!(
                exists,
                "{name} does not exist, which is said to hold: {line}"
            );
            named += 1;
        }
    }
    assert!(named > 15, "the tables were not found");
}
