//! The vocabulary: what a share is, and the words that every other room uses for it. No I/O, no
//! clock, and nothing of ours is imported here. A new kind of share begins as a variant of
//! [`ShareKind`]; a new list to ask for begins as a variant of [`Source`].

mod source;

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use source::{Malformed, Reason, Source};

/// A moment, in milliseconds since the Unix epoch: the unit in which Rhombus states creation times.
///
/// Arithmetic saturates, so that no value from outside can overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The moment `secs` seconds after the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Unix seconds, with the milliseconds as the fraction: how Prometheus writes timestamps.
    #[expect(clippy::cast_precision_loss, reason = "exact up to the year 287,000")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// The moment `duration` later.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// The moment `duration` earlier.
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// The moment right after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// How long before this moment `earlier` was; zero when it was not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A time ahead of now in which shares that end are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// As it was written in the configuration: the value of the label `within`.
    pub label: String,
    /// What that means.
    pub duration: Duration,
}

/// Which of Rhombus's ways of sharing made the link. The value of the label `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareKind {
    /// A page of saved clips.
    ClipGroup,
}

impl ShareKind {
    /// Every kind, in the order of their labels.
    pub const ALL: [Self; 1] = [Self::ClipGroup];

    /// The value of the label `kind`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ClipGroup => "clip_group",
        }
    }
}

/// What stands between the link and the footage. The value of the label `protection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    /// Whoever has the link sees the footage.
    None,
    /// A password is asked.
    Password,
}

impl Protection {
    /// Every protection, in the order of their labels.
    pub const ALL: [Self; 2] = [Self::None, Self::Password];

    /// The value of the label `protection`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Password => "password",
        }
    }
}

/// When a link stops working. Ordered: what never ends comes after all that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expiry {
    /// At this moment; from then on (that moment included) the link is expired.
    At(UnixMillis),
    /// The link works for ever.
    Never,
}

impl Share {
    /// How much memory it takes, about, in bytes.
    pub fn bytes(&self) -> u64 {
        let cameras = self
            .media
            .cameras
            .iter()
            .map(|id| size_of::<Id>() + id.heap_bytes());
        let id = self.id.as_ref().map_or(0, Id::heap_bytes);
        (size_of::<Self>() + id + cameras.sum::<usize>()) as u64
    }
}

impl Expiry {
    /// Whether the link still works at `now`.
    pub fn is_active(self, now: UnixMillis) -> bool {
        match self {
            Self::Never => true,
            Self::At(at) => now < at,
        }
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
    const fn heap_bytes(&self) -> usize {
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
        // No documented identifier has a dot in it.
        decode_uuid(device).map_or_else(
            || Self::parse(device.split('.').next().unwrap_or(device)),
            Self::Uuid,
        )
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

/// What a share shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// How many clips.
    pub clips: u32,
    /// Their durations added up, in seconds.
    pub duration_secs: u64,
    /// The cameras that they show, each once: facets of one camera are one.
    pub cameras: Box<[Id]>,
}

/// One link by which footage leaves the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What Rhombus calls it; none when the record had none.
    pub id: Option<Id>,
    /// The way of sharing.
    pub kind: ShareKind,
    /// What stands between the link and the footage.
    pub protection: Protection,
    /// When it was made, where Rhombus says so.
    pub created: Option<UnixMillis>,
    /// When it ends.
    pub expiry: Expiry,
    /// What it shows.
    pub media: Media,
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
        assert_eq!(Id::parse_camera("AAAAAAAAAAAAAAAAAAAAAA"), camera);
    }

    #[test]
    fn moments_saturate() {
        let hour = Duration::from_secs(3600);
        assert_eq!(UnixMillis(i64::MAX).after(hour), UnixMillis(i64::MAX));
        assert_eq!(UnixMillis(i64::MIN).before(hour), UnixMillis(i64::MIN));
        assert_eq!(UnixMillis(5).since(UnixMillis(9)), Duration::ZERO);
        assert_eq!(UnixMillis::from_secs(i64::MAX), UnixMillis(i64::MAX));
        assert_eq!(
            UnixMillis(i64::MAX).since(UnixMillis(i64::MIN)).as_millis(),
            i64::MAX as u128
        );
    }

    #[test]
    fn labels_are_unique_and_sorted() {
        let sorted = |labels: &[&str]| labels.windows(2).all(|pair| pair[0] < pair[1]);
        assert!(sorted(&ShareKind::ALL.map(ShareKind::label)));
        assert!(sorted(&Protection::ALL.map(Protection::label)));
        assert!(sorted(&Source::ALL.map(Source::label)));
        assert!(sorted(&Reason::ALL.map(Reason::label)));
        assert!(Source::ALL.iter().all(|source| sorted(source.fields())));
    }
}
