//! The pages from outside, and the real binary where clients mean it harm.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod binary;
mod blind_spots;
#[path = "../common/mod.rs"]
mod common;
mod filter;
mod fleets;
#[path = "../../crates/exporter-web/tests/server/frames.rs"]
mod frames;
mod kinds;
mod landing;
mod partners;
mod routes;
#[path = "../../crates/exporter-web/tests/server/site.rs"]
mod site;
#[path = "../../crates/exporter-web/tests/server/support.rs"]
mod support;
mod trail;
mod waiting;
