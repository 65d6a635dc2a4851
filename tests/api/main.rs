//! The API of the real binary: `docs/api.md` is held to its answers, and its rows to those of the pages.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;

mod asking;
mod bad_input;
mod document;
mod fields;
mod paging;
#[expect(dead_code, reason = "what tests of partners ask is more")]
#[path = "../partners/partner.rs"]
mod partner;
mod same_rows;
