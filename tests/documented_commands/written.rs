//! What the pages tell to write into files, and show. Each block of YAML is taken by the program that would read it
//! (readers). The other languages, and what holds their blocks, are in [`LANGUAGES`].

use serde_json::Value;

use crate::blocks::{Block, Mark, all};
use crate::readers::{read_by, reader};

/// The languages of blocks, and what holds them.
const LANGUAGES: [(&str, &str); 8] = [
    ("sh", "they are run (run), or parsed (parsed)"),
    (
        "console",
        "they are run (run), and what they show is compared",
    ),
    ("yaml", "the program that reads them takes them"),
    ("json", "they are JSON"),
    (
        "ini",
        "they have the form, and what they start is parsed (parsed)",
    ),
    ("promql", "tests/artifacts: page_queries"),
    ("text", "nobody: what is shown and not typed"),
    ("", "nobody, as text"),
];

/// What a command begins with, which has no place in a block that is only shown.
const COMMANDS: [&str; 13] = [
    "$ ",
    "rhombus-share-exporter ",
    "curl ",
    "cargo ",
    "docker ",
    "helm ",
    "install ",
    "kubectl ",
    "make ",
    "promtool ",
    "sqlite3 ",
    "sudo ",
    "systemctl ",
];

/// What is wrong with a block that is no block of commands.
fn check(block: &Block) -> Result<(), String> {
    if matches!(block.mark, Some(Mark::CheckedBy(_))) {
        return Ok(());
    }
    let text = &block.text;
    match &*block.language {
        "yaml" => {
            let reader = reader(text)
                .ok_or("no key says who reads it: add one here, or <!-- checked by: TEST -->")?;
            read_by(reader, text)
        }
        "json" => serde_json::from_str::<Value>(text)
            .map(drop)
            .map_err(|error| error.to_string()),
        "ini" => text.lines().try_for_each(of_a_unit),
        "text" | "" => text.lines().try_for_each(only_shown),
        other => {
            let is_known = LANGUAGES.iter().any(|(language, _)| *language == other);
            is_known
                .then_some(())
                .ok_or_else(|| format!("nobody holds blocks of {other:?}: say here who does"))
        }
    }
}

fn of_a_unit(line: &str) -> Result<(), String> {
    let is_section = line.starts_with('[') && line.ends_with(']');
    let is_key = line
        .split_once('=')
        .is_some_and(|(key, _)| key.chars().all(char::is_alphanumeric));
    let is_right = line.is_empty() || line.starts_with('#') || is_section || is_key;
    is_right
        .then_some(())
        .ok_or_else(|| format!("no line of a unit: {line}"))
}

fn only_shown(line: &str) -> Result<(), String> {
    let is_command = COMMANDS.iter().any(|start| line.starts_with(start));
    (!is_command)
        .then_some(())
        .ok_or_else(|| format!("a command in a block that is not `sh`: {line}"))
}

#[test]
fn each_file_that_a_page_gives_is_taken_by_who_reads_it() {
    let blocks = all();
    let yaml = blocks
        .iter()
        .filter(|block| block.language == "yaml")
        .count();
    assert!(yaml >= 18, "only {yaml} blocks of YAML were found");
    let said = |block: &Block| Some(format!("{}: {}", block.place(), check(block).err()?));
    let wrong: Vec<_> = blocks.iter().filter_map(said).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_nobody_takes_is_noticed() {
    for (language, text, words) in [
        ("yaml", "collect:\n  every: 15m", "every"),
        (
            "yaml",
            "policy:\n  rules:\n    - name: a\n      cameras_than: 8",
            "cameras_than",
        ),
        ("yaml", "- expression: 'share.name == \"a\"'", "share"),
        (
            "yaml",
            "tests:\n  - name: a\n    share: { sort: clip_group }",
            "sort",
        ),
        (
            "yaml",
            "basic_auth_user:\n  a: b",
            "no key says who reads it",
        ),
        (
            "yaml",
            "tls_server_config:\n  certificate: a.crt",
            "certificate",
        ),
        ("yaml", "scrape_configs:\n  - job: a", "job"),
        ("yaml", "- matchers: ['a=']\n  routers: []", "routers"),
        (
            "yaml",
            "receivers:\n  - name: a\n    email_config: []",
            "email_config",
        ),
        ("yaml", "apiVersion: v1", "no kind"),
        ("json", "{", "EOF"),
        ("ini", "[Service]\nExecStart", "no line of a unit"),
        ("", "curl http://127.0.0.1", "a command in a block"),
        ("text", "promtool check rules a.yml", "a command in a block"),
        ("hcl", "a", "nobody holds blocks of \"hcl\""),
    ] {
        let block = Block {
            page: String::new(),
            line: 1,
            language: language.to_owned(),
            mark: None,
            text: text.to_owned(),
        };
        let wrong = check(&block).expect_err(text);
        assert!(wrong.contains(words), "{text}: {wrong}");
    }
}
