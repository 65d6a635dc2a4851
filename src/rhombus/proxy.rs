//! The HTTP proxy on the way to Rhombus.

use hyper::Uri;

/// An HTTP proxy that passes on connections over TLS. It may hold a password, and can't be printed.
#[derive(Clone)]
pub struct Proxy(reqwest::Proxy);

impl Proxy {
    /// Reads `HOST:PORT`, or a URL with `http` or `https`. None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if !is_proxy(text) {
            return None;
        }
        reqwest::Proxy::https(text).ok().map(Self)
    }

    pub(super) fn for_client(&self) -> reqwest::Proxy {
        self.0.clone()
    }
}

/// Whether the client would use it as it is written: it goes past one that it can't read, without a
/// word.
fn is_proxy(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let Some(authority) = uri.authority() else {
        return false;
    };
    let host_and_port = authority.as_str().rsplit('@').next().unwrap_or_default();
    let port_is_one = authority.port_u16().is_some() || host_and_port == authority.host();
    matches!(uri.scheme_str(), None | Some("http" | "https"))
        && !authority.host().is_empty()
        && port_is_one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_one_that_the_client_would_use() {
        for good in [
            "http://proxy.example:3128",
            "https://user:s3cret@proxy.example",
            "http://[2001:db8::1]:3128/",
            "proxy.example:3128",
            "localhost:3128",
            "proxy",
            "10.0.0.1",
        ] {
            assert!(Proxy::parse(good).is_some(), "{good}");
        }
        for bad in [
            "garbage://x",
            "socks5://proxy.example:1080",
            "http://",
            "http://proxy example",
            " http://proxy.example",
            "http://proxy.example:99999",
            "http://proxy.example:",
            "http://user:p#ss@proxy.example",
            "http://[::1",
            "http://a|b",
            "/proxy",
        ] {
            assert!(Proxy::parse(bad).is_none(), "{bad}");
        }
    }
}
