//! What a command has said, and how it ended.

use std::process::Output;

use super::process::assert_holds_no_key;

/// What a command has said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// Of a command that ended by itself, in UTF-8, and without a key in it.
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let said = Self {
            code: output.status.code().expect("no signal ended it"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        assert_holds_no_key(&said.stdout);
        assert_holds_no_key(&said.stderr);
        said
    }

    /// The words of each line of stdout.
    pub(crate) fn words(&self) -> Vec<Vec<&str>> {
        let lines = self.stdout.lines();
        lines
            .map(|line| line.split_whitespace().collect())
            .collect()
    }

    pub(crate) fn has_line(&self, expected: &str) {
        let is_there = self.stdout.lines().any(|line| line == expected);
        assert!(is_there, "{expected}\n{}\n{}", self.stdout, self.stderr);
    }
}
