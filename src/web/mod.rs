//! The HTTP server: `server` carries connections, for which there is `room`, `front` stands before every request, `routes`
//! has what can be asked for, `landing` the page for people. Everything that is shown is read from
//! memory. A new page begins as a line in the table of `routes`.

mod activity;
mod auth;
mod client_certs;
mod encoding;
mod front;
mod landing;
mod pem;
mod room;
mod routes;
mod server;
mod server_options;
mod sources;
mod standings;
mod telemetry_path;
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
