//! Shares and activities to test with.

use crate::share::{
    Activity, ActivityKey, Expiry, ExpiryReading, Id, Media, Origin, Principal, Protection, Share,
    ShareKind, Traits, UnixMillis, Unread,
};

/// An unprotected page without an id: two clips of 60 s together.
pub(crate) fn share(expiry: Expiry) -> Share {
    Share {
        id: None,
        kind: ShareKind::ClipGroup,
        title: None,
        address: None,
        parent: None,
        protection: Protection::None,
        created: Some(UnixMillis::from_secs(500)),
        expiry,
        expiry_reading: match expiry {
            Expiry::At(_) => ExpiryReading::Epoch,
            Expiry::Never => ExpiryReading::Never,
        },
        media: Media {
            clips: 2,
            duration_secs: 60,
            cameras: Box::default(),
            footage: Box::default(),
        },
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    }
}

/// The same with an id and cameras.
pub(crate) fn share_of(id: &str, expiry: Expiry, cameras: &[&str]) -> Share {
    let mut share = share(expiry);
    share.id = Some(Id::parse(id));
    share.media.cameras = cameras.iter().map(|camera| Id::parse(camera)).collect();
    share
}

/// Something that was done at this moment, by nobody known.
pub(crate) fn activity(action: &str, millis: i64) -> Activity {
    Activity {
        key: ActivityKey::of_fields([Some(action), Some(&*millis.to_string())]),
        uuid: None,
        at: UnixMillis(millis),
        is_dated: true,
        action: action.into(),
        failure: false,
        principal: Principal::default(),
        client_type: None,
        origin: Origin::default(),
        target: None,
        target_name: None,
    }
}
