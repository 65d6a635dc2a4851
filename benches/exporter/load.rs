//! A load of scrapes over kept connections, with as little work of its own as can be.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: bench\r\n\r\n";
const CONNECTIONS: usize = 8;

/// What came of a load.
pub(crate) struct Load {
    /// How long each request took, ascending.
    latencies: Vec<Duration>,
    lasted: Duration,
}

impl Load {
    /// As many requests as there can be.
    pub(crate) async fn saturate(address: SocketAddr, lasting: Duration) -> Self {
        let mut clients = JoinSet::new();
        for _ in 0..CONNECTIONS {
            clients.spawn(async move {
                let mut connection = Connection::open(address).await;
                let end = Instant::now() + lasting;
                let mut latencies = Vec::new();
                while Instant::now() < end {
                    latencies.push(connection.request().await);
                }
                latencies
            });
        }
        let latencies = clients.join_all().await.concat();
        Self::new(latencies, lasting)
    }

    /// `rate` requests a second, over one connection.
    pub(crate) async fn paced(address: SocketAddr, rate: u32, lasting: Duration) -> Self {
        let mut connection = Connection::open(address).await;
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
        let end = Instant::now() + lasting;
        let mut latencies = Vec::new();
        while Instant::now() < end {
            ticks.tick().await;
            latencies.push(connection.request().await);
        }
        Self::new(latencies, lasting)
    }

    fn new(mut latencies: Vec<Duration>, lasted: Duration) -> Self {
        latencies.sort_unstable();
        Self { latencies, lasted }
    }

    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.lasted.as_secs_f64()
    }

    /// The latency that this part of the requests did not exceed.
    pub(crate) fn quantile(&self, part: f64) -> Duration {
        let last = self.latencies.len() - 1;
        self.latencies[(last as f64 * part).round() as usize]
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address)
            .await
            .expect("the server listens");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Self {
            stream,
            buffer: vec![0; 1 << 20],
        }
    }

    /// Asks once and reads the whole answer.
    async fn request(&mut self) -> Duration {
        let started = Instant::now();
        self.stream
            .write_all(REQUEST)
            .await
            .expect("the request is taken");
        let mut filled = 0;
        loop {
            let read = self
                .stream
                .read(&mut self.buffer[filled..])
                .await
                .expect("an answer");
            assert!(read > 0, "the server closed the connection");
            filled += read;
            if is_whole(&self.buffer[..filled]) {
                return started.elapsed();
            }
        }
    }
}

/// Whether an answer is all there: by its length, or by its last chunk.
fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return false;
    };
    let headers = std::str::from_utf8(&answer[..head])
        .expect("headers are text")
        .to_lowercase();
    assert!(headers.starts_with("http/1.1 200"), "{headers}");
    match headers
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
    {
        Some(length) => answer.len() - head - 4 >= length.parse().expect("a length"),
        None => answer.ends_with(b"0\r\n\r\n"),
    }
}
