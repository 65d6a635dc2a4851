//! The sorts of principals that do something.

/// The documented values of `principalType`, and any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// `USER`: one of the organisation's people.
    User,
    /// `DEVICE`.
    Device,
    /// `PARTNER`: someone of a partner.
    Partner,
    /// `RHOMBUS_SUPPORT`.
    RhombusSupport,
    /// `API_TOKEN`: an API key of the organisation.
    ApiToken,
    /// `API_OAUTH_TOKEN`: an application that was authorised.
    ApiOauthToken,
    /// `SHARED_CLIP`: whoever has the link of a clip page.
    SharedClip,
    /// `SHARED_STREAM`: whoever has the link of a live stream.
    SharedStream,
    /// `SHARED_TIMELAPSE`: whoever has the link of a timelapse page.
    SharedTimelapse,
    /// `SHARED_VIDEOWALL`: whoever has the link of a video wall.
    SharedVideoWall,
    /// `KIOSK_CONSOLE`.
    KioskConsole,
    /// `UNKNOWN`, or it was not said.
    #[default]
    Unknown,
    /// A value that is not documented, at most 200 bytes.
    Other(Box<str>),
}

/// The documented kinds with what Rhombus calls them.
const PRINCIPALS: [(PrincipalKind, &str); 12] = [
    (PrincipalKind::User, "USER"),
    (PrincipalKind::Device, "DEVICE"),
    (PrincipalKind::Partner, "PARTNER"),
    (PrincipalKind::RhombusSupport, "RHOMBUS_SUPPORT"),
    (PrincipalKind::ApiToken, "API_TOKEN"),
    (PrincipalKind::ApiOauthToken, "API_OAUTH_TOKEN"),
    (PrincipalKind::SharedClip, "SHARED_CLIP"),
    (PrincipalKind::SharedStream, "SHARED_STREAM"),
    (PrincipalKind::SharedTimelapse, "SHARED_TIMELAPSE"),
    (PrincipalKind::SharedVideoWall, "SHARED_VIDEOWALL"),
    (PrincipalKind::KioskConsole, "KIOSK_CONSOLE"),
    (PrincipalKind::Unknown, "UNKNOWN"),
];

impl PrincipalKind {
    /// Reads a value of `principalType`.
    pub fn parse(text: &str) -> Self {
        let known = PRINCIPALS.into_iter().find(|(_, name)| *name == text);
        known.map_or_else(|| Self::Other(text.into()), |(kind, _)| kind)
    }

    /// What Rhombus calls it.
    pub fn as_str(&self) -> &str {
        if let Self::Other(text) = self {
            return text;
        }
        let known = PRINCIPALS.iter().find(|(kind, _)| kind == self);
        known.map_or("UNKNOWN", |(_, name)| name)
    }

    /// Whether it is whoever has the link of a share.
    pub const fn is_viewer(&self) -> bool {
        matches!(
            self,
            Self::SharedClip | Self::SharedStream | Self::SharedTimelapse | Self::SharedVideoWall
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_principal_is_read_as_it_is_written() {
        for (kind, text) in PRINCIPALS {
            assert_eq!(PrincipalKind::parse(text), kind);
            assert_eq!(kind.as_str(), text);
            assert_eq!(kind.is_viewer(), text.starts_with("SHARED_"));
        }
        let other = PrincipalKind::parse("ROBOT");
        assert_eq!((other.as_str(), other.is_viewer()), ("ROBOT", false));
    }
}
