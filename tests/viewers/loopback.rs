//! On loopback without a password: for this machine, and nobody who only looks like it.

use reqwest::Method;

use crate::asking::{API, PAGES, at, get, here, raw, request, sent};
use crate::common::{exporter, put_some_groups, simulator};

#[tokio::test]
async fn this_machine_sees_all_of_them() {
    let exporter = here(&[]);
    for path in PAGES.iter().chain(&API) {
        sent(get(&exporter, path)).await.is_shown(path);
        let head = sent(request(&exporter, Method::HEAD, path)).await;
        head.is_shown(path);
        assert_eq!(head.text, "");
        let post = sent(request(&exporter, Method::POST, path)).await;
        assert!(matches!(post.status, 404 | 405), "{path}: {}", post.status);
        post.is_protected();
    }
}

#[tokio::test]
async fn a_name_that_another_can_have_is_refused() {
    let exporter = here(&[]);
    let port = exporter.address().port();
    for (host, expected) in [
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:80", 200),
        ("127.9.9.9", 200),
        ("localhost.", 403),
        ("127.0.0.1.evil.example", 403),
        ("evil.example", 403),
        ("evil.localhost", 403),
        ("0.0.0.0", 403),
        ("127.1", 403),
        ("", 403),
    ] {
        let asked = format!("GET /shares HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let (status, answer) = raw(&exporter, &asked).await;
        assert_eq!(status, expected, "{host}: {answer}");
    }
    for (head, expected) in [
        (
            format!("GET http://evil.example/shares HTTP/1.1\r\nHost: 127.0.0.1:{port}"),
            403,
        ),
        (
            "GET http://127.0.0.1/shares HTTP/1.1\r\nHost: evil.example".to_owned(),
            403,
        ),
        (
            "GET http://127.0.0.1/shares HTTP/1.1\r\nHost: 127.0.0.1".to_owned(),
            200,
        ),
        (
            "GET http://a@127.0.0.1/shares HTTP/1.1\r\nHost: 127.0.0.1".to_owned(),
            403,
        ),
        (
            "GET /shares HTTP/1.1\r\nHost: localhost\r\nHost: evil.example".to_owned(),
            400,
        ),
        (
            "GET /shares HTTP/1.1\r\nHost: evil.example\r\nHost: localhost".to_owned(),
            400,
        ),
        ("GET /shares HTTP/1.1".to_owned(), 400),
        ("GET /shares HTTP/1.0\r\nHost: localhost".to_owned(), 403),
        ("GET /shares HTTP/1.0".to_owned(), 403),
        (
            "GET /%73hares HTTP/1.1\r\nHost: evil.example".to_owned(),
            404,
        ),
        (
            "GET //shares HTTP/1.1\r\nHost: evil.example".to_owned(),
            404,
        ),
        (
            "GET /api/../shares HTTP/1.1\r\nHost: evil.example".to_owned(),
            404,
        ),
        (
            "HEAD /shares HTTP/1.1\r\nHost: evil.example".to_owned(),
            403,
        ),
        (
            "OPTIONS /shares HTTP/1.1\r\nHost: evil.example".to_owned(),
            403,
        ),
    ] {
        let asked = format!("{head}\r\nConnection: close\r\n\r\n");
        let (status, answer) = raw(&exporter, &asked).await;
        assert_eq!(status, expected, "{head}: {answer}");
    }
}

#[tokio::test]
async fn a_request_that_came_through_a_proxy_is_refused() {
    let exporter = here(&[]);
    for name in [
        "Forwarded",
        "X-FORWARDED-FOR",
        "x-forwarded-proto",
        "X-Forwarded-Anything",
        "X-Real-Ip",
        "VIA",
    ] {
        for path in PAGES.iter().chain(&API) {
            let answer = sent(get(&exporter, path).header(name, "1")).await;
            answer.is_refused(path, "came through a proxy");
        }
        // It is of no matter to who only counts.
        let metrics = sent(get(&exporter, "/metrics").header(name, "1")).await;
        assert_eq!(metrics.status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_may_lead_here_and_no_more() {
    let exporter = here(&[]);
    for site in ["cross-site", "same-site"] {
        for path in PAGES.iter().chain(&API) {
            let asked = || get(&exporter, path).header("Sec-Fetch-Site", site);
            sent(asked()).await.is_refused(path, "another site");
            let opened = asked()
                .header("Sec-Fetch-Mode", "navigate")
                .header("Sec-Fetch-Dest", "document");
            let opened = sent(opened).await;
            if PAGES.contains(path) {
                opened.is_shown(path);
            } else {
                opened.is_refused(path, "another site");
            }
        }
    }
    let own = get(&exporter, "/api/v1/shares").header("Sec-Fetch-Site", "same-origin");
    sent(own).await.is_shown("/api/v1/shares");
    let origin = get(&exporter, "/shares").header("Origin", "https://evil.example");
    sent(origin).await.is_refused("/shares", "another site");
}

#[tokio::test]
async fn loopback_may_be_written_in_other_ways() {
    for address in ["[::ffff:127.0.0.1]:0", "127.0.0.1:0", "localhost:0"] {
        let exporter = at(address, &[]);
        let url = exporter.url("/shares");
        sent(crate::support::client().get(url))
            .await
            .is_shown("/shares");
    }
}

#[tokio::test]
async fn a_refusal_tells_nothing_of_what_is_shared() {
    let simulator = simulator(0);
    put_some_groups(&simulator).await;
    let exporter = exporter(&simulator, &["--web.shares=off"]);
    exporter.wait_for_success().await;
    for path in PAGES.iter().chain(&API) {
        let answer = sent(get(&exporter, path)).await;
        answer.is_refused(path, "--web.shares=off");
        for secret in ["door", "AAAA", "CAMERA", "ORGANIZATION", "default\""] {
            assert!(!answer.text.contains(secret), "{path}: {}", answer.text);
        }
    }
}
