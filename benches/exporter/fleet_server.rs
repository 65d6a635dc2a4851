//! A server that answers as any number of organisations, over TLS, from memory, and counts what it is
//! asked. Organisation `i` has the key `k-i` and the same links as all the others.
//!
//! HTTP is written out here: what answers must cost as little as can be, on the same cores as who asks.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, UNIX_EPOCH};

use axum::{Router, routing::get};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use rhombus_share_exporter::clock::Clock;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::{HandshakeKind, ServerConfig};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::recorded::{Answers, ORGANIZATION};
use crate::servers;

/// Answers as so many organisations, each answer after so many milliseconds, with the certificate of a
/// directory. Prints where it can be asked what it has counted, once it also listens for requests.
pub(crate) async fn serve(words: &[&str]) {
    let [organizations, delay, directory] = words else {
        panic!("expected ORGANIZATIONS MILLISECONDS DIRECTORY; got {words:?}");
    };
    let directory = Path::new(directory);
    let server = Arc::new(Server {
        organizations: organizations.parse().expect("a number"),
        delay: Duration::from_millis(delay.parse().expect("a number")),
        clock: Clock::system(),
        answers: Answers::record().await,
        counts: Counts::default(),
    });
    let certificates = CertificateDer::pem_file_iter(directory.join("cert.pem"));
    let certificates = certificates.expect("a file").map(|it| it.expect("one"));
    let key = PrivateKeyDer::from_pem_file(directory.join("key.pem")).expect("a key");
    let tls = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates.collect(), key)
        .expect("a certificate and its key");
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("rhombus={}", listener.local_addr().expect("bound"));
    let counting = server.clone();
    let counts = Router::new().route("/counts", get(async move || counting.counts.to_json()));
    let control = servers::listen().await;
    tokio::spawn(async move { axum::serve(control, counts).await });
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let (server, acceptor) = (server.clone(), acceptor.clone());
        tokio::spawn(async move { server.connection(stream, acceptor).await });
    }
}

struct Server {
    organizations: usize,
    delay: Duration,
    clock: Clock,
    answers: Answers,
    counts: Counts,
}

/// One request, as far as it matters.
struct Request {
    path: String,
    key: String,
    body: String,
}

impl Server {
    /// Answers all that comes over one connection. It ends with an error like any other.
    async fn connection(&self, stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<()> {
        let _open = self.counts.open.enter();
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(acceptor.accept(stream).await?);
        let kind = stream.get_ref().get_ref().1.handshake_kind();
        let resumed = kind == Some(HandshakeKind::Resumed);
        self.counts.handshakes[usize::from(resumed)].fetch_add(1, Relaxed);
        while let Some(request) = read(&mut stream).await? {
            let _in_flight = self.counts.in_flight.enter();
            self.counts.request();
            if !self.delay.is_zero() {
                tokio::time::sleep(self.delay).await;
            }
            stream.write_all(&self.answer(&request)).await?;
            stream.flush().await?;
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> Vec<u8> {
        let number = request
            .key
            .strip_prefix("k-")
            .and_then(|it| it.parse().ok());
        let number = number.filter(|number| *number < self.organizations);
        let answer = self.answers.of(&request.path, &request.body);
        let (status, body) = match (number, answer) {
            (Some(number), Some(answer)) => ("200 OK", answer.replace(ORGANIZATION, &uuid(number))),
            (None, _) => ("401 Unauthorized", String::new()),
            (_, None) => ("404 Not Found", String::new()),
        };
        let since_1970 = u64::try_from(self.clock.now().0).expect("later than that");
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(since_1970));
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\ndate: {date}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// The uuid of the organisation with this number.
fn uuid(number: usize) -> String {
    BASE64.encode((number as u128 + 1).to_be_bytes())
}

/// The next request; none where the connection was closed.
async fn read(stream: &mut BufReader<TlsStream<TcpStream>>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).expect("a path").to_owned();
    let mut headers = HashMap::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers["content-length"].parse().expect("a length");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(Request {
        path,
        key: headers.remove("x-auth-apikey").unwrap_or_default(),
        body: String::from_utf8(body).expect("JSON is text"),
    }))
}

/// What was seen.
#[derive(Default)]
struct Counts {
    open: Gauge,
    in_flight: Gauge,
    /// From the beginning, and resumed.
    handshakes: [AtomicUsize; 2],
    first: OnceLock<Instant>,
    /// How many requests came in each second since the first.
    by_second: Mutex<Vec<usize>>,
}

/// How many there are, and the most there ever were.
#[derive(Default)]
struct Gauge(AtomicUsize, AtomicUsize);

/// One of those that a [`Gauge`] counts.
struct Entered<'a>(&'a Gauge);

impl Gauge {
    fn enter(&self) -> Entered<'_> {
        let now = self.0.fetch_add(1, Relaxed) + 1;
        self.1.fetch_max(now, Relaxed);
        Entered(self)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Relaxed);
    }
}

impl Counts {
    fn request(&self) {
        let second = self.first.get_or_init(Instant::now).elapsed().as_secs();
        let second = usize::try_from(second).expect("it ends");
        let mut by_second = self.by_second.lock().expect("no panic");
        let seconds = by_second.len().max(second + 1);
        by_second.resize(seconds, 0);
        by_second[second] += 1;
    }

    fn to_json(&self) -> String {
        let mut json = String::from("{");
        for (name, count) in [
            ("open", &self.open.0),
            ("most_open", &self.open.1),
            ("most_in_flight", &self.in_flight.1),
            ("full_handshakes", &self.handshakes[0]),
            ("resumed_handshakes", &self.handshakes[1]),
        ] {
            let _ = write!(json, r#""{name}":{},"#, count.load(Relaxed));
        }
        let by_second = self.by_second.lock().expect("no panic");
        let _ = write!(json, r#""by_second":{by_second:?}}}"#);
        json
    }
}
