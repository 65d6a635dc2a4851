//! The ways in which footage is shared by link, with all that differs between them in one table: a
//! new kind begins as a row here.

use super::Protection;

/// Which of Rhombus's ways of sharing made the link. The value of the label `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareKind {
    /// A page of saved clips: `POST /api/event/getSharedClipGroupsV2`.
    ClipGroup,
    /// What a camera sees now, and perhaps what it saw: `POST
    /// /api/camera/findAllSharedLiveVideoStreams`.
    LiveStream,
    /// A page of timelapses: `POST /api/video/getSharedTimelapseGroups`.
    TimelapseGroup,
    /// Several cameras at once: `POST /api/camera/getVideoWalls`, and `findSharedVideoWalls` for each.
    VideoWall,
}

/// What differs by kind.
struct Row {
    label: &'static str,
    list: &'static str,
    noun: &'static str,
    protections: &'static [Protection],
    has_clips: bool,
    has_lookback: bool,
    fields: &'static [&'static str],
}

const CLIP_GROUP: Row = Row {
    label: "clip_group",
    list: "clip_groups",
    noun: "clip page",
    protections: &[Protection::None, Protection::Password],
    has_clips: true,
    has_lookback: true,
    fields: &[
        "createdAtMillis",
        "deviceUuidMap",
        "durationSec",
        "expirationTimeSecs",
        "isSecured",
        "orgUuid",
        "record",
        "sharedClips",
        "startTime",
        "title",
        "uuid",
    ],
};

const LIVE_STREAM: Row = Row {
    label: "live_stream",
    list: "live_streams",
    noun: "live stream",
    protections: &Protection::ALL,
    has_clips: false,
    has_lookback: false,
    fields: &[
        "audioGatewayUuid",
        "audioPushToTalkEnabled",
        "cameraUuid",
        "deviceUuid",
        "expirationTime",
        "name",
        "orgUuid",
        "passwordProtected",
        "record",
        "scheduleUuid",
        "sharedLiveVideoStreamUrl",
        "sharedWithMonitoringService",
        "ssoProtected",
        "streamType",
        "timestampMs",
        "uuid",
        "vodEnabled",
    ],
};

const TIMELAPSE_GROUP: Row = Row {
    label: "timelapse_group",
    list: "timelapse_groups",
    noun: "timelapse page",
    protections: &[Protection::None, Protection::Password],
    has_clips: true,
    has_lookback: false,
    fields: &[
        "clipDuration",
        "createdAtMillis",
        "deviceUuid",
        "expirationTimeSecs",
        "isSecured",
        "orgUuid",
        "record",
        "sharedTimelapses",
        "sources",
        "title",
        "uuid",
        "videoStartTime",
        "videoStopTime",
    ],
};

const VIDEO_WALL: Row = Row {
    label: "video_wall",
    list: "video_walls",
    noun: "video wall",
    protections: &[Protection::None, Protection::Password],
    has_clips: false,
    has_lookback: false,
    fields: &[
        "deviceList",
        "displayName",
        "expirationTime",
        "numShares",
        "orgUuid",
        "passwordProtected",
        "record",
        "scheduleUuid",
        "sharedVideoWallUrl",
        "timestampMs",
        "uuid",
        "vodEnabled",
    ],
};

impl ShareKind {
    /// Every kind, in the order of their labels.
    pub const ALL: [Self; 4] = [
        Self::ClipGroup,
        Self::LiveStream,
        Self::TimelapseGroup,
        Self::VideoWall,
    ];

    const fn row(self) -> &'static Row {
        match self {
            Self::ClipGroup => &CLIP_GROUP,
            Self::LiveStream => &LIVE_STREAM,
            Self::TimelapseGroup => &TIMELAPSE_GROUP,
            Self::VideoWall => &VIDEO_WALL,
        }
    }

    /// The value of the label `kind`.
    pub const fn label(self) -> &'static str {
        self.row().label
    }

    /// The value of the label `source` of the list of these shares.
    pub const fn list(self) -> &'static str {
        self.row().list
    }

    /// What a person calls one of them. The plural is made with an s.
    pub const fn noun(self) -> &'static str {
        self.row().noun
    }

    /// The protections that such a share may have, in the order of their labels.
    pub const fn protections(self) -> &'static [Protection] {
        self.row().protections
    }

    /// Whether such a share shows clips, which have a number and a duration.
    pub const fn has_clips(self) -> bool {
        self.row().has_clips
    }

    /// Whether Rhombus can be asked for those created since some moment only.
    pub const fn has_lookback(self) -> bool {
        self.row().has_lookback
    }

    /// The fields of a record whose values may be malformed, in the order of their labels: the values
    /// of the label `field`. `record` is an element that is not an object at all.
    pub const fn fields(self) -> &'static [&'static str] {
        self.row().fields
    }
}
