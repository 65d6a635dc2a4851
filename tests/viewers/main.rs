//! Who may see details of links, asked of the real binary: by which flags, as which user, with which
//! certificate, from where.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod asking;
mod certificates;
#[path = "../common/mod.rs"]
mod common;
mod external_url;
mod loopback;
mod modes;
#[path = "../../crates/exporter-web/tests/server/site.rs"]
mod site;
#[path = "../../crates/exporter-web/tests/server/support.rs"]
mod support;
mod users;
