//! What can't be asked, and what is not there.

use reqwest::Method;
use serde_json::json;

use crate::asking::{Answer, ask, ask_as, get, names};
use crate::common::links::{Links, reference};
use crate::common::process::Process;

/// Is an error of the API that says `detail`.
fn assert_problem(path: &str, answer: &Answer, status: u16, title: &str, detail: &str) {
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    assert_eq!(answer.media_type, "application/problem+json", "{path}");
    let problem = answer.json();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["title"], title);
    let found = problem["detail"].as_str().unwrap();
    assert!(found.contains(detail), "{path}: {found}");
}

async fn site() -> (Links, Process) {
    let links = Links::all().await;
    let exporter = links.exporter(8.0, &[]).await;
    (links, exporter)
}

#[tokio::test]
async fn what_can_not_be_asked_is_told_with_what_can() {
    let (_links, exporter) = site().await;
    let long = format!("text={}", "x".repeat(501));
    let many = vec!["org=a"; 101].join("&");
    let bad = [
        ("color=red", "expected one of org, kind,"),
        ("Org=acme", "expected one of org, kind,"),
        ("org[]=acme", "expected one of org, kind,"),
        ("kind=clips", "expected one of clip_group,"),
        ("protection=open", "expected one of none, password, sso"),
        ("state=active&state=active", "expected at most 1 of it"),
        ("excepted=true", "expected one of yes, no"),
        ("ends=soon", "or never"),
        ("older_than=5", "expected a duration with its unit"),
        ("newer_than=1000y", "expected at most 100 years"),
        ("created_after=31.1.2027", "expected a day such as"),
        ("created_before=2027-13-01", "expected a day such as"),
        ("ref=xyz", "expected a share's ref"),
        ("limit=0", "expected a whole number from 1 to 1000"),
        ("limit=1001", "expected a whole number from 1 to 1000"),
        ("limit=1e2", "expected a whole number from 1 to 1000"),
        ("page=1000001", "expected a whole number from 1 to 1000000"),
        (&long, "expected at most 500 bytes"),
        (&many, "expected at most 100 of it"),
    ];
    for (query, detail) in bad {
        let path = format!("/api/v1/shares?{query}");
        assert_problem(
            &path,
            &ask(&exporter, &path).await,
            400,
            "Bad Request",
            detail,
        );
        for page in ["/shares", "/shares.csv", "/shares.json"] {
            let path = format!("{page}?{query}");
            let answer = ask(&exporter, &path).await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.text);
            assert_eq!(answer.media_type, "text/plain; charset=utf-8");
            assert!(answer.text.contains(detail), "{path}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn what_pages_have_and_the_api_has_not_is_refused_and_the_other_way_round() {
    let (_links, exporter) = site().await;
    for query in [
        "sort=title",
        "sort=risk",
        "sort=-ends",
        "page=1",
        "page=2&limit=9",
    ] {
        let path = format!("/api/v1/shares?{query}");
        let answer = ask(&exporter, &path).await;
        assert_problem(&path, &answer, 400, "Bad Request", "followed by `cursor`");
        assert_eq!(
            ask(&exporter, &format!("/shares?{query}")).await.status,
            200
        );
    }
    let cursor = get(&exporter, "/api/v1/shares?limit=1").await["next_cursor"].clone();
    let path = format!("/shares?cursor={}", cursor.as_str().unwrap());
    let answer = ask(&exporter, &path).await;
    assert_eq!(
        (answer.status, answer.text.contains("by `page`")),
        (400, true)
    );
    for cursor in ["x", "AAAA", "W10", "null", "%20"] {
        let path = format!("/api/v1/shares?cursor={cursor}");
        let answer = ask(&exporter, &path).await;
        assert_problem(
            &path,
            &answer,
            400,
            "Bad Request",
            "expected the `next_cursor`",
        );
    }
    for path in [
        format!("/api/v1/shares/{}?x", reference(1)),
        "/api/v1/organizations?org=a".to_owned(),
    ] {
        let answer = ask(&exporter, &path).await;
        assert_problem(&path, &answer, 400, "Bad Request", "Expected nothing after");
    }
}

#[tokio::test]
async fn an_unknown_ref_and_what_is_none_are_told_apart_by_nothing() {
    let (_links, exporter) = site().await;
    let unknown = ask(&exporter, "/api/v1/shares/0123456789ab").await;
    assert_problem("unknown", &unknown, 404, "Not Found", "No link of this ref");
    let unknown_page = ask(&exporter, "/shares/0123456789ab").await;
    assert_eq!(unknown_page.status, 404);
    for none in [
        "x",
        "0123456789a",
        "0123456789abc",
        "AAAAAAAAAAAAAAAAAAAAAQ",
        "+",
        "%F0%9F%9A%9A",
        "%ff",
        "%00",
        "a%2Fb",
    ] {
        let answer = ask(&exporter, &format!("/api/v1/shares/{none}")).await;
        assert_eq!(
            (answer.status, &answer.text),
            (404, &unknown.text),
            "{none}"
        );
        let page = ask(&exporter, &format!("/shares/{none}")).await;
        assert_eq!(
            (page.status, &page.text),
            (404, &unknown_page.text),
            "{none}"
        );
    }
    let path = "/api/v1/nowhere";
    assert_problem(
        path,
        &ask(&exporter, path).await,
        404,
        "Not Found",
        "no such resource",
    );
}

#[tokio::test]
async fn an_empty_filter_asks_for_nothing_on_a_page_and_is_refused_by_the_api() {
    let (_links, exporter) = site().await;
    for query in ["org=", "org", "protection=&state=active", "ref=&rule="] {
        let path = format!("/api/v1/shares?{query}");
        let answer = ask(&exporter, &path).await;
        assert_problem(&path, &answer, 400, "Bad Request", "expected a value");
        for page in ["/shares", "/shares.csv"] {
            let path = format!("{page}?{query}");
            assert_eq!(ask(&exporter, &path).await.status, 200, "{path}");
        }
    }
    for path in ["/api/v1/shares?cursor=&limit=", "/api/v1/shares?"] {
        assert_eq!(names(&get(&exporter, path).await).len(), 18, "{path}");
    }
}

#[tokio::test]
async fn a_page_beyond_the_last_is_refused_by_page_and_file() {
    let (_links, exporter) = site().await;
    for page in ["/shares", "/shares.csv", "/shares.json"] {
        for (query, status, last) in [
            ("limit=7&page=3", 200, ""),
            ("limit=7&page=4", 400, "expected at most 3"),
            ("limit=18&page=2", 400, "expected at most 1"),
            ("page=1", 200, ""),
            ("page=2", 400, "expected at most 1"),
            ("text=nothing+has+this&page=1", 200, ""),
            ("text=nothing+has+this&page=2", 400, "expected at most 1"),
        ] {
            let path = format!("{page}?{query}");
            let answer = ask(&exporter, &path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            assert!(answer.text.contains(last), "{path}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_ref_that_two_links_have_lists_both() {
    let (_links, exporter) = site().await;
    let reference = reference(1);
    let answer = get(&exporter, &format!("/api/v1/shares/{reference}")).await;
    let name = |org: &str| (org.to_owned(), "clip_group".to_owned(), reference.clone());
    assert_eq!(names(&answer), [name("acme"), name("bell")]);
    let page = ask(&exporter, &format!("/shares/{reference}")).await;
    assert_eq!(page.text.matches("<article").count(), 2, "{}", page.text);
    let upper = get(
        &exporter,
        &format!("/api/v1/shares/{}", reference.to_uppercase()),
    )
    .await;
    assert_eq!(names(&upper), names(&answer));
}

#[tokio::test]
async fn only_get_and_head_are_answered_and_nothing_is_compressed() {
    let (_links, exporter) = site().await;
    let one = format!("/api/v1/shares/{}", reference(1));
    for path in [
        "/api/v1/shares",
        &one,
        "/api/v1/organizations",
        "/shares.json",
        "/shares.csv",
        "/shares",
    ] {
        let get = ask(&exporter, path).await;
        let head = ask_as(&exporter, Method::HEAD, path, &[]).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        assert_eq!(head.media_type, get.media_type, "{path}");
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = ask_as(&exporter, method.clone(), path, &[]).await;
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text);
            if path.starts_with("/api/") {
                assert_problem(
                    path,
                    &answer,
                    405,
                    "Method Not Allowed",
                    "Expected GET or HEAD",
                );
            }
        }
        for coding in ["gzip", "br, gzip;q=0.5", "identity;q=0, *", "\u{e9}"] {
            let answer = ask_as(&exporter, Method::GET, path, &[("accept-encoding", coding)]).await;
            assert_eq!(answer.status, 200, "{path} {coding}");
            assert!(
                !answer.headers.contains_key("content-encoding"),
                "{path} {coding}"
            );
            assert_eq!(answer.text.is_empty(), get.text.is_empty());
        }
        assert_eq!(get.headers["cache-control"], "no-store", "{path}");
    }
    let answer = ask_as(
        &exporter,
        Method::GET,
        "/api/v1/shares",
        &[("accept", "text/html")],
    )
    .await;
    assert_eq!(answer.media_type, "application/json");
    assert_eq!(json!(answer.status), 200);
}
