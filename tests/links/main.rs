//! `report`, `show` and `revoke`: the real binary against a simulated Rhombus.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;
mod report;
mod said;
mod show;
#[path = "../policy/site.rs"]
#[expect(dead_code, reason = "each test binary uses its own part of this")]
mod site;
mod terminal;
