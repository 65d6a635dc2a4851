//! HTTP/2 as no proper client would speak it: frames that are written by hand. The product's tests
//! use it too.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::site::Site;
use crate::support::soon;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// SETTINGS with `SETTINGS_INITIAL_WINDOW_SIZE` = 0: no answer may have a body.
pub(crate) const NO_WINDOW: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0";
/// SETTINGS that change nothing.
pub(crate) const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
pub(crate) const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0........";
/// The same with a window of 1 byte, which no answer fits into.
pub(crate) const TINY_WINDOW: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\x01";

/// HEADERS, whole, of `GET https:/` on this stream: indexed fields and `:authority: t`.
pub(crate) fn get_on(stream: u32) -> Vec<u8> {
    let head = b"\0\0\x06\x01\x05".as_slice();
    let fields = b"\x82\x84\x87\x41\x01t".as_slice();
    [head, &stream.to_be_bytes(), fields].concat()
}

pub(crate) async fn connect(site: &Site, stream: TcpStream) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(site.ca().as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let connector = TlsConnector::from(Arc::new(config));
    soon(connector.connect(name, stream)).await.unwrap()
}
