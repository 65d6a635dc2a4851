//! An exporter, and what it answers.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::common::KEY;
use crate::common::process::{Process, command};
use crate::support::{client, closed};

/// The routes that show details of links: the pages, then those of the API. One is none.
pub(crate) const PAGES: [&str; 3] = ["/shares", "/shares/0123456789ab", "/audit"];
pub(crate) const API: [&str; 4] = [
    "/api/v1/shares",
    "/api/v1/shares/0123456789ab",
    "/api/v1/organizations",
    "/api/v1/nowhere",
];

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// An environment in which nobody answers for Rhombus.
const ENV: [(&str, &str); 2] = [
    ("RHOMBUS_API_KEY", KEY),
    ("RHOMBUS_ENDPOINT_URL", "http://127.0.0.1:1"),
];

/// An exporter on loopback with these flags.
pub(crate) fn here(flags: &[&str]) -> Process {
    at("127.0.0.1:0", flags)
}

/// The same on another address.
pub(crate) fn at(address: &str, flags: &[&str]) -> Process {
    let listen = format!("--web.listen-address={address}");
    let args = [&["serve", "--log.level=debug", &listen], flags].concat();
    Process::start(&args, &ENV)
}

/// The exit status of a command with these flags, and what it says on stderr.
pub(crate) fn outcome(args: &[&str]) -> (Option<i32>, String) {
    let output = command(args, &ENV).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// The same of an exporter that must not start.
pub(crate) fn refused_to_start(flags: &[&str]) -> (Option<i32>, String) {
    let args = [&["serve", "--web.listen-address=127.0.0.1:0"], flags].concat();
    match Process::try_start(&args, &ENV) {
        Ok(_) => panic!("{flags:?}: it has started"),
        Err((status, text)) => (status.code(), text),
    }
}

pub(crate) fn get(exporter: &Process, path: &str) -> RequestBuilder {
    request(exporter, Method::GET, path)
}

pub(crate) fn request(exporter: &Process, method: Method, path: &str) -> RequestBuilder {
    let url = format!("http://127.0.0.1:{}{path}", exporter.address().port());
    client().request(method, url)
}

pub(crate) async fn sent(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        text: answer.text().await.unwrap(),
    }
}

/// The status of an answer to these very bytes, and all of it.
pub(crate) async fn raw(exporter: &Process, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(exporter.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = String::from_utf8(closed(&mut stream).await).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

impl Answer {
    /// Is a refusal that says `why`, of a page or of the API.
    pub(crate) fn is_refused(&self, path: &str, why: &str) {
        assert_eq!(self.status, 403, "{path}: {}", self.text);
        assert!(self.text.contains(why), "{path}: {why}: {}", self.text);
        let policy = self.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        if path.starts_with("/api/") {
            assert_eq!(self.header("content-type"), "application/problem+json");
            let problem: Value = serde_json::from_str(&self.text).unwrap();
            assert_eq!(problem["status"], 403);
            assert_eq!(problem["title"], "Forbidden");
            assert_eq!(problem["type"], "about:blank");
            assert!(problem["detail"].is_string());
        } else {
            assert_eq!(self.header("content-type"), "text/plain; charset=utf-8");
        }
        self.is_protected();
    }

    /// Is not refused. No link has the ref that is asked for.
    pub(crate) fn is_shown(&self, path: &str) {
        let is_there = ["/shares", "/organizations", "/audit"]
            .iter()
            .any(|end| path.ends_with(end));
        let expected = if is_there { 200 } else { 404 };
        assert_eq!(self.status, expected, "{path}: {}", self.text);
        self.is_protected();
    }

    /// Nobody keeps it, and no other site can use it.
    pub(crate) fn is_protected(&self) {
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(self.header(name), value, "{name}");
        }
        assert!(self.headers.contains_key("content-security-policy"));
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}
