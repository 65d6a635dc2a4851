//! Prometheus's exporter-toolkit for axum. It takes a listener and a router, and gives what every
//! exporter needs around its pages: TLS, client certificates, passwords, headers and a rate limit
//! from a file in the toolkit's format, which can be read again at any time; limits on connections
//! and on how long a client may take; an end that lets answers finish.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::path::Path;
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use axum::{Router, routing::get};
//! use exporter_web::{ServerOptions, WebConfig, serve};
//! use tokio::net::TcpListener;
//! use tokio_util::sync::CancellationToken;
//!
//! let shutdown = CancellationToken::new();
//! let web = Arc::new(WebConfig::load(Path::new("web.yml"))?);
//! let live = web.clone();
//! std::thread::spawn(move || {
//!     loop {
//!         // What has not changed changes nothing, and what is wrong is not used.
//!         std::thread::sleep(Duration::from_secs(5));
//!         if let Err(error) = live.reload() {
//!             eprintln!("{error}");
//!         }
//!     }
//! });
//!
//! let app = Router::new()
//!     .route("/metrics", get(async || "up 1\n"))
//!     .route("/-/healthy", get(async || "Healthy.\n"));
//! let options = ServerOptions {
//!     web: Some(web),
//!     probe_paths: &["/-/healthy"],
//!     ..ServerOptions::default()
//! };
//! let stats = options.connections.clone();
//! let server = tokio::spawn(serve(
//!     TcpListener::bind("127.0.0.1:9100").await?,
//!     app,
//!     options,
//!     shutdown.clone(),
//! ));
//! println!("{} connections of {}", stats.open(), stats.limit());
//! shutdown.cancel();
//! server.await??;
//! # Ok(())
//! # }
//! ```
//!
//! It knows nothing of what is served, and uses no other crate of this workspace: what a page says,
//! what a metric is called, which flag names the file is the caller's. `server` runs the connections:
//! `connection_limit` says how many there may be, `deadlines` how long a client may take. Every
//! request passes `guard`, which tells the routes by [`Client`] who asks. `config` has the file. All that refuses someone counts that in `stats`.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test may end at what it did not expect"
    )
)]

mod answer_body;
mod client;
mod config;
mod connection_limit;
mod deadlines;
mod fair_queue;
mod guard;
mod handshake;
mod options;
mod peer;
pub mod regular_file;
mod rejection;
mod server;
mod stats;
mod timed_stream;

pub use client::Client;
pub use config::{Checked, WebConfig, WebConfigError};
pub use options::ServerOptions;
pub use server::serve;
pub use stats::{ConnectionCount, ConnectionStats, Refused};

/// What the targets of this crate's log events begin with: a log that shows the details of its own
/// program only has to let these through too.
pub const LOG_TARGET: &str = env!("CARGO_CRATE_NAME");
