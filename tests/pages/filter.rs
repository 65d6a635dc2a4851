//! The filter of the landing page: whatever it is asked, the answer at the top and the totals stay.

use axum::Router;
use exporter_web::ServerOptions;
use reqwest::StatusCode;
use rhombus_share_exporter::inventory::Inventory;
use rhombus_share_exporter::inventory::Standing;
use rhombus_share_exporter::pages::router;
use rhombus_share_exporter::share::Listing;

use crate::fleets::{NOW, app, failed, fleet, good, never_asked};
use crate::landing::{headline, rows, tone};
use crate::support::{Served, start};

/// So many more organisations that are as they should be, beside these.
fn with_calm(calm: usize, others: Vec<(&str, Standing)>) -> Router {
    let names: Vec<_> = (0..calm)
        .map(|number| format!("calm-{number:04}"))
        .collect();
    let calm = names.iter().map(|name| (name.as_str(), good(0, 5)));
    router(app(fleet(calm.chain(others).collect())))
}

async fn serve(router: Router) -> Served {
    start(router, ServerOptions::default()).await
}

fn not_whole() -> Standing {
    let listing = Listing {
        partial: true,
        ..Listing::default()
    };
    never_asked().succeeded(std::time::Duration::ZERO, Inventory::new(listing, NOW))
}

async fn page(served: &Served, query: &str) -> String {
    let answer = served.get(&format!("/{query}")).await;
    assert_eq!(answer.status(), StatusCode::OK, "{query}");
    answer.text().await.unwrap()
}

fn found(page: &str) -> &str {
    let (_, form) = page.split_once("<form").unwrap();
    let (_, found) = form.split_once("<p>").unwrap();
    found.split_once("</p>").unwrap().0
}

fn names(page: &str) -> Vec<&str> {
    match page.contains("<caption>Organisations") {
        true => rows(page),
        false => Vec::new(),
    }
}

/// As many as need a look, and one that is open.
fn worrying() -> Vec<(&'static str, Standing)> {
    vec![
        ("Größe & Söhne", good(2, 5)),
        ("never", failed(&never_asked(), "no answer")),
        ("old", failed(&good(0, 240), "no answer")),
        ("waiting", never_asked()),
        ("whole-not", not_whole()),
    ]
}

#[tokio::test]
async fn what_needs_a_look_is_shown_and_the_rest_can_be_found() {
    let served = serve(with_calm(40, worrying())).await;
    let need = ["never", "waiting", "old", "Größe &#38; Söhne", "whole-not"];
    let plain = page(&served, "").await;
    assert_eq!(names(&plain), need);
    assert_eq!(found(&plain), "5 of 45 organisations.");
    assert!(plain.contains("40 more organisations not shown"), "{plain}");
    for (query, expected) in [
        ("?show=attention", &need[..]),
        ("?show=open", &["Größe &#38; Söhne"]),
        ("?q=calm-0007", &["calm-0007"]),
        ("?q=CALM-0007&show=all", &["calm-0007"]),
        ("?q=calm-0007&show=attention", &[]),
        ("?q=gr%C3%B6SSE", &[]),
        ("?q=GR%C3%96%C3%9Fe+%26&show=open", &["Größe &#38; Söhne"]),
        ("?q=+never+", &["never"]),
        // Of what is there twice, the last counts.
        ("?q=never&q=old&show=open&show=all", &["old"]),
        ("?page=2", &need),
        ("?show=nothing", &need),
    ] {
        let page = page(&served, query).await;
        assert_eq!(names(&page), expected, "{query}");
        assert_eq!(headline(&page), headline(&plain), "{query}");
        assert_eq!(tone(&page), tone(&plain), "{query}");
        let tiles = |page: &str| {
            let (_, tiles) = page.split_once("<dl").unwrap();
            tiles.split_once("<form").unwrap().0.to_owned()
        };
        assert_eq!(tiles(&page), tiles(&plain), "{query}");
        let count = match query {
            "?q=calm-0007&show=attention" => {
                "0 of 45 organisations; 1 more with such a name among all.".to_owned()
            }
            _ => format!("{} of 45 organisations.", expected.len()),
        };
        assert_eq!(found(&page), count, "{query}");
    }
    assert_eq!(names(&page(&served, "?show=all").await).len(), 45);
    let nothing = page(&served, "?q=nobody").await;
    assert!(
        nothing.contains("45 more organisations not shown"),
        "{nothing}"
    );
    assert!(nothing.contains(r#"value="nobody""#), "{nothing}");
    assert!(nothing.contains(r#"<option value="all" selected>"#));
}

/// Whatever a link says that someone was made to follow.
#[tokio::test]
async fn an_absurd_filter_gets_a_page() {
    let served = serve(with_calm(40, worrying())).await;
    let long = format!("?q={}", "x".repeat(10_000));
    for query in [
        "?",
        "?&&&=&",
        "?q",
        "?q=%00",
        "?q=%FF%FE",
        "?q=%",
        "?q=%E2%80%AE%E2%80%8B",
        "?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "?q=%22%20onfocus=alert(1)%20autofocus=%22",
        "?show=%3Cscript%3E",
        &long,
    ] {
        let page = page(&served, query).await;
        assert!(!page.contains("<script"), "{query}");
        assert!(!page.contains("\" onfocus"), "{query}");
        assert!(!page.contains(['\u{0}', '\u{202e}', '\u{200b}']), "{query}");
        assert!(page.contains("2 known open links"), "{query}");
        assert!(page.len() < 100_000, "{query}");
    }
}

#[tokio::test]
async fn few_organisations_need_no_filter() {
    for (calm, has_filter) in [(15, false), (16, true)] {
        let served = serve(with_calm(calm, worrying())).await;
        for query in ["", "?q=never", "?show=open"] {
            let page = page(&served, query).await;
            assert_eq!(page.contains("<form"), has_filter, "{calm} {query}");
            if !has_filter {
                assert_eq!(names(&page).len(), 20, "{query}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_found_is_bounded_and_says_how_to_narrow_it() {
    let served = serve(with_calm(5_000, Vec::new())).await;
    let calm = page(&served, "").await;
    assert_eq!(headline(&calm), "No open link");
    assert!(names(&calm).is_empty());
    assert_eq!(found(&calm), "0 of 5,000 organisations.");
    let all = page(&served, "?show=all&q=calm").await;
    assert_eq!(names(&all).len(), 500);
    assert_eq!(
        found(&all),
        "5,000 of 5,000 organisations, of which 500 are shown. Filter by a part of the name."
    );
    assert!(all.contains("4,500 more organisations not shown"));
}

/// The form asks this exporter and no one else.
#[tokio::test]
async fn the_form_may_be_sent_to_this_site_alone() {
    let served = serve(with_calm(40, Vec::new())).await;
    let answer = served.get("/?q=calm").await;
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("form-action 'self';"), "{policy}");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    let page = answer.text().await.unwrap();
    assert!(!page.contains("action="), "{page}");
    assert!(page.contains(r#"<a href="?">"#), "{page}");
}
