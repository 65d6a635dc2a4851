//! The real binary in a process of its own: started, asked, watched, ended. Shared by the tests and
//! the benchmarks.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD as STANDARD_NO_PAD};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::KEY;
use super::metrics::Metrics;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_rhombus-share-exporter");
/// Far longer than anything takes that is not broken, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server in a process of its own; ended when dropped.
pub(crate) struct Process {
    child: Child,
    address: SocketAddr,
    output: Arc<Mutex<String>>,
    http: reqwest::Client,
}

/// The binary with these arguments and nothing in its environment but `env`.
pub(crate) fn command(args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).env_clear().envs(env.iter().copied());
    command
}

impl Process {
    /// Starts a command of the binary and waits until it says where it listens.
    pub(crate) fn start(args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::try_start(args, env)
            .unwrap_or_else(|(status, output)| panic!("{args:?} ended with {status}:\n{output}"))
    }

    /// The same; gives the exit status and all output where it ends instead.
    pub(crate) fn try_start(
        args: &[&str],
        env: &[(&str, &str)],
    ) -> Result<Self, (ExitStatus, String)> {
        Self::spawn(command(args, env))
    }

    /// Starts any server that says where it listens as ours does, such as Prometheus.
    pub(crate) fn spawn(mut command: Command) -> Result<Self, (ExitStatus, String)> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{:?}: {error}; `make test` installs it",
                    command.get_program()
                )
            });
        let output = Arc::new(Mutex::new(String::new()));
        let (send, addresses) = std::sync::mpsc::channel();
        let stdout: Box<dyn Read + Send> = Box::new(child.stdout.take().expect("piped"));
        let stderr: Box<dyn Read + Send> = Box::new(child.stderr.take().expect("piped"));
        for stream in [stdout, stderr] {
            let (output, send) = (output.clone(), send.clone());
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = writeln!(output.lock().expect("no panic"), "{line}");
                    if let Some(address) = listening(&line) {
                        let _ = send.send(address);
                    }
                }
            });
        }
        drop(send);
        match addresses.recv_timeout(PATIENCE) {
            Ok(address) => Ok(Self {
                child,
                address,
                output,
                http: reqwest::Client::new(),
            }),
            Err(_) => {
                let _ = child.kill();
                let status = child.wait().expect("it ends");
                let output = output.lock().expect("no panic").clone();
                Err((status, output))
            }
        }
    }

    /// The same, asked as this user from now on.
    pub(crate) fn asked_by(mut self, user: &str, password: &str) -> Self {
        let login = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let login = HeaderValue::from_str(&format!("Basic {login}")).expect("base64 is ASCII");
        let headers = HeaderMap::from_iter([(AUTHORIZATION, login)]);
        let client = reqwest::Client::builder().default_headers(headers);
        self.http = client.build().expect("a client");
        self
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All that it has printed so far.
    pub(crate) fn output(&self) -> String {
        self.output.lock().expect("no panic").clone()
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = self
            .http
            .get(self.url(path))
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }

    /// Sends `body` with the method `method`; gives the answer's status and text.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let method = method.parse().expect("a method");
        let request = self
            .http
            .request(method, self.url(path))
            .body(body.to_owned());
        let request = request.header("content-type", "application/json");
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }

    pub(crate) async fn metrics(&self) -> Metrics {
        let (status, text) = self.get("/metrics").await;
        assert_eq!(status, 200, "{text}");
        Metrics::parse(&text)
    }

    /// Waits until the metrics are as wanted.
    pub(crate) async fn wait_for(&self, what: &str, wanted: impl Fn(&Metrics) -> bool) -> Metrics {
        let started = Instant::now();
        loop {
            let metrics = self.metrics().await;
            if wanted(&metrics) {
                return metrics;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "waited in vain until {what}:\n{metrics}\n{}",
                self.output()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until one more poll has succeeded.
    pub(crate) async fn wait_for_success(&self) -> Metrics {
        const LAST: &str = "rhombus_collect_last_success_timestamp_seconds";
        let before = self.metrics().await.sum(LAST);
        self.wait_for("a poll has succeeded", |metrics| metrics.sum(LAST) > before)
            .await
    }

    /// Waits until it has printed `text`.
    pub(crate) async fn wait_for_output(&self, text: &str) {
        let started = Instant::now();
        while !self.output().contains(text) {
            assert!(
                started.elapsed() < PATIENCE,
                "never printed {text:?}:\n{}",
                self.output()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends it a signal, by name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.id().to_string()])
            .status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits until it has ended by itself; gives how, and all that it printed.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                // The last lines may still be on their way through the pipe.
                tokio::time::sleep(Duration::from_millis(50)).await;
                return (status, self.output());
            }
            assert!(
                started.elapsed() < PATIENCE,
                "it does not end:\n{}",
                self.output()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            assert_holds_no_key(&self.output());
        }
    }
}

/// Nothing in `text` is the key of the tests, nor the last part of it, in whatever writing.
pub(crate) fn assert_holds_no_key(text: &str) {
    let (_, secret) = KEY.rsplit_once('-').expect("the key has parts");
    let each = |before: &str| {
        let digits = |byte: u8| format!("{before}{byte:02x}");
        secret.bytes().map(digits).collect::<String>()
    };
    let lower = text.to_ascii_lowercase();
    for writing in [
        secret.to_owned(),
        each(""),
        each("%"),
        each("\\x"),
        each("\\u00"),
    ] {
        assert!(!lower.contains(&writing), "the key was shown:\n{text}");
    }
    // In base64 it looks one of three ways, by what stands before it.
    for before in ["", "-", "--"] {
        let written = STANDARD_NO_PAD.encode(format!("{before}{secret}"));
        // Its first and last characters also stand for what is beside it.
        let writing = &written[4 * before.len().min(1)..written.len() - 2];
        assert!(!text.contains(writing), "the key was shown:\n{text}");
    }
}

/// The address in a log line such as `… message=listening address=127.0.0.1:10063`, or the same as JSON.
fn listening(line: &str) -> Option<SocketAddr> {
    let fields = ["address=", "\"address\":"];
    let (_, rest) = fields.iter().find_map(|field| line.split_once(field))?;
    let address: SocketAddr = rest
        .split([' ', ','])
        .next()?
        .trim_matches('"')
        .parse()
        .ok()?;
    // Prometheus first says what it was asked for, which is port 0, and then what it got.
    (address.port() != 0).then_some(address)
}
