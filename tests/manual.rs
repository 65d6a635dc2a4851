//! What is made from the definition of the command line, as those read it who use it: bash completes by the
//! script, and `man` formats the pages without a warning.

#![expect(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const BINARY: &str = env!("CARGO_BIN_EXE_rhombus-share-exporter");
const NAME: &str = "rhombus-share-exporter";

fn run(args: &[&str]) -> Output {
    Command::new(BINARY)
        .args(args)
        .env_clear()
        .output()
        .unwrap()
}

fn stdout(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What bash offers for the last of these words.
fn offered(script: &Path, words: &[&str]) -> BTreeSet<String> {
    let asks = r#"
        source "$1"; shift
        read -ra registered < <(complete -p "$1")
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        for ((i = 0; i < ${#registered[@]}; i++)); do
          [ "${registered[i]}" = -F ] && function=${registered[i + 1]}
        done
        "$function" "$1" "${@: -1}" "${@: -2:1}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let bash = Command::new("bash")
        .args(["--norc", "-c", asks, "bash"])
        .arg(script)
        .args(words)
        .output();
    let words = stdout(bash.unwrap());
    words.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_flags() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join(NAME);
    fs::write(&script, stdout(run(&["completions", "bash"]))).unwrap();
    let offered = |words: &[&str]| offered(&script, &[&[NAME], words].concat());
    let is = |word: &str| BTreeSet::from([word.to_owned()]);
    assert_eq!(offered(&["check"]), is("check-config"));
    assert_eq!(offered(&["policy", "exp"]), is("explain"));
    assert_eq!(
        offered(&["serve", "--web.telemetry"]),
        is("--web.telemetry-path")
    );
    assert_eq!(offered(&["completions", "fi"]), is("fish"));
    assert!(offered(&[""]).contains("demo"));
    let of_policy = offered(&["policy", "list", "--"]);
    assert!(of_policy.contains("--config.file"), "{of_policy:?}");
    assert!(!of_policy.contains("--web.listen-address"), "{of_policy:?}");
}

#[test]
fn each_shell_has_a_script_of_its_own_that_knows_the_commands() {
    let shells = ["bash", "zsh", "fish", "elvish", "powershell"];
    let scripts: BTreeSet<_> = shells
        .map(|shell| stdout(run(&["completions", shell])))
        .into();
    assert_eq!(scripts.len(), shells.len());
    for script in scripts {
        for word in [
            "check-config",
            "healthcheck",
            "web.listen-address",
            "explain",
        ] {
            assert!(script.contains(word), "{word}: {script}");
        }
    }
    for args in [&["completions"][..], &["completions", "ksh"]] {
        let refused = run(args);
        assert_eq!(refused.status.code(), Some(2));
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("SHELL") || said.contains("bash"), "{said}");
    }
}

/// The commands that the help of one lists, and those below them: each as its words.
fn commands(above: &[String]) -> Vec<Vec<String>> {
    let mut arguments: Vec<&str> = above.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = stdout(run(&arguments));
    let Some((_, listed)) = help.split_once("\nCommands:\n") else {
        return Vec::new();
    };
    let listed = listed.lines().take_while(|line| !line.is_empty());
    // What an entry goes on with is indented further.
    let names = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty() && *name != "help");
    let each = |name: &str| {
        let command: Vec<String> = above.iter().cloned().chain([name.to_owned()]).collect();
        let below = commands(&command);
        std::iter::once(command).chain(below)
    };
    names.flat_map(each).collect()
}

#[test]
fn each_command_has_a_page_and_man_formats_it_without_a_warning() {
    let directory = tempfile::tempdir().unwrap();
    let pages = directory.path().join("share/man1");
    assert_eq!(stdout(run(&["man", "--dir", pages.to_str().unwrap()])), "");
    let all = commands(&[]);
    assert!(all.len() > 8, "{all:?}");
    let file = |words: &[String]| format!("{}.1", [&[NAME.to_owned()], words].concat().join("-"));
    let mut expected: BTreeSet<_> = all.iter().map(|words| file(words)).collect();
    expected.insert(file(&[]));
    let written = fs::read_dir(&pages).unwrap();
    let written = written.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(written.collect::<BTreeSet<_>>(), expected);
    for name in &expected {
        is_a_manual_page(&pages.join(name));
    }
}

fn is_a_manual_page(path: &Path) {
    let formatted = Command::new("man")
        .args(["--warnings", "-l"])
        .arg(path)
        .env("LC_ALL", "C.UTF-8")
        .env("MANWIDTH", "100")
        .output();
    let text = stdout(formatted.unwrap());
    for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"] {
        let is_there = text.lines().any(|line| line == heading);
        assert!(is_there, "{}: no {heading}\n{text}", path.display());
    }
    // What `apropos` and `whatis` find it by.
    let found = Command::new("lexgrog").arg(path).output().unwrap();
    let found = stdout(found);
    let name = path.file_stem().unwrap().to_str().unwrap();
    assert!(found.contains(&format!("\"{name} - ")), "{found}");
}

#[test]
fn the_page_of_the_program_goes_to_stdout_and_says_what_the_help_says() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("page.1");
    fs::write(&path, stdout(run(&["man"]))).unwrap();
    let man = Command::new("man")
        .args(["-l"])
        .arg(&path)
        .env("MANWIDTH", "200")
        .output();
    let text = stdout(man.unwrap());
    for line in stdout(run(&["--help"])).lines() {
        // The examples stay as they are, to be copied.
        let example = line.trim();
        if example.starts_with("RHOMBUS_API_KEY") || example.starts_with("- name:") {
            assert!(text.contains(example), "{example}\n{text}");
        }
    }
    for word in [
        "RHOMBUS_API_KEY_FILE=PATH",
        "--web.listen-address",
        "rhombus-share-exporter-policy(1)",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
}

#[test]
fn a_directory_that_cannot_be_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = run(&["man", "--dir", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("--dir") && said.contains("file"), "{said}");
}
