//! HTTP/2 clients that read nothing: they say so in the protocol, while their sockets take all.
//! The frames are written by hand, since no proper client would send them.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use rhombus_share_exporter::web::ServerOptions;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{LONG, SHORT, Served, eventually, quiet, soon, start};
use crate::tls::Site;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// SETTINGS with `SETTINGS_INITIAL_WINDOW_SIZE` = 0: no answer may have a body.
const NO_WINDOW: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0";
/// SETTINGS that change nothing.
const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0........";
/// HEADERS, whole, of `GET https:/` on stream 1 or 3: indexed fields and `:authority: t`.
const GET_1: &[u8] = b"\0\0\x06\x01\x05\0\0\0\x01\x82\x84\x87\x41\x01t";
const GET_3: &[u8] = b"\0\0\x06\x01\x05\0\0\0\x03\x82\x84\x87\x41\x01t";

/// Only a client that lets nothing be sent is hurried.
fn options(site: &Site) -> ServerOptions {
    ServerOptions {
        web: Some(site.load()),
        header_timeout: LONG * 6,
        idle_timeout: LONG * 6,
        write_timeout: SHORT,
        ..ServerOptions::default()
    }
}

async fn connect(site: &Site, served: &Served) -> TlsStream<tokio::net::TcpStream> {
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
    soon(connector.connect(name, served.connect().await))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_client_that_lets_nothing_be_sent_is_dropped() {
    let site = Site::new("");
    let options = options(&site);
    let connections = options.connections.clone();
    let served = start(quiet(), options).await;
    let mut stream = connect(&site, &served).await;
    let request = [PREFACE, NO_WINDOW, GET_1].concat();
    stream.write_all(&request).await.unwrap();
    assert_eq!(connections.open(), 1);
    // Pings, which are answered, buy no time.
    let (mut reader, mut writer) = tokio::io::split(stream);
    let drip = async {
        while writer.write_all(PING).await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    let mut rest = Vec::new();
    soon(async {
        tokio::select! {
            _ = reader.read_to_end(&mut rest) => {}
            () = drip => {}
        }
    })
    .await;
    eventually(|| connections.open() == 0).await;
}

#[tokio::test]
async fn an_answer_that_is_in_the_making_is_waited_for() {
    let slow = async || {
        tokio::time::sleep(SHORT * 4).await;
        "made at last"
    };
    let site = Site::new("");
    let served = start(Router::new().route("/", get(slow)), options(&site)).await;
    let mut stream = connect(&site, &served).await;
    for request in [[PREFACE, SETTINGS, GET_1].concat(), GET_3.to_vec()] {
        stream.write_all(&request).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"made at last") {
            let read = soon(stream.read_buf(&mut answer)).await.unwrap();
            assert_ne!(read, 0, "closed after {answer:?}");
        }
    }
}
