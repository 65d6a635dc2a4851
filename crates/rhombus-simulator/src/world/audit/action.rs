//! What Rhombus calls what happens to a share, by the list that it is in. There is no action for
//! changing a share, nor for making or deleting one of timelapses.

use crate::world::List;

impl List {
    /// Making a share, with a password or without.
    pub(super) fn creation(self, locked: bool) -> Option<&'static str> {
        Some(match (self, locked) {
            (Self::ClipGroups, _) => "SHARED_CLIP_CREATE",
            (Self::LiveStreams, true) => "SHARED_LIVE_VIDEO_STREAM_WITH_PASSWORD_CREATE",
            (Self::LiveStreams, false) => "SHARED_LIVE_VIDEO_STREAM_WITHOUT_PASSWORD_CREATE",
            (Self::VideoWallShares, true) => "SHARED_VIDEOWALL_WITH_PASSWORD_CREATE",
            (Self::VideoWallShares, false) => "SHARED_VIDEOWALL_WITHOUT_PASSWORD_CREATE",
            (Self::VideoWalls, _) => "VIDEO_WALL_CREATE",
            (Self::TimelapseGroups | Self::Cameras, _) => return None,
        })
    }

    /// Taking one down.
    pub(super) fn deletion(self) -> Option<&'static str> {
        Some(match self {
            Self::ClipGroups => "SHARED_CLIP_DELETE",
            Self::LiveStreams => "SHARED_LIVE_VIDEO_STREAM_DELETE",
            Self::VideoWallShares => "SHARED_VIDEOWALL_DELETE",
            Self::VideoWalls => "VIDEO_WALL_DELETE",
            Self::TimelapseGroups | Self::Cameras => return None,
        })
    }

    /// Looking at one, and what sort of principal looks.
    pub(super) fn viewing(self) -> Option<[&'static str; 2]> {
        Some(match self {
            Self::ClipGroups => ["VIEW_SHARE_CLIP", "SHARED_CLIP"],
            Self::TimelapseGroups => ["VIEW_SHARE_TIMELAPSE", "SHARED_TIMELAPSE"],
            Self::LiveStreams => ["VIEW_SHARE_STREAM", "SHARED_STREAM"],
            Self::VideoWallShares => ["VIEW_SHARE_VIDEOWALL", "SHARED_VIDEOWALL"],
            Self::VideoWalls | Self::Cameras => return None,
        })
    }
}

/// Sending a link by e-mail or as a text message.
pub(super) const SENT: &str = "SHARED_LINK_SENT";

/// The lists of what can be looked at by link.
pub(super) const SHARES: [List; 4] = [
    List::ClipGroups,
    List::TimelapseGroups,
    List::LiveStreams,
    List::VideoWallShares,
];
