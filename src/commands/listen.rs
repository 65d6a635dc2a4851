//! Where a command serves: from the flag to the socket, and to the URL that a person opens.

use std::io::{self, ErrorKind};
use std::net::{Ipv6Addr, SocketAddr};

use anyhow::{Context, bail};
use tokio::net::TcpListener;

use crate::cli::ListenAddress;

/// Binds the first of `address`'s candidates that this machine has.
///
/// # Errors
/// When none can be bound: with the address and the reason.
pub(super) async fn bind(address: &ListenAddress) -> anyhow::Result<TcpListener> {
    let mut failure = None;
    for candidate in address.candidates() {
        match TcpListener::bind(&candidate).await {
            Ok(listener) => return Ok(listener),
            Err(error) => {
                let next_may_do = is_absent(&error);
                failure = Some(error);
                if !next_may_do {
                    break;
                }
            }
        }
    }
    match failure {
        Some(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
        None => bail!("{address} is no address to listen on"),
    }
}

/// Whether the machine does not have the address at all, as one without IPv6 has no `[::]`. One that
/// somebody else listens on it has: half of it would leave that program where ours is looked for.
fn is_absent(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::AddrInUse | ErrorKind::PermissionDenied
    )
}

/// The URL at which a person on this machine finds what listens at `address`.
pub(super) fn url(address: SocketAddr) -> String {
    match address {
        // It takes IPv4 too, so that either meaning of the name does.
        SocketAddr::V6(v6) if *v6.ip() == Ipv6Addr::UNSPECIFIED => {
            format!("http://localhost:{}", v6.port())
        }
        // The name may mean IPv6, where somebody else may listen.
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{}", v4.port()),
        _ => format!("http://{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_is_not_there_lets_the_next_one_try() {
        for (kind, absent) in [
            (ErrorKind::AddrNotAvailable, true),
            (ErrorKind::Unsupported, true),
            (ErrorKind::AddrInUse, false),
            (ErrorKind::PermissionDenied, false),
        ] {
            assert_eq!(is_absent(&kind.into()), absent, "{kind}");
        }
    }

    #[test]
    fn a_url_is_one_that_a_browser_opens() {
        for (address, expected) in [
            ("[::1]:20112", "http://[::1]:20112"),
            ("[::]:80", "http://localhost:80"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("192.0.2.1:80", "http://192.0.2.1:80"),
        ] {
            assert_eq!(url(address.parse().unwrap()), expected);
        }
    }
}
