//! The servers that are measured, each in a process of its own.

use std::process::Command;

use axum::Router;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::routing::{get, post};
use exporter_web::ServerOptions;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::common::process::Process;

/// The simulator with so many clip groups.
pub(crate) fn simulator(groups: usize) -> Process {
    let groups = format!("--groups={groups}");
    Process::start(
        &["simulate", "--listen=127.0.0.1:0", "--seed=1", &groups],
        &[],
    )
}

/// What the simulator answers with so many clip groups, made once and sent from memory. It stands for a
/// server on another machine, so that it gets only the time that nobody else wants: making the answer
/// would slow down what reads it.
pub(crate) fn recorded(groups: usize) -> Process {
    beside(
        &["chrt", "--idle", "0"],
        &["serve-recorded", &groups.to_string()],
    )
}

/// This program with these `words`, run by another one.
pub(crate) fn beside(by: &[&str], words: &[&str]) -> Process {
    let mut command = Command::new(by[0]);
    command.args(&by[1..]);
    command.arg(std::env::current_exe().expect("this program has a path"));
    command.args(words);
    Process::spawn(command).expect("it listens")
}

/// What [`recorded`] runs.
pub(crate) async fn serve_recorded(groups: &str) {
    let simulator = simulator(groups.parse().expect("a number of groups"));
    let body = answer(&simulator.url("")).await;
    drop(simulator);
    let headers = [(CONTENT_TYPE, "application/json")];
    let app = Router::new().route(OPERATION, post(async move || (headers, body)));
    // Not our server: it drops who takes long to read, which this one's share of the CPU makes of all.
    let listener = listen().await;
    axum::serve(listener, app).await.expect("it serves");
}

const OPERATION: &str = "/api/event/getSharedClipGroupsV2";

/// The whole answer of the Rhombus at `url`.
pub(crate) async fn answer(url: &str) -> bytes::Bytes {
    ask(&format!("{url}{OPERATION}"), "{}".to_owned()).await
}

/// The whole answer to `body` at `url`.
pub(crate) async fn ask(url: &str, body: String) -> bytes::Bytes {
    let request = reqwest::Client::new()
        .post(url)
        .header("content-type", "application/json")
        .header("x-auth-scheme", "api-token")
        .header("x-auth-apikey", "bench-key")
        .body(body);
    let answer = request.send().await.expect("an answer");
    answer.bytes().await.expect("a whole answer")
}

/// The exporter, polling `rhombus` as it would the real one, but for these flags.
pub(crate) fn exporter(rhombus: &Process, flags: &[&str]) -> Process {
    let mut args = vec!["serve", "--web.listen-address=127.0.0.1:0"];
    args.push("--collect.max-response-bytes=4GiB");
    args.extend(flags);
    let url = rhombus.url("");
    Process::start(
        &args,
        &[
            ("RHOMBUS_API_KEY", "bench-key"),
            ("RHOMBUS_ENDPOINT_URL", &url),
        ],
    )
}

/// The same server as the exporter's, with bytes that never change.
pub(crate) fn fixed_response(body: &str) -> Process {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(["serve-fixed", body]);
    Process::spawn(command).expect("it listens")
}

/// What [`fixed_response`] runs.
pub(crate) async fn serve_fixed_response(body: &str) {
    let body = bytes::Bytes::copy_from_slice(body.as_bytes());
    let headers = [
        (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (VARY, "Accept-Encoding"),
    ];
    let app = Router::new().route("/metrics", get(async move || (headers, body)));
    let listener = listen().await;
    let server = exporter_web::serve(
        listener,
        app,
        ServerOptions::default(),
        CancellationToken::new(),
    );
    server.await.expect("it serves");
}

/// Listens, and says where.
pub(crate) async fn listen() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("address={}", listener.local_addr().expect("bound"));
    listener
}

/// Debian's node exporter with its default collectors.
pub(crate) fn node_exporter() -> Process {
    let mut command = Command::new("prometheus-node-exporter");
    command.arg("--web.listen-address=127.0.0.1:0");
    Process::spawn(command).expect("it listens")
}
