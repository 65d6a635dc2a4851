//! The audit trail, as the one who runs the exporter meets it: what it says of links, and what disks, backups,
//! keys and clocks do to it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "audit/backups.rs"]
mod backups;
mod common;
#[path = "audit/disk.rs"]
mod disk;
#[path = "audit/keys.rs"]
mod keys;
#[path = "audit/looks.rs"]
mod looks;
#[path = "audit/site.rs"]
mod site;
