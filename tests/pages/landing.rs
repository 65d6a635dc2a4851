//! The landing page: it answers at a glance, and never says that all is well when it isn't known.

use exporter_web::ServerOptions;
use rhombus_share_exporter::inventory::{FleetHandle, Inventory, Standing, View};
use rhombus_share_exporter::pages::router;
use rhombus_share_exporter::share::{Expiry, Id, Identity, Listing, Moment, Protection};
use std::sync::Arc;
use std::time::Duration;

use crate::fleets::{NOW, app, failed, fleet, fleet_seen_by, good, never_asked, share, view};
use crate::support::start;

async fn page(standings: Vec<(&str, Standing)>) -> String {
    page_of(fleet(standings)).await
}

pub(crate) async fn page_of(fleet: Arc<FleetHandle>) -> String {
    let served = start(router(app(fleet)), ServerOptions::default()).await;
    served.get("/").await.text().await.unwrap()
}

pub(crate) fn headline(page: &str) -> &str {
    let (_, rest) = page.split_once("<h1 id=\"answer\">").unwrap();
    rest.split_once("</h1>").unwrap().0
}

pub(crate) fn tone(page: &str) -> &str {
    let (_, rest) = page.split_once("<section class=\"answer ").unwrap();
    rest.split_once('"').unwrap().0
}

/// The organisations in the order of their rows.
pub(crate) fn rows(page: &str) -> Vec<&str> {
    let (_, organizations) = page.split_once("<caption>Organisations").unwrap();
    let rows = organizations.split("scope=\"row\">").skip(1);
    rows.map(|row| row.split_once('<').unwrap().0).collect()
}

#[tokio::test]
async fn only_what_is_known_to_be_closed_is_called_so() {
    let withdrawn = || failed(&good(3, 2_400), "no answer");
    let stale = || failed(&good(2, 240), "no answer");
    let never = || failed(&never_asked(), "no answer");
    for (standings, tone_expected, expected) in [
        (vec![], "warn", "No organisation is watched"),
        (vec![("a", good(0, 5))], "good", "No open link"),
        (vec![("a", good(1, 5))], "warn", "1 open link"),
        (
            vec![("a", good(0, 121))],
            "warn",
            "1 of 1 organisation not seen lately; no known open link",
        ),
        (
            vec![("a", stale()), ("b", good(1, 5))],
            "warn",
            "1 of 2 organisations not seen lately; 3 known open links",
        ),
        (
            vec![("a", never_asked())],
            "warn",
            "Waiting for the first answers",
        ),
        (
            vec![("a", never_asked()), ("b", good(1, 5))],
            "warn",
            "1 of 2 organisations not read yet; 1 known open link",
        ),
        (vec![("a", never())], "bad", "No organisation could be read"),
        (
            vec![("a", withdrawn())],
            "bad",
            "No organisation could be read",
        ),
        (
            vec![("a", withdrawn()), ("b", good(0, 5)), ("c", never_asked())],
            "bad",
            "2 of 3 organisations could not be read; no known open link",
        ),
        (
            vec![("a", never()), ("b", stale())],
            "bad",
            "1 of 2 organisations could not be read; 2 known open links",
        ),
    ] {
        let page = page(standings).await;
        assert_eq!((tone(&page), headline(&page)), (tone_expected, expected));
        assert!(page.contains(&format!("<title>{expected} · ")), "{page}");
    }
}

#[tokio::test]
async fn nothing_found_in_a_part_is_no_all_clear() {
    let lookback = |secs| View {
        lookback: Some(Duration::from_secs(secs)),
        ..view()
    };
    for (standing, secs, expected) in [
        (
            good(0, 5),
            604_800,
            "No open link, without clip pages older than 7 d",
        ),
        (
            good(2, 5),
            3_600,
            "2 open links, without clip pages older than 60 min",
        ),
    ] {
        let fleet = fleet_seen_by(lookback(secs), vec![("a", standing)]);
        let page = page_of(fleet).await;
        assert_eq!((tone(&page), headline(&page)), ("warn", expected));
        assert!(page.contains("<dt>open to anyone</dt><dd>≥ "), "{page}");
        assert!(page.contains("Links of older ones are not counted"));
    }
}

#[tokio::test]
async fn numbers_that_leave_someone_out_say_so() {
    let page = page(vec![("a", failed(&never_asked(), "x")), ("b", good(4, 5))]).await;
    assert!(
        page.contains("<dt>open to anyone</dt><dd>≥ 4</dd>"),
        "{page}"
    );
    assert!(page.contains("not known"), "{page}");
    assert!(
        page.contains("The links of 1 organisation are not known and not counted here."),
        "{page}"
    );
}

#[tokio::test]
async fn without_any_picture_there_is_no_number() {
    let page = page(vec![("a", failed(&good(3, 2_400), "x"))]).await;
    assert!(page.contains("<dt>open to anyone</dt><dd>–</dd>"), "{page}");
}

#[tokio::test]
async fn the_worst_comes_first_with_its_reason() {
    let page = page(vec![
        ("a-fresh", good(1, 5)),
        ("b-fresh", good(7, 5)),
        ("c-waiting", never_asked()),
        ("d-stale", failed(&good(2, 240), "no answer")),
        ("e-never", failed(&never_asked(), "Rhombus answered 401")),
        ("f-withdrawn", failed(&good(3, 2_400), "no answer")),
    ])
    .await;
    assert_eq!(
        rows(&page),
        [
            "f-withdrawn",
            "e-never",
            "c-waiting",
            "d-stale",
            "b-fresh",
            "a-fresh"
        ]
    );
    assert!(
        page.contains("<code>auth</code> Rhombus answered 401"),
        "{page}"
    );
    assert!(page.contains("5 s ago, failed after 2.0 s"), "{page}");
    assert!(page.contains("last seen 40 min ago"), "{page}");
}

#[tokio::test]
async fn links_are_counted_as_the_metrics_count_them() {
    let within = |hours: u64| Expiry::At(NOW.time.after(Duration::from_secs(hours * 3_600)));
    let shares = vec![
        share(Protection::None, Expiry::Never),
        share(Protection::None, within(24)),
        share(Protection::None, within(25)),
        share(Protection::None, within(0)),
        share(Protection::Password, within(2)),
    ];
    let listing = Listing {
        shares,
        ..Listing::default()
    };
    let standing = never_asked().succeeded(Duration::ZERO, Inventory::new(listing, NOW));
    let page = page(vec![("a", standing)]).await;
    for tile in [
        "<dt>open to anyone</dt><dd>3</dd>",
        "<dt>links in all</dt><dd>4</dd>",
        "<dt>without expiry</dt><dd>1</dd>",
        "<dt>expiring within 24h</dt><dd>2</dd>",
        "<dt>organisations up to date</dt><dd>1 / 1</dd>",
    ] {
        assert!(page.contains(tile), "{tile} in {page}");
    }
}

#[tokio::test]
async fn invented_data_is_called_so() {
    let fleet = fleet(vec![("a", good(1, 5))]);
    for is_demo in [true, false] {
        let mut app = app(fleet.clone());
        app.is_demo = is_demo;
        let served = start(router(app), ServerOptions::default()).await;
        let page = served.get("/").await.text().await.unwrap();
        assert_eq!(page.contains("this data is invented"), is_demo, "{page}");
    }
}

#[tokio::test]
async fn what_others_wrote_is_escaped() {
    let message = "<img src=x onerror=alert(1)> & \"quotes\"";
    let page = page(vec![(
        "<script>alert(1)</script>",
        failed(&never_asked(), message),
    )])
    .await;
    assert!(!page.contains("<script"), "{page}");
    assert!(!page.contains("<img"), "{page}");
}

#[tokio::test]
async fn what_others_wrote_turns_and_hides_nothing() {
    let message = "Rhombus said \u{202e}nepo\u{200b}\u{7}, Größe 5 \u{2066}x";
    let page = page(vec![("a", failed(&never_asked(), message))]).await;
    let shown = r"Rhombus said \u{202e}nepo\u{200b}\u{7}, Größe 5 \u{2066}x";
    assert!(page.contains(shown), "{page}");
    assert!(!page.contains(['\u{202e}', '\u{200b}', '\u{7}', '\u{2066}']));
}

#[tokio::test]
async fn thousands_of_organisations_are_one_bounded_page() {
    let names: Vec<_> = (0..5_000)
        .map(|number| format!("client-{number:04}"))
        .collect();
    let mut all: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), good(1, 5)))
        .collect();
    all[4_321].1 = failed(&never_asked(), "no answer");
    let page = page(all).await;
    assert_eq!(rows(&page).len(), 500);
    assert_eq!(rows(&page)[0], "client-4321");
    assert!(page.contains("4,500 more organisations not shown"));
    assert!(page.contains("<dd>≥ 4,999</dd>"));
    assert!(page.len() < 500_000, "{}", page.len());
}

#[tokio::test]
async fn failures_do_not_hide_who_has_open_links() {
    let names: Vec<_> = (0..1_500)
        .map(|number| format!("client-{number:04}"))
        .collect();
    let standing = |number: usize| match number {
        // Among those that fail there is one with links too, in an old picture.
        700 => failed(&good(3, 240), "no answer"),
        0..1_000 => failed(&never_asked(), "no answer"),
        1_234 => good(9, 5),
        1_345 => good(1, 5),
        _ => good(0, 5),
    };
    let all = names.iter().enumerate();
    let all = all.map(|(number, name)| (name.as_str(), standing(number)));
    let page = page(all.collect()).await;
    let rows = rows(&page);
    assert_eq!(rows.len(), 500);
    assert_eq!(rows[0], "client-0000");
    let open = ["client-0700", "client-1234", "client-1345"];
    assert_eq!(rows[497..], open, "they are there, in the order of all");
    assert!(page.contains("1,000 more organisations not shown"));
}

#[tokio::test]
async fn the_page_may_load_nothing() {
    let served = start(
        router(app(fleet(vec![("a", good(0, 1))]))),
        ServerOptions::default(),
    )
    .await;
    let answer = served.get("/").await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    let page = answer.text().await.unwrap();
    assert!(!page.contains("src="), "{page}");
    assert!(page.contains("1.2.3 (0123456789ab)"), "{page}");
}

/// A list that was suddenly empty is not believed yet: what is shown is older than the answer, and so
/// is its age. One that warns that it is not whole gives no all-clear.
#[tokio::test]
async fn what_an_answer_does_not_settle_is_said() {
    let ended = NOW.before(Duration::from_secs(5));
    let emptied = good(3, 100).succeeded(Duration::ZERO, Inventory::new(Listing::default(), ended));
    let emptied = page(vec![("a", emptied)]).await;
    let expected = "1 of 1 organisation lost every link of a list at once; 3 known open links";
    assert_eq!((tone(&emptied), headline(&emptied)), ("warn", expected));
    assert!(
        emptied.contains("A list that had links came back empty: 1 organisation."),
        "{emptied}"
    );
    assert!(
        emptied.contains("The oldest data counted here is 100 s old."),
        "{emptied}"
    );

    let warned = Listing {
        partial: true,
        ..Listing::default()
    };
    let partial = never_asked().succeeded(Duration::ZERO, Inventory::new(warned, ended));
    let partial = page(vec![("a", partial)]).await;
    assert_eq!(tone(&partial), "warn");
    assert!(partial.contains("its list is not complete: 1 organisation"));
    // And which it is.
    assert!(partial.contains(r#"<span class="badge warn">Incomplete<"#));
    assert!(emptied.contains(r#"<span class="badge warn">Not confirmed yet<"#));
}

/// Where clocks differ, which of them is right is not known, whichever is ahead.
#[tokio::test]
async fn clocks_that_differ_are_said_and_from_five_minutes_on_give_no_all_clear() {
    for (secs, said, tone_expected, expected) in [
        (119, false, "good", "No open link"),
        (120, true, "good", "No open link"),
        (299, true, "good", "No open link"),
        (
            300,
            true,
            "warn",
            "Clocks differ by 5 min; no known open link",
        ),
        (
            31 * 86_400,
            true,
            "warn",
            "Clocks differ by 31 d; no known open link",
        ),
    ] {
        let skew = Duration::from_secs(secs);
        for there in [NOW.before(skew), NOW.after(skew)] {
            let fleet = fleet(vec![("a", good(0, 5))]);
            let organization = fleet.load().organizations[0].clone();
            organization.server_clock().set(there.time, NOW);
            let page = page_of(fleet).await;
            assert_eq!((tone(&page), headline(&page)), (tone_expected, expected));
            assert_eq!(page.contains("until it has ended by both"), said, "{page}");
        }
    }
}

/// With this machine's clock ahead, a link that has ended by it alone still counts.
#[tokio::test]
async fn a_link_has_ended_only_by_both_clocks() {
    let day = Duration::from_secs(86_400);
    let listing = Listing {
        shares: vec![share(Protection::None, Expiry::At(NOW.before(day).time))],
        ..Listing::default()
    };
    let yesterday = Moment {
        time: NOW.before(2 * day).time,
        uptime: NOW.uptime,
    };
    let standing = never_asked().succeeded(Duration::ZERO, Inventory::new(listing, yesterday));
    let fleet = fleet(vec![("a", standing)]);
    let organization = fleet.load().organizations[0].clone();
    organization.server_clock().set(yesterday.time, NOW);
    let page = page_of(fleet).await;
    assert!(headline(&page).ends_with("1 known open link"), "{page}");
}

#[tokio::test]
async fn names_of_one_organisation_are_named_together() {
    let fleet = fleet(vec![
        ("a", good(0, 5)),
        ("b", good(0, 5)),
        ("c", good(0, 5)),
    ]);
    for organization in &fleet.load().organizations {
        let uuid = if organization.name() == "b" {
            "other"
        } else {
            "one"
        };
        let identity = Identity {
            uuid: Some(Id::parse(uuid)),
            name: None,
        };
        fleet.identify(organization, identity);
    }
    let page = page_of(fleet).await;
    let expected = "1 organisation under several names; no known open link";
    assert_eq!((tone(&page), headline(&page)), ("warn", expected));
    assert!(page.contains("links are counted for each: a, c."), "{page}");
}
