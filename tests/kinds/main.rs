//! Every way in which footage leaves by link: each list by itself, side by side.
#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;

mod apart;
mod choice;
mod sums;
mod walls;
