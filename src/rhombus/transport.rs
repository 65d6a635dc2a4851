//! The connections, shared by all organisations: one pool to the network, over TLS and through the
//! proxy where there is one, one over TLS past it, and one to this machine, in plain text. Nothing
//! here looks at the environment: the proxy is handed in.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::resolver::Resolver;
use super::{ClientCertificate, Endpoint, Error, InFlight, NoProxy, Proxy};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The most that are kept while nobody uses them, of one pool. Where answers are quick, far fewer are open.
const MOST_IDLE: usize = 512;
/// A connection outlives the usual interval between polls, so that TLS is not begun each time.
const IDLE_TIMEOUT: Duration = Duration::from_secs(150);
const USER_AGENT: &str = concat!("rhombus-share-exporter/", env!("CARGO_PKG_VERSION"));

/// The pools; each is made when it is first asked for.
#[derive(Default)]
pub struct Transport {
    proxy: Option<Proxy>,
    no_proxy: NoProxy,
    proxied: OnceLock<reqwest::Client>,
    direct: OnceLock<reqwest::Client>,
    loopback: OnceLock<reqwest::Client>,
    in_flight: Mutex<BTreeMap<String, Arc<InFlight>>>,
}

impl Transport {
    /// Connections through `proxy`, but for the hosts of `no_proxy` and this machine.
    pub fn through(proxy: Proxy, no_proxy: NoProxy) -> Self {
        Self {
            proxy: Some(proxy),
            no_proxy,
            ..Self::default()
        }
    }

    /// The pool by which `endpoint` is reached.
    ///
    /// # Errors
    /// When TLS is needed and the system has no usable CA certificates.
    pub fn client(&self, endpoint: &Endpoint) -> Result<reqwest::Client, Error> {
        let (pool, builder) = self.way_to(endpoint);
        if let Some(client) = pool.get() {
            return Ok(client.clone());
        }
        let client = build(builder)?;
        Ok(pool.get_or_init(|| client).clone())
    }

    /// The requests that `endpoint` has not answered yet, whoever sends them.
    pub fn in_flight(&self, endpoint: &Endpoint) -> Arc<InFlight> {
        let in_flight = self.in_flight.lock();
        let mut in_flight = in_flight.unwrap_or_else(PoisonError::into_inner);
        let known = in_flight.entry(endpoint.to_string());
        known.or_insert_with(InFlight::new).clone()
    }

    /// A pool of its own, whose connections to `endpoint` show a client certificate.
    ///
    /// # Errors
    /// As [`Self::client`].
    pub(super) fn client_showing(
        &self,
        endpoint: &Endpoint,
        certificate: &ClientCertificate,
    ) -> Result<reqwest::Client, Error> {
        let (_, builder) = self.way_to(endpoint);
        let identity = certificate
            .identity()
            .map_err(|error| Error::Tls(Error::innermost(&error)))?;
        build(builder.identity(identity))
    }

    /// The pool of those who show no certificate, and how one is made.
    fn way_to(&self, endpoint: &Endpoint) -> (&OnceLock<reqwest::Client>, reqwest::ClientBuilder) {
        match &self.proxy {
            _ if endpoint.is_plain() => (&self.loopback, loopback()),
            Some(proxy) if !endpoint.is_past_proxy(&self.no_proxy) => {
                (&self.proxied, direct().proxy(proxy.for_client()))
            }
            _ => (&self.direct, direct()),
        }
    }
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|error| {
        Error::Tls(format!(
            "{}; install ca-certificates",
            Error::innermost(&error)
        ))
    })
}

/// Past every proxy, that of the environment too.
fn direct() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        // Over HTTP/2 all organisations of a region would share one connection, and its streams with
        // those that hang.
        .http1_only()
        // Bodies are unpacked as they are read, and by this exporter: every member, and nothing else.
        .no_gzip()
        .dns_resolver(Resolver::system())
        .no_proxy()
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MOST_IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
}

/// A key in plain text must not leave this machine: no proxy, no other address for `localhost`, and
/// no CA certificates, since none are needed.
fn loopback() -> reqwest::ClientBuilder {
    let localhost = [
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
    ];
    direct()
        .resolve_to_addrs("localhost", &localhost)
        .tls_certs_only([])
}
