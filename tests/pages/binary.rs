//! The real binary, and clients that mean it harm: whom it serves meanwhile, and what it logs.

use reqwest::StatusCode;
use rhombus_share_exporter::pages::PROBE_PATHS;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::KEY;
use crate::common::process::{PATIENCE, Process};
use crate::frames::{NO_WINDOW, PREFACE, connect, get_on};
use crate::site::{Authority, Pair, Site, dns, trusting};
use crate::support::{SHORT, connect_from, soon};

/// An exporter with the web configuration of `site`. Whether it can poll does not matter here.
fn exporter(site: &Site, flags: &[&str]) -> Process {
    let web = format!("--web.config.file={}", site.file().display());
    let mut args = vec!["serve", "--web.listen-address=127.0.0.1:0", &web];
    args.extend(flags);
    let nowhere = ("RHOMBUS_ENDPOINT_URL", "http://127.0.0.1:9");
    Process::start(&args, &[("RHOMBUS_API_KEY", KEY), nowhere])
}

fn url(exporter: &Process) -> String {
    format!("https://{}/metrics", exporter.address())
}

/// Answers that can't be sent, and requests that go on, before any password was asked for.
#[tokio::test]
async fn http_2_clients_that_take_nothing_shut_out_no_scrape() {
    let hash = bcrypt::hash("one", 4).unwrap();
    let site = Site::new(&format!("basic_auth_users:\n  ann: {hash}\n"));
    let exporter = exporter(&site, &["--web.max-connections=8"]);
    let mut blocked = Vec::new();
    for host in [2, 2, 2, 2, 3, 3, 3, 3] {
        let mut stream = connect(&site, connect_from(host, exporter.address()).await).await;
        let request = [PREFACE, NO_WINDOW, &get_on(1)].concat();
        stream.write_all(&request).await.unwrap();
        soon(stream.read_u8()).await.unwrap();
        blocked.push(stream);
    }
    let go_on = async {
        for stream_id in (3..).step_by(2) {
            for stream in &mut blocked {
                // Those that were closed for a scrape are gone.
                let _ = stream.write_all(&get_on(stream_id)).await;
            }
            tokio::time::sleep(SHORT).await;
        }
    };
    let scrapes = async {
        for _ in 0..8 {
            // Each on a connection of its own.
            let client = site.client().build().unwrap();
            let request = client.get(url(&exporter)).basic_auth("ann", Some("one"));
            assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
        }
    };
    tokio::select! {
        () = go_on => {}
        () = scrapes => {}
    }
}

#[tokio::test]
async fn a_failed_tls_handshake_is_logged_with_its_address_and_reason() {
    let site = Site::new(
        "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: client-ca.pem\n",
    );
    let exporter = exporter(&site, &[]);
    let stranger = Pair::self_signed(vec![dns("one")]).identity();
    let client = site.client().identity(stranger).build().unwrap();
    assert!(client.get(url(&exporter)).send().await.is_err());
    exporter.wait_for_output("invalid peer certificate").await;
    assert_eq!(exporter.get("/metrics").await.0, 400);
    exporter.wait_for_output("plain HTTP").await;
    for line in failures(&exporter) {
        assert!(line.contains("level=warn"), "{line}");
        assert!(line.contains("client=127.0.0.1:"), "{line}");
    }
}

#[tokio::test]
async fn many_failed_handshakes_are_a_few_lines_and_a_number() {
    let exporter = exporter(&Site::new(""), &[]);
    let started = std::time::Instant::now();
    let fail = || exporter.get("/metrics");
    for _ in 0..40 {
        assert_eq!(fail().await.0, 400);
    }
    // One line in 5 s, beyond the first few; a slow machine has time for more of them.
    let most = 6 + started.elapsed().as_secs() / 5;
    assert!(failures(&exporter).len() as u64 <= most);
    let counted = |line: &String| !line.contains("not_logged=0");
    while !failures(&exporter).iter().any(counted) {
        assert!(started.elapsed() < PATIENCE, "{}", exporter.output());
        fail().await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Who restarts what is not healthy must not do so because others ask too often.
#[tokio::test]
async fn whether_the_exporter_serves_is_told_beyond_the_rate_limit() {
    let site = Site::new("");
    site.write("web.yml", "rate_limit: {interval: 1h, burst: 1}\n");
    let exporter = exporter(&site, &[]);
    assert_eq!(exporter.get("/metrics").await.0, 200);
    assert_eq!(exporter.get("/metrics").await.0, 429);
    assert_eq!(PROBE_PATHS, ["/-/healthy"]);
    assert_eq!(exporter.get("/-/healthy").await.0, 200);
    assert_eq!(exporter.get("/-/ready").await.0, 429);
}

#[tokio::test]
async fn a_certificate_that_is_renewed_is_used_without_a_reload() {
    let site = Site::new("");
    let exporter = exporter(&site, &[]);
    let other = Authority::new();
    let renewed = async || {
        let client = trusting(&other).build().unwrap();
        client.get(url(&exporter)).send().await.is_ok()
    };
    assert!(!renewed().await);
    site.install(&other.server());
    let wait = async {
        while !renewed().await {
            tokio::time::sleep(SHORT).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
    exporter.wait_for_output("web configuration reloaded").await;
}

fn failures(exporter: &Process) -> Vec<String> {
    let output = exporter.output();
    let failed = |line: &&str| line.contains("a TLS handshake failed");
    output.lines().filter(failed).map(str::to_owned).collect()
}
