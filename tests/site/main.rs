//! The documentation: each link and each anchor of it is right on the forge, which shows the files as they are,
//! and in the site that `docs/build-site` makes of them. Links to other hosts are not followed. A page below
//! `docs` that a reader of the site could not find is wrong too.

#![expect(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod built;
mod forge;
mod html;
mod markdown;
mod pages;
mod summary;
mod workflow;
