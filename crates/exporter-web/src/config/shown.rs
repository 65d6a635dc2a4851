//! The certificate that a client has shown in its TLS handshake. A connection may outlast the
//! configuration that accepted it, so that each request asks anew whether it is trusted.

use std::sync::Arc;

use rustls::ServerConnection;
use rustls::pki_types::CertificateDer;
use rustls::server::danger::ClientCertVerifier as _;

use super::client_certs::ClientCerts;
use super::file::WebSettings;
use super::tls::Tls;

/// The certificate of a connection's client, whose key the client holds.
pub(crate) struct ShownCertificate {
    /// Itself first, then what else came with it.
    chain: Vec<CertificateDer<'static>>,
    /// What let it in.
    accepted_by: Arc<ClientCerts>,
}

impl ShownCertificate {
    /// That of a connection which `tls` has accepted; none where the client has shown none.
    pub(crate) fn new(session: &ServerConnection, tls: &Tls) -> Option<Self> {
        let chain = session.peer_certificates()?;
        Some(Self {
            chain: chain
                .iter()
                .cloned()
                .map(CertificateDer::into_owned)
                .collect(),
            accepted_by: tls.clients.clone()?,
        })
    }

    /// Whether the authorities of `settings` have verified it.
    pub(crate) fn is_trusted_by(&self, settings: &WebSettings) -> bool {
        self.verified(settings).is_some()
    }

    fn verified(&self, settings: &WebSettings) -> Option<()> {
        let tls = settings.tls.as_ref()?;
        let clients = tls.clients.as_ref()?;
        if !clients.requirements().issuer {
            return None;
        }
        if Arc::ptr_eq(clients, &self.accepted_by) {
            return Some(());
        }
        let (certificate, rest) = self.chain.split_first()?;
        let now = tls.config.time_provider.current_time()?;
        clients.verify_client_cert(certificate, rest, now).ok()?;
        Some(())
    }
}
