//! What is shown over HTTP: `routes` has what can be asked for, `landing` the page for people.
//! Everything that is shown is read from memory. A new page begins as a line in the table of
//! `routes`.

mod blind_spots;
mod cross_site;
mod encoding;
mod filter;
mod headline;
mod landing;
mod links;
mod listing;
mod partners;
mod policy;
mod routes;
mod scrapes;
mod standings;
mod telemetry_path;
mod words;
mod workers;

pub use routes::{App, PROBE_PATHS, ReloadRequest, router};
pub use telemetry_path::{TelemetryPath, TelemetryPathError};
pub use workers::Workers;
