//! What the pages name in passing, in the text and in blocks that can't be run: each command of the program with its
//! flags is one that the program takes. What it needs beside them may be left out there.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::LazyLock;

use clap::error::ErrorKind;
use regex::Regex;
use rhombus_share_exporter::cli::{manual, parse};
use rhombus_share_exporter::config::Environment;

use crate::blocks::{all, pages, read};
use crate::markdown::prose;
use crate::steps::steps;

const NAME: &str = "rhombus-share-exporter";

/// What is code in a line of text.
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new("`([^`]+)`").unwrap());
/// A call of the program with at least one argument, up to where the shell ends it.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s(/=])rhombus-share-exporter ((?:[^|<>;&)(]|\\\n)+)").unwrap()
});
/// What the text calls a command, with at least one argument.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    let names = names().join("|");
    Regex::new(&format!(r"^((?:{names}) [^|<>;&)(…]+)$")).unwrap()
});

/// The commands of the program, with those below them: each has a manual page.
fn names() -> Vec<String> {
    let pages = manual().unwrap();
    let names = pages.iter().filter_map(|page| {
        let name = page.file_name.strip_prefix(&format!("{NAME}-"))?;
        name.strip_suffix(".1").map(str::to_owned)
    });
    names.collect()
}

/// What stands for a value.
const STAND_FOR: [(&str, &str); 3] = [
    ("REF", "3f9a0c51d2e7"),
    ("DATE", "2027-01-31"),
    ("SHELL", "bash"),
];

/// The arguments of every call, each with a place where it is.
fn calls() -> BTreeMap<String, String> {
    let mut calls = BTreeMap::new();
    for page in pages() {
        let text = read(&page);
        let text = prose(&text).collect::<Vec<_>>().join("\n");
        for code in CODE.captures_iter(&text) {
            let code = code[1].replace('\n', " ");
            let found = CALL.captures(&code).or_else(|| COMMAND.captures(&code));
            calls.extend(found.map(|call| (call[1].trim().to_owned(), page.clone())));
        }
    }
    for block in all() {
        let texts = match block.is_of_commands() {
            true => steps(&block)
                .into_iter()
                .flat_map(|step| step.parts())
                .collect(),
            false => vec![block.text.clone()],
        };
        let is_called = |text: &String| text.starts_with(NAME) || text.contains("ExecStart=");
        for text in texts.iter().filter(|text| is_called(text)) {
            let found = CALL.captures_iter(text);
            calls.extend(found.map(|call| (call[1].trim().to_owned(), block.place())));
        }
    }
    calls
}

/// The words as the shell makes them.
fn words(arguments: &str) -> Vec<String> {
    let line = arguments.lines().next().unwrap_or_default();
    let script = format!("printf '%s\\0' {line}");
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{arguments}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// What the program says against it.
fn wrong(arguments: &str) -> Option<String> {
    let mut arguments = arguments.to_owned();
    for (written, value) in STAND_FOR {
        arguments = arguments.replace(written, value);
    }
    let mut all = vec![NAME.to_owned()];
    all.extend(words(&arguments));
    let said = parse(all, &Environment::default()).err()?;
    let is_right = [
        ErrorKind::DisplayHelp,
        ErrorKind::DisplayVersion,
        ErrorKind::MissingRequiredArgument,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
    ];
    // In passing, a flag may be named without its value.
    let text = said.to_string();
    (!is_right.contains(&said.kind()) && !text.contains("a value is required")).then_some(text)
}

#[test]
fn each_command_that_is_named_is_one_that_the_program_takes() {
    let calls = calls();
    assert!(calls.len() >= 60, "{calls:#?}");
    let said =
        |(call, place): (&String, &String)| Some(format!("{place}: {call}: {}", wrong(call)?));
    let wrong: Vec<_> = calls.iter().filter_map(said).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_command_is_known_by_its_name() {
    for call in [
        "rules --output=x",
        "demo --collect.interval=1s",
        "check-config --schema",
    ] {
        assert!(COMMAND.is_match(call), "{call}");
    }
}

#[test]
fn a_flag_that_there_is_none_of_is_noticed() {
    assert_eq!(wrong("report --org=ACME --protection='none'"), None);
    assert_eq!(wrong("show --address"), None);
    for (call, words) in [
        ("report --organisation=ACME", "--organisation"),
        ("report --protection=open", "open"),
        ("audit look", "look"),
        ("show REFERENCE", "3f9a0c51d2e7ERENCE"),
    ] {
        assert!(
            wrong(call).is_some_and(|said| said.contains(words)),
            "{call}"
        );
    }
}
