//! The landing page where organisations come from a partner: which clients are not known, may not be
//! looked at, or can't be asked is told, and is never an all-clear.

use std::sync::Arc;
use std::time::Duration;

use rhombus_share_exporter::clock::ServerClock;
use rhombus_share_exporter::inventory::{
    ClientCounts, Failure, Fleet, FleetHandle, Organization, Partner, PartnerClient,
    PartnerStanding, Standing,
};
use rhombus_share_exporter::share::{Id, Identity, Reason, ShareKind};

use crate::fleets::{NOW, good, never_asked, view};
use crate::landing::{headline, page_of, tone};

/// A fleet of one partner with these clients: their pictures, none of those that have withdrawn access.
fn fleet(clients: &[(&str, Option<Standing>)], standing: PartnerStanding) -> Arc<FleetHandle> {
    let organization = |(number, (name, picture)): (u8, &(&str, Option<Standing>))| {
        let clock = Arc::new(ServerClock::new("https://rhombus.example".to_owned()));
        let client = PartnerClient {
            partner: "msp".into(),
            is_allowed: picture.is_some(),
        };
        let identity = Identity {
            uuid: Some(Id::Uuid([number; 16])),
            name: None,
        };
        let organization = Organization::new(name, &[ShareKind::ClipGroup], clock);
        Arc::new(organization.of_partner(client, identity))
    };
    let organizations: Vec<_> = (1..).zip(clients).map(organization).collect();
    let partner = Arc::new(Partner::new("msp", Duration::from_secs(3_600)));
    let fleet = Fleet::new(organizations.clone(), view()).of_partners(vec![partner.clone()]);
    let handle = Arc::new(FleetHandle::new(fleet));
    for (organization, (_, picture)) in organizations.iter().zip(clients) {
        if let Some(picture) = picture {
            handle.publish(organization, ShareKind::ClipGroup, picture.clone());
        }
    }
    handle.publish_clients(&partner, standing);
    handle
}

fn listed() -> PartnerStanding {
    let ended = NOW.before(Duration::from_secs(60));
    PartnerStanding {
        polls: PartnerStanding::default()
            .polls
            .succeeded(Duration::from_millis(20), ended),
        clients: ClientCounts {
            watched: 2,
            not_allowed: 1,
            excluded: 3,
            other_shard: 4,
        },
        ..PartnerStanding::default()
    }
}

fn failed(standing: PartnerStanding) -> PartnerStanding {
    let failure = Failure {
        reason: Reason::Auth,
        message: "HTTP status 401".to_owned(),
    };
    PartnerStanding {
        polls: standing.polls.failed(Duration::ZERO, NOW, failure),
        ..standing
    }
}

fn unreadable() -> PartnerStanding {
    PartnerStanding {
        malformed: [("clientOrgUuid", 2), ("clientOrgName", 5)].into(),
        ..listed()
    }
}

#[tokio::test]
async fn what_is_not_known_of_clients_is_told_and_never_an_all_clear() {
    let none_open = || Some(good(0, 5));
    let both = [("Elm", none_open()), ("Oak", none_open())];
    let one_withdrawn = [("Elm", none_open()), ("Oak", None)];
    for (clients, standing, expected) in [
        (&both[..], listed(), ("good", "No open link")),
        (
            &both,
            failed(listed()),
            (
                "warn",
                "1 partner with an outdated list of clients; no known open link",
            ),
        ),
        (
            &both,
            unreadable(),
            ("warn", "2 clients could not be asked; no known open link"),
        ),
        (
            &[],
            PartnerStanding::default(),
            (
                "warn",
                "The clients of 1 partner still to be listed; nothing is known",
            ),
        ),
        (
            &[],
            failed(PartnerStanding::default()),
            (
                "bad",
                "The clients of 1 partner could not be listed; nothing is known",
            ),
        ),
        (&[], listed(), ("warn", "No organisation is watched")),
        (
            &one_withdrawn,
            listed(),
            (
                "warn",
                "1 of 2 organisations gives no access; no known open link",
            ),
        ),
    ] {
        let page = page_of(fleet(clients, standing)).await;
        assert_eq!((tone(&page), headline(&page)), expected);
        let bound = page.contains("<dd>≥ 0</dd>");
        let is_whole = expected.0 == "good" || clients.is_empty();
        assert_eq!(bound, !is_whole, "{page}");
    }
}

#[tokio::test]
async fn a_client_that_gives_no_access_is_no_failure_of_a_list() {
    let clients = [("Elm", Some(good(1, 5))), ("Oak", None)];
    let page = page_of(fleet(&clients, listed())).await;
    for expected in [
        r#"<span class="badge good">1 / 1</span>"#,
        r#"<span class="badge warn">No access</span>"#,
        "not asked while access is withdrawn",
        "No longer accessible to their partner: 1 client.",
        r#"data-label="Excluded" class="n">3<"#,
        r#"data-label="Other shard" class="n">4<"#,
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
}

#[tokio::test]
async fn a_client_that_waits_is_told_beside_one_that_gives_no_access() {
    let clients = [("Elm", Some(never_asked())), ("Oak", None)];
    let page = page_of(fleet(&clients, listed())).await;
    let expected = "Waiting for the first answers";
    assert_eq!((tone(&page), headline(&page)), ("warn", expected));
}

#[tokio::test]
async fn what_the_configuration_leaves_out_is_told() {
    let clients = [("Elm", Some(good(0, 5)))];
    let page = page_of(fleet(&clients, listed())).await;
    let expected = "The configuration leaves out 3 clients of partners: they are not counted here.";
    assert!(page.contains(expected), "{page}");
}

#[tokio::test]
async fn a_partner_without_any_client_is_no_all_clear() {
    let none = PartnerStanding {
        clients: ClientCounts::default(),
        ..listed()
    };
    let clients = [("Elm", Some(good(0, 5)))];
    let page = page_of(fleet(&clients, none)).await;
    let expected = "1 partner without any client; no known open link";
    assert_eq!((tone(&page), headline(&page)), ("warn", expected));
}
