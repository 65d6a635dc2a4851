//! The table at the top of `pages::routes`, line by line.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use exporter_web::ServerOptions;
use reqwest::{Method, StatusCode};
use rhombus_share_exporter::metrics::Form;
use rhombus_share_exporter::pages::{ReloadRequest, router};
use rhombus_share_exporter::share::ShareKind;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use crate::fleets::{app, counted_exposition, fleet, good, never_asked, quiet};
use crate::support::{LONG, Served, client, closed, eventually, soon, start};

async fn ask(served: &Served, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = client().get(served.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    answer
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_prometheus_gets_text_0_0_4() {
    let app = app(fleet(vec![("acme", good(0, 1))]));
    let expected = app.exposition.render(Form::Text);
    let served = start(router(app), ServerOptions::default()).await;
    for accept in [
        // 2.x and 3.x, as they send it, and a browser.
        "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;\
         version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
         application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;\
         escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "text/html",
    ] {
        let identity = [("accept", accept), ("accept-encoding", "identity")];
        let answer = ask(&served, "/metrics", &identity).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(
            header(&answer, "content-type"),
            Some("text/plain; version=0.0.4; charset=utf-8")
        );
        assert_eq!(header(&answer, "vary"), Some("Accept-Encoding"));
        assert_eq!(header(&answer, "content-encoding"), None);
        assert_eq!(answer.bytes().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn the_metrics_are_compressed_for_whoever_takes_gzip() {
    let app = app(fleet(vec![("acme", good(0, 1))]));
    let expected = app.exposition.render(Form::Text);
    let served = start(router(app), ServerOptions::default()).await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .build()
        .unwrap();
    let request = client
        .get(served.url("/metrics"))
        .header("accept-encoding", "gzip");
    let answer = request.send().await.unwrap();
    assert_eq!(header(&answer, "content-encoding"), Some("gzip"));
    assert_eq!(header(&answer, "vary"), Some("Accept-Encoding"));
    let compressed = answer.bytes().await.unwrap();
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&compressed[..])
        .read_to_end(&mut text)
        .unwrap();
    assert_eq!(text, expected);
}

/// Asks for the metrics as Prometheus does.
async fn scrape(served: &Served) -> usize {
    let answer = ask(served, "/metrics", &[("accept-encoding", "gzip")]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.unwrap().len()
}

/// Disks and name servers that hang can take every thread that may block.
#[test]
fn a_scrape_needs_no_thread_that_may_block() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (release, hang) = std::sync::mpsc::channel::<()>();
    let hanging = runtime.spawn_blocking(move || hang.recv());
    runtime.block_on(async {
        let served = start(quiet(), ServerOptions::default()).await;
        assert!(soon(scrape(&served)).await > 1_000);
    });
    assert!(!hanging.is_finished());
    drop(release);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn scrapes_that_come_at_once_are_rendered_once() {
    let renderings = Arc::new(AtomicUsize::new(0));
    let counted = renderings.clone();
    let fleet = fleet(vec![("acme", good(0, 1))]);
    let mut app = app(fleet.clone());
    app.exposition = counted_exposition(fleet, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        // Long enough for the others to come too.
        std::thread::sleep(Duration::from_millis(50));
    });
    // Registering asks once too.
    let before = renderings.load(Ordering::Relaxed);
    let served = Arc::new(start(router(app), ServerOptions::default()).await);
    let scrapes: Vec<_> = (0..16)
        .map(|_| {
            let served = served.clone();
            tokio::spawn(async move { scrape(&served).await })
        })
        .collect();
    for scrape in scrapes {
        assert!(soon(scrape).await.unwrap() > 1_000);
    }
    assert_eq!(renderings.load(Ordering::Relaxed), before + 1);
}

/// Metrics whose renderings are counted, and end only when they are let go on.
struct Held {
    served: Arc<Served>,
    renderings: Arc<AtomicUsize>,
    go_on: std::sync::mpsc::Sender<()>,
}

impl Held {
    async fn serve() -> Self {
        let renderings = Arc::new(AtomicUsize::new(0));
        let (go_on, waits) = std::sync::mpsc::channel();
        let fleet = fleet(vec![("acme", good(0, 1))]);
        let (counted, waits) = (renderings.clone(), std::sync::Mutex::new(waits));
        let mut app = app(fleet.clone());
        app.exposition = counted_exposition(fleet, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            // In the end it fails instead of hanging.
            waits.lock().unwrap().recv_timeout(2 * LONG).unwrap();
        });
        let served = Arc::new(start(router(app), ServerOptions::default()).await);
        Self {
            served,
            renderings,
            go_on,
        }
    }

    fn scrape(&self) -> tokio::task::JoinHandle<usize> {
        let served = self.served.clone();
        tokio::spawn(async move { scrape(&served).await })
    }

    fn rendered(&self) -> usize {
        self.renderings.load(Ordering::Relaxed)
    }
}

/// A fleet of thousands takes a while to write, on a machine with one CPU too.
#[tokio::test]
async fn nothing_waits_while_the_metrics_are_rendered() {
    let held = Held::serve().await;
    let scraping = held.scrape();
    eventually(|| held.rendered() == 1).await;
    for (path, status) in [
        ("/-/healthy", StatusCode::OK),
        ("/-/ready", StatusCode::OK),
        ("/", StatusCode::OK),
        ("/nowhere", StatusCode::NOT_FOUND),
    ] {
        let answer = soon(held.served.get(path)).await;
        assert_eq!(answer.status(), status, "{path}");
    }
    assert!(!scraping.is_finished());
    held.go_on.send(()).unwrap();
    assert!(soon(scraping).await.unwrap() > 1_000);
    assert_eq!(held.rendered(), 1);
}

#[tokio::test]
async fn who_does_not_wait_for_the_metrics_wastes_and_blocks_nothing() {
    let held = Held::serve().await;
    let gone: Vec<_> = (0..8).map(|_| held.scrape()).collect();
    eventually(|| held.rendered() == 1).await;
    let stays = held.scrape();
    for scrape in gone {
        scrape.abort();
    }
    held.go_on.send(()).unwrap();
    assert!(soon(stays).await.unwrap() > 1_000);
    assert_eq!(held.rendered(), 1);
}

#[tokio::test]
async fn a_rendering_that_panics_is_an_error_and_the_next_one_is_none() {
    let fleet = fleet(vec![("acme", good(0, 1))]);
    let mut app = app(fleet.clone());
    let panics = AtomicUsize::new(0);
    app.exposition = counted_exposition(fleet, move || {
        assert_ne!(panics.fetch_add(1, Ordering::Relaxed), 0, "on purpose");
    });
    let served = start(router(app), ServerOptions::default()).await;
    let answer = soon(served.get("/metrics")).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(soon(scrape(&served)).await > 1_000);
}

#[tokio::test]
async fn head_answers_without_a_body() {
    let app = app(fleet(vec![("acme", good(0, 1))]));
    let length = app.exposition.render(Form::Text).len();
    let served = start(router(app), ServerOptions::default()).await;
    for (path, length) in [
        ("/metrics", Some(length)),
        ("/", None),
        ("/-/healthy", Some(9)),
    ] {
        let request = client().head(served.url(path));
        let answer = request
            .header("accept-encoding", "identity")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let said: usize = header(&answer, "content-length").unwrap().parse().unwrap();
        assert_eq!(said, length.unwrap_or(said), "{path}");
        assert!(answer.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_metrics_can_be_elsewhere() {
    let mut app = app(fleet(vec![("acme", good(0, 1))]));
    app.telemetry_path = "/probe/rhombus".parse().unwrap();
    let served = start(router(app), ServerOptions::default()).await;
    assert_eq!(served.get("/probe/rhombus").await.status(), StatusCode::OK);
    assert_eq!(served.get("/metrics").await.status(), StatusCode::NOT_FOUND);
    let page = served.get("/").await.text().await.unwrap();
    assert!(page.contains("href=\"probe/rhombus\""), "{page}");
}

#[tokio::test]
async fn what_is_not_there_is_404_and_small() {
    let served = start(quiet(), ServerOptions::default()).await;
    for path in ["/metrics/", "/favicon.ico", "/-/", "/..%2f", "/debug/pprof"] {
        let answer = served.get(path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.text().await.unwrap(), "404 page not found\n");
    }
}

#[tokio::test]
async fn other_methods_are_405() {
    let served = start(quiet(), ServerOptions::default()).await;
    for (method, path) in [
        (Method::POST, "/metrics"),
        (Method::DELETE, "/"),
        (Method::PUT, "/-/ready"),
        (Method::GET, "/-/reload"),
    ] {
        let answer = client()
            .request(method, served.url(path))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

#[tokio::test]
async fn healthy_says_only_that_the_process_serves() {
    let app = app(fleet(vec![("acme", never_asked())]));
    let served = start(router(app), ServerOptions::default()).await;
    let answer = served.get("/-/healthy").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.text().await.unwrap(), "Healthy.\n");
}

#[tokio::test]
async fn ready_waits_for_each_organisation_and_names_those_that_are_missing() {
    let fleet = fleet(vec![
        ("b", never_asked()),
        ("a", never_asked()),
        ("c", good(0, 1)),
    ]);
    let served = start(router(app(fleet.clone())), ServerOptions::default()).await;
    let answer = served.get("/-/ready").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        answer.text().await.unwrap(),
        "Not ready: a has lists that were not read yet: clip_groups.\n\
         Not ready: b has lists that were not read yet: clip_groups.\n"
    );
    for organization in &fleet.load().organizations {
        assert_eq!(
            served.get("/-/ready").await.status() == StatusCode::OK,
            fleet
                .load()
                .organizations
                .iter()
                .all(|it| it.missing().next().is_none())
        );
        fleet.publish(organization, ShareKind::ClipGroup, good(0, 1));
    }
    let answer = served.get("/-/ready").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.text().await.unwrap(), "Ready.\n");
}

#[tokio::test]
async fn ready_names_no_more_organisations_than_are_of_use() {
    let names: Vec<_> = (0..5_000)
        .map(|number| format!("client-{number:04}"))
        .collect();
    let all = names.iter().map(|name| (name.as_str(), never_asked()));
    let served = start(router(app(fleet(all.collect()))), ServerOptions::default()).await;
    let answer = served.get("/-/ready").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let text = answer.text().await.unwrap();
    assert_eq!(text.lines().count(), 21, "{text}");
    let last = "Not ready: client-0019 has lists that were not read yet: clip_groups.\n\
                Not ready: 4,980 more organisations.\n";
    assert!(text.ends_with(last), "{text}");
}

#[tokio::test]
async fn reload_is_forbidden_unless_it_is_enabled() {
    let served = start(quiet(), ServerOptions::default()).await;
    let answer = client().post(served.url("/-/reload")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        answer.text().await.unwrap(),
        "Lifecycle API is not enabled: start with --web.enable-lifecycle.\n"
    );
}

async fn reloadable() -> (Arc<Served>, mpsc::Receiver<ReloadRequest>) {
    let (requests, received) = mpsc::channel(1);
    let mut app = app(fleet(vec![("acme", good(0, 1))]));
    app.reload = Some(requests);
    (
        Arc::new(start(router(app), ServerOptions::default()).await),
        received,
    )
}

#[tokio::test]
async fn reload_tells_how_it_went() {
    let (served, mut received) = reloadable().await;
    for (method, result, status, text) in [
        (Method::POST, Ok(()), StatusCode::OK, "Reloaded.\n"),
        (
            Method::PUT,
            Err("x.yml:3: nonsense".to_owned()),
            StatusCode::INTERNAL_SERVER_ERROR,
            "failed to reload the configuration: x.yml:3: nonsense\n",
        ),
    ] {
        let asked = client().request(method, served.url("/-/reload")).send();
        let asked = tokio::spawn(asked);
        let ReloadRequest(answer) = soon(received.recv()).await.unwrap();
        answer.send(result).unwrap();
        let answer = soon(asked).await.unwrap().unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.text().await.unwrap(), text);
    }
}

#[tokio::test]
async fn reload_fails_when_nobody_is_there_to_do_it() {
    let (served, received) = reloadable().await;
    drop(received);
    let answer = client().post(served.url("/-/reload")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        answer.text().await.unwrap(),
        "failed to reload the configuration: the exporter is shutting down\n"
    );
}

#[tokio::test]
async fn a_reload_that_a_page_of_another_site_asks_for_is_refused() {
    let (served, mut received) = reloadable().await;
    let own = format!("http://{}", served.address);
    for headers in [
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site"), ("origin", &own)],
    ] {
        for method in [Method::POST, Method::PUT] {
            let mut request = client().request(method, served.url("/-/reload"));
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{headers:?}");
            let text = answer.text().await.unwrap();
            assert!(text.contains("another site"), "{text}");
        }
    }
    assert!(received.try_recv().is_err());

    let own = client()
        .post(served.url("/-/reload"))
        .header("origin", own)
        .header("sec-fetch-site", "same-origin")
        .send();
    let own = tokio::spawn(own);
    let ReloadRequest(answer) = soon(received.recv()).await.unwrap();
    answer.send(Ok(())).unwrap();
    assert_eq!(soon(own).await.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_request_of_http_1_1_is_for_one_host() {
    let served = start(quiet(), ServerOptions::default()).await;
    for (request, expected) in [
        ("GET /metrics HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (
            "GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "400 Bad Request",
        ),
        (
            "GET /metrics HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            "400 Bad Request",
        ),
        ("GET http://a/metrics HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (
            "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "200 OK",
        ),
        ("GET /metrics HTTP/1.0\r\n\r\n", "200 OK"),
    ] {
        let mut stream = served.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        // Whoever is refused is not kept.
        let answer = closed(&mut stream).await;
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.split_once(' ').map_or("", |(_, rest)| rest);
        assert!(status.starts_with(expected), "{request:?}: {answer}");
    }
}
