//! The vendor's API: transport, wire records as documented, one file an endpoint. It gives out
//! [`Share`](crate::share::Share)s and typed errors, and knows nothing of who asks or why. It only reads, but
//! for one file: `deletion`.

pub mod activities;
mod all_walls;
mod body;
mod call;
pub mod camera_names;
pub mod cameras;
mod careful;
mod client;
mod credential;
mod deletion;
mod document;
mod endpoint;
mod envelope;
mod error;
mod expiry;
mod field;
mod headers;
mod in_flight;
mod key;
pub mod list;
mod no_proxy;
mod optional;
pub mod organization;
mod pace;
pub mod partner_clients;
pub mod permissions;
mod placeholder;
mod proxy;
mod resolver;
pub mod shares;
mod transport;

pub use activities::FeedBounds;
pub use call::{Limits, Observer, Wait};
pub use client::{Ask, Client, Instruments};
pub use credential::{ClientCertificate, Credential, Holder};
pub use deletion::Deletion;
pub use endpoint::{Endpoint, EndpointError};
pub use envelope::{Completeness, Envelope, NoAnswer};
pub use error::Error;
pub use in_flight::InFlight;
pub use key::{ApiKey, ApiKeyError};
pub use no_proxy::NoProxy;
pub use pace::{BURST, LONGEST_PAUSE, OfPartner, Pace, PartnerPace};
pub use placeholder::Placeholder;
pub use proxy::Proxy;
pub use transport::Transport;

/// How `expirationTimeSecs` is read, since Rhombus documents it only as "expiration time in
/// seconds". Null, absent and 0 mean never in each reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExpirationTime {
    /// 1 000 000 000 or more is an epoch second; less is seconds after the creation.
    #[default]
    Auto,
    /// Always an epoch second.
    Epoch,
    /// Always seconds after the creation.
    Ttl,
}
