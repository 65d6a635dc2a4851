//! Asking the person at the terminal before something is done that can't be undone.

use std::io::{self, IsTerminal, Write};

use anyhow::Context;

/// Whether there is somebody to ask.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether the person says yes to this question, in as many letters.
///
/// # Errors
/// When the answer can't be read.
pub(super) async fn confirmed(question: &str) -> anyhow::Result<bool> {
    let asked = format!("{question} Type yes: ");
    let _ = write!(io::stderr(), "{asked}").and_then(|()| io::stderr().flush());
    let read = || {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    };
    let line = tokio::task::spawn_blocking(read).await?;
    let line = line.context("cannot read the answer")?;
    Ok(line.trim() == "yes")
}
