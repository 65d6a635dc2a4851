//! The words for asking: which list was asked for, why an asking failed, and which fields of an
//! answer could not be understood. Label values are constants here, so that they are finite.

use super::ShareKind;

/// What Rhombus is asked for. The value of the label `source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// `POST /api/report/getAuditFeed`: what happened, and who did it. Optional.
    AuditFeed,
    /// The list of the shares of a kind.
    Shares(ShareKind),
    /// `POST /api/camera/getMinimalCameraLocationMap`: what cameras are called, and where they are. Optional.
    CameraNames,
    /// `POST /api/camera/getMinimalCameraStateList`: how many streams of each camera are shared. Optional.
    Cameras,
    /// `POST /api/org/getOrgV2`: whose key it is. Optional: no list, and no failure of a poll.
    Organization,
    /// `POST /api/partner/getClientsV2`: the clients of a partner.
    PartnerClients,
    /// `POST /api/permission/getPermissionsForCurrentUser`: what the key may do. Optional.
    Permissions,
}

impl Source {
    /// Every source, in the order of their labels.
    pub const ALL: [Self; 10] = [
        Self::AuditFeed,
        Self::CameraNames,
        Self::Cameras,
        Self::Shares(ShareKind::ClipGroup),
        Self::Shares(ShareKind::LiveStream),
        Self::Organization,
        Self::PartnerClients,
        Self::Permissions,
        Self::Shares(ShareKind::TimelapseGroup),
        Self::Shares(ShareKind::VideoWall),
    ];

    /// The value of the label `source`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AuditFeed => "audit_feed",
            Self::Shares(kind) => kind.list(),
            Self::CameraNames => "camera_names",
            Self::Cameras => "cameras",
            Self::Organization => "organization",
            Self::PartnerClients => "partner_clients",
            Self::Permissions => "permissions",
        }
    }
}

/// Why a poll failed. The value of the label `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// 200 that says it failed.
    Api,
    /// 401: the key is not accepted.
    Auth,
    /// Any other status that says the request is at fault.
    Client,
    /// No connection, or it broke.
    Connect,
    /// The body is cut, or is not the documented object.
    Decode,
    /// 403: the key lacks the permission, or is of another region.
    Forbidden,
    /// The list, or the key, is another organisation's than before.
    OtherOrg,
    /// 200 that says it is not whole, and lists nothing.
    Partial,
    /// 5xx, to the end of the retries.
    Server,
    /// 429, to the end of the retries.
    Throttled,
    /// No whole answer in time.
    Timeout,
    /// The certificate or the handshake was not accepted.
    Tls,
    /// The body is larger than `max_response_bytes`.
    TooLarge,
}

impl Reason {
    /// Every reason, in the order of their labels.
    pub const ALL: [Self; 13] = [
        Self::Api,
        Self::Auth,
        Self::Client,
        Self::Connect,
        Self::Decode,
        Self::Forbidden,
        Self::OtherOrg,
        Self::Partial,
        Self::Server,
        Self::Throttled,
        Self::Timeout,
        Self::Tls,
        Self::TooLarge,
    ];

    /// The value of the label `reason`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Auth => "auth",
            Self::Client => "client",
            Self::Connect => "connect",
            Self::Decode => "decode",
            Self::Forbidden => "forbidden",
            Self::OtherOrg => "other_org",
            Self::Partial => "partial",
            Self::Server => "server",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::TooLarge => "too_large",
        }
    }
}

/// How many values of each field could not be understood: field, count, in the order of fields.
pub type MalformedCounts = std::collections::BTreeMap<&'static str, u64>;
