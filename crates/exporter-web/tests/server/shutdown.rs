//! The end: what is being answered is finished, what hangs is cut, and it is over within 5 s.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use exporter_web::ServerOptions;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::app::app;
use crate::support::{ask, closed, hang, soon, start};

#[tokio::test]
async fn an_answer_that_is_under_way_is_finished() {
    let (asked, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (asked, finish) = (asked.clone(), finish.clone());
        async move || {
            asked.notify_one();
            finish.notified().await;
            "done"
        }
    };
    let served = start(
        Router::new().route("/", get(slow)),
        ServerOptions::default(),
    )
    .await;
    let mut stream = served.connect().await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        .await
        .unwrap();
    soon(asked.notified()).await;
    served.shutdown.cancel();
    // The listener closes first, so nobody is accepted any more.
    soon(async { while TcpStream::connect(served.address).await.is_ok() {} }).await;
    finish.notify_one();
    let answer = closed(&mut stream).await;
    assert!(answer.ends_with(b"\r\n\r\ndone"), "{answer:?}");
    soon(served.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn whoever_hangs_is_cut_within_5_s() {
    let (hang, asked) = hang();
    let served = start(Router::new().route("/", hang), ServerOptions::default()).await;
    let mut hanging = served.connect().await;
    hanging
        .write_all(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        .await
        .unwrap();
    let mut half = served.connect().await;
    half.write_all(b"GET / HT").await.unwrap();
    soon(asked.notified()).await;
    served.shutdown.cancel();
    let ended = timeout(Duration::from_secs(5), served.task).await;
    ended.expect("it ends within 5 s").unwrap().unwrap();
    assert_eq!(closed(&mut hanging).await, b"");
}

#[tokio::test]
async fn connections_that_ask_for_nothing_keep_nobody_waiting() {
    let options = ServerOptions {
        grace: Duration::from_secs(3_600),
        ..ServerOptions::default()
    };
    let served = start(app(), options).await;
    let mut kept_alive = served.connect().await;
    ask(&mut kept_alive, "/-/healthy", "Healthy.\n").await;
    let mut silent = served.connect().await;
    let mut half = served.connect().await;
    half.write_all(b"GET / HT").await.unwrap();
    // Connections are accepted in turn: once this one is answered, the others are in too.
    ask(&mut served.connect().await, "/-/healthy", "Healthy.\n").await;
    served.shutdown.cancel();
    soon(served.task).await.unwrap().unwrap();
    closed(&mut kept_alive).await;
    closed(&mut silent).await;
    closed(&mut half).await;
}

#[tokio::test]
async fn dropping_the_server_ends_its_connections() {
    let served = start(app(), ServerOptions::default()).await;
    let mut stream = served.connect().await;
    ask(&mut stream, "/-/healthy", "Healthy.\n").await;
    served.task.abort();
    closed(&mut stream).await;
}
