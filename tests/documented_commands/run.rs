//! The commands of a page, run one after the other by one bash, in the directory of one reader. What a page shows of
//! an output has to be in it, line by line.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use regex::Regex;

use crate::blocks::{Block, Mark, REASONS};
use crate::common::process::assert_holds_no_key;
use crate::desk::Desk;
use crate::steps::{Step, steps};
use crate::world::World;

/// What came of one command.
struct Ran {
    status: String,
    output: String,
}

/// Runs what can be run of a block; gives how many commands that were, and what is wrong with them.
pub(crate) fn run(world: &World, desk: &Desk<'_>, block: &Block) -> (usize, Vec<String>) {
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
fn in_bash(world: &World, desk: &Desk<'_>, steps: &[Step]) -> Vec<Ran> {
    let out = tempfile::tempdir().unwrap();
    let key = desk.path("secrets/rhombus");
    let mut script = "set -uo pipefail\n".to_owned();
    for (number, step) in steps.iter().enumerate() {
        let (command, to) = (
            desk.command(&step.text),
            out.path().join(number.to_string()),
        );
        let _ = write!(
            script,
            "{{ {command}\n}} <{} >{to} 2>&1; status=$?; echo $status >{to}.status; (exit $status)\n",
            key.display(),
            to = to.display(),
        );
    }
    let text: Vec<_> = steps.iter().map(|step| &*step.text).collect();
    let mut bash = Command::new("bash");
    bash.arg("-c")
        .arg(script)
        .current_dir(desk.path("work"))
        .stdin(Stdio::null());
    bash.env_clear().envs(desk.environment(&text.join("\n")));
    let said = world.at_present(bash).output().unwrap();
    let read = |name: String| {
        let text = fs::read_to_string(out.path().join(name));
        text.unwrap_or_else(|_| format!("not run: {}", String::from_utf8_lossy(&said.stderr)))
    };
    let each = |number: usize| Ran {
        status: read(format!("{number}.status")).trim().to_owned(),
        output: read(number.to_string()),
    };
    (0..steps.len()).map(each).collect()
}

/// What is wrong with what a command did.
fn check(block: &Block, step: &Step, ran: &Ran) -> Vec<String> {
    assert_holds_no_key(&ran.output);
    let mut wrong = Vec::new();
    if !expected_statuses(step).contains(&&*ran.status) {
        let mark = "where it can't be run, the line above the block says <!-- not run: REASON -->";
        wrong.push(format!(
            "ended with {}; {mark}, one of {REASONS:?}",
            ran.status
        ));
    }
    let said: Vec<_> = ran.output.lines().map(timeless).collect();
    let shown = step.shown.iter().filter(|line| *line != "...");
    let lacks: Vec<_> = shown
        .filter(|line| !said.contains(&timeless(line)))
        .collect();
    if !lacks.is_empty() {
        wrong.push(format!("the page shows what it does not say: {lacks:#?}"));
    }
    let place = |wrong: String| {
        format!(
            "{}: `{}`: {wrong}:\n{}",
            block.place(),
            step.text,
            ran.output
        )
    };
    wrong.into_iter().map(place).collect()
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

/// A line as it stands on a terminal in the end, without the second in which it was written.
fn timeless(line: &str) -> String {
    static PRESENT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"2026-11-29T16:\d\d:\d\dZ").unwrap());
    let line = line.rsplit("\u{1b}[K").next().unwrap().trim_end();
    PRESENT.replace_all(line, "now").into_owned()
}

#[test]
fn what_a_page_shows_and_is_not_said_is_noticed() {
    let found = crate::blocks::blocks(
        "p.md",
        "```console\n$ a\none\n...\nas of 2026-11-29T16:08:00Z\n```\n",
    );
    let steps = steps(&found[0]);
    let check = |status: &str, output: &str| {
        let ran = Ran {
            status: status.to_owned(),
            output: output.to_owned(),
        };
        check(&found[0], &steps[0], &ran).join("\n")
    };
    assert_eq!(
        check(
            "0",
            "1 of 2\u{1b}[K\r\u{1b}[Kone\r\ntwo\nas of 2026-11-29T16:09:13Z\n"
        ),
        ""
    );
    assert!(check("0", "one\n").contains("the page shows what it does not say: [\n    \"as of"));
    assert!(check("2", "").contains("ended with 2"));
}
