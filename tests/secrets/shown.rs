//! Where it may be, so that looking for it can find it: titles and names for those who may see details,
//! addresses for those of them who ask, and nothing that is not kept.

use crate::canary::{assert_holds_all, assert_holds_none};
use crate::site::{Site, VIEWER, ask};

#[tokio::test]
async fn who_may_see_details_is_shown_what_people_wrote() {
    let site = Site::new().await;
    let exporter = site.with_passwords(&[]).await;
    let world = &site.world;
    for path in ["/shares", "/shares.csv", "/shares.json", "/api/v1/shares"] {
        let answer = ask(&exporter, Some(VIEWER), path).await;
        assert_eq!(answer.status, 200, "{path}");
        let text = answer.text();
        assert_holds_all(path, &text, &world.titles);
        assert_holds_all(path, &text, &world.names[..1]);
        assert_holds_none(path, &answer.all(), world.unread.iter());
        assert_holds_none(path, &answer.all(), &[site.key()]);
    }
    for (reference, title) in site.references().iter().zip(&world.titles) {
        for path in ["/shares/", "/api/v1/shares/"].map(|path| format!("{path}{reference}")) {
            let text = ask(&exporter, Some(VIEWER), &path).await.text();
            assert_holds_all(&path, &text, [title]);
            assert_holds_none(&path, &text, world.unread.iter().chain(&[site.key()]));
        }
    }
    let asked = format!("/shares?text={}", world.titles[1].text);
    let found = ask(&exporter, Some(VIEWER), &asked).await.text();
    assert_holds_none(&asked, &found, [&world.titles[0]]);
}

/// A page may be printed, sent and looked at over a shoulder; the API and a file are for machines.
#[tokio::test]
async fn an_address_is_on_a_page_only_when_it_is_asked_for() {
    let site = Site::new().await;
    let exporter = site.with_passwords(&[]).await;
    let world = &site.world;
    for path in ["/shares", "/shares?sort=-title"] {
        let page = ask(&exporter, Some(VIEWER), path).await.all();
        assert_holds_none(path, &page, world.addresses.iter().chain(&world.uuids));
    }
    let [stream, wall] = [0, 1].map(|at| &world.addresses[at]);
    let opening = [&world.uuids[0], stream, &world.uuids[2], wall];
    for (at, address) in opening.into_iter().enumerate() {
        let path = format!("/shares/{}", site.references()[at]);
        let before = ask(&exporter, Some(VIEWER), &path).await.all();
        assert_holds_none(&path, &before, world.addresses.iter().chain(&world.uuids));
        let asked = format!("{path}?address=show");
        let after = ask(&exporter, Some(VIEWER), &asked).await;
        assert_holds_all(&asked, &after.text(), [address]);
        assert_eq!(after.headers["cache-control"], "no-store");
        assert_eq!(after.headers["referrer-policy"], "no-referrer");
    }
    for path in ["/shares.csv", "/shares.json", "/api/v1/shares"] {
        let answer = ask(&exporter, Some(VIEWER), path).await;
        assert_holds_all(path, &answer.text(), world.opening());
        assert_holds_none(path, &answer.all(), world.for_nobody());
    }
}
