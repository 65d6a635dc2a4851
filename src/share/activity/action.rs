//! What can be done, and which of it is asked for: an action is a row of [`ACTIONS`].

/// What an action does, as far as sharing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doing {
    /// A share, or what is shown by one, was made.
    Created,
    /// A share, or what is shown by one, was taken down.
    Deleted,
    /// What a share shows was changed. There is no action for changing a share itself.
    Changed,
    /// The link of a share was sent by e-mail or as a text message.
    Sent,
    /// A share was looked at by its link.
    Viewed,
    /// Support or a partner was let in.
    AccessGranted,
    /// Support or a partner was let in no more.
    AccessRevoked,
    /// A key of the API was made, or an application authorised.
    KeyMade,
    /// A key of the API was taken back.
    KeyRevoked,
    /// Where clips and events are sent was changed.
    IntegrationChanged,
    /// The audit log or the list of users was exported.
    Exported,
    /// A kiosk, which shows cameras without a sign-in, was made or switched on.
    KioskOpened,
    /// What a role may do was changed.
    RoleChanged,
    /// Anything else.
    Other,
}

/// The actions that are asked for, with what they do: of the 432 values of `ActivityActionEnum` in Rhombus's
/// published OpenAPI description (rhombus-cli, August 2026) those about sharing and viewing, and the other
/// ways by which footage or access leaves. None exists for changing a share, nor for making or deleting one
/// of timelapses.
pub const ACTIONS: [(&str, Doing); 42] = [
    ("SHARED_CLIP_CREATE", Doing::Created),
    ("SHARED_CLIP_DELETE", Doing::Deleted),
    ("SHARED_LINK_SENT", Doing::Sent),
    (
        "SHARED_LIVE_VIDEO_STREAM_WITH_PASSWORD_CREATE",
        Doing::Created,
    ),
    (
        "SHARED_LIVE_VIDEO_STREAM_WITHOUT_PASSWORD_CREATE",
        Doing::Created,
    ),
    ("SHARED_LIVE_VIDEO_STREAM_DELETE", Doing::Deleted),
    ("SHARED_VIDEOWALL_WITH_PASSWORD_CREATE", Doing::Created),
    ("SHARED_VIDEOWALL_WITHOUT_PASSWORD_CREATE", Doing::Created),
    ("SHARED_VIDEOWALL_DELETE", Doing::Deleted),
    ("VIDEO_WALL_CREATE", Doing::Created),
    ("VIDEO_WALL_UPDATE", Doing::Changed),
    ("VIDEO_WALL_DELETE", Doing::Deleted),
    ("RAW_HTTP_STREAM_CREATED", Doing::Created),
    ("RAW_HTTP_STREAM_DELETED", Doing::Deleted),
    ("VIEW_SHARE_CLIP", Doing::Viewed),
    ("VIEW_SHARE_TIMELAPSE", Doing::Viewed),
    ("VIEW_SHARE_STREAM", Doing::Viewed),
    ("VIEW_SHARE_VIDEOWALL", Doing::Viewed),
    ("SUPPORT_ACCESS_GRANT", Doing::AccessGranted),
    ("SUPPORT_ACCESS_REVOKE", Doing::AccessRevoked),
    ("SUPPORT_PARTNER_ADD", Doing::AccessGranted),
    ("SUPPORT_PARTNER_REMOVE", Doing::AccessRevoked),
    ("SUPPORT_PARTNER_LOGIN_ACCESS_EXPIRED", Doing::AccessRevoked),
    ("API_TOKEN_REQUEST", Doing::KeyMade),
    ("API_TOKEN_REVOKE", Doing::KeyRevoked),
    ("API_OAUTH_AUTHORIZE", Doing::KeyMade),
    ("API_OAUTH_SUBMIT_APPLICATION", Doing::KeyMade),
    ("UPDATE_INTEGRATION_AWS", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_BOX", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_DICE", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_DROPBOX", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_GOOGLE_V2", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_INFORMACAST", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_LUMEO", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_OFFICE365", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_PIMLOC", Doing::IntegrationChanged),
    ("UPDATE_INTEGRATION_WEBHOOK", Doing::IntegrationChanged),
    ("AUDIT_EXPORT", Doing::Exported),
    ("USERS_EXPORT", Doing::Exported),
    ("KIOSK_CREATED", Doing::KioskOpened),
    ("ACTIVATE_KIOSK", Doing::KioskOpened),
    ("ROLE_UPDATE", Doing::RoleChanged),
];

// A request may name 50 actions: with more, the feed has to be asked in two requests.
const _: () = assert!(ACTIONS.len() <= 50);

impl Doing {
    /// What an action does.
    pub fn of(action: &str) -> Self {
        let row = ACTIONS.iter().find(|(known, _)| *known == action);
        row.map_or(Self::Other, |(_, doing)| *doing)
    }
}

/// How someone who has the link of a share looked at it. The value of the label `viewer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Viewer {
    /// Without a sign-in.
    Anonymous,
    /// In any other way.
    Other,
    /// By a player that reads the stream itself.
    Raw,
    /// After the organisation's single sign-on.
    Sso,
}

impl Viewer {
    /// Each, in the order of their labels.
    pub const ALL: [Self; 4] = [Self::Anonymous, Self::Other, Self::Raw, Self::Sso];

    /// The viewer that a value of `clientType` means.
    pub fn of(client_type: Option<&str>) -> Self {
        match client_type {
            Some("SHARE_ANONYMOUS" | "SHARE_ANONYMOUS_V2") => Self::Anonymous,
            Some("SHARE_RAW") => Self::Raw,
            Some("SHARE_SSO") => Self::Sso,
            _ => Self::Other,
        }
    }

    /// The value of the label `viewer`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Other => "other",
            Self::Raw => "raw",
            Self::Sso => "sso",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_asked_for_once() {
        let mut actions = ACTIONS.map(|(action, _)| action);
        actions.sort_unstable();
        assert!(actions.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(Doing::of("SHARED_LINK_SENT"), Doing::Sent);
        assert_eq!(Doing::of("SUPPORT_PARTNER_ADD"), Doing::AccessGranted);
        assert_eq!(Doing::of("LOGIN"), Doing::Other);
    }
}
