//! Finds what `--version` says: the revision and the compiler. It must work in a checkout, in a
//! worktree and in a bare copy of the sources, and run again only when an answer may have changed.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=REVISION");
    println!("cargo::rerun-if-env-changed=RUSTC");
    println!("cargo::rustc-env=BUILD_REVISION={}", revision());
    println!("cargo::rustc-env=BUILD_RUSTC={}", rustc());
}

/// `REVISION`, where an image is built without `.git`; else the commit; else `unknown`.
fn revision() -> String {
    let given = variable("REVISION").filter(|revision| !revision.is_empty());
    given
        .or_else(commit)
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The commit of this directory's own repository. Sources unpacked somewhere inside another
/// project's checkout must not take its commit for theirs.
fn commit() -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    // The log of HEAD grows with each commit and each checkout. Without logs, HEAD is second best.
    // A path that does not exist would run this every time.
    for file in ["logs/HEAD", "HEAD"] {
        let path = output("git", &["rev-parse", "--git-path", file])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
            break;
        }
    }
    output("git", &["rev-parse", "--short", "HEAD"])
}

/// `1.95.0` of `rustc 1.95.0 (… …)`.
fn rustc() -> String {
    let rustc = variable("RUSTC").unwrap_or_else(|| "rustc".to_owned());
    output(&rustc, &["--version"])
        .and_then(|text| text.split_whitespace().nth(1).map(str::to_owned))
        .unwrap_or_else(|| "unknown".to_owned())
}

#[expect(clippy::disallowed_methods, reason = "a build script has no other way")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The first line that a command prints, if it succeeds and prints one.
fn output(command: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(command).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}
