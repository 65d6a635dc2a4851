//! A web configuration with TLS, and certificates for servers and clients. The product's tests use it
//! too.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

use exporter_web::WebConfig;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use reqwest::{Certificate, Identity};
use tempfile::TempDir;

use crate::support::LONG;

/// An authority that signs for servers and clients.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, as PEM.
pub(crate) struct Pair {
    pub(crate) cert: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn sign(&self, names: Vec<SanType>) -> Pair {
        let key = KeyPair::generate().unwrap();
        let cert = params(names).signed_by(&key, &self.0).unwrap();
        Pair {
            cert: cert.pem(),
            key: key.serialize_pem(),
        }
    }

    /// A certificate for the server.
    pub(crate) fn server(&self) -> Pair {
        self.sign(vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))])
    }
}

impl Pair {
    pub(crate) fn self_signed(names: Vec<SanType>) -> Self {
        let key = KeyPair::generate().unwrap();
        let cert = params(names).self_signed(&key).unwrap();
        Self {
            cert: cert.pem(),
            key: key.serialize_pem(),
        }
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity::from_pem(format!("{}{}", self.cert, self.key).as_bytes()).unwrap()
    }
}

pub(crate) fn params(names: Vec<SanType>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.subject_alt_names = names;
    params
}

pub(crate) fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

/// A directory with a web configuration, a server certificate and two authorities.
pub(crate) struct Site {
    pub(crate) directory: TempDir,
    pub(crate) authority: Authority,
}

impl Site {
    /// `more` is put under `tls_server_config`.
    pub(crate) fn new(more: &str) -> Self {
        let site = Self {
            directory: tempfile::tempdir().unwrap(),
            authority: Authority::new(),
        };
        site.write("client-ca.pem", &site.authority.pem());
        site.install(&site.authority.server());
        site.configure(more);
        site
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.directory.path().join(name), content).unwrap();
    }

    pub(crate) fn install(&self, pair: &Pair) {
        self.write("server.pem", &pair.cert);
        self.write("server.key", &pair.key);
    }

    pub(crate) fn configure(&self, more: &str) {
        let tls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";
        self.write("web.yml", &format!("{tls}{more}"));
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("web.yml")
    }

    pub(crate) fn load(&self) -> Arc<WebConfig> {
        Arc::new(WebConfig::load(&self.file()).unwrap())
    }

    /// The authority's certificate, as PEM.
    pub(crate) fn ca(&self) -> String {
        self.authority.pem()
    }

    pub(crate) fn client(&self) -> reqwest::ClientBuilder {
        trusting(&self.authority)
    }
}

/// A client that trusts servers of this authority, and no others.
pub(crate) fn trusting(authority: &Authority) -> reqwest::ClientBuilder {
    let root = Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(LONG)
        .tls_certs_only([root])
}
