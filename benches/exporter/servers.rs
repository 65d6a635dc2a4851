//! The servers that are measured, each in a process of its own.

use std::process::Command;

use axum::Router;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::routing::get;
use rhombus_share_exporter::web::{self, ServerOptions};
use tokio_util::sync::CancellationToken;

use crate::common::process::{BINARY, Process};

/// The simulator with so many clip groups. It stands for a server on another machine, so that it
/// gets only the time that nobody else wants: else making the answer would count against what reads it.
pub(crate) fn simulator(groups: usize) -> Process {
    let mut command = Command::new("chrt");
    command.args([
        "--idle",
        "0",
        BINARY,
        "simulate",
        "--listen=127.0.0.1:0",
        "--seed=1",
    ]);
    command.arg(format!("--groups={groups}"));
    Process::spawn(command).expect("it listens")
}

/// The exporter, polling `simulator` as it would Rhombus, but for these flags.
pub(crate) fn exporter(simulator: &Process, flags: &[&str]) -> Process {
    let mut args = vec!["serve", "--web.listen-address=127.0.0.1:0"];
    args.push("--collect.max-response-bytes=4GiB");
    args.extend(flags);
    let url = simulator.url("");
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
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    println!("address={}", listener.local_addr().expect("bound"));
    let server = web::serve(
        listener,
        app,
        ServerOptions::default(),
        CancellationToken::new(),
    );
    server.await.expect("it serves");
}

/// Debian's node exporter with its default collectors.
pub(crate) fn node_exporter() -> Process {
    let mut command = Command::new("prometheus-node-exporter");
    command.arg("--web.listen-address=127.0.0.1:0");
    Process::spawn(command).expect("it listens")
}
