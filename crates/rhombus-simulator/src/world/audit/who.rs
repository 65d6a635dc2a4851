//! Who does something, by what means, and from where. Names are made up; addresses are of the networks
//! that are set aside for documentation (RFC 5737, RFC 3849).

use fastrand::Rng;
use serde_json::Value;

use super::mixed;
use crate::world::base::Base;
use crate::world::{List, Uuid};

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// One of the people of the organisation, by number.
    User(usize),
    /// A program with an API key of the organisation.
    Token,
    /// A partner's technician.
    Partner,
    /// Rhombus's support.
    Support,
    /// Whoever sends a request with the organisation's key.
    Key,
    /// Whoever sends one with a partner's key.
    PartnerKey,
    /// Someone who has the link of a share in this list.
    Viewer(List, Viewing),
}

/// How a share is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewing {
    Anonymous,
    AnonymousV2,
    /// With a player of videos.
    Raw,
    /// After signing in.
    Sso,
}

/// Where something comes from.
pub(super) struct Source {
    pub(super) ip: String,
    /// City, state and country.
    pub(super) place: [&'static str; 3],
    pub(super) user_agent: &'static str,
}

impl By {
    /// Who makes shares: mostly the organisation's own people.
    pub(super) fn maker(seed: u64) -> Self {
        match seed % 16 {
            0 => Self::Token,
            1 => Self::Partner,
            2 => Self::Support,
            number => Self::User(usize::from(number > 9) + usize::from(number > 13)),
        }
    }

    /// Who looks at a share that asks for a sign-in, or doesn't.
    pub(super) fn viewer(list: List, has_sso: bool, seed: u64) -> Self {
        let viewing = match (has_sso, list, seed % 5) {
            (true, _, _) => Viewing::Sso,
            (_, List::LiveStreams, 0) => Viewing::Raw,
            (_, _, 1) => Viewing::Anonymous,
            _ => Viewing::AnonymousV2,
        };
        Self::Viewer(list, viewing)
    }

    /// The name and the uuid; of a viewer none, who is known by the share.
    pub(super) fn named(self, base: Base) -> Option<(&'static str, Uuid)> {
        let of = |name, number| Some((name, Uuid(u128::from(mixed([number, 0, 0])) << 64)));
        match self {
            Self::User(number) => Some(base.user(number)),
            Self::Token => of("Ticket system", 1),
            Self::Partner => of("North Shore IT", 2),
            Self::Support => of("Rhombus Support", 3),
            Self::Key => of("API key", 4),
            Self::PartnerKey => of("Partner API key", 5),
            Self::Viewer(..) => None,
        }
    }

    pub(super) fn principal_type(self) -> &'static str {
        match self {
            Self::User(_) => "USER",
            Self::Token | Self::Key => "API_TOKEN",
            Self::Partner | Self::PartnerKey => "PARTNER",
            Self::Support => "RHOMBUS_SUPPORT",
            Self::Viewer(list, _) => list.viewing().map_or("UNKNOWN", |[_, principal]| principal),
        }
    }

    pub(super) fn client_type(self) -> &'static str {
        match self {
            Self::User(0) => "MOBILE",
            Self::User(_) | Self::Partner | Self::Support => "BROWSER",
            Self::Token | Self::Key => "API_TOKEN",
            Self::PartnerKey => "PARTNER_API_TOKEN",
            Self::Viewer(_, Viewing::Anonymous) => "SHARE_ANONYMOUS",
            Self::Viewer(_, Viewing::AnonymousV2) => "SHARE_ANONYMOUS_V2",
            Self::Viewer(_, Viewing::Raw) => "SHARE_RAW",
            Self::Viewer(_, Viewing::Sso) => "SHARE_SSO",
        }
    }

    /// Where it comes from: a viewer from anywhere, everyone else from where they work.
    pub(super) fn source(self, rng: &mut Rng) -> Source {
        let (place, host) = match self {
            Self::User(number) => (0, 10 + number),
            Self::Token | Self::Key => (0, 80),
            Self::Partner | Self::PartnerKey => (1, 20),
            Self::Support => (2, 30),
            Self::Viewer(..) => (rng.usize(..PLACES.len()), rng.usize(100..250)),
        };
        let (network, place) = PLACES[place];
        Source {
            ip: format!("{network}{host}"),
            place,
            user_agent: self.user_agent(rng),
        }
    }

    fn user_agent(self, rng: &mut Rng) -> &'static str {
        match self {
            Self::Viewer(_, Viewing::Raw) => "VLC/3.0.21 LibVLC/3.0.21",
            Self::Token | Self::Key | Self::PartnerKey => "python-requests/2.32.5",
            Self::User(_) | Self::Partner | Self::Support => BROWSERS[0],
            Self::Viewer(..) => BROWSERS[rng.usize(..BROWSERS.len())],
        }
    }
}

impl Base {
    /// One of the organisation's people.
    fn user(self, number: usize) -> (&'static str, Uuid) {
        let number = number % USERS.len();
        let uuid = match self {
            Self::Empty => Uuid(1 + number as u128),
            Self::Demo(demo) => demo.user(1 + u8::try_from(number).unwrap_or_default()),
            Self::Generated(generated) => generated.user(number),
        };
        (USERS[number], uuid)
    }
}

/// The first of those who have walls.
const USERS: [&str; 3] = {
    let [first, second, third, _] = crate::world::video_wall::OWNERS;
    [first, second, third]
};

/// The network of each place, without the host; the city, the state and the country.
const PLACES: [(&str, [&str; 3]); 6] = [
    ("192.0.2.", ["Sacramento", "California", "United States"]),
    ("198.51.100.", ["Portland", "Oregon", "United States"]),
    ("203.0.113.", ["Seattle", "Washington", "United States"]),
    ("2001:db8:1::", ["Utrecht", "Utrecht", "Netherlands"]),
    ("2001:db8:2::", ["Lyon", "Auvergne-Rhône-Alpes", "France"]),
    ("198.51.100.", ["São Paulo", "São Paulo", "Brazil"]),
];

const BROWSERS: [&str; 3] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
];

/// A name where there is one.
pub(super) fn or_null<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Null, Into::into)
}
