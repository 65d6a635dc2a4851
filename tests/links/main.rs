//! `report`, `show` and `revoke`: the real binary against a simulated Rhombus.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../partners/partner.rs"]
#[expect(dead_code, reason = "each test binary uses its own part of this")]
mod partner;
mod report;
mod revoke;
mod said;
mod show;
#[path = "../policy/site.rs"]
#[expect(dead_code, reason = "each test binary uses its own part of this")]
mod site;
mod terminal;
