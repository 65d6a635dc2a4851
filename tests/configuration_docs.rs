//! Holds `docs/configuration.md` to the binary: its flags with their variables and defaults, the
//! keys of the file, and nothing that isn't there. A check added here compares the page with what
//! the binary prints, and never passes because there was nothing to look at.

#![expect(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

use std::collections::BTreeSet;
use std::process::{Command, Output};

const PAGE: &str = include_str!("../docs/configuration.md");
const EXAMPLE: &str = include_str!("../docs/config.example.yml");

/// Runs the binary with these variables and no other.
fn run(args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhombus-share-exporter"));
    let command = command.args(args).env_clear().envs(env.iter().copied());
    command.output().unwrap()
}

fn stdout(args: &[&str], env: &[(&str, &str)]) -> String {
    let output = run(args, env);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The help of the program and of each command below it that has flags.
fn helps() -> Vec<String> {
    let mut helps = Vec::new();
    add_helps(&[], &mut helps);
    assert!(helps.len() >= 9, "{}", helps.len());
    helps
}

/// The help of this command and of those below it.
fn add_helps(command: &[&str], helps: &mut Vec<String>) {
    let help = stdout(&[command, &["--help"]].concat(), &[]);
    let list = help.split_once("Commands:\n");
    let list = list.map_or("", |(_, list)| list.split("\n\n").next().unwrap());
    // A wrapped line begins further in. Of the help itself there is nothing to say.
    let names = list.lines().filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        add_helps(&[command, &[name]].concat(), helps);
    }
    if list.is_empty() || command.is_empty() {
        helps.push(help);
    }
}

/// The flags of a help text, each with its default. A flag begins a line; an empty line ends it.
fn flags(help: &str) -> Vec<(String, String)> {
    let mut flags: Vec<String> = Vec::new();
    for line in help.lines().map(str::trim_start) {
        let line = line.trim_start_matches("-h, ").trim_start_matches("-V, ");
        match flags.last_mut() {
            _ if line.starts_with("--") || line.is_empty() => flags.push(line.to_owned()),
            Some(flag) => *flag += &format!(" {line}"),
            None => {}
        }
    }
    let default = |flag: &str| {
        Some(
            flag.split_once("[default: ")?
                .1
                .split_once(']')?
                .0
                .to_owned(),
        )
    };
    flags.retain(|flag| flag.starts_with("--"));
    // A value that may be left out is in brackets.
    let name = |flag: &str| flag.split([' ', '[']).next().unwrap().to_owned();
    let pair = |flag: &String| (name(flag), default(flag).unwrap_or("–".to_owned()));
    flags.iter().map(pair).collect()
}

/// The table rows of the page that begin with a name, cell by cell, without backticks.
fn rows() -> Vec<Vec<&'static str>> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
    let cell = |cell: &'static str| cell.trim().trim_matches('`');
    rows.map(|row| row.trim_matches('|').split(" | ").map(cell).collect())
        .collect()
}

/// The words of the page that consist of letters, digits and `others`, and begin with `prefix`.
fn words(prefix: &str, others: &[char]) -> BTreeSet<&'static str> {
    let words = PAGE.split(|c: char| !c.is_ascii_alphanumeric() && !others.contains(&c));
    let mut words: BTreeSet<_> = words.map(|word| word.trim_end_matches('.')).collect();
    words.retain(|word| word.starts_with(prefix) && word.contains(char::is_alphabetic));
    assert!(words.len() > 20, "{words:?}");
    words
}

/// The variable of a flag.
fn variable(flag: &str) -> String {
    let name = flag[2..].to_ascii_uppercase().replace(['.', '-'], "_");
    match flag {
        "--rhombus.organization" => name,
        _ => format!("RHOMBUS_SHARE_EXPORTER_{name}"),
    }
}

#[test]
fn each_flag_has_its_row_with_variable_and_default() {
    let rows = rows();
    for help in helps() {
        let mut flags = flags(&help);
        flags.retain(|(flag, _)| flag != "--help" && flag != "--version");
        let has_none =
            help.contains("completions [OPTIONS] <SHELL>") || help.contains("completions <SHELL>");
        assert_eq!(flags.is_empty(), has_none, "{help}");
        for (flag, default) in &flags {
            let variable = variable(flag);
            let row = [flag, variable.as_str(), default];
            // What deletes, or writes what stays, reads no variable of what is its own.
            let without = [flag, "–", default];
            let changes = [" revoke ", " annotate ", " erase ", " reanchor "];
            let is_without = changes.iter().any(|name| help.contains(name));
            let is_row = |cells: &Vec<&str>| {
                cells.starts_with(&row) || is_without && cells.starts_with(&without)
            };
            assert!(rows.iter().any(is_row), "{row:?}");
        }
    }
}

#[test]
fn each_flag_on_the_page_exists() {
    let known: Vec<_> = helps().iter().flat_map(|help| flags(help)).collect();
    for named in words("--", &['.', '-']) {
        assert!(known.iter().any(|(flag, _)| flag == named), "{named}");
    }
}

#[test]
fn each_variable_on_the_page_is_read() {
    let flags: Vec<_> = helps().iter().flat_map(|help| flags(help)).collect();
    let of_flags: BTreeSet<_> = flags.iter().map(|(flag, _)| variable(flag)).collect();
    let mut others = words("RHOMBUS_", &['_']);
    others.retain(|name| !of_flags.contains(*name));
    assert!(others.contains("RHOMBUS_API_KEY"), "{others:?}");
    for name in others {
        // A variable that is read is refused when it is empty; one that isn't changes nothing.
        let output = run(&["check-config"], &[("RHOMBUS_API_KEY", "k"), (name, "")]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
        assert!(stderr.contains(name), "{name}: {stderr}");
    }
}

#[test]
fn the_settings_of_collect_are_those_of_the_binary() {
    let shown = stdout(&["check-config"], &[("RHOMBUS_API_KEY", "k")]);
    let (_, collect) = shown.split_once("collect:\n").expect("its section collect");
    let (collect, _) = collect.split_once("policy:\n").expect("the next section");
    let mut rows = rows();
    rows.retain(|cells| cells[0].starts_with("collect."));
    assert_eq!(rows.len(), collect.lines().count(), "{collect}");
    for line in collect.lines() {
        let (key, default) = line.trim().split_once(": ").expect("a key");
        let key = format!("collect.{key}");
        let row = rows.iter().find(|cells| cells[..2] == [&key, default]);
        let may_be = row.expect(line)[2].replace('`', "");
        let expected = expected(&format!("--{}", key.replace('_', "-")));
        assert!(may_be.contains(&expected), "{key}: {may_be}: {expected}");
        assert!(EXAMPLE.lines().any(|it| it == line), "{line}");
    }
}

/// What a flag's value may be, as the refusal of one has it that is of the right form: `1s to 1d`.
fn expected(flag: &str) -> String {
    let refusal = |far: &str| {
        let output = run(&["check-config", &format!("{flag}={far}")], &[]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        let (_, expected) = stderr.split_once(": expected ")?;
        let expected = expected.lines().next()?.to_owned();
        (!expected.contains("such as")).then_some(expected)
    };
    let refusal = ["4000d", "2000GiB", "1000"]
        .iter()
        .find_map(|far| refusal(far));
    let refusal = refusal.expect(flag).replace(" or ", ", ");
    match refusal.split_once(" from ") {
        Some((_, bounds)) => bounds.split(',').next().unwrap().to_owned(),
        None => refusal,
    }
}

#[test]
fn each_key_of_the_example_is_named() {
    let starts = EXAMPLE.lines().filter_map(|line| line.split_once(':'));
    let mut keys: Vec<_> = starts
        .map(|(start, _)| start.trim_start_matches([' ', '#', '-']))
        .collect();
    keys.retain(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    assert!(keys.contains(&"api_key"), "{keys:?}");
    for key in keys {
        let named = PAGE.contains(&format!("`{key}`")) || PAGE.contains(&format!(".{key}`"));
        assert!(named, "{key}");
    }
}
