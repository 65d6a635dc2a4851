//! What commands say to a person, on stdout and on stderr. Whoever reads it may go at any time, as
//! `| head` does: nothing here ends the process for that, which `print!` would.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use anyhow::Context;

use crate::telemetry::needs_escape;

/// Prints to stdout. A reader that has gone has had enough, which is no failure.
///
/// # Errors
/// When it can't be written, as to a disk that is full.
pub(super) fn print(text: impl Display) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write to stdout"),
    }
}

/// Prints a line to stderr. Where that can't be, the exit status has to say it.
pub(super) fn complain(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Says what is not wrong, but worth a line each.
pub(super) fn warn(warnings: &[String]) {
    for warning in warnings {
        complain(format_args!("warning: {warning}"));
    }
}

/// What people wrote, for a terminal: what it would act on is escaped.
pub(super) fn escaped(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '\\' => "\\\\".to_owned(),
        c if needs_escape(c) => c.escape_default().to_string(),
        c => c.to_string(),
    });
    escaped.collect()
}

/// What others wrote, with what would act on the page instead of showing written out.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        match needs_escape(c) {
            true => visible.extend(c.escape_unicode()),
            false => visible.push(c),
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_does_nothing_to_a_terminal() {
        let text = "Süd \u{1b}[31m\n\u{202e}x \\n";
        assert_eq!(escaped(text), r"Süd \u{1b}[31m\n\u{202e}x \\n");
    }
}
