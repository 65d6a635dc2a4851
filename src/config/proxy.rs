//! The proxy on the way to Rhombus. The HTTP client takes it from the environment by itself, and
//! goes past one that it can't read, without a word: so it is looked at here, by the same rules. Such
//! a variable may hold a password, and is never in a message.

use hyper::Uri;

use super::problem::Report;
use super::{Config, Environment};

/// The variables that are for requests over TLS; any other kind goes past every proxy.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Each proxy that is set must be one that can be used, where there is anything to use it for.
pub(super) fn check(config: &Config, env: &Environment, report: &mut Report) {
    let organizations = &config.organizations;
    if organizations.iter().all(|it| it.endpoint.is_plain()) {
        return;
    }
    for name in VARIABLES {
        // Set to nothing means none, for a proxy: that is how it is taken back.
        let is_empty = env.get(name) == Err(super::EnvironmentError::Empty);
        if env.is_set(name) && !is_empty && !env.get(name).ok().flatten().is_some_and(is_proxy) {
            report.problem(
                format_args!("environment variable {name}"),
                "expected an HTTP proxy, such as http://proxy.example:3128; what is there is not \
                 shown, since it may hold a password",
            );
        }
    }
}

/// Whether the client would use it: `HOST:PORT`, or a URL with `http` or `https`.
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
            "10.0.0.1",
        ] {
            assert!(is_proxy(good), "{good}");
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
            "/proxy",
        ] {
            assert!(!is_proxy(bad), "{bad}");
        }
    }
}
