//! Shares to try an expression on before it is used: of each kind and protection, and with and without what
//! a share may lack. What fails on one of them would fail on some of the user's.

use crate::policy::Subject;
use crate::share::{
    Act, AttributedShares, Attribution, CameraName, CameraNames, Expiry, ExpiryReading, Id, Media,
    Protection, Ref, Share, ShareKind, Traits, UnixMillis, Unread,
};

/// When they are looked at.
pub(super) const NOW: UnixMillis = UnixMillis::from_secs(1_767_225_600);

const DAY: i64 = 86_400;

const ID: Id = Id::Uuid([0; 16]);

/// Tries each sample.
///
/// # Errors
/// That of the first on which it failed.
pub(super) fn try_all<E>(mut tried: impl FnMut(Subject<'_>) -> Result<(), E>) -> Result<(), E> {
    let (names, attributions) = (camera_names(), attributions());
    for share in shares() {
        for cameras in [&names, &CameraNames::default()] {
            tried(Subject {
                org: "Oak School",
                share: &share,
                cameras,
                attributions: Some(&attributions),
            })?;
        }
    }
    Ok(())
}

fn shares() -> impl Iterator<Item = Share> {
    let kinds = ShareKind::ALL.into_iter();
    let protected = kinds.flat_map(|kind| {
        let protections = kind.protections().iter();
        protections.map(move |protection| (kind, *protection))
    });
    protected.flat_map(|(kind, protection)| {
        let ends = [Expiry::Never, end(-DAY), end(DAY), end(90 * DAY)];
        let full = ends.map(|expiry| full(kind, protection, expiry));
        full.into_iter().flat_map(|full| [bare(&full), full])
    })
}

const fn end(in_secs: i64) -> Expiry {
    Expiry::At(UnixMillis(NOW.0 + in_secs * 1000))
}

/// With all that a share may have.
fn full(kind: ShareKind, protection: Protection, expiry: Expiry) -> Share {
    Share {
        id: Some(ID),
        kind,
        title: Some("Lobby".into()),
        address: None,
        parent: None,
        protection,
        created: Some(UnixMillis(NOW.0 - 30 * DAY * 1000)),
        expiry,
        expiry_reading: ExpiryReading::Epoch,
        media: Media {
            clips: 3,
            duration_secs: 90,
            cameras: [camera(0), camera(1)].into(),
            ..Media::default()
        },
        traits: Traits {
            past_footage: true,
            sound: true,
            ..Traits::default()
        },
        stream_type: Some("USER".into()),
        unread: Unread::default(),
    }
}

/// Who made a full one, and that it was looked at.
fn attributions() -> AttributedShares {
    let made = Act {
        at: UnixMillis(NOW.0 - 30 * DAY * 1000),
        principal: "USER".into(),
        name: Some("Ann Other".into()),
    };
    let known = Attribution {
        made: Some(made),
        views: [("anonymous", 3)].into(),
        ..Attribution::default()
    };
    [(Ref::of(&ID), known)].into()
}

/// With nothing that a share may lack.
fn bare(full: &Share) -> Share {
    Share {
        id: None,
        title: None,
        created: None,
        media: Media::default(),
        traits: Traits::default(),
        stream_type: None,
        ..full.clone()
    }
}

const fn camera(number: u8) -> Id {
    Id::Uuid([number; 16])
}

fn camera_names() -> CameraNames {
    let named = |number| {
        let name = CameraName {
            camera: format!("Camera {number}").into(),
            location: "Main Building".into(),
            location_uuid: None,
        };
        (camera(number), name)
    };
    (0..2).map(named).collect()
}
