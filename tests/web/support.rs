//! A server on a port of the system's choosing, fleets to show, and clients to ask with.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rhombus_share_exporter::clock::{Clock, ServerClock};
use rhombus_share_exporter::inventory::{
    Failure, Fleet, FleetHandle, Organization, Standing, View,
};
use rhombus_share_exporter::metrics::{Exposition, Metrics};
use rhombus_share_exporter::pages::{App, router};
use rhombus_share_exporter::share::{
    Expiry, ExpiryReading, Listing, Media, Moment, Protection, Reason, Share, ShareKind,
    UnixMillis, Window,
};
use rhombus_share_exporter::web::{ConnectionCount, ServerOptions, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than anything may take; a test that waits for it has failed.
pub(crate) const LONG: Duration = Duration::from_secs(10);
/// A limit that a test waits for.
pub(crate) const SHORT: Duration = Duration::from_millis(150);
pub(crate) const NOW: Moment = Moment {
    time: UnixMillis::from_secs(1_000_000),
    uptime: Duration::from_secs(500_000),
};
pub(crate) const STALENESS: Duration = Duration::from_secs(600);

/// A running server.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<std::io::Result<()>>,
}

pub(crate) async fn start(app: Router, options: ServerOptions) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(serve(listener, app, options, shutdown.clone()));
    Served {
        address,
        shutdown,
        task,
    }
}

impl Served {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A client at the address 127.0.0.`host`.
    pub(crate) async fn connect_from(&self, host: u8) -> TcpStream {
        connect_from(host, self.address).await
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        client().get(self.url(path)).send().await.unwrap()
    }
}

/// A connection from 127.0.0.`host`: each is an address, and so a peer, of its own.
pub(crate) async fn connect_from(host: u8, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, host], 0).into()).unwrap();
    socket.connect(server).await.unwrap()
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(LONG)
        .build()
        .unwrap()
}

/// Waits for what must come soon.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future)
        .await
        .expect("this should have come long ago")
}

/// Looks again and again until `condition` holds.
pub(crate) async fn eventually(condition: impl Fn() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Waits until the server has closed the connection, and gives what it sent before.
pub(crate) async fn closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    // A reset is an end too.
    let _ = soon(stream.read_to_end(&mut rest)).await;
    rest
}

/// Sends a request without a body and reads the head of its answer and `body`.
pub(crate) async fn ask(stream: &mut TcpStream, path: &str, body: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(format!("\r\n\r\n{body}").as_bytes()) {
        let read = soon(stream.read_buf(&mut answer)).await.unwrap();
        assert_ne!(
            read,
            0,
            "closed after {:?}",
            String::from_utf8_lossy(&answer)
        );
    }
}

pub(crate) fn view() -> View {
    let window = |label: &str, secs| Window {
        label: label.to_owned(),
        duration: Duration::from_secs(secs),
    };
    View {
        interval: Duration::from_secs(60),
        max_staleness: STALENESS,
        expiring_within: vec![
            window("1h", 3_600),
            window("24h", 86_400),
            window("7d", 604_800),
        ],
        lookback: None,
    }
}

pub(crate) fn share(protection: Protection, expiry: Expiry) -> Share {
    Share {
        id: None,
        kind: ShareKind::ClipGroup,
        protection,
        created: None,
        expiry,
        expiry_reading: ExpiryReading::default(),
        media: Media::default(),
    }
}

pub(crate) fn never_asked() -> Standing {
    Standing::default()
}

/// A picture with `open` unprotected links that never end, taken `age` seconds ago.
pub(crate) fn good(open: usize, age: u64) -> Standing {
    let listing = Listing {
        shares: vec![share(Protection::None, Expiry::Never); open],
        ..Listing::default()
    };
    let ended = NOW.before(Duration::from_secs(age));
    never_asked().succeeded(Duration::from_millis(420), listing, ended)
}

pub(crate) fn failed(standing: &Standing, message: &str) -> Standing {
    let failure = Failure {
        reason: Reason::Auth,
        message: message.to_owned(),
    };
    let ended = NOW.before(Duration::from_secs(5));
    standing.failed(ended, Duration::from_secs(2), failure, STALENESS)
}

pub(crate) fn fleet(standings: Vec<(&str, Standing)>) -> Arc<FleetHandle> {
    fleet_seen_by(view(), standings)
}

pub(crate) fn fleet_seen_by(view: View, standings: Vec<(&str, Standing)>) -> Arc<FleetHandle> {
    let organization = |(name, standing): (&str, Standing)| {
        let clock = Arc::new(ServerClock::new("https://rhombus.example".to_owned()));
        (
            Arc::new(Organization::new(name, &ShareKind::ALL, clock)),
            standing,
        )
    };
    let all: Vec<_> = standings.into_iter().map(organization).collect();
    let organizations = all.iter().map(|(organization, _)| organization.clone());
    let fleet = Fleet::new(organizations.collect(), view);
    let fleet = Arc::new(FleetHandle::new(fleet));
    for (organization, standing) in all {
        fleet.publish(&organization, ShareKind::ClipGroup, standing);
    }
    fleet
}

/// Metrics of more than 100 kB, so that they are compressed as large ones are.
pub(crate) fn exposition() -> Arc<Exposition> {
    let names: Vec<String> = (0..100).map(|n| format!("organisation-{n:03}")).collect();
    let many = fleet(
        names
            .iter()
            .map(|name| (name.as_str(), good(3, 1)))
            .collect(),
    );
    counted_exposition(many, || {})
}

/// The metrics of `fleet`; each rendering calls `count`.
pub(crate) fn counted_exposition(
    fleet: Arc<FleetHandle>,
    count: impl Fn() + Send + Sync + 'static,
) -> Arc<Exposition> {
    let count = move || {
        count();
        ConnectionCount {
            open: 1,
            limit: 512,
            refused: Default::default(),
        }
    };
    Metrics::new(fleet, Box::new(count), Clock::from_fn(|| NOW))
        .expect("metrics have different names")
        .exposition()
}

pub(crate) fn app(fleet: Arc<FleetHandle>) -> App {
    App {
        exposition: exposition(),
        fleet,
        clock: Clock::from_fn(|| NOW),
        reload: None,
        telemetry_path: "/metrics".parse().unwrap(),
        version: "1.2.3".to_owned(),
        revision: "0123456789abcdef".to_owned(),
    }
}

/// The exporter's routes over an organisation that shares nothing.
pub(crate) fn quiet() -> Router {
    router(app(fleet(vec![("acme", good(0, 1))])))
}
