//! The HTTP server. `server` runs the connections: `connection_limit` says how many there may be,
//! `deadlines` how long a client may take. Every request passes `guard`; `config` has what a file
//! asks for.

mod answer_body;
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

pub use config::{Checked, WebConfig, WebConfigError};
pub use options::ServerOptions;
pub use server::serve;
pub use stats::{ConnectionCount, ConnectionStats, Refused};
