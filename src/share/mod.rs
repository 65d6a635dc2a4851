//! The vocabulary: what a share is, and the words that every other module uses for it. No I/O, no
//! clock, and nothing of ours is imported here. A new kind of share begins as a row of [`ShareKind`];
//! something else to ask for begins as a variant of [`Source`].

mod access;
mod activity;
mod attribution;
mod base_url;
mod calendar;
mod cameras;
mod console;
mod kind;
mod media;
mod patterns;
mod private;
mod reference;
#[cfg(test)]
pub(crate) mod samples;
mod shard;
mod source;
pub mod span;
mod time;
mod traits;
mod violation;

use std::fmt;

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use access::{
    AccessUntil, CLIENT_FIELDS, ClientList, ClientRecord, OrganizationRecord, Permissions,
    StreamCounts, unread_clients,
};
pub use activity::{
    ACTIONS, ACTIVITY_FIELDS, Activity, ActivityKey, ActivityPage, CUT, Doing, Origin, Principal,
    PrincipalKind, Viewer,
};
pub use attribution::{Act, AttributedShares, Attribution};
pub use base_url::{BaseUrl, BaseUrlError};
pub use cameras::{CameraName, CameraNames};
pub use console::ConsoleUrl;
pub use kind::ShareKind;
pub use media::{Clip, Media};
pub use patterns::Patterns;
pub use private::Private;
pub use reference::{NotARef, Ref};
pub use shard::Shard;
pub use source::{MalformedCounts, Reason, Source};
pub use time::{Expiry, ExpiryReading, Moment, UnixMillis, Window};
pub use traits::{Maker, Traits, Unread};
pub use violation::{ExceptionUse, ShareKey, Violation};

/// What stands between the link and the footage. The value of the label `protection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    /// Whoever has the link sees the footage.
    None,
    /// A password is asked.
    Password,
    /// The organisation's single sign-on is asked, and perhaps a password too.
    Sso,
}

impl Protection {
    /// Every protection, in the order of their labels.
    pub const ALL: [Self; 3] = [Self::None, Self::Password, Self::Sso];

    /// The value of the label `protection`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Password => "password",
            Self::Sso => "sso",
        }
    }
}

impl Share {
    /// One of which nothing is known but that it is there: read so that it hides nothing.
    pub fn unknown(kind: ShareKind, id: Id) -> Self {
        Self {
            id: Some(id),
            kind,
            title: None,
            address: None,
            parent: None,
            protection: Protection::None,
            created: None,
            expiry: Expiry::Never,
            expiry_reading: ExpiryReading::Never,
            media: Media::default(),
            traits: Traits::default(),
            stream_type: None,
            unread: Unread::RECORD,
        }
    }

    /// How much memory it takes, about, in bytes.
    pub fn bytes(&self) -> u64 {
        let ids = [&self.id, &self.parent].into_iter().flatten();
        let ids: usize = ids.map(Id::heap_bytes).sum();
        let private = [&self.title, &self.address].into_iter().flatten();
        let private: usize = private.map(Private::len).sum();
        let stream_type = self.stream_type.as_ref().map_or(0, |text| text.len());
        (size_of::<Self>() + ids + private + stream_type) as u64 + self.media.heap_bytes()
    }

    /// What names it outside; none where it has no uuid.
    pub fn reference(&self) -> Option<Ref> {
        self.id.as_ref().map(Ref::of)
    }
}

/// An identifier that Rhombus gave: of a share, a camera, an organisation.
///
/// Documented as 16 bytes in URL-safe base64 without padding. Such a one is held as its bytes;
/// anything else is kept as it came, since an id that looks odd is still an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// A documented identifier: 22 characters of URL-safe base64.
    Uuid([u8; 16]),
    /// Any other text.
    Text(Box<str>),
}

impl Id {
    /// How much memory it takes, about, in bytes.
    pub fn bytes(&self) -> u64 {
        (size_of::<Self>() + self.heap_bytes()) as u64
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        match self {
            Self::Uuid(_) => 0,
            Self::Text(text) => text.len(),
        }
    }

    /// Reads an identifier; every text is one.
    pub fn parse(text: &str) -> Self {
        decode_uuid(text).map_or_else(|| Self::Text(text.into()), Self::Uuid)
    }

    /// The identifier of a camera, from that of a device: `camera.v0` is a facet of `camera`.
    pub fn parse_camera(device: &str) -> Self {
        // No documented identifier has a dot in it. What begins with one is a facet of nothing.
        let camera = device.split('.').next().filter(|camera| !camera.is_empty());
        decode_uuid(device).map_or_else(|| Self::parse(camera.unwrap_or(device)), Self::Uuid)
    }
}

/// As Rhombus wrote it.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(bytes) => Base64Display::new(bytes, &URL_SAFE_NO_PAD).fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// 22 characters of URL-safe base64 without padding are 16 bytes and 4 bits, which must be 0: else
/// two texts would be one id.
fn decode_uuid(text: &str) -> Option<[u8; 16]> {
    let text: &[u8; 22] = text.as_bytes().try_into().ok()?;
    // The decoder asks for room for whole groups of four characters.
    let mut room = [0; 18];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut room).ok()?;
    room[..length].try_into().ok()
}

/// One link by which footage leaves the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What Rhombus calls it; none when the record had none.
    pub id: Option<Id>,
    /// The way of sharing.
    pub kind: ShareKind,
    /// What people called it, or the wall that it shows, at most 200 bytes; none where that was not said or
    /// is not to be kept.
    pub title: Option<Private>,
    /// The page itself as Rhombus gives it: an `http` or `https` URL. Whoever has it can watch.
    pub address: Option<Private>,
    /// What it is taken down by beside its own id: the wall that it shows, or the device of a live stream as
    /// Rhombus wrote it, facet and all.
    pub parent: Option<Id>,
    /// What stands between the link and the footage.
    pub protection: Protection,
    /// When it was made, where Rhombus says so.
    pub created: Option<UnixMillis>,
    /// When it ends.
    pub expiry: Expiry,
    /// How Rhombus's value was read to know that.
    pub expiry_reading: ExpiryReading,
    /// What it shows.
    pub media: Media,
    /// What else is known of it.
    pub traits: Traits,
    /// Who streams, as Rhombus has it (`USER`, `DICE`); none where it doesn't say.
    pub stream_type: Option<Box<str>>,
    /// What of it could not be understood, and was read so that it hides nothing.
    pub unread: Unread,
}

/// Who an organisation is, as Rhombus says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Its uuid; none where it was not said.
    pub uuid: Option<Id>,
    /// Its name, as people wrote it; none where it was not said.
    pub name: Option<String>,
}

/// What one answer that can be used listed.
#[derive(Debug, Default)]
pub struct Listing {
    /// One a record, in the order of the answer; nothing is left out.
    pub shares: Vec<Share>,
    /// The organisation's uuid, where a record said it.
    pub org_uuid: Option<Id>,
    /// What could not be understood.
    pub malformed: MalformedCounts,
    /// Whether the answer warned that it is not whole.
    pub partial: bool,
    /// How many shares Rhombus counts elsewhere and does not list; none where that is not known.
    pub unlisted: Option<u64>,
}

impl Listing {
    /// Adds what another answer listed, whose organisation is named by `field`: all are of one.
    pub fn append(&mut self, other: Self, field: &'static str) {
        let Self { malformed, .. } = self;
        for (field, count) in other.malformed {
            *malformed.entry(field).or_default() += count;
        }
        match (&self.org_uuid, other.org_uuid) {
            (Some(known), Some(said)) if *known != said => {
                *malformed.entry(field).or_default() += 1
            }
            (None, said) => self.org_uuid = said,
            _ => {}
        }
        self.shares.extend(other.shares);
        self.partial |= other.partial;
        self.unlisted = match (self.unlisted, other.unlisted) {
            (None, None) => None,
            (one, another) => Some(one.unwrap_or(0) + another.unwrap_or(0)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_id_is_held_as_its_bytes() {
        assert_eq!(Id::parse("AAAAAAAAAAAAAAAAAAAAAA"), Id::Uuid([0; 16]));
        assert_eq!(Id::parse("_____________________w"), Id::Uuid([0xff; 16]));
        let mut one = [0; 16];
        one[15] = 1;
        assert_eq!(Id::parse("AAAAAAAAAAAAAAAAAAAAAQ"), Id::Uuid(one));
    }

    #[test]
    fn any_other_text_is_kept_as_it_came() {
        for text in [
            "",
            "short",
            "AAAAAAAAAAAAAAAAAAAAAB",
            "AAAAAAAAAAAAAAAAAAAA+/",
            "é",
        ] {
            assert_eq!(Id::parse(text), Id::Text(text.into()));
        }
    }

    #[test]
    fn an_id_is_written_as_it_came() {
        for text in [
            "AAECAwQFBgcICQoLDA0ODw",
            "_____________________w",
            "short",
            "",
        ] {
            assert_eq!(Id::parse(text).to_string(), text);
        }
    }

    #[test]
    fn facets_of_one_camera_are_one() {
        let camera = Id::parse("AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Id::parse_camera("AAAAAAAAAAAAAAAAAAAAAA.v0"), camera);
        assert_eq!(Id::parse_camera("AAAAAAAAAAAAAAAAAAAAAA.v1"), camera);
        for whole in ["../<b>", ".v0", "."] {
            assert_eq!(Id::parse_camera(whole), Id::Text(whole.into()));
        }
        assert_eq!(Id::parse_camera("AAAAAAAAAAAAAAAAAAAAAA"), camera);
    }

    #[test]
    fn what_a_share_takes_grows_with_what_it_keeps() {
        let mut share = samples::share(Expiry::Never);
        let bare = share.bytes();
        assert!(bare >= size_of::<Share>() as u64);
        share.id = Some(Id::parse("short"));
        assert_eq!(share.bytes(), bare + 5);
        share.media.cameras = [Id::parse("AAAAAAAAAAAAAAAAAAAAAA"), Id::parse("odd")].into();
        assert_eq!(share.bytes(), bare + 5 + 2 * size_of::<Id>() as u64 + 3);
        (share.title, share.stream_type) = (Some("Lobby".into()), Some("USER".into()));
        let without_clips = bare + 5 + 2 * size_of::<Id>() as u64 + 3 + 9;
        assert_eq!(share.bytes(), without_clips);
        share.media.footage = vec![Clip::default(); 3].into();
        (share.parent, share.address) = (Some(Id::parse("wall")), Some("https://x".into()));
        assert_eq!(
            share.bytes(),
            without_clips + 3 * size_of::<Clip>() as u64 + 4 + 9
        );
    }

    #[test]
    fn labels_are_unique_and_sorted() {
        let sorted = |labels: &[&str]| labels.windows(2).all(|pair| pair[0] < pair[1]);
        assert!(sorted(&ShareKind::ALL.map(ShareKind::label)));
        assert!(sorted(&Protection::ALL.map(Protection::label)));
        assert!(sorted(&ExpiryReading::ALL.map(ExpiryReading::label)));
        assert!(sorted(&Source::ALL.map(Source::label)));
        assert!(sorted(&Reason::ALL.map(Reason::label)));
        for kind in ShareKind::ALL {
            assert!(sorted(kind.fields()));
            assert!(kind.protections().is_sorted());
        }
    }
}
