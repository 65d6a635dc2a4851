//! The web configuration: the format of Prometheus's exporter-toolkit. `file` has its keys; `tls`,
//! `client_certs`, `pem` and `auth` what becomes of them; `shown` the
//! certificate that a client has shown; `live` the one that is in use, and how
//! another takes its place. A new key is a field in `file`, with a file in `tests/web_config/bad`
//! for each value that is refused.

mod auth;
mod client_certs;
mod error;
mod file;
mod live;
mod pem;
mod shown;
mod sources;
mod tls;

pub use error::WebConfigError;
pub use live::{Checked, WebConfig};
pub(crate) use shown::ShownCertificate;
pub(crate) use tls::ALPN_HTTP2;
