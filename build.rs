//! Tells the binary what it was built from, for `--version` and the metric `build_info`.

#![expect(
    clippy::disallowed_methods,
    reason = "the environment is how cargo speaks to this script"
)]

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=REVISION");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=.git/logs/HEAD");
    let revision = std::env::var("REVISION")
        .ok()
        .filter(|revision| !revision.is_empty());
    let revision = revision.or_else(|| output("git", &["rev-parse", "--short=12", "HEAD"]));
    println!(
        "cargo:rustc-env=REVISION={}",
        revision.as_deref().unwrap_or("unknown")
    );
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = output(&rustc, &["--version"]).unwrap_or_default();
    // `rustc 1.95.0 (hash date)`: the number is what matters.
    let number = version.split(' ').nth(1).unwrap_or("unknown");
    println!("cargo:rustc-env=RUSTC_VERSION={number}");
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}
