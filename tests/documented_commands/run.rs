//! The commands of a page, run one after the other by one bash, in the directory of one reader.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use crate::blocks::{Block, Mark};
use crate::common::process::assert_holds_no_key;
use crate::steps::{Step, steps};
use crate::world::{Desk, World};

/// What came of one command.
struct Ran {
    status: String,
    output: String,
}

/// Runs what can be run of a block; gives how many commands that were, and what is wrong with them.
pub(crate) fn run(world: &World, desk: &Desk, block: &Block) -> (usize, Vec<String>) {
    if matches!(block.mark, Some(Mark::NotRun(_))) {
        return (0, Vec::new());
    }
    let mut steps = steps(block);
    steps.retain(|step| step.elsewhere().is_none());
    let ran = in_bash(world, desk, &steps);
    let wrong = steps
        .iter()
        .zip(ran)
        .flat_map(|(step, ran)| check(block, step, &ran));
    (steps.len(), wrong.collect())
}

/// Each command has the key on its stdin, for those that it is pasted into, and the status of the one before in `$?`.
fn in_bash(world: &World, desk: &Desk, steps: &[Step]) -> Vec<Ran> {
    let out = tempfile::tempdir().unwrap();
    let mut script = "set -uo pipefail\n".to_owned();
    for (number, step) in steps.iter().enumerate() {
        let command = world.command(&step.text, desk);
        let to = out.path().join(number.to_string());
        let to = to.display();
        let key = desk.path("secrets/rhombus");
        let _ = write!(
            script,
            "{{ {command}\n}} <{} >{to} 2>&1; status=$?; echo $status >{to}.status; (exit $status)\n",
            key.display()
        );
    }
    let mut bash = Command::new("bash");
    bash.arg("-c")
        .arg(script)
        .current_dir(desk.path("work"))
        .stdin(Stdio::null());
    let text: Vec<_> = steps.iter().map(|step| &*step.text).collect();
    bash.env_clear()
        .envs(world.environment(&text.join("\n"), desk));
    let said = bash.output().unwrap();
    let read = |name: String| {
        let text = fs::read_to_string(out.path().join(name));
        text.unwrap_or_else(|_| format!("not run: {}", String::from_utf8_lossy(&said.stderr)))
    };
    let each = |number: usize| Ran {
        status: read(format!("{number}.status")).trim().to_owned(),
        output: read(number.to_string()).replace('\r', ""),
    };
    (0..steps.len()).map(each).collect()
}

/// What is wrong with what a command did.
fn check(block: &Block, step: &Step, ran: &Ran) -> Vec<String> {
    assert_holds_no_key(&ran.output);
    let mut wrong = Vec::new();
    if !expected_statuses(step).contains(&&*ran.status) {
        wrong.push(format!("ended with {}", ran.status));
    }
    let lacks: Vec<_> = shape(&step.shown)
        .difference(&shape(&lines(&ran.output)))
        .cloned()
        .collect();
    if !lacks.is_empty() {
        wrong.push(format!("the page shows what it does not say: {lacks:?}"));
    }
    let said = |wrong: String| {
        format!(
            "{}: `{}`: {wrong}:\n{}",
            block.place(),
            step.text,
            ran.output
        )
    };
    wrong.into_iter().map(said).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// 3 says that there are such links; where the page shows an error, it is one.
fn expected_statuses(step: &Step) -> Vec<&'static str> {
    if step.text.contains("--fail-on") {
        return vec!["0", "3"];
    }
    let is_error = step
        .shown
        .iter()
        .any(|line| line.starts_with("rhombus-share-exporter: "));
    vec![if is_error { "1" } else { "0" }]
}

/// What does not depend on the links in an output: the headings of tables, and the names in front of values.
fn shape(lines: &[String]) -> BTreeSet<String> {
    let name = |line: &String| {
        let columns: Vec<_> = line
            .split("  ")
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        let is_heading = line
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || " #".contains(letter));
        let is_name = |text: &str| {
            text.chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == ' ')
        };
        match columns.as_slice() {
            [] => None,
            all if is_heading => Some(all.join("  ")),
            [name, _] if is_name(name) && !line.starts_with(' ') => Some((*name).to_owned()),
            _ => None,
        }
    };
    lines.iter().filter_map(name).collect()
}

#[test]
fn a_shape_is_what_stays() {
    let shown = lines(
        "SHARE\nref           7c3ccd10bb7e\npast footage  no\nNOTICED   #  ORG\n12 lines\n  a  b\n",
    );
    let expected = ["NOTICED  #  ORG", "SHARE", "past footage", "ref"];
    assert_eq!(shape(&shown), expected.map(str::to_owned).into());
}
