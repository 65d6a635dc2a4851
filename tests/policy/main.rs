//! Policies, exceptions and violations: the real binary judges what a simulated Rhombus lists.
#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;

mod attributed;
mod exceptions;
mod memory;
mod rules;
mod sight;
mod site;
