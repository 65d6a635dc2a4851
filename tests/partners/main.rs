//! A partner and its clients: the real binary finds them, watches them, and follows what becomes of them.
#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;

mod changes;
mod credentials;
mod lists;
mod names;
mod partner;
mod shards;
