//! A server on a port of the system's choosing, and clients to ask with. The product's tests use it
//! too.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{MethodRouter, get};
use exporter_web::{ServerOptions, serve};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than anything may take; a test that waits for it has failed.
pub(crate) const LONG: Duration = Duration::from_secs(10);
/// A limit that a test waits for.
pub(crate) const SHORT: Duration = Duration::from_millis(150);

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

/// Sends each of `pieces` a moment after the one before, until the server closes the connection or
/// takes no more; gives what it sent.
pub(crate) async fn drip(
    stream: impl AsyncRead + AsyncWrite,
    pieces: impl Iterator<Item = Vec<u8>>,
) -> Vec<u8> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let drip = async {
        for piece in pieces {
            if writer.write_all(&piece).await.is_err() {
                return;
            }
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
    rest
}

/// A route that never answers, and tells each time that it was asked.
pub(crate) fn hang() -> (MethodRouter, Arc<Notify>) {
    let asked = Arc::new(Notify::new());
    let tell = asked.clone();
    let hang = async move || {
        tell.notify_one();
        std::future::pending::<()>().await;
    };
    (get(hang), asked)
}
