//! What must stay in, asked of the real binary: what people wrote, the addresses and uuids of links, and the
//! key are where they may be and nowhere else. Each is a text or a uuid that is found nowhere by chance,
//! and is looked for in every writing that it could have.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod answers;
mod canary;
#[path = "../common/mod.rs"]
mod common;
mod failures;
mod shown;
mod silent;
mod site;
mod titles;
mod world;
