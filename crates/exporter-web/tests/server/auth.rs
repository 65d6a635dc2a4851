//! Users, headers and the rate limit of `--web.config.file`.

use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use exporter_web::{ServerOptions, WebConfig};
use reqwest::StatusCode;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{PROBE_PATHS, app};
use crate::support::{Served, client, start};

/// Longer than all the guesses take, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// The cheapest that bcrypt has, since this is not what is tested here.
fn hash(password: &str) -> String {
    bcrypt::hash(password, 4).unwrap()
}

struct Site {
    directory: TempDir,
    web: Arc<WebConfig>,
    served: Served,
}

impl Site {
    async fn start(config: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("web.yml"), config).unwrap();
        let web = Arc::new(WebConfig::load(&directory.path().join("web.yml")).unwrap());
        let options = ServerOptions {
            probe_paths: PROBE_PATHS,
            web: Some(web.clone()),
            ..ServerOptions::default()
        };
        let served = start(app(), options).await;
        Self {
            directory,
            web,
            served,
        }
    }

    async fn configure(&self, config: &str) {
        fs::write(self.directory.path().join("web.yml"), config).unwrap();
        self.web.reload().unwrap();
    }

    async fn as_user(&self, user: &str, password: &str) -> reqwest::Response {
        let request = client().get(self.served.url("/metrics"));
        request
            .basic_auth(user, Some(password))
            .send()
            .await
            .unwrap()
    }

    async fn admits(&self, user: &str, password: &str) -> bool {
        self.as_user(user, password).await.status() == StatusCode::OK
    }
}

#[tokio::test]
async fn only_a_user_with_the_right_password_is_admitted() {
    let config = format!(
        "basic_auth_users:\n  ann: {}\n  bob: {}\n",
        hash("one"),
        hash("two:x")
    );
    let site = Site::start(&config).await;
    // Twice: the second time the password has been seen.
    for _ in 0..2 {
        assert!(site.admits("ann", "one").await);
        assert!(site.admits("bob", "two:x").await);
        for (user, password) in [
            ("ann", "two:x"),
            ("ann", "One"),
            ("ann", ""),
            ("ann", "one\0"),
            ("bob", "two"),
            // Nobody's name, with the passwords that the decoy could be.
            ("eve", "one"),
            ("eve", "two:x"),
            ("", "one"),
            ("", ""),
        ] {
            assert!(!site.admits(user, password).await, "{user}:{password}");
        }
    }
}

#[tokio::test]
async fn whoever_is_not_admitted_is_asked_for_a_password() {
    let site = Site::start(&format!("basic_auth_users:\n  ann: {}\n", hash("one"))).await;
    for header in [
        None,
        Some("Basic"),
        Some("Basic "),
        Some("Basic ???"),
        Some("Basic YW5u"),
        Some("Bearer YW5uOm9uZQ=="),
        Some("Basic /////w=="),
    ] {
        for path in ["/metrics", "/", "/-/healthy", "/-/reload", "/nowhere"] {
            let mut request = client().get(site.served.url(path));
            if let Some(header) = header {
                request = request.header("authorization", header);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(
                answer.status(),
                StatusCode::UNAUTHORIZED,
                "{header:?} {path}"
            );
            assert_eq!(answer.headers()["www-authenticate"], "Basic");
            assert_eq!(answer.text().await.unwrap(), "Unauthorized\n");
        }
    }
    let lower = client()
        .get(site.served.url("/metrics"))
        .header("authorization", "basic YW5uOm9uZQ==");
    assert_eq!(lower.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn whoever_is_refused_is_not_kept() {
    let limited = "rate_limit: {interval: 1h, burst: 1}\n";
    for (config, statuses) in [
        (
            format!("basic_auth_users: {{ann: {}}}\n", hash("one")),
            vec![401],
        ),
        (limited.to_owned(), vec![200, 429]),
    ] {
        let site = Site::start(&config).await;
        for status in statuses {
            let answer = site.served.get("/metrics").await;
            assert_eq!(answer.status(), status);
            let close = answer.headers().get("connection");
            assert_eq!(close.is_some_and(|close| close == "close"), status != 200);
        }
    }
}

/// Begins to guess `count` passwords of ann, all at once.
async fn guess(site: &Site, count: usize) -> Vec<TcpStream> {
    let mut guesses = Vec::new();
    for number in 0..count {
        let credentials = BASE64_STANDARD.encode(format!("ann:guess {number}"));
        let request =
            format!("GET / HTTP/1.1\r\nHost: t\r\nAuthorization: Basic {credentials}\r\n\r\n");
        let mut stream = site.served.connect_from(2).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        guesses.push(stream);
    }
    guesses
}

/// The status that is answered, however long all the others take.
async fn status(stream: &mut TcpStream) -> String {
    let mut line = [0; 12];
    let read = tokio::time::timeout(PATIENCE, stream.read_exact(&mut line));
    read.await.expect("an answer in time").unwrap();
    String::from_utf8_lossy(&line[9..]).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_fails_no_request_with_the_right_password() {
    let users = format!(
        "basic_auth_users:\n  ann: {}\n",
        bcrypt::hash("one", 5).unwrap()
    );
    let site = Site::start(&users).await;
    let mut guesses = guess(&site, 60).await;
    // From the same address, where it was never let in before.
    let right = BASE64_STANDARD.encode("ann:one");
    let mut stream = site.served.connect_from(2).await;
    let request = format!(
        "GET / HTTP/1.1\r\nHost: t\r\nAuthorization: Basic {right}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(status(&mut stream).await, "200");
    for guess in &mut guesses {
        assert_eq!(status(guess).await, "401");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_keeps_no_other_address_waiting() {
    let users = format!(
        "basic_auth_users:\n  ann: {}\n",
        bcrypt::hash("one", 6).unwrap()
    );
    let site = Site::start(&users).await;
    let guesses = guess(&site, 100).await;
    assert!(site.admits("ann", "one").await);
    let waiting = |stream: &TcpStream| {
        let error = stream.try_read(&mut [0]).err();
        error.is_some_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    };
    assert!(guesses.iter().any(waiting), "all guesses came before it");
}

#[tokio::test]
async fn users_change_without_a_restart() {
    let users = |password| format!("basic_auth_users:\n  ann: {}\n", hash(password));
    let site = Site::start(&users("old")).await;
    assert!(site.admits("ann", "old").await);
    site.configure(&users("new")).await;
    assert!(!site.admits("ann", "old").await);
    assert!(site.admits("ann", "new").await);
    site.configure(&format!("{}  bob: {}\n", users("new"), hash("two")))
        .await;
    assert!(site.admits("ann", "new").await && site.admits("bob", "two").await);
}

#[tokio::test]
async fn the_password_is_dropped_only_by_a_restart() {
    let users = format!("basic_auth_users:\n  ann: {}\n", hash("one"));
    let site = Site::start(&users).await;
    let file = site.directory.path().join("web.yml");
    for (config, why) in [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("{}\n", "basic_auth_users"),
        ("basic_auth_users: {}\n", "basic_auth_users"),
        ("rate_limit:\n", "basic_auth_users"),
    ] {
        fs::write(&file, config).unwrap();
        let error = site.web.reload().unwrap_err().to_string();
        assert!(error.contains(why), "{config:?}: {error}");
        assert!(
            error.contains("configuration is kept"),
            "{config:?}: {error}"
        );
        let status = site.served.get("/metrics").await.status();
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{config:?}");
    }
    site.configure(&users).await;
}

#[tokio::test]
async fn a_file_that_is_empty_all_at_once_drops_nothing() {
    let site = Site::start("rate_limit:\n  interval: 1h\n  burst: 1\n").await;
    assert_eq!(site.served.get("/metrics").await.status(), StatusCode::OK);
    fs::write(site.directory.path().join("web.yml"), "").unwrap();
    assert!(site.web.reload().is_err());
    let status = site.served.get("/metrics").await.status();
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    // Whoever means it, says so.
    site.configure("{}\n").await;
    assert_eq!(site.served.get("/metrics").await.status(), StatusCode::OK);

    let empty = Site::start("").await;
    empty.web.reload().unwrap();
}

#[tokio::test]
async fn configured_headers_are_on_every_answer_and_win() {
    let config = format!(
        "basic_auth_users:\n  ann: {}\nhttp_server_config:\n  headers:\n    \
         X-Frame-Options: sameorigin\n    X-XSS-Protection: 1\n    \
         Content-Security-Policy: default-src 'self'\n    Strict-Transport-Security: ''\n",
        hash("one")
    );
    let site = Site::start(&config).await;
    for (path, password) in [
        ("/", "one"),
        ("/metrics", "one"),
        ("/nowhere", "one"),
        ("/", "bad"),
    ] {
        let request = client()
            .get(site.served.url(path))
            .basic_auth("ann", Some(password));
        let answer = request.send().await.unwrap();
        let headers = answer.headers();
        assert_eq!(headers["x-frame-options"], "sameorigin", "{path}");
        assert_eq!(headers["x-xss-protection"], "1");
        assert_eq!(headers["content-security-policy"], "default-src 'self'");
        assert!(!headers.contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn requests_beyond_the_rate_limit_are_refused() {
    let site = Site::start("rate_limit:\n  interval: 1h\n  burst: 2\n").await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(site.served.get("/metrics").await.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn whether_it_serves_is_told_beyond_the_rate_limit_too() {
    let limit = "rate_limit:\n  interval: 1h\n  burst: 1\n";
    let users = format!("basic_auth_users:\n  ann: {}\n", hash("one"));
    let open = Site::start(limit).await;
    let guarded = Site::start(&format!("{limit}{users}")).await;
    for (site, status) in [(&open, 200), (&guarded, 401)] {
        site.served.get("/metrics").await;
        assert_eq!(site.served.get("/metrics").await.status(), 429);
        assert_eq!(site.served.get("/-/healthy").await.status(), status);
    }
    // No place to guess passwords at.
    let guess = client()
        .get(guarded.served.url("/-/healthy"))
        .basic_auth("ann", Some("one"));
    assert_eq!(guess.send().await.unwrap().status(), 429);
}

#[tokio::test]
async fn an_empty_file_asks_for_nothing() {
    for empty in [
        "",
        "---\n",
        "# nothing\n",
        "tls_server_config:\nbasic_auth_users:\n",
    ] {
        let site = Site::start(empty).await;
        assert_eq!(
            site.served.get("/metrics").await.status(),
            StatusCode::OK,
            "{empty:?}"
        );
    }
}
