//! The pages of the real binary, in the real Chromium: what a person sees and does, and what the browser has to
//! say about it. A case belongs here if it takes a browser to see it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod audit;
mod checks;
mod chromium;
#[path = "../common/mod.rs"]
mod common;
mod film;
mod hearing;
mod landing;
mod link;
mod links;
mod login;
#[expect(dead_code, reason = "what tests of partners ask is more")]
#[path = "../partners/partner.rs"]
mod partner;
mod pictures;
