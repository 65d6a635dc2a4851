//! The commands below `audit`: the real binary over a trail that the library has written.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;
mod editing;
mod proof;
mod reading;
mod refused;
mod store;
