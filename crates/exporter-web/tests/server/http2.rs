//! HTTP/2 clients that read nothing: they say so in the protocol, while their sockets take all.

use axum::Router;
use axum::routing::get;
use exporter_web::{ConnectionStats, Refused, ServerOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::app::app;
use crate::frames::{NO_WINDOW, PING, PREFACE, SETTINGS, TINY_WINDOW, connect, get_on};
use crate::site::Site;
use crate::support::{LONG, SHORT, drip, eventually, soon, start};

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

/// Sends `first`, and then each of `more` a moment later, for ever, until it is dropped.
async fn is_dropped(first: &[u8], more: impl Iterator<Item = Vec<u8>>) {
    let site = Site::new("");
    let options = options(&site);
    let connections = options.connections.clone();
    let served = start(app(), options).await;
    let mut stream = connect(&site, served.connect().await).await;
    stream.write_all(first).await.unwrap();
    drip(stream, more).await;
    eventually(|| connections.open() == 0).await;
    assert_eq!(connections.refused()[Refused::SlowReader as usize], 1);
}

#[tokio::test]
async fn a_client_that_lets_nothing_be_sent_is_dropped() {
    let request = [PREFACE, NO_WINDOW, &get_on(1)].concat();
    // Pings, which are answered, buy no time.
    is_dropped(&request, std::iter::repeat(PING.to_vec())).await;
}

#[tokio::test]
async fn further_requests_buy_no_time_for_an_answer_that_is_not_taken() {
    for window in [NO_WINDOW, TINY_WINDOW] {
        let request = [PREFACE, window, &get_on(1)].concat();
        // Each is reset at once, so that there may always be one more.
        let further = (3..).step_by(2).map(|stream: u32| {
            let reset = [
                b"\0\0\x04\x03\0".as_slice(),
                &stream.to_be_bytes(),
                b"\0\0\0\x08",
            ];
            [get_on(stream), reset.concat()].concat()
        });
        is_dropped(&request, further).await;
    }
}

#[tokio::test]
async fn connections_that_are_blocked_by_their_own_window_make_room() {
    let site = Site::new("");
    let options = ServerOptions {
        connections: ConnectionStats::new(4),
        write_timeout: LONG * 6,
        ..options(&site)
    };
    let served = start(app(), options).await;
    let mut blocked = Vec::new();
    for host in [2, 2, 3, 3] {
        let mut stream = connect(&site, served.connect_from(host).await).await;
        let request = [PREFACE, NO_WINDOW, &get_on(1)].concat();
        stream.write_all(&request).await.unwrap();
        // The head of the answer comes in spite of the window.
        soon(stream.read_u8()).await.unwrap();
        blocked.push(stream);
    }
    for _ in 0..3 {
        let mut stream = connect(&site, served.connect_from(4).await).await;
        let request = [PREFACE, SETTINGS, &get_on(1)].concat();
        stream.write_all(&request).await.unwrap();
        answered(&mut stream, b"</html").await;
    }
}

/// Reads until the answer has come to its end.
async fn answered(stream: &mut TlsStream<TcpStream>, end: &[u8]) {
    let mut answer = Vec::new();
    while !answer.windows(end.len()).any(|part| part == end) {
        let read = soon(stream.read_buf(&mut answer)).await.unwrap();
        assert_ne!(read, 0, "closed after {answer:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_in_the_making_is_waited_for() {
    let slow = async || {
        tokio::time::sleep(SHORT * 4).await;
        "made at last"
    };
    let site = Site::new("");
    let served = start(Router::new().route("/", get(slow)), options(&site)).await;
    let mut stream = connect(&site, served.connect().await).await;
    for request in [[PREFACE, SETTINGS, &get_on(1)].concat(), get_on(3)] {
        stream.write_all(&request).await.unwrap();
        // The last byte is a frame of its own.
        answered(&mut stream, b"made at las").await;
    }
}
