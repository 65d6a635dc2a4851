//! The server from outside: real sockets, real certificates, short limits.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod app;
mod auth;
mod clients;
mod config_files;
mod frames;
mod http2;
mod limits;
mod refusals;
mod shutdown;
mod site;
mod support;
mod tls;
