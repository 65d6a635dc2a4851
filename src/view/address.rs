//! Where the page of a link is. Whoever knows that can watch an open one: it is shown to those who have shown
//! who they are, and to nobody else.

use super::Row;
use crate::share::{Id, Private, ShareKind};

/// Where Rhombus's console is, which has the pages of links: `https://console.rhombussystems.com`. None: the
/// one that goes with the endpoint, where that is one of Rhombus's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsoleUrl(pub Option<String>);

/// The consoles of Rhombus's endpoints: github.com/RhombusSystems/rhombus-cli, `config.go`.
const CONSOLES: [(&str, &str); 2] = [
    (
        "https://api2.rhombussystems.com",
        "https://console.rhombussystems.com",
    ),
    (
        "https://api2.eu.rhombussystems.com",
        "https://console.eu.rhombussystems.com",
    ),
];

impl ConsoleUrl {
    /// The console of the organisations at this endpoint, without a slash at its end.
    pub fn of(&self, endpoint: &str) -> Option<&str> {
        let endpoint = endpoint.trim_end_matches('/');
        let known = CONSOLES.iter().find(|(known, _)| *known == endpoint);
        self.0.as_deref().or(known.map(|(_, console)| *console))
    }
}

impl Row<'_> {
    /// Where people manage links: the console.
    pub fn console<'c>(&self, console: &'c ConsoleUrl) -> Option<&'c str> {
        console.of(self.look.organization.server_clock().endpoint())
    }

    /// Where its page is: as Rhombus gives it, or in the form that its clients use.
    pub fn address(&self, console: &ConsoleUrl) -> Option<Private> {
        if let Some(given) = &self.share.address {
            return Some(given.clone());
        }
        let (console, id) = (self.console(console)?, self.share.id.as_ref()?);
        // What is no documented uuid could be anything in a URL.
        let Id::Uuid(_) = id else { return None };
        let page = match self.share.kind {
            ShareKind::ClipGroup => "clips",
            ShareKind::LiveStream => "live",
            ShareKind::TimelapseGroup => "timelapse",
            ShareKind::VideoWall => "videowall",
        };
        Some(format!("{console}/share/{page}/{id}").into())
    }
}
