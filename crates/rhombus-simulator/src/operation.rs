//! The operations that are simulated. A new one begins as a variant here; what it answers is a file
//! in [`api`](super::api).

use serde::Deserialize;

/// An operation of the API. In JSON and in a query it is its name in snake case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `event/getSharedClipGroupsV2`: the list of shared clip pages.
    #[default]
    ClipGroups,
    /// `video/getSharedTimelapseGroups`: the list of shared timelapse pages.
    TimelapseGroups,
    /// `camera/findAllSharedLiveVideoStreams`: the list of shared live streams.
    LiveStreams,
    /// `camera/getVideoWalls`: the list of video walls.
    VideoWalls,
    /// `camera/findSharedVideoWalls`: the list of one video wall's shares.
    VideoWallShares,
    /// `org/getOrgV2`: the organisation that the key belongs to.
    Organization,
}

/// One `T` for each operation.
#[derive(Default)]
pub(super) struct PerOperation<T>([T; 6]);

impl<T> PerOperation<T> {
    pub(super) fn of(&self, operation: Operation) -> &T {
        &self.0[operation as usize]
    }
}
