//! `/audit`, and the history of one link.

use std::collections::BTreeSet;
use std::sync::Arc;

use exporter_web::ServerOptions;
use rhombus_share_exporter::audit::Progress;
use rhombus_share_exporter::pages::{App, SharesMode, TrailSource, Viewers, router};
use rhombus_share_exporter::store::KeptTrail;

use crate::common::audited::{Audited, MAKER, MAKER_SHOWN, first, gone};
use crate::fleets::{app, fleet, good};
use crate::support::{client, start};

/// The numbers of the events on a page, in their order.
fn numbers(page: &str) -> Vec<u64> {
    let parts = page.split("<span class=\"dim\">#").skip(1);
    let number = |part: &str| part.split('<').next().unwrap().parse().unwrap();
    parts.map(number).collect()
}

/// What a link on a page leads to, without what HTML escapes.
fn link<'a>(page: &'a str, text: &str) -> Option<&'a str> {
    let (before, _) = page.split_once(&format!(">{text}</a>"))?;
    let (_, address) = before.rsplit_once("href=\"")?;
    address.split('"').next()
}

#[tokio::test]
async fn a_link_has_its_life_even_where_it_is_gone() {
    let audited = Audited::new().await;
    let path = format!("/shares/{}", gone());
    let (status, page) = audited.exporter.get(&path).await;
    assert_eq!(status, 200);
    // The newest first.
    let mut rest = &*page;
    for part in [
        r"<h1>Dock \u{202e}&#60;b&#62;7&#60;/b&#62;</h1>",
        "no longer listed",
        "is not listed any more; it was: protection none",
        "between the looks of ",
        "is less protected: from password to none",
        "is new: protection password",
        "../audit?share=",
    ] {
        let (_, after) = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("{part}:\n{rest}"));
        rest = after;
    }
    let numbers = numbers(&page);
    assert!(
        numbers.len() >= 5 && numbers.is_sorted_by(|one, next| one > next),
        "{numbers:?}"
    );
    // A ref of which nothing is known is what it always was.
    let (status, _) = audited.exporter.get("/shares/0123456789ab").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn who_made_a_link_and_who_looked_is_for_those_who_may_see_it() {
    let audited = Audited::new().await;
    let (_, page) = audited.exporter.get(&format!("/shares/{}", first())).await;
    assert!(page.contains("<dd>1 (anonymous 1)</dd>"), "{page}");
    assert!(page.contains("was viewed by SHARED_CLIP"), "{page}");
    for path in ["/shares", "/audit?event=made_by"] {
        let (_, page) = audited.exporter.get(path).await;
        assert!(page.contains(MAKER_SHOWN), "{path}: {page}");
    }
    for path in ["/", "/metrics", "/-/ready"] {
        let (_, page) = audited.exporter.get(path).await;
        assert!(!page.contains("Öther"), "{path}: {page}");
    }
    assert!(!audited.exporter.output().contains(MAKER));
}

#[tokio::test]
async fn the_trail_is_paged_and_asked_by_filters() {
    let audited = Audited::new().await;
    let exporter = &audited.exporter;
    let (status, newest) = exporter.get("/audit").await;
    assert_eq!(status, 200);
    assert!(newest.contains("Sealed to #"), "{newest}");
    let only = format!(
        "/audit?event=unsecured&share={}&org=default&kind=clip_group",
        gone()
    );
    let (_, page) = exporter.get(&only).await;
    assert_eq!(numbers(&page).len(), 1, "{page}");
    for (query, status) in [
        ("?event=viewed&since=2001-01-01&until=2001-01-02", 200),
        ("?org=nobody", 200),
        ("?event=looked", 400),
        ("?before=1", 400),
        ("?x=1", 400),
    ] {
        let (found, page) = exporter.get(&format!("/audit{query}")).await;
        assert_eq!(found, status, "{query}: {page}");
        assert!(numbers(&page).is_empty(), "{query}");
    }
    let answer = client()
        .get(exporter.url("/audit?org=&event=viewed&share="))
        .send();
    let answer = answer.await.unwrap();
    // It has been followed.
    assert!(answer.url().as_str().ends_with("/audit?event=viewed"));
}

/// Each event is on one page.
#[tokio::test]
async fn older_events_are_a_link_away() {
    let audited = Audited::new().await;
    for number in 0..60_u8 {
        let uuid = format!("BBBBBBBBBBBBBBBBBBBB{}A", char::from(b'A' + number % 26));
        let page = format!(r#"{{"uuid":"{uuid}","title":"{number}","isSecured":true}}"#);
        crate::common::put_group(&audited.simulator, &uuid, &page).await;
    }
    audited.wait_for("/audit", ">Older</a>").await;
    let (mut path, mut seen) = ("audit".to_owned(), Vec::new());
    loop {
        let (_, page) = audited.exporter.get(&format!("/{path}")).await;
        let here = numbers(&page);
        assert!(here.len() <= 50 && !here.is_empty());
        seen.extend(here);
        let Some(older) = link(&page, "Older") else {
            assert!(link(&page, "Newest").is_some());
            break;
        };
        path = older.replace("&#38;", "&");
    }
    assert!(seen.len() > 50);
    let each: BTreeSet<_> = seen.iter().collect();
    assert_eq!(each.len(), seen.len(), "an event is on two pages");
    assert_eq!(seen.last(), Some(&1));
    assert!(
        seen.is_sorted_by(|one, next| *one == next + 1),
        "one is missing"
    );
}

fn shown(trail: Option<TrailSource>) -> App {
    App {
        trail,
        viewers: Arc::new(Viewers::new(SharesMode::On, None)),
        ..app(fleet(vec![("acme", good(1, 1))]))
    }
}

#[tokio::test]
async fn without_a_trail_it_says_how_to_get_one() {
    let served = start(router(shown(None)), ServerOptions::default()).await;
    let answer = client().get(served.url("/audit")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    assert!(page.contains("--storage.path=DIR"), "{page}");
    assert!(page.contains("aria-current=\"page\">Audit"), "{page}");
}

/// What can't be read is no empty trail, and no link that is not there.
#[tokio::test]
async fn a_trail_that_can_not_be_read_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let trail = TrailSource {
        directory: directory.path().join("nowhere"),
        progress: Arc::new(Progress::new(&KeptTrail::default())),
    };
    let served = start(router(shown(Some(trail))), ServerOptions::default()).await;
    for path in ["/audit", "/shares/0123456789ab"] {
        let answer = client().get(served.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 500, "{path}");
        let text = answer.text().await.unwrap();
        assert!(
            text.contains("can't be read: see the log"),
            "{path}: {text}"
        );
        assert!(!text.contains("nowhere"), "{path}: {text}");
    }
}
