//! Whom a limit applies to: everyone behind one address counts as one peer.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// An IPv4 address, or the /64 of an IPv6 address: whoever has one address of a /64 has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Peer(IpAddr);

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        // A socket that listens on `::` shows IPv4 clients as `::ffff:192.0.2.1`.
        Self(match address.ip().to_canonical() {
            IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
            ip => ip,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Peer {
        Peer::from(address.parse::<SocketAddr>().unwrap())
    }

    #[test]
    fn a_peer_is_an_ipv4_address_or_an_ipv6_network() {
        assert_eq!(peer("192.0.2.1:1"), peer("192.0.2.1:2"));
        assert_eq!(peer("192.0.2.1:1"), peer("[::ffff:192.0.2.1]:1"));
        assert_ne!(peer("192.0.2.1:1"), peer("192.0.2.2:1"));
        assert_ne!(
            peer("[::ffff:192.0.2.1]:1"),
            peer("[::ffff:192.0.2.2]:1"),
            "mapped addresses share a /64"
        );
        assert_eq!(peer("[2001:db8::1]:1"), peer("[2001:db8::ffff:0:0:2]:1"));
        assert_ne!(peer("[2001:db8::1]:1"), peer("[2001:db8:0:1::1]:1"));
    }
}
