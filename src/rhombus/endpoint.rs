//! Where an API is. The rule that keeps keys in: TLS, unless the endpoint is this very machine.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::NoProxy;

/// The base URL of a Rhombus API.
///
/// Always `https`, or `http` to a loopback address; never with credentials, a query or a fragment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint(Url);

/// Why a text is not an [`Endpoint`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not a URL, nor one of the names.
    #[error("expected `us`, `eu` or a URL such as https://api2.rhombussystems.com ({0})")]
    NotUrl(url::ParseError),
    /// Another scheme than `http` or `https`, or no host.
    #[error("expected a URL that begins with https://")]
    Scheme,
    /// Plain text over a network would give the key away.
    #[error("http:// is accepted only to a loopback address, since it shows the key; use https://")]
    PlainText,
    /// A part that a base URL can't have. It may be a secret, so it is not repeated.
    #[error("expected a URL without user name, password, query or fragment")]
    ExtraParts,
    /// The path of an operation, or the beginning of it, is in the URL already.
    #[error(
        "the exporter adds `/api` and the operation itself: leave out `/api` and all that follows \
         it, as in https://api2.rhombussystems.com"
    )]
    OperationPath,
    /// Another of Rhombus's sites, or a path on the host of its API: the region is meant.
    #[error("this is an address of Rhombus, but not that of its API: write `{0}`")]
    NotTheApi(&'static str),
}

impl Endpoint {
    /// The United States: <https://api2.rhombussystems.com>.
    pub const US: &str = "https://api2.rhombussystems.com";
    /// The European Union: <https://api2.eu.rhombussystems.com>.
    pub const EU: &str = "https://api2.eu.rhombussystems.com";

    /// Reads `us`, `eu` or a URL.
    ///
    /// # Errors
    /// When it is neither, or breaks the rule above. The message never repeats the text.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = match text {
            "us" => Self::US,
            "eu" => Self::EU,
            other => other,
        };
        let url = Url::parse(text).map_err(EndpointError::NotUrl)?;
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(EndpointError::ExtraParts);
        }
        if has_operation(&url) {
            return Err(EndpointError::OperationPath);
        }
        if let Some(region) = misses_the_api(&url) {
            return Err(EndpointError::NotTheApi(region));
        }
        match url.scheme() {
            "https" if url.host().is_some() => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            "http" => Err(EndpointError::PlainText),
            _ => Err(EndpointError::Scheme),
        }
    }

    /// Whether it is spoken to without TLS, and so on this machine only.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// Whether it is reached past the proxy.
    pub(super) fn is_past_proxy(&self, list: &NoProxy) -> bool {
        let host = self.0.host();
        let port = self.0.port_or_known_default();
        host.zip(port)
            .is_some_and(|(host, port)| list.matches(&host, port))
    }

    /// The URL of an operation, e.g. `event/getSharedClipGroupsV2`.
    pub fn operation(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/api/{path}"));
        url
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Whether the path ends in what [`Endpoint::operation`] adds, whole or in part. A proxy may well have
/// an `api` of its own earlier in its path.
fn has_operation(url: &Url) -> bool {
    const SERVICES: [&str; 2] = ["event", "org"];
    let segments = url.path_segments().into_iter().flatten();
    let mut last_first = segments.rev().filter(|segment| !segment.is_empty());
    let is_api = |segment: &str| segment.eq_ignore_ascii_case("api");
    let is_operation =
        |it: &str| it.starts_with("get") && it.bytes().any(|byte| byte.is_ascii_uppercase());
    let is_version = |it: &str| {
        it.strip_prefix(['v', 'V'])
            .is_some_and(|number| number.parse::<u8>().is_ok())
    };
    match (last_first.next(), last_first.next()) {
        (Some(last), _) if is_api(last) || is_operation(last) => true,
        (Some(last), Some(before)) => {
            is_api(before) && (is_version(last) || SERVICES.contains(&last))
        }
        _ => false,
    }
}

/// The region that is meant by an address of Rhombus's where no API is.
fn misses_the_api(url: &Url) -> Option<&'static str> {
    const SITES: [&str; 7] = [
        "console", "www", "docs", "api-docs", "apidocs", "support", "",
    ];
    let host = url.host_str()?;
    let before = ["rhombussystems.com", "rhombus.com", "rhombus.community"]
        .iter()
        .find_map(|domain| host.strip_suffix(domain))?;
    let labels = match before.strip_suffix('.') {
        Some(labels) => labels,
        None if before.is_empty() => "",
        None => return None,
    };
    let (site, region) = labels.split_once('.').unwrap_or((labels, "us"));
    let is_wrong_path = site == "api2" && url.path() != "/";
    let region = if region == "eu" { "eu" } else { "us" };
    (is_wrong_path || SITES.contains(&site)).then_some(region)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_documented_regions() {
        assert_eq!(Endpoint::parse("us").unwrap().to_string(), Endpoint::US);
        assert_eq!(Endpoint::parse("eu").unwrap().to_string(), Endpoint::EU);
    }

    #[test]
    fn an_operation_keeps_the_base_path() {
        let endpoint = Endpoint::parse("https://proxy.example/rhombus/").unwrap();
        assert_eq!(
            endpoint.operation("event/x").as_str(),
            "https://proxy.example/rhombus/api/event/x"
        );
    }

    #[test]
    fn the_path_of_an_operation_is_added_and_must_not_be_there() {
        for bad in [
            "https://h/api",
            "https://h/api/",
            "https://h/API",
            "https://h//api//",
            "https://h/api/api",
            "https://h/api/event",
            "https://h/api/event/getSharedClipGroupsV2",
            "https://h/s3cret/api",
            "https://h/s3cret/api/event/getSharedClipGroupsV2/",
            "https://h/event/getSharedClipGroupsV2",
            "https://h/api/org/getOrgV2",
            "https://h/api/v1",
            "https://h/api/V2/",
            "https://api2.rhombussystems.com/api",
            "http://127.0.0.1:1/api",
        ] {
            let error = Endpoint::parse(bad).unwrap_err();
            assert_eq!(error, EndpointError::OperationPath, "{bad}");
            assert!(error.to_string().contains("leave out `/api`"));
            assert!(!error.to_string().contains("s3cret"));
        }
        for good in [
            "https://h/api/rhombus",
            "https://h/rhombus-api",
            "https://h/v1",
            "https://h/event",
            "https://api.h/",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn another_address_of_rhombus_is_told_the_region() {
        for (bad, region) in [
            ("https://console.rhombussystems.com", "us"),
            ("https://console.rhombussystems.com/settings", "us"),
            ("https://console.eu.rhombussystems.com/", "eu"),
            ("https://CONSOLE.rhombus.com", "us"),
            ("https://www.rhombus.com", "us"),
            ("https://rhombus.com/", "us"),
            ("https://rhombussystems.com", "us"),
            ("https://api-docs.rhombus.community/", "us"),
            ("https://api2.rhombussystems.com/v1", "us"),
            ("https://api2.eu.rhombussystems.com/s3cret", "eu"),
        ] {
            let error = Endpoint::parse(bad).unwrap_err();
            assert_eq!(error, EndpointError::NotTheApi(region), "{bad}");
        }
        for good in [
            Endpoint::US,
            Endpoint::EU,
            "https://api2.rhombussystems.com/",
            "https://api3.rhombussystems.com",
            "https://notrhombus.com",
            "https://console.example/",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn plain_text_only_to_this_machine() {
        for ok in [
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://localhost",
        ] {
            assert!(Endpoint::parse(ok).unwrap().is_plain(), "{ok}");
        }
        for bad in [
            "http://api2.rhombussystems.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://0.0.0.0",
            "http://[::]",
        ] {
            assert_eq!(Endpoint::parse(bad), Err(EndpointError::PlainText), "{bad}");
        }
    }

    #[test]
    fn what_could_hold_a_secret_is_refused_and_not_repeated() {
        for bad in [
            "https://user:s3cret@h",
            "https://h/?key=s3cret",
            "https://h/#s3cret",
        ] {
            let error = Endpoint::parse(bad).unwrap_err();
            assert_eq!(error, EndpointError::ExtraParts, "{bad}");
            assert!(!error.to_string().contains("s3cret"));
        }
        for bad in ["ftp://h", "file:///etc/passwd", "localhost:80"] {
            assert_eq!(Endpoint::parse(bad), Err(EndpointError::Scheme), "{bad}");
        }
        assert!(matches!(
            Endpoint::parse("usa"),
            Err(EndpointError::NotUrl(_))
        ));
    }
}
