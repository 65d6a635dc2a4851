//! Whoever is refused is counted, once and for the right reason.

use std::fs;
use std::sync::Arc;

use exporter_web::{ConnectionStats, Refused, ServerOptions, WebConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::app::app;
use crate::site::Site;
use crate::support::{LONG, SHORT, Served, ask, closed, eventually, start};

const HEALTHY: &str = "Healthy.\n";

/// A server that counts, and what it has counted.
struct Counted {
    served: Served,
    stats: ConnectionStats,
}

impl Counted {
    async fn start(options: ServerOptions) -> Self {
        let stats = options.connections.clone();
        Self {
            served: start(app(), options).await,
            stats,
        }
    }

    /// With this web configuration.
    async fn configured(config: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("web.yml");
        fs::write(&file, config).unwrap();
        let web = Some(Arc::new(WebConfig::load(&file).unwrap()));
        Self::start(ServerOptions {
            web,
            ..ServerOptions::default()
        })
        .await
    }

    /// Nobody was refused but for this, and that so often.
    async fn only(&self, reason: Refused, count: u64) {
        let index = Refused::ALL.iter().position(|other| *other == reason);
        let mut expected = [0; Refused::ALL.len()];
        expected[index.unwrap()] = count;
        eventually(|| self.stats.refused()[index.unwrap()] >= count).await;
        assert_eq!(self.stats.refused(), expected, "{reason:?}");
    }

    async fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.served.connect().await;
        let _ = stream.write_all(bytes).await;
        closed(&mut stream).await
    }
}

#[test]
fn each_reason_has_its_place_and_its_label() {
    let mut labels = Refused::ALL.map(Refused::label).to_vec();
    for (index, reason) in Refused::ALL.into_iter().enumerate() {
        assert_eq!(reason as usize, index);
    }
    labels.sort_unstable();
    labels.dedup();
    assert_eq!(labels.len(), Refused::ALL.len());
}

#[tokio::test]
async fn answers_that_refuse_are_counted() {
    let hash = bcrypt::hash("one", 4).unwrap();
    let asked = Counted::configured(&format!("basic_auth_users: {{ann: {hash}}}\n")).await;
    for _ in 0..3 {
        assert_eq!(asked.served.get("/metrics").await.status(), 401);
    }
    asked.only(Refused::Unauthorized, 3).await;

    let limited = Counted::configured("rate_limit: {interval: 1h, burst: 1}\n").await;
    for _ in 0..3 {
        limited.served.get("/metrics").await;
    }
    limited.only(Refused::RateLimited, 2).await;

    let served = Counted::start(ServerOptions::default()).await;
    let large = "POST /-/reload HTTP/1.1\r\nHost: t\r\nContent-Length: 70000\r\n\r\n";
    let mut stream = served.served.connect().await;
    stream.write_all(large.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
    served.only(Refused::BodyTooLarge, 1).await;
}

#[tokio::test]
async fn what_is_no_request_is_counted() {
    let served = Counted::start(ServerOptions::default()).await;
    served.send(b"\0\0\0\0\r\n\r\n").await;
    served.only(Refused::Malformed, 1).await;

    let served = Counted::start(ServerOptions::default()).await;
    let endless = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(200_000));
    served.send(endless.as_bytes()).await;
    served.only(Refused::HeadTooLarge, 1).await;

    let served = Counted::start(ServerOptions::default()).await;
    served.send(b"GET / HTTP/1.1\r\n\r\n").await;
    served.only(Refused::Malformed, 1).await;

    let site = Site::new("");
    let served = Counted::start(ServerOptions {
        web: Some(site.load()),
        ..ServerOptions::default()
    })
    .await;
    served.send(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n").await;
    served.only(Refused::TlsHandshake, 1).await;
}

#[tokio::test]
async fn who_is_slow_is_counted_and_who_is_idle_is_not() {
    let hurried = ServerOptions {
        header_timeout: SHORT,
        idle_timeout: SHORT,
        ..ServerOptions::default()
    };
    let served = Counted::start(hurried).await;
    let mut idle = served.served.connect().await;
    ask(&mut idle, "/-/healthy", HEALTHY).await;
    closed(&mut idle).await;
    served.send(b"").await;
    served.send(b"GET / HT").await;
    served.only(Refused::SlowRequest, 2).await;

    let stalled = Counted::start(ServerOptions {
        web: Some(Site::new("").load()),
        tls_handshake_timeout: SHORT,
        ..ServerOptions::default()
    })
    .await;
    stalled.send(b"\x16\x03\x01\x02\x00\x01").await;
    stalled.only(Refused::TlsHandshake, 1).await;
}

#[tokio::test]
async fn who_reads_nothing_is_counted() {
    let options = ServerOptions {
        write_timeout: SHORT,
        header_timeout: LONG * 6,
        ..ServerOptions::default()
    };
    let served = Counted::start(options).await;
    let mut deaf = served.served.connect().await;
    // More answers than all buffers in between hold.
    let many = "GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n".repeat(1_000);
    let _ = tokio::time::timeout(LONG, deaf.write_all(many.as_bytes())).await;
    served.only(Refused::SlowReader, 1).await;
}

#[tokio::test]
async fn who_makes_room_is_counted() {
    let served = Counted::start(ServerOptions {
        connections: ConnectionStats::new(2),
        ..ServerOptions::default()
    })
    .await;
    let mut idle = Vec::new();
    for host in [2, 3, 4] {
        let mut stream = served.served.connect_from(host).await;
        ask(&mut stream, "/-/healthy", HEALTHY).await;
        idle.push(stream);
    }
    served.only(Refused::NoRoom, 1).await;
}

#[tokio::test]
async fn who_has_too_many_connections_is_counted() {
    let served = Counted::start(ServerOptions {
        connections: ConnectionStats::new(2),
        ..ServerOptions::default()
    })
    .await;
    let mut idle = served.served.connect_from(2).await;
    ask(&mut idle, "/-/healthy", HEALTHY).await;
    ask(
        &mut served.served.connect_from(2).await,
        "/-/healthy",
        HEALTHY,
    )
    .await;
    served.only(Refused::PeerLimit, 1).await;
}
