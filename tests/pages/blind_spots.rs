//! What the keys may not see is said on the page, and is no all-clear.

use std::sync::Arc;
use std::time::Duration;

use exporter_web::{ServerOptions, WebConfig};
use rhombus_share_exporter::inventory::{FleetHandle, Inventory, Standing};
use rhombus_share_exporter::pages::{App, router};
use rhombus_share_exporter::share::{Listing, Permissions};

use crate::fleets::{NOW, app, failed, fleet, good, never_asked};
use crate::support::start;

/// A picture without a link, taken `age` seconds ago, beside which Rhombus counts some.
fn counted(unlisted: Option<u64>, age: u64) -> Standing {
    let listing = Listing {
        unlisted,
        ..Listing::default()
    };
    let ended = NOW.before(Duration::from_secs(age));
    never_asked().succeeded(Duration::from_millis(420), Inventory::new(listing, ended))
}

/// Makes it known what the key of an organisation may do.
fn permit(fleet: &FleetHandle, name: &str, super_admin: Option<bool>, role: Option<&str>) {
    let now = fleet.load();
    let organization = now.organizations.iter().find(|org| org.name() == name);
    let permissions = Permissions {
        super_admin,
        role: role.map(Into::into),
    };
    fleet.permit(organization.unwrap(), permissions);
}

/// The answer of the page: its tone, its headline and what it says below it.
async fn answer(fleet: Arc<FleetHandle>) -> (String, String) {
    answer_of(app(fleet)).await
}

async fn answer_of(app: App) -> (String, String) {
    let served = start(router(app), ServerOptions::default()).await;
    let page = served.get("/").await.text().await.unwrap();
    let (_, rest) = page.split_once("<section class=\"answer ").unwrap();
    let (answer, rest) = rest.split_once("</section>").unwrap();
    let (tone, words) = answer.split_once('"').unwrap();
    let (_, tile) = rest.split_once("<dt>open to anyone</dt>").unwrap();
    let is_part = tile.split_once("</dd>").unwrap().0.contains("≥ ");
    // Where nothing is known, there is no number that could be a part.
    assert!(tone == "bad" || is_part == (tone == "warn"), "{page}");
    (tone.to_owned(), words.to_owned())
}

#[tokio::test]
async fn links_that_are_counted_and_not_listed_are_no_all_clear() {
    let (tone, words) = answer(fleet(vec![("a", counted(Some(0), 5))])).await;
    assert_eq!(tone, "good");
    assert!(!words.contains("than it lists"), "{words}");

    let (tone, words) = answer(fleet(vec![
        ("a", counted(Some(2), 5)),
        ("b", counted(None, 5)),
    ]))
    .await;
    assert_eq!(tone, "warn");
    for expected in [
        ">2 links not listed; no known open link<",
        "Rhombus counts 2 more links than it lists to this key: 2 clip pages (a). They are not counted here.",
    ] {
        assert!(words.contains(expected), "{words}");
    }
    // Many organisations are not all named.
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let (_, words) = answer(fleet(names.map(|name| (name, counted(Some(1), 5))).into())).await;
    assert!(
        words.contains("lists to these keys: 7 clip pages (a, b, c, d, e and 2 more)."),
        "{words}"
    );
}

#[tokio::test]
async fn what_was_counted_beside_a_list_goes_with_it() {
    let old = failed(&counted(Some(2), 601), "no answer");
    let (tone, words) = answer(fleet(vec![("a", old)])).await;
    assert_eq!(tone, "bad");
    assert!(!words.contains("than it lists"), "{words}");
}

#[tokio::test]
async fn a_key_that_may_not_see_all_gives_no_all_clear() {
    let quiet = || fleet(vec![("a", good(0, 5)), ("b", good(0, 5))]);
    for (known, untold) in [(Some(true), "1 organisation"), (None, "2 organisations")] {
        let fleet = quiet();
        permit(&fleet, "a", known, Some("Guards"));
        let (tone, words) = answer(fleet).await;
        assert_eq!(tone, "good");
        assert!(!words.contains("super admin"), "{words}");
        let expected = format!("Rhombus does not say whether the key may see all: {untold}.");
        assert!(words.contains(&expected), "{words}");
    }
    let fleet = quiet();
    permit(&fleet, "a", Some(false), Some("<b>\u{202e}"));
    let (tone, words) = answer(fleet.clone()).await;
    assert_eq!(tone, "warn");
    let expected = "This key is not a super admin; it may not see all: a.";
    assert!(words.contains(expected), "{words}");
    permit(&fleet, "b", Some(false), None);
    let (_, words) = answer(fleet).await;
    let expected = "These keys are not super admins; they may not see all: a, b.";
    assert!(words.contains(expected), "{words}");
}

/// People wrote it, so that only those who have logged in see it.
#[tokio::test]
async fn the_role_of_a_key_is_shown_only_where_a_password_is_asked() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let users =
        "basic_auth_users:\n  a: $2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG\n";
    std::fs::write(&file, users).unwrap();
    let fleet = fleet(vec![("a", good(0, 5))]);
    permit(&fleet, "a", Some(false), Some("<b>\u{202e}"));
    let app = App {
        policy: Arc::default(),
        web: Some(Arc::new(WebConfig::load(file.path()).unwrap())),
        ..app(fleet)
    };
    let (_, words) = answer_of(app).await;
    let expected = "it may not see all: a (its role is “&#60;b&#62;\\u{202e}”).";
    assert!(words.contains(expected), "{words}");
}
