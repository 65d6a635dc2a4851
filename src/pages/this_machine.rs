//! Whether a request is one that a person or a program on this machine has made for this machine. On
//! loopback a connection says only that it comes from here; a page of another site, whose name was
//! made to mean 127.0.0.1, and a proxy that serves everybody connect from here too.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::header::{FORWARDED, HOST, VIA};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Request, Version};

const X_REAL_IP: &str = "x-real-ip";
/// `X-Forwarded-For`, `-Host`, `-Proto` and all the others.
const X_FORWARDED: &str = "x-forwarded";

/// Whether the request is for a host that can only be this machine: `localhost`, or a loopback
/// address. Where the target names a host too, both must be. Any other name, `localhost.` and
/// `x.localhost` among them, may be looked up by somebody's name server.
pub(super) fn is_asked_for<B>(request: &Request<B>) -> bool {
    let target = request.uri().authority().cloned().map(Ok);
    let headers = request.headers().get_all(HOST).iter();
    let headers = headers.map(|host| Authority::try_from(host.as_bytes()).map_err(|_| ()));
    let mut hosts = target.into_iter().chain(headers).peekable();
    hosts.peek().is_some() && hosts.all(|host| host.is_ok_and(|host| is_loopback(&host)))
}

fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host();
    // Neither a user nor anything but a port.
    if authority.as_str() != host && authority.port_u16().is_none()
        || authority.as_str().contains('@')
    {
        return false;
    }
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(v6) => {
            let ip = v6.parse::<Ipv6Addr>();
            ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
        }
        None => {
            let ip = host.parse::<Ipv4Addr>();
            host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
        }
    }
}

/// Whether a proxy says that it asks for somebody else. HTTP/1.0 is taken for one: no browser speaks it,
/// and some proxies that say nothing of themselves do.
pub(super) fn is_forwarded<B>(request: &Request<B>) -> bool {
    request.version() < Version::HTTP_11 || names_a_proxy(request.headers())
}

fn names_a_proxy(headers: &HeaderMap) -> bool {
    let named = [FORWARDED.as_str(), VIA.as_str(), X_REAL_IP];
    let mut names = headers.keys().map(|name| name.as_str());
    names.any(|name| named.contains(&name) || name.starts_with(X_FORWARDED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::get(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    #[test]
    fn this_machine_has_few_names() {
        for (host, expected) in [
            ("localhost", true),
            ("LocalHost:10063", true),
            ("127.0.0.1", true),
            ("127.0.0.1:10063", true),
            ("127.255.0.9:1", true),
            ("[::1]", true),
            ("[::1]:10063", true),
            ("[0:0:0:0:0:0:0:1]:80", true),
            ("[::ffff:127.0.0.1]:80", true),
            ("", false),
            (":80", false),
            ("localhost:", false),
            ("localhost:x.evil.example", false),
            ("localhost:99999", false),
            ("localhost.", false),
            ("localhost.:80", false),
            ("x.localhost", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("127.0.0.1.", false),
            ("127.1", false),
            ("0177.0.0.1", false),
            ("2130706433", false),
            ("0x7f000001", false),
            ("0.0.0.0", false),
            ("[::]", false),
            ("::1", false),
            ("128.0.0.1", false),
            ("[::2]", false),
            ("[::ffff:192.0.2.1]", false),
            ("exporter.example", false),
            ("evil.example@127.0.0.1", false),
            ("127.0.0.1@evil.example", false),
            ("127.0.0.1, evil.example", false),
            ("127.0.0.1 evil.example", false),
            ("127.0.0.1/evil.example", false),
        ] {
            let asked = request("/shares", &[("host", host)]);
            assert_eq!(is_asked_for(&asked), expected, "{host}");
        }
        assert!(!is_asked_for(&request("/shares", &[])));
    }

    #[test]
    fn each_host_that_is_named_must_be_this_machine() {
        let (own, other) = (("host", "127.0.0.1:80"), ("host", "evil.example"));
        for (target, headers, expected) in [
            ("http://localhost/shares", vec![], true),
            ("http://localhost/shares", vec![own], true),
            ("http://evil.example/shares", vec![own], false),
            ("http://localhost/shares", vec![other], false),
            ("/shares", vec![own, other], false),
            ("/shares", vec![own, own], true),
        ] {
            let asked = request(target, &headers);
            assert_eq!(is_asked_for(&asked), expected, "{target} {headers:?}");
        }
    }

    #[test]
    fn a_proxy_names_itself() {
        for name in [
            "Forwarded",
            "X-Forwarded-For",
            "x-forwarded-anything",
            "X-Forwarded",
            "X-Real-IP",
            "Via",
        ] {
            assert!(is_forwarded(&request("/shares", &[(name, "")])), "{name}");
        }
        for name in ["Accept", "X-Request-Id", "Forward"] {
            assert!(!is_forwarded(&request("/shares", &[(name, "x")])), "{name}");
        }
        let mut old = request("/shares", &[("host", "localhost")]);
        *old.version_mut() = Version::HTTP_10;
        assert!(is_forwarded(&old));
    }
}
