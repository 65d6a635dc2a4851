//! A block of commands as its steps: one command each, with the lines that it goes on with, what the page shows of its
//! output, and why it can't be run here, where that is so.

use std::sync::LazyLock;

use regex::Regex;

use crate::blocks::{Block, REASONS, blocks};

/// The output of a command, as another takes it.
static OUTPUT_OF: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$\([^)]*\)").unwrap());

/// What a command begins with that can't be run by this test, and why.
const ELSEWHERE: [(&str, &str); 12] = [
    ("docker", "a container engine"),
    ("kubectl", "a cluster"),
    ("helm", "a cluster"),
    ("sudo", "root"),
    ("cargo run --release", "a release build"),
    ("cargo build --release", "a release build"),
    ("cargo install", "a release build"),
    ("cargo bench", "minutes of measuring"),
    ("valgrind", "minutes of measuring"),
    ("make dist", "a release build"),
    // This one among them.
    ("make test", "another test runs it"),
    // tests/artifacts, on both versions of Prometheus.
    ("promtool test rules", "another test runs it"),
];

/// What goes on until a word of its own.
const COMPOUND: [(&str, &str); 4] = [
    ("case ", "esac"),
    ("if ", "fi"),
    ("for ", "done"),
    ("while ", "done"),
];

/// One command.
#[derive(Debug)]
pub(crate) struct Step {
    /// As it is written, without the prompt.
    pub(crate) text: String,
    /// The lines that the page shows below it.
    pub(crate) shown: Vec<String>,
}

impl Step {
    /// The commands of which it is made, without what is set in front of them.
    pub(crate) fn parts(&self) -> Vec<String> {
        let joined = self.text.replace("\\\n", " ");
        let joined = OUTPUT_OF.replace_all(&joined, "output");
        let parts = joined.split(['\n', '|', ';', '&']);
        let words = |part: &str| {
            let words = part.split_whitespace();
            let words = words.skip_while(|word| is_assignment(word));
            words.collect::<Vec<_>>().join(" ")
        };
        parts.map(words).filter(|part| !part.is_empty()).collect()
    }

    /// Why it can't be run here.
    pub(crate) fn elsewhere(&self) -> Option<&'static str> {
        let parts = self.parts();
        let begins = |start: &str| {
            let is_it = |part: &String| *part == start || part.starts_with(&format!("{start} "));
            parts.iter().any(is_it)
        };
        ELSEWHERE
            .iter()
            .find(|(start, _)| begins(start))
            .map(|(_, why)| *why)
    }
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// The steps of a block.
pub(crate) fn steps(block: &Block) -> Vec<Step> {
    let is_console = block.language == "console";
    let mut steps: Vec<Step> = Vec::new();
    let mut until = None;
    for line in block.text.lines() {
        let command = match is_console {
            true => line.strip_prefix("$ "),
            false => Some(line).filter(|line| !line.is_empty() && !line.starts_with('#')),
        };
        let last = steps.last_mut();
        match (last, command) {
            (Some(last), _) if until.is_some() || last.text.ends_with('\\') => {
                last.text += &format!("\n{line}");
                until = until.filter(|word| line != *word);
            }
            (_, Some(command)) => {
                until = COMPOUND
                    .iter()
                    .find(|(word, _)| command.starts_with(word))
                    .map(|(_, end)| *end);
                steps.push(Step {
                    text: command.to_owned(),
                    shown: Vec::new(),
                });
            }
            (Some(last), None) if is_console => last.shown.push(line.to_owned()),
            (_, None) => {}
        }
    }
    steps
}

#[test]
fn each_reason_is_one_of_the_list() {
    for (start, why) in ELSEWHERE {
        assert!(REASONS.contains(&why), "{start}: {why}");
    }
}

#[test]
fn steps_are_whole() {
    let text = "```sh\n# a\nA_B=$(c d) x \\\n  y\ncase $? in\n0) ;;\nesac\nz | docker run\n```\n```console\n$ a \\\n  b\nshown\n$ c\n```\n";
    let found = blocks("p.md", text);
    let of_sh = steps(&found[0]);
    let texts: Vec<_> = of_sh.iter().map(|step| &*step.text).collect();
    assert_eq!(
        texts,
        [
            "A_B=$(c d) x \\\n  y",
            "case $? in\n0) ;;\nesac",
            "z | docker run"
        ]
    );
    assert_eq!(of_sh[0].parts(), ["x y"]);
    assert_eq!(of_sh[2].elsewhere(), Some("a container engine"));
    assert_eq!(of_sh[0].elsewhere(), None);
    let of_console = steps(&found[1]);
    assert_eq!(of_console[0].text, "a \\\n  b");
    assert_eq!(
        (of_console.len(), &of_console[0].shown[..]),
        (2, &["shown".to_owned()][..])
    );
}
