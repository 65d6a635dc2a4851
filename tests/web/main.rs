//! The HTTP server from outside: real sockets, real certificates, short limits.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod auth;
mod binary;
#[path = "../common/mod.rs"]
mod common;
mod config_files;
mod http2;
mod landing;
mod limits;
mod refusals;
mod routes;
mod shutdown;
mod support;
mod tls;
