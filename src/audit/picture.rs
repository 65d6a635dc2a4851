//! How the trail last saw a share: enough to tell what has changed, and small, since there may be a hundred
//! thousand of them. It is kept with the event that made it so.

use serde::{Deserialize, Serialize};

use super::entry::is_false;
use super::fingerprint;
use crate::share::{Expiry, Protection, Ref, Share, UnixMillis, Unread};
use crate::store::KeptPicture;

/// What the trail last said of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    /// The share.
    pub(super) reference: Ref,
    /// The number of its last change.
    pub(super) number: u32,
    /// Where it is.
    pub(super) presence: Presence,
    /// Whether it was said that it has ended.
    pub(super) has_ended: bool,
    /// What it was like.
    pub(super) state: State,
}

/// Where a share is, as far as the trail has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Presence {
    /// It is listed.
    Listed,
    /// It was, and is no more.
    Removed,
    /// It is looked at no more.
    Unwatched,
    /// A rule has told of it, and no whole look has shown it yet.
    Unseen,
}

/// What a share was like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) protection: Protection,
    pub(super) created: Option<UnixMillis>,
    pub(super) expiry: Expiry,
    pub(super) clips: u32,
    pub(super) seconds: u64,
    pub(super) cameras: u32,
    /// The fingerprint of what it shows; 0 where it was made in another way, so that it can't be compared.
    pub(super) content: u64,
    /// The fingerprint of what it is called; 0 where that is not known.
    pub(super) title: u64,
}

impl State {
    pub(super) fn of(share: &Share) -> Self {
        let title = share.title.as_ref();
        Self {
            protection: share.protection,
            created: share.created,
            expiry: share.expiry,
            clips: share.media.clips,
            seconds: share.media.duration_secs,
            cameras: u32::try_from(share.media.cameras.len()).unwrap_or(u32::MAX),
            content: fingerprint::of_content(share).max(1),
            title: title.map_or(0, |title| fingerprint::of_text(title.reveal())),
        }
    }

    /// The same, where what could not be read is as it `was`: that it changed is not known.
    pub(super) fn where_read(self, unread: Unread, was: Self) -> Self {
        let (of_content, of_end, of_protection) = (
            if unread.cameras || unread.stream_type {
                was
            } else {
                self
            },
            if unread.end { was } else { self },
            if unread.protection { was } else { self },
        );
        Self {
            protection: of_protection.protection,
            // It is made once.
            created: was.created.or(self.created),
            expiry: of_end.expiry,
            title: if self.title == 0 {
                was.title
            } else {
                self.title
            },
            ..of_content
        }
    }

    /// That of a share of which nothing is known.
    pub(super) const UNKNOWN: Self = Self {
        protection: Protection::None,
        created: None,
        expiry: Expiry::Never,
        clips: 0,
        seconds: 0,
        cameras: 0,
        content: 0,
        title: 0,
    };
}

impl Picture {
    /// As it is kept.
    pub(super) fn kept(&self) -> KeptPicture {
        let content = serde_json::to_vec(&Stored::from(self)).unwrap_or_default();
        KeptPicture {
            reference: self.reference,
            number: self.number,
            content: content.into(),
        }
    }

    /// One that was kept; none where it is not one that we have written.
    pub(super) fn read(kept: &KeptPicture) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(&kept.content).ok()?;
        let content = stored.content.filter(|_| stored.form == fingerprint::FORM);
        let labels = Protection::ALL.into_iter();
        let protection = labels.clone().find(|it| it.label() == stored.protection)?;
        Some(Self {
            reference: kept.reference,
            number: kept.number,
            presence: stored.presence,
            has_ended: stored.ended,
            state: State {
                protection,
                created: stored.created.map(UnixMillis),
                expiry: stored
                    .ends
                    .map_or(Expiry::Never, |at| Expiry::At(UnixMillis(at))),
                clips: stored.clips,
                seconds: stored.seconds,
                cameras: stored.cameras,
                content: content.unwrap_or(0),
                title: stored.title.unwrap_or(0),
            },
        })
    }
}

/// As it is on the disk.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    form: u32,
    presence: Presence,
    #[serde(default, skip_serializing_if = "is_false")]
    ended: bool,
    protection: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<i64>,
    clips: u32,
    seconds: u64,
    cameras: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<u64>,
}

impl From<&Picture> for Stored {
    fn from(picture: &Picture) -> Self {
        let state = &picture.state;
        Self {
            form: fingerprint::FORM,
            presence: picture.presence,
            ended: picture.has_ended,
            protection: state.protection.label().to_owned(),
            created: state.created.map(|moment| moment.0),
            ends: match state.expiry {
                Expiry::At(at) => Some(at.0),
                Expiry::Never => None,
            },
            clips: state.clips,
            seconds: state.seconds,
            cameras: state.cameras,
            content: Some(state.content).filter(|print| *print != 0),
            title: Some(state.title).filter(|print| *print != 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::share_of;

    fn picture(state: State) -> Picture {
        Picture {
            reference: "3f9a0c51d2e7".parse().unwrap(),
            number: 7,
            presence: Presence::Listed,
            has_ended: false,
            state,
        }
    }

    #[test]
    fn it_is_read_as_it_was_kept() {
        let mut share = share_of("one", Expiry::At(UnixMillis(5)), &["a", "b"]);
        (share.title, share.created) = (Some("Front door".into()), Some(UnixMillis(-3)));
        for picture in [
            picture(State::of(&share)),
            Picture {
                presence: Presence::Unseen,
                has_ended: true,
                ..picture(State::UNKNOWN)
            },
        ] {
            assert_eq!(Picture::read(&picture.kept()), Some(picture));
        }
    }

    #[test]
    fn what_was_made_in_another_way_is_not_compared() {
        let known = picture(State::of(&share_of("one", Expiry::Never, &[])));
        let mut kept = known.kept();
        let content = String::from_utf8(kept.content.to_vec()).unwrap();
        kept.content = content
            .replace("\"form\":1", "\"form\":9")
            .into_bytes()
            .into();
        assert_eq!(Picture::read(&kept).unwrap().state.content, 0);
        kept.content = b"{}".as_slice().into();
        assert_eq!(Picture::read(&kept), None);
    }

    #[test]
    fn it_is_small() {
        assert!(size_of::<Picture>() <= 96, "{}", size_of::<Picture>());
    }
}
