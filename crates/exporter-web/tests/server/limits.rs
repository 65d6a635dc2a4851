//! Clients that are slow, silent, deaf or many. Each is dropped; nobody else notices.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use exporter_web::{ConnectionStats, Refused, ServerOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::app::app;
use crate::support::{LONG, SHORT, ask, client, closed, drip, eventually, hang, soon, start};

const HEALTHY: &str = "Healthy.\n";

/// Everything is allowed to take long.
fn patient() -> ServerOptions {
    ServerOptions {
        header_timeout: LONG * 6,
        idle_timeout: LONG * 6,
        write_timeout: LONG * 6,
        answer_timeout: LONG * 6,
        tls_handshake_timeout: LONG * 6,
        ..ServerOptions::default()
    }
}

/// Heads of requests must come soon, and nothing else.
fn hurried() -> ServerOptions {
    ServerOptions {
        header_timeout: SHORT,
        ..patient()
    }
}

#[tokio::test]
async fn a_head_that_does_not_end_is_dropped_and_others_are_served_meanwhile() {
    let served = start(app(), hurried()).await;
    let mut slow = served.connect().await;
    slow.write_all(b"GET /-/healthy HTTP/1.1\r\nHost: t")
        .await
        .unwrap();
    assert_eq!(
        served.get("/-/healthy").await.text().await.unwrap(),
        HEALTHY
    );
    // A byte now and then must not buy more time.
    let rest = drip(slow, std::iter::repeat(b"e".to_vec())).await;
    assert!(!String::from_utf8_lossy(&rest).contains("200"), "{rest:?}");
}

#[tokio::test]
async fn a_client_that_says_nothing_is_dropped() {
    let served = start(app(), hurried()).await;
    assert_eq!(closed(&mut served.connect().await).await, b"");
}

#[tokio::test]
async fn a_second_head_that_does_not_end_is_dropped_too() {
    let served = start(app(), hurried()).await;
    let mut stream = served.connect().await;
    ask(&mut stream, "/-/healthy", HEALTHY).await;
    stream.write_all(b"GET /").await.unwrap();
    closed(&mut stream).await;
}

#[tokio::test]
async fn a_head_that_begins_behind_a_request_must_end_too() {
    let served = start(app(), hurried()).await;
    let request = "GET /-/healthy HTTP/1.1\r\nHost: t\r\n\r\n";
    for begun in ["G", "GET / HTTP/1.1\r\nHost: t\r\n"] {
        let mut stream = served.connect().await;
        let both = format!("{request}{begun}");
        stream.write_all(both.as_bytes()).await.unwrap();
        let answer = closed(&mut stream).await;
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{answer:?}");
    }
    // Two that are whole are none that has begun.
    let mut stream = served.connect().await;
    stream
        .write_all(request.repeat(2).as_bytes())
        .await
        .unwrap();
    tokio::time::sleep(SHORT * 3).await;
    let last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    stream.write_all(last.as_bytes()).await.unwrap();
    let answers = closed(&mut stream).await;
    let answers = String::from_utf8_lossy(&answers);
    assert_eq!(answers.matches(HEALTHY).count(), 3, "{answers}");
}

#[tokio::test]
async fn a_connection_outlives_the_pause_between_two_scrapes() {
    let served = start(app(), hurried()).await;
    let mut stream = served.connect().await;
    ask(&mut stream, "/-/healthy", HEALTHY).await;
    tokio::time::sleep(SHORT * 3).await;
    ask(&mut stream, "/-/healthy", HEALTHY).await;
}

#[tokio::test]
async fn a_connection_outlives_the_pause_behind_a_body() {
    let echo = post(async |body: String| body);
    let served = start(Router::new().route("/", echo), hurried()).await;
    let mut stream = served.connect().await;
    let request = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}";
    for request in [
        request,
        &request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
    ] {
        stream.write_all(request.as_bytes()).await.unwrap();
        tokio::time::sleep(SHORT * 3).await;
    }
    let answers = closed(&mut stream).await;
    let answers = String::from_utf8_lossy(&answers);
    assert_eq!(answers.matches("\r\n\r\n{}").count(), 2, "{answers}");
}

#[tokio::test]
async fn an_idle_connection_is_dropped_at_last() {
    let options = ServerOptions {
        idle_timeout: SHORT,
        ..patient()
    };
    let served = start(app(), options).await;
    let mut stream = served.connect().await;
    ask(&mut stream, "/-/healthy", HEALTHY).await;
    assert_eq!(closed(&mut stream).await, b"");
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_client_may() {
    let options = ServerOptions {
        header_timeout: SHORT,
        idle_timeout: SHORT,
        write_timeout: SHORT,
        ..patient()
    };
    let slow = async || {
        tokio::time::sleep(SHORT * 4).await;
        HEALTHY
    };
    let served = start(Router::new().route("/slow", get(slow)), options).await;
    ask(&mut served.connect().await, "/slow", HEALTHY).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_dropped() {
    let options = ServerOptions {
        write_timeout: SHORT,
        ..patient()
    };
    let connections = options.connections.clone();
    let served = start(large(), options).await;
    let mut deaf = served.connect().await;
    deaf.write_all(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        .await
        .unwrap();
    eventually(|| connections.open() == 1).await;
    eventually(|| connections.open() == 0).await;
}

fn room_for(limit: usize) -> ServerOptions {
    ServerOptions {
        connections: ConnectionStats::new(limit),
        ..patient()
    }
}

#[tokio::test]
async fn whoever_asks_for_nothing_makes_room_for_whoever_comes() {
    let options = room_for(3);
    let connections = options.connections.clone();
    let served = start(app(), options).await;
    let mut kept_alive = served.connect_from(2).await;
    ask(&mut kept_alive, "/-/healthy", HEALTHY).await;
    let mut second = served.connect_from(3).await;
    ask(&mut second, "/-/healthy", HEALTHY).await;
    let mut silent = served.connect_from(4).await;
    eventually(|| connections.open() == 3).await;
    // Now the first has been idle for less long than the others have.
    ask(&mut kept_alive, "/-/healthy", HEALTHY).await;

    ask(&mut served.connect().await, "/-/healthy", HEALTHY).await;
    assert_eq!(closed(&mut second).await, b"");
    ask(&mut kept_alive, "/-/healthy", HEALTHY).await;

    let mut half = served.connect().await;
    half.write_all(b"GET / HT").await.unwrap();
    ask(&mut served.connect().await, "/-/healthy", HEALTHY).await;
    assert_eq!(closed(&mut silent).await, b"");
    assert!(connections.open() <= connections.limit());
}

#[tokio::test]
async fn hundreds_that_are_idle_shut_nobody_out() {
    let served = start(app(), room_for(8)).await;
    let mut idle = Vec::new();
    for _ in 0..100 {
        let mut stream = served.connect().await;
        ask(&mut stream, "/-/healthy", HEALTHY).await;
        idle.push(stream);
    }
    assert_eq!(served.get("/-/healthy").await.status(), 200);
}

#[tokio::test]
async fn one_address_holds_half_of_the_connections_at_most() {
    let options = room_for(8);
    let connections = options.connections.clone();
    let served = start(app(), options).await;
    let mut many = Vec::new();
    for _ in 0..7 {
        let mut stream = served.connect_from(2).await;
        ask(&mut stream, "/-/healthy", HEALTHY).await;
        many.push(stream);
    }
    // Its own that was idle longest is closed for each that it opens.
    for stream in &mut many[..3] {
        assert_eq!(closed(stream).await, b"");
    }
    for stream in &mut many[3..] {
        ask(stream, "/-/healthy", HEALTHY).await;
    }
    eventually(|| connections.open() == 4).await;
    assert_eq!(connections.refused()[Refused::PeerLimit as usize], 3);
    assert_eq!(connections.refused()[Refused::NoRoom as usize], 0);
    // There is room for others still.
    for _ in 0..4 {
        let mut stream = served.connect_from(3).await;
        ask(&mut stream, "/-/healthy", HEALTHY).await;
        many.push(stream);
    }
    assert_eq!(connections.open(), 8);
}

#[tokio::test]
async fn an_address_whose_connections_are_all_being_answered_is_refused_and_keeps_nobody_waiting() {
    let (hang, asked) = hang();
    let app = Router::new()
        .route("/hang", hang)
        .route("/-/healthy", get(async || HEALTHY));
    let served = start(app, room_for(4)).await;
    let mut hanging = Vec::new();
    for _ in 0..2 {
        let mut stream = served.connect_from(2).await;
        stream
            .write_all(b"GET /hang HTTP/1.1\r\nHost: t\r\n\r\n")
            .await
            .unwrap();
        soon(asked.notified()).await;
        hanging.push(stream);
    }
    assert_eq!(closed(&mut served.connect_from(2).await).await, b"");
    ask(&mut served.connect_from(3).await, "/-/healthy", HEALTHY).await;
}

/// An answer that is larger than all buffers on the way.
fn large() -> Router {
    let large = Bytes::from(vec![b'x'; 64 * 1024 * 1024]);
    Router::new()
        .route("/", get(async move || large))
        .route("/-/healthy", get(async || HEALTHY))
}

async fn ask_for_large(stream: &mut TcpStream) {
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        .await
        .unwrap();
    stream.read_exact(&mut [0; 12]).await.unwrap();
}

#[tokio::test]
async fn clients_that_read_nothing_make_room() {
    let served = start(large(), room_for(2)).await;
    let (mut one, mut two) = (served.connect_from(2).await, served.connect_from(3).await);
    ask_for_large(&mut one).await;
    ask_for_large(&mut two).await;
    for _ in 0..3 {
        ask(&mut served.connect_from(4).await, "/-/healthy", HEALTHY).await;
    }
}

#[tokio::test]
async fn a_client_that_reads_a_little_at_a_time_is_dropped_too() {
    let options = ServerOptions {
        answer_timeout: SHORT,
        ..patient()
    };
    let connections = options.connections.clone();
    let served = start(large(), options).await;
    let mut slow = served.connect().await;
    ask_for_large(&mut slow).await;
    let mut some = vec![0; 64 * 1024];
    soon(async {
        while connections.open() > 0 {
            let _ = timeout(SHORT / 10, slow.read(&mut some)).await;
            tokio::time::sleep(SHORT / 10).await;
        }
    })
    .await;
    assert_eq!(connections.refused()[Refused::SlowReader as usize], 1);
}

#[tokio::test]
async fn one_too_many_waits_while_all_are_being_answered() {
    let finish = Arc::new(Notify::new());
    let slow = {
        let finish = finish.clone();
        async move || {
            finish.notified().await;
            HEALTHY
        }
    };
    let app = Router::new()
        .route("/slow", get(slow))
        .route("/-/healthy", get(async || HEALTHY));
    let options = room_for(2);
    let connections = options.connections.clone();
    let served = start(app, options).await;
    let (mut first, mut second) = (served.connect_from(2).await, served.connect_from(3).await);
    for stream in [&mut first, &mut second] {
        stream
            .write_all(b"GET /slow HTTP/1.1\r\nHost: t\r\n\r\n")
            .await
            .unwrap();
    }
    eventually(|| connections.open() == 2).await;
    let mut third = served.connect().await;
    third
        .write_all(b"GET /-/healthy HTTP/1.1\r\nHost: t\r\n\r\n")
        .await
        .unwrap();
    let mut buffer = [0; 12];
    assert!(timeout(SHORT, third.read_exact(&mut buffer)).await.is_err());
    // One that is answered stays connected, and its place is given away all the same.
    finish.notify_one();
    soon(third.read_exact(&mut buffer)).await.unwrap();
    assert_eq!(&buffer, b"HTTP/1.1 200");
    assert_eq!(connections.open(), 2);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let options = ServerOptions {
        max_body_bytes: 1_000,
        ..patient()
    };
    let echo = async |body: Bytes| body;
    let served = start(Router::new().route("/", post(echo)), options).await;
    let send = async |body: reqwest::Body| {
        let answer = client()
            .post(served.url("/"))
            .body(body)
            .send()
            .await
            .unwrap();
        answer.status().as_u16()
    };
    assert_eq!(send(vec![0; 1_000].into()).await, 200);
    assert_eq!(send(vec![0; 1_001].into()).await, 413);
    let chunks = futures_util::stream::iter((0..3).map(|_| Ok::<_, std::io::Error>(vec![0; 400])));
    assert_eq!(send(reqwest::Body::wrap_stream(chunks)).await, 413);
}

#[tokio::test]
async fn what_is_not_http_is_dropped_and_harms_nobody() {
    let served = start(app(), patient()).await;
    for junk in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"\0\0\0\0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
    ] {
        let mut stream = served.connect().await;
        stream.write_all(junk).await.unwrap();
        let answer = closed(&mut stream).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{text}");
    }
    let endless = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(200_000));
    let mut stream = served.connect().await;
    let _ = stream.write_all(endless.as_bytes()).await;
    let answer = closed(&mut stream).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    assert_eq!(
        served.get("/-/healthy").await.text().await.unwrap(),
        HEALTHY
    );
}

#[test]
fn the_defaults_outlive_a_scrape_interval_and_end_in_time() {
    let options = ServerOptions::default();
    assert!(options.idle_timeout > Duration::from_secs(60));
    assert!(options.grace < Duration::from_secs(5));
    assert!(options.header_timeout <= Duration::from_secs(10));
}
