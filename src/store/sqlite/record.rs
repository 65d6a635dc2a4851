//! A share and a violation as they are on the disk: JSON with names of its own, so that what is written
//! today is read for ever, whatever the vocabulary becomes. The compiler holds the two together.

mod ids;

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use ids::StoredId;

use crate::share::{
    Clip, Expiry, ExpiryReading, Id, Maker, Media, Private, Protection, Share, ShareKey, ShareKind,
    Traits, UnixMillis, Unread, Violation,
};

/// What is kept in pieces.
pub(super) trait Record: Sized {
    /// What a piece of them is called.
    const WHAT: &'static str;

    /// Adds a piece of them to `bytes`.
    fn write(piece: &[Self], bytes: &mut Vec<u8>) -> serde_json::Result<()>;

    /// Reads a piece.
    fn read(bytes: &[u8]) -> serde_json::Result<Vec<Self>>;
}

impl Record for Share {
    const WHAT: &'static str = "shares";

    fn write(piece: &[Self], bytes: &mut Vec<u8>) -> serde_json::Result<()> {
        #[derive(Serialize)]
        struct AsStored<'a>(#[serde(with = "StoredShare")] &'a Share);
        serde_json::Serializer::new(bytes).collect_seq(piece.iter().map(AsStored))
    }

    fn read(bytes: &[u8]) -> serde_json::Result<Vec<Self>> {
        #[derive(Deserialize)]
        struct AsStored(#[serde(with = "StoredShare")] Share);
        read(bytes, |AsStored(share)| share)
    }
}

impl Record for Violation {
    const WHAT: &'static str = "violations";

    fn write(piece: &[Self], bytes: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::Serializer::new(bytes).collect_seq(piece.iter().map(StoredViolation::from))
    }

    fn read(bytes: &[u8]) -> serde_json::Result<Vec<Self>> {
        read(bytes, StoredViolation::into_violation)
    }
}

fn read<S: DeserializeOwned, T>(bytes: &[u8], into: impl Fn(S) -> T) -> serde_json::Result<Vec<T>> {
    let stored: Vec<S> = serde_json::from_slice(bytes)?;
    Ok(stored.into_iter().map(into).collect())
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Share", deny_unknown_fields)]
struct StoredShare {
    #[serde(
        with = "ids::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    id: Option<Id>,
    #[serde(with = "StoredKind")]
    kind: ShareKind,
    #[serde(
        with = "optional_private",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    title: Option<Private>,
    /// What it takes to open it and to take it down is asked for anew.
    #[serde(skip)]
    address: Option<Private>,
    #[serde(skip)]
    parent: Option<Id>,
    #[serde(with = "StoredProtection")]
    protection: Protection,
    #[serde(
        with = "optional_millis",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    created: Option<UnixMillis>,
    #[serde(rename = "ends", with = "StoredExpiry")]
    expiry: Expiry,
    #[serde(rename = "ends_read_as", with = "StoredReading")]
    expiry_reading: ExpiryReading,
    #[serde(with = "StoredMedia")]
    media: Media,
    #[serde(with = "StoredTraits", default, skip_serializing_if = "is_default")]
    traits: Traits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stream_type: Option<Box<str>>,
    #[serde(with = "StoredUnread", default, skip_serializing_if = "is_default")]
    unread: Unread,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ShareKind")]
enum StoredKind {
    #[serde(rename = "clip_group")]
    ClipGroup,
    #[serde(rename = "live_stream")]
    LiveStream,
    #[serde(rename = "timelapse_group")]
    TimelapseGroup,
    #[serde(rename = "video_wall")]
    VideoWall,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Protection")]
enum StoredProtection {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "password")]
    Password,
    #[serde(rename = "sso")]
    Sso,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Expiry")]
enum StoredExpiry {
    #[serde(rename = "at")]
    At(#[serde(with = "StoredMillis")] UnixMillis),
    #[serde(rename = "never")]
    Never,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ExpiryReading")]
enum StoredReading {
    #[serde(rename = "epoch")]
    Epoch,
    #[serde(rename = "never")]
    Never,
    #[serde(rename = "ttl")]
    Ttl,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "UnixMillis")]
struct StoredMillis(i64);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Media", deny_unknown_fields)]
struct StoredMedia {
    clips: u32,
    #[serde(rename = "seconds")]
    duration_secs: u64,
    #[serde(with = "ids::several")]
    cameras: Box<[Id]>,
    #[serde(skip)]
    footage: Box<[Clip]>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Traits", deny_unknown_fields)]
struct StoredTraits {
    past_footage: bool,
    sound: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    talk: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    monitored: bool,
    scheduled: bool,
    #[serde(with = "StoredMaker")]
    maker: Maker,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Maker")]
enum StoredMaker {
    #[serde(rename = "unknown")]
    Unknown,
    #[serde(rename = "person")]
    Person,
    #[serde(rename = "service")]
    Service,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Unread", deny_unknown_fields)]
struct StoredUnread {
    record: bool,
    protection: bool,
    end: bool,
    cameras: bool,
    stream_type: bool,
    title: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredViolation<'a> {
    rule: Cow<'a, str>,
    share: StoredKey<'a>,
    since: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exception: Option<Cow<'a, str>>,
    has_series: bool,
}

#[derive(Serialize, Deserialize)]
enum StoredKey<'a> {
    #[serde(rename = "nameless")]
    Nameless(u32),
    #[serde(rename = "id")]
    Id(StoredId<'a>),
}

impl<'a> From<&'a Violation> for StoredViolation<'a> {
    fn from(violation: &'a Violation) -> Self {
        Self {
            rule: Cow::Borrowed(&violation.rule),
            share: match &violation.share {
                ShareKey::Nameless(number) => StoredKey::Nameless(*number),
                ShareKey::Id(id) => StoredKey::Id(StoredId(Cow::Borrowed(id))),
            },
            since: violation.since.0,
            exception: violation.exception.as_deref().map(Cow::Borrowed),
            has_series: violation.has_series,
        }
    }
}

impl StoredViolation<'_> {
    fn into_violation(self) -> Violation {
        Violation {
            rule: Arc::from(self.rule),
            share: match self.share {
                StoredKey::Nameless(number) => ShareKey::Nameless(number),
                StoredKey::Id(id) => ShareKey::Id(id.0.into_owned()),
            },
            since: UnixMillis(self.since),
            exception: self.exception.map(Arc::from),
            has_series: self.has_series,
        }
    }
}

mod optional_private {
    use super::{Deserialize, Deserializer, Private, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        text: &Option<Private>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        text.as_ref().map(Private::reveal).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Private>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Private::from))
    }
}

mod optional_millis {
    use super::{Deserialize, Deserializer, Serialize, Serializer, UnixMillis};

    pub(super) fn serialize<S: Serializer>(
        moment: &Option<UnixMillis>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        moment.map(|moment| moment.0).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<UnixMillis>, D::Error> {
        Ok(Option::deserialize(from)?.map(UnixMillis))
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Which of our labels this is.
pub(super) fn kind_label(kind: ShareKind) -> &'static str {
    match kind {
        ShareKind::ClipGroup => "clip_group",
        ShareKind::LiveStream => "live_stream",
        ShareKind::TimelapseGroup => "timelapse_group",
        ShareKind::VideoWall => "video_wall",
    }
}

/// The kind of this label.
pub(super) fn kind(label: &str) -> Option<ShareKind> {
    ShareKind::ALL
        .into_iter()
        .find(|kind| kind_label(*kind) == label)
}

#[cfg(test)]
mod tests;
