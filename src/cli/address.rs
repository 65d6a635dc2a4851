//! Where to listen, as a flag gives it.

use std::fmt;
use std::str::FromStr;

/// An address to listen on: `:PORT` is each address of this machine, else `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    /// None: all addresses. An IPv6 address has no brackets here.
    host: Option<String>,
    port: u16,
}

impl ListenAddress {
    /// The port; 0 lets the system choose.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What to bind, in order: the first that can be bound is meant. Each is `host:port`, where
    /// the host may be a name. A system without IPv6 has no `[::]`; one that has it takes IPv4 on
    /// it too.
    pub fn candidates(&self) -> Vec<String> {
        match &self.host {
            Some(_) => vec![self.to_string()],
            None => vec![
                format!("[::]:{}", self.port),
                format!("0.0.0.0:{}", self.port),
            ],
        }
    }
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected :PORT, HOST:PORT or [IPV6]:PORT, such as :10063".to_owned();
        let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
        if !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(expected());
        }
        let port = port.parse().map_err(|_| expected())?;
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(v6) if v6.parse::<std::net::Ipv6Addr>().is_ok() => Some(v6),
            Some(_) => return Err(expected()),
            None if host.is_empty() => None,
            None if host.bytes().all(is_host_byte) => Some(host),
            None => return Err(expected()),
        };
        Ok(Self {
            host: host.map(str::to_owned),
            port,
        })
    }
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-_".contains(&byte)
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            None => write!(f, ":{}", self.port),
            Some(v6) if v6.contains(':') => write!(f, "[{v6}]:{}", self.port),
            Some(host) => write!(f, "{host}:{}", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, candidates) in [
            (":10063", vec!["[::]:10063", "0.0.0.0:10063"]),
            ("127.0.0.1:0", vec!["127.0.0.1:0"]),
            ("localhost:80", vec!["localhost:80"]),
            ("[::1]:65535", vec!["[::1]:65535"]),
        ] {
            let address: ListenAddress = text.parse().unwrap();
            assert_eq!(address.candidates(), candidates);
            assert_eq!(address.to_string(), text);
        }
        for bad in [
            "",
            "10063",
            ":",
            ":65536",
            ":+1",
            "::1:80",
            "[x]:1",
            "a b:1",
            "http://h:1",
        ] {
            assert!(bad.parse::<ListenAddress>().is_err(), "{bad}");
        }
    }
}
