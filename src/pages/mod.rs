//! What is shown over HTTP: `routes` has what can be asked for, `landing` the page for people.
//! Everything that is shown is read from memory, but for the audit trail, which `trail` reads from the disk. A new page begins as a line in the table of
//! `routes`; one that shows details of links, in that of `details`, for those whom `viewers` lets see them.

mod api;
mod blind_spots;
mod cross_site;
mod details;
mod encoding;
mod filter;
mod form;
mod frame;
mod headline;
mod landing;
mod links;
mod listing;
mod not_made;
mod partners;
mod policy;
mod problem;
mod protection;
mod refusal;
mod routes;
mod rows;
mod scrapes;
mod shares;
mod standings;
mod telemetry_path;
mod this_machine;
mod trail;
mod viewers;
mod words;
mod workers;

pub use routes::{App, PROBE_PATHS, ReloadRequest, router};
pub use telemetry_path::{TelemetryPath, TelemetryPathError};
pub use trail::TrailSource;
pub use viewers::{SharesMode, Viewers};
pub use workers::Workers;
