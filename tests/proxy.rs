//! A proxy on the way to Rhombus: what goes through it, and what goes past it. The address is one that
//! leads to this machine and isn't a loopback address, since those never go through a proxy.

mod common;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use common::certificate::Certificate;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const HOST: &str = "0.0.0.0";

/// A proxy that connects whatever is asked for to one server, and remembers what was asked for.
struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let proxy = Self {
            address,
            asked: asked.clone(),
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, server, asked.clone()));
            }
        });
        proxy
    }

    /// The request lines so far.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

/// Reads the head of a request and passes on what follows it.
async fn connect(client: TcpStream, server: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    let mut client = BufReader::new(client);
    let mut head = Vec::new();
    while head.last().is_none_or(|line: &String| !line.is_empty()) {
        let mut line = String::new();
        if client
            .read_line(&mut line)
            .await
            .is_ok_and(|read| read == 0)
        {
            return;
        }
        head.push(line.trim_end().to_owned());
    }
    asked.lock().expect("no panic").push(head.swap_remove(0));
    let mut server = TcpStream::connect(server).await.expect("it listens");
    let _ = client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

/// What a proxy was asked for until the exporter had an answer, with this `NO_PROXY`; `PORT` in it is
/// the port of the endpoint.
async fn asked_with(no_proxy: &str) -> (Vec<String>, String) {
    let certificate = Certificate::of(HOST);
    let simulator = certificate.simulator();
    let proxy = Proxy::start(simulator.address()).await;
    let authority = format!("{HOST}:{}", simulator.address().port());
    let no_proxy = no_proxy.replace("PORT", &simulator.address().port().to_string());
    let exporter = certificate.exporter(
        &format!("https://{authority}"),
        &[
            ("HTTPS_PROXY", &format!("http://{}", proxy.address)),
            ("NO_PROXY", &no_proxy),
        ],
    );
    exporter.wait_for_success().await;
    (proxy.asked(), authority)
}

#[tokio::test]
async fn an_endpoint_that_no_proxy_names_goes_past_the_proxy() {
    for entry in ["*", "0.0.0.0:PORT", "rhombus.example, 0.0.0.0/8"] {
        let (asked, _) = asked_with(entry).await;
        assert_eq!(asked, [""; 0], "{entry}");
    }
}

#[tokio::test]
async fn every_other_endpoint_goes_through_the_proxy() {
    for entry in ["0.0.0.0:1", "rhombus.example,10.0.0.0/8"] {
        let (asked, authority) = asked_with(entry).await;
        let expected = format!("CONNECT {authority} HTTP/1.1");
        assert!(asked.contains(&expected), "{entry}: {asked:?}");
    }
}
