//! Where Rhombus's console is, in which people manage links and which has their pages.

use super::BaseUrl;

/// Where the consoles are. None: each where Rhombus has it for the endpoint, if it is one of Rhombus's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsoleUrl(pub Option<BaseUrl>);

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
        let given = self.0.as_ref().map(BaseUrl::as_str);
        given.or(known.map(|(_, console)| *console))
    }
}
