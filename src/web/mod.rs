//! The HTTP server. `server` runs the connections: `connection_limit` says how many there may be,
//! `deadlines` how long a client may take. Every request passes `guard`; `routes` has what can be
//! asked for, `landing` the page for people. Everything that is shown is read from memory. A new
//! page begins as a line in the table of `routes`.

mod answer_body;
mod auth;
mod client_certs;
mod connection_limit;
mod cross_site;
mod deadlines;
mod encoding;
mod fair_queue;
mod guard;
mod handshake;
mod landing;
mod peer;
mod pem;
mod rejection;
mod routes;
mod server;
mod server_options;
mod sources;
mod standings;
mod telemetry_path;
mod timed_stream;
mod tls;
mod web_config;
mod web_error;
mod web_file;
mod words;

pub use routes::{App, ReloadRequest, router};
pub use server::serve;
pub use server_options::{ConnectionStats, ServerOptions};
pub use telemetry_path::{TelemetryPath, TelemetryPathError};
pub use web_config::{Checked, WebConfig};
pub use web_error::WebConfigError;
