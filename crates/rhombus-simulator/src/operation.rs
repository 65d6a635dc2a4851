//! The operations that are simulated. A new one begins as a variant here; what it answers is a file
//! in [`api`](super::api).

use serde::Deserialize;

/// An operation of the API. In JSON and in a query it is its name in snake case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `event/getSharedClipGroupsV2`: the list of shared clip pages.
    #[default]
    ClipGroups,
    /// `video/getSharedTimelapseGroups`: the list of shared timelapse pages.
    TimelapseGroups,
    /// `camera/findAllSharedLiveVideoStreams`: the list of shared live streams.
    LiveStreams,
    /// `camera/findSharedLiveVideoStreams`: the list of one camera's shared live streams.
    CameraStreams,
    /// `doorbellcamera/findSharedLiveVideoStreams`: the list of one doorbell's shared live streams.
    DoorbellStreams,
    /// `camera/getVideoWalls`: the list of video walls.
    VideoWalls,
    /// `camera/findSharedVideoWalls`: the list of one video wall's shares.
    VideoWallShares,
    /// `camera/getMinimalCameraStateList`: the list of cameras.
    Cameras,
    /// `camera/getMinimalCameraLocationMap`: what the cameras are called, and where they are.
    CameraNames,
    /// `org/getOrgV2`: the organisation that the key belongs to.
    Organization,
    /// `partner/getClientsV2`: the list of a partner's clients.
    Clients,
    /// `permission/getPermissionsForCurrentUser`: what the key may do.
    Permissions,
    /// `report/getAuditFeed`: what happened.
    AuditFeed,
    /// `report/getAuditFeedForTarget`: what happened to one thing.
    AuditFeedForTarget,
    /// `event/deleteSharedClipGroupV2`: takes down a page of clips.
    DeleteClipGroup,
    /// `video/deleteSharedTimelapseGroup`: takes down a page of timelapses.
    DeleteTimelapseGroup,
    /// `camera/deleteSharedLiveVideoStream`: takes down a live stream.
    DeleteLiveStream,
    /// `camera/deleteSharedVideoWall`: takes down a share of a video wall.
    DeleteVideoWall,
}

impl Operation {
    /// Whether it answers with a list, or with an object of as many members.
    pub(super) fn is_a_list(self) -> bool {
        match self {
            Self::ClipGroups
            | Self::TimelapseGroups
            | Self::LiveStreams
            | Self::CameraStreams
            | Self::DoorbellStreams
            | Self::VideoWalls
            | Self::VideoWallShares
            | Self::Cameras
            | Self::CameraNames
            | Self::Clients
            | Self::AuditFeed
            | Self::AuditFeedForTarget => true,
            Self::Organization
            | Self::Permissions
            | Self::DeleteClipGroup
            | Self::DeleteTimelapseGroup
            | Self::DeleteLiveStream
            | Self::DeleteVideoWall => false,
        }
    }
}
