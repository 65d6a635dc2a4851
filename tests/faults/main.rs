//! Whatever Rhombus does: each fault in turn, with the metrics that must follow, those that must not
//! change, and the recovery after it. And the key, in no output of any of these runs.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "../common/mod.rs"]
mod common;

mod emptied;
mod ends;
mod envelopes;
mod failures;
mod gzip;
mod pictures;
mod records;
mod retry_after;
mod support;
mod words;
