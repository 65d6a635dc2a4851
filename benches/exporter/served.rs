//! The pages of a fleet, served over loopback by this process.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use exporter_web::ServerOptions;
use rhombus_share_exporter::inventory::FleetHandle;
use rhombus_share_exporter::pages::{App, SharesMode, Viewers, Workers, router};
use rhombus_share_exporter::policy::Policy;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::rendering::{metrics, passing};

const TIMES: usize = 5;

/// A server, and who asks it.
pub(crate) struct Served {
    url: String,
    client: reqwest::Client,
    shutdown: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

impl Served {
    /// Shows `fleet`, with details of links, to whoever asks.
    pub(crate) async fn new(fleet: &Arc<FleetHandle>, policy: Policy) -> Self {
        let clock = passing();
        let app = App {
            policy: Arc::new(ArcSwap::from_pointee(policy)),
            exposition: metrics(fleet, clock.clone()).exposition(),
            fleet: fleet.clone(),
            clock,
            workers: Arc::new(Workers::start().expect("threads")),
            reload: None,
            trail: None,
            telemetry_path: "/metrics".parse().expect("a path"),
            web: None,
            viewers: Arc::new(Viewers::new(SharesMode::On, None)),
            external_url: None,
            is_demo: false,
            version: String::new(),
            revision: String::new(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (shutdown, options) = (CancellationToken::new(), ServerOptions::default());
        let server = exporter_web::serve(listener, router(app), options, shutdown.clone());
        Self {
            url: format!("http://{address}"),
            client: reqwest::Client::builder()
                .gzip(false)
                .build()
                .expect("a client"),
            shutdown,
            server: tokio::spawn(server),
        }
    }

    /// What is answered there.
    pub(crate) async fn get(&self, path: &str) -> bytes::Bytes {
        let url = format!("{}{path}", self.url);
        let answer = self.client.get(url).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.bytes().await.expect("a whole answer")
    }

    /// How many bytes that has, and how long the quickest of a few requests took.
    pub(crate) async fn quickest(&self, path: &str) -> (usize, Duration) {
        let mut quickest = (0, Duration::MAX);
        for _ in 0..TIMES {
            let started = Instant::now();
            let bytes = self.get(path).await.len();
            let took = started.elapsed();
            if took < quickest.1 {
                quickest = (bytes, took);
            }
        }
        quickest
    }

    pub(crate) async fn end(self) {
        self.shutdown.cancel();
        self.server.await.expect("no panic").expect("it served");
    }
}
