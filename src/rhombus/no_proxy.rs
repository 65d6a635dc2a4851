//! `NO_PROXY`: the hosts that are reached past the proxy, in the forms that Go's clients take
//! (`golang.org/x/net/http/httpproxy`), since one variable is for all programs of a machine. What is
//! none of these forms is counted out here; whoever reads the variable says so.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Host;

/// What `NO_PROXY` lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoProxy(Vec<Entry>);

/// One entry. A port that is absent is every port.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    /// `*`
    All,
    /// `10.0.0.0/8`
    Network(IpNet),
    /// `10.0.0.1`, `10.0.0.1:443`, `2001:db8::1`, `[2001:db8::1]:443`
    Address(IpAddr, Option<u16>),
    /// `foo.com`: that host, and those below it.
    Domain(String, Option<u16>),
    /// `.foo.com`, `*.foo.com`: only those below it.
    Subdomains(String, Option<u16>),
}

impl NoProxy {
    /// Reads entries with commas between. Gives also the places, from 1, of those that are of no form
    /// that is known, and so match nothing.
    pub fn parse(text: &str) -> (Self, Vec<usize>) {
        let mut entries = Vec::new();
        let mut unknown = Vec::new();
        for (index, entry) in text.split(',').map(str::trim).enumerate() {
            if entry.is_empty() {
                continue;
            }
            match Entry::parse(entry) {
                Some(entry) => entries.push(entry),
                None => unknown.push(index + 1),
            }
        }
        (Self(entries), unknown)
    }

    /// Whether this host is reached past the proxy at this port. This very machine always is.
    pub(super) fn matches(&self, host: &Host<&str>, port: u16) -> bool {
        match host {
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                name == "localhost" || self.0.iter().any(|it| it.matches_name(name, port))
            }
            Host::Ipv4(ip) => self.matches_ip(IpAddr::from(*ip), port),
            Host::Ipv6(ip) => self.matches_ip(IpAddr::from(*ip).to_canonical(), port),
        }
    }

    fn matches_ip(&self, ip: IpAddr, port: u16) -> bool {
        ip.is_loopback() || self.0.iter().any(|it| it.matches_ip(ip, port))
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        if let Ok(network) = text.parse() {
            return Some(Self::Network(network));
        }
        // Before a port is looked for: an IPv6 address has colons of its own.
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Some(Self::Address(ip.to_canonical(), None));
        }
        let (host, port) = split_port(text)?;
        let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        if let Ok(ip) = bare.unwrap_or(host).parse::<IpAddr>() {
            return Some(Self::Address(ip.to_canonical(), port));
        }
        let below = host.strip_prefix('*').unwrap_or(host).strip_prefix('.');
        match below {
            Some(domain) => Some(Self::Subdomains(name(domain)?, port)),
            None => Some(Self::Domain(name(host)?, port)),
        }
    }

    fn matches_name(&self, host: &str, port: u16) -> bool {
        let below = |domain: &str| {
            let before = host.strip_suffix(domain);
            before.is_some_and(|before| before.ends_with('.'))
        };
        match self {
            Self::All => true,
            Self::Domain(domain, at) => is_at(*at, port) && (host == domain || below(domain)),
            Self::Subdomains(domain, at) => is_at(*at, port) && below(domain),
            Self::Network(_) | Self::Address(..) => false,
        }
    }

    fn matches_ip(&self, ip: IpAddr, port: u16) -> bool {
        match self {
            Self::All => true,
            Self::Network(network) => network.contains(&ip),
            Self::Address(address, at) => is_at(*at, port) && *address == ip,
            Self::Domain(..) | Self::Subdomains(..) => false,
        }
    }
}

fn is_at(wanted: Option<u16>, port: u16) -> bool {
    wanted.is_none_or(|wanted| wanted == port)
}

/// The host and the port behind it. Nothing behind the colon is every port, as in Go.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    if text.ends_with(']') {
        return Some((text, None));
    }
    match text.rsplit_once(':') {
        None => Some((text, None)),
        Some((host, "")) => Some((host, None)),
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((host, Some(port.parse().ok()?)))
        }
        Some(_) => None,
    }
}

/// A host's name as a URL has it: lower case, other scripts in ASCII.
fn name(text: &str) -> Option<String> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_letter);
    match Host::parse(text.strip_suffix('.').unwrap_or(text)) {
        Ok(Host::Domain(name)) if name.split('.').all(is_label) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    /// Whether `entries` lets this authority go past the proxy.
    fn goes_past(entries: &str, authority: &str) -> bool {
        let url = Url::parse(&format!("https://{authority}")).unwrap();
        let port = url.port_or_known_default().unwrap();
        NoProxy::parse(entries)
            .0
            .matches(&url.host().unwrap(), port)
    }

    #[test]
    fn this_very_machine_is_never_behind_a_proxy() {
        for authority in [
            "localhost",
            "localhost:8443",
            "127.0.0.1",
            "127.1.2.3:8443",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(goes_past("", authority), "{authority}");
        }
        for authority in ["a.localhost", "localhost.com", "0.0.0.0", "[::2]"] {
            assert!(!goes_past("", authority), "{authority}");
        }
    }

    #[test]
    fn any_entry_of_a_list_will_do() {
        const LIST: &str = "foo.com, .bar.com,10.0.0.1:8443 ,192.168.0.0/16,[2001:db8::1]:443";
        for authority in [
            "a.foo.com",
            "a.bar.com",
            "10.0.0.1:8443",
            "192.168.3.4",
            "[2001:db8::1]",
        ] {
            assert!(goes_past(LIST, authority), "{authority}");
        }
        for authority in ["bar.com", "foobar.com", "10.0.0.1", "[2001:db8::1]:8443"] {
            assert!(!goes_past(LIST, authority), "{authority}");
        }
    }

    #[test]
    fn each_form_matches_what_it_says_and_nothing_else() {
        for (entries, past, not_past) in [
            (
                "*",
                &["foo.com", "10.0.0.1", "[2001:db8::1]:1"][..],
                &[][..],
            ),
            (" a.com ,\t* ", &["foo.com"], &[]),
            ("", &["localhost:8443"], &["foo.com", "10.0.0.1"]),
            (",, ,", &[], &["foo.com"]),
            (
                "foo.com",
                &["foo.com", "a.b.foo.com:8443"],
                &["xfoo.com", "foo.com.au", "com"],
            ),
            (".foo.com", &["a.foo.com"], &["foo.com", "a.xfoo.com"]),
            ("*.foo.com", &["a.foo.com"], &["foo.com"]),
            (
                "foo.com:8443",
                &["foo.com:8443", "a.foo.com:8443"],
                &["foo.com"],
            ),
            (
                ".foo.com:443",
                &["a.foo.com"],
                &["a.foo.com:8443", "foo.com"],
            ),
            ("*.foo.com:443", &["a.foo.com"], &["a.foo.com:8443"]),
            ("foo.com:", &["foo.com", "foo.com:8443"], &[]),
            ("FOO.Com", &["foo.com", "A.FOO.COM"], &[]),
            ("foo.com.", &["foo.com", "foo.com."], &[]),
            ("foo.com", &["foo.com.", "a.foo.com."], &[]),
            (
                "bücher.example",
                &["bücher.example", "xn--bcher-kva.example"],
                &[],
            ),
            ("com", &["foo.com"], &["foo.org"]),
            ("10.0.0.1", &["10.0.0.1", "10.0.0.1:8443"], &["10.0.0.11"]),
            ("10.0.0.1:8443", &["10.0.0.1:8443"], &["10.0.0.1"]),
            ("::ffff:10.0.0.1", &["10.0.0.1", "[::ffff:10.0.0.1]"], &[]),
            ("2001:DB8::1", &["[2001:db8::1]:8443"], &["[2001:db8::2]"]),
            ("[2001:db8::1]", &["[2001:db8::1]"], &["[2001:db8::2]"]),
            (
                "[2001:db8::1]:443",
                &["[2001:db8::1]"],
                &["[2001:db8::1]:8443"],
            ),
            (
                "10.1.2.3/8",
                &["10.200.0.1", "[::ffff:10.0.0.1]"],
                &["11.0.0.1", "foo.com"],
            ),
            ("2001:db8::/32", &["[2001:db8:1::1]:1"], &["[2001:db9::1]"]),
            ("0.0.0.0/0", &["10.0.0.1"], &["foo.com", "[2001:db8::1]"]),
        ] {
            assert_eq!(NoProxy::parse(entries).1, [0; 0], "{entries}");
            for authority in past {
                assert!(goes_past(entries, authority), "{entries}: {authority}");
            }
            for authority in not_past {
                assert!(!goes_past(entries, authority), "{entries}: {authority}");
            }
        }
    }

    #[test]
    fn what_is_of_no_form_is_counted_out_by_its_place() {
        for bad in [
            "https://foo.com",
            "user:s3cret@foo.com",
            "foo.com/path",
            "foo.com bar.com",
            "foo.com;bar.com",
            "*foo.com",
            "foo.*",
            "10.*",
            "*:443",
            "*.",
            ".",
            "..foo.com",
            "foo..com",
            ":443",
            "foo.com:https",
            "foo.com:+443",
            "foo.com:99999",
            "10.0.0.0/33",
            "10.0",
            "10.0.0.",
            "fe80::1%eth0",
            "[foo.com]:443",
            "[",
            "a:b:c",
            "\"foo.com\"",
        ] {
            let (list, unknown) = NoProxy::parse(&format!("a.com,{bad}, b.com"));
            assert_eq!(unknown, [2], "{bad}");
            assert_eq!(list, NoProxy::parse("a.com,b.com").0, "{bad}");
        }
    }
}
