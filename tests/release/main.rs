//! What a release consists of and how it is made: the Debian package on a machine of its own, the steps of
//! `release/`, the workflows, and what linters say of all that. What needs GitHub, a registry or a container engine
//! is the workflow's; here is what can be known without.
//!
//! A check added here looks at what was made, not at what the script that makes it says.

#![expect(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;
mod debian;
mod linters;
mod machine;
mod package;
mod service;
mod steps;
mod workflows;

/// A file of this repository.
fn read(path: &str) -> String {
    let whole = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(whole).unwrap_or_else(|error| panic!("{path}: {error}"))
}
