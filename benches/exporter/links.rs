//! What it takes to show 100,000 links: in one organisation, and in 1,000 of 100 each. Every filter, every
//! order, the first page and the last, the API and files.

use std::sync::Arc;
use std::time::Duration;

use rhombus_share_exporter::clock::ServerClock;
use rhombus_share_exporter::config::Collect;
use rhombus_share_exporter::inventory::{
    Fleet, FleetHandle, Inventory, Organization, Standing, Violations,
};
use rhombus_share_exporter::policy::{Policy, Seen, SeriesLimit, built_in};
use rhombus_share_exporter::share::{
    CameraName, CameraNames, Clip, Id, Listing, Media, Ref, Share, ShareKind,
};

use crate::fleets::{NOW, share};
use crate::served::Served;

const LINKS: usize = 100_000;
const ORGANIZATIONS: usize = 1_000;
/// In an organisation.
const CAMERAS: usize = 500;

/// What is asked for beside single links and a page of the API further on.
const ASKED: [&str; 32] = [
    "/shares",
    "/shares?page=1000",
    "/shares?sort=-risk",
    "/shares?sort=ends",
    "/shares?sort=created",
    "/shares?sort=title",
    "/shares?sort=-title&page=500",
    "/shares?sort=org",
    "/shares?sort=cameras",
    "/shares?sort=footage",
    "/shares?org=organisation-00000",
    "/shares?kind=clip_group",
    "/shares?protection=none",
    "/shares?state=active",
    "/shares?state=expired",
    "/shares?rule=*",
    "/shares?rule=unsecured&excepted=no",
    "/shares?exception=nobody",
    "/shares?ends=never",
    "/shares?ends=30d",
    "/shares?older_than=30d",
    "/shares?newer_than=30d",
    "/shares?created_after=2020-01-31",
    "/shares?created_before=2020-01-31",
    "/shares?camera=lobby",
    "/shares?camera=nowhere",
    "/shares?text=front+door",
    "/shares?text=nowhere",
    "/shares?ref=000000000000",
    "/shares?limit=1000",
    "/api/v1/shares?limit=100",
    "/api/v1/shares?limit=100&text=nowhere",
];

/// Prints what each of these takes.
pub(crate) async fn measure() {
    let [one, many] = [(1, LINKS), (ORGANIZATIONS, LINKS / ORGANIZATIONS)];
    let [one, many] = [of(one).await, of(many).await];
    println!("\n| 100,000 links: asked for | size | in 1 organisation | in 1,000 |");
    println!("|---|---|---|---|");
    for ((asked, bytes, took), (.., in_many)) in one.iter().zip(&many) {
        println!("| `{asked}` | {bytes} B | {took:.1?} | {in_many:.1?} |");
    }
}

/// What was asked for, the size of the answer, and what it took.
type Measured = (String, usize, Duration);

async fn of((organizations, links): (usize, usize)) -> Vec<Measured> {
    let rules = || Policy::new(built_in::rules(), Vec::new(), SeriesLimit::default());
    let served = Served::new(&fleet(organizations, links, &rules()), rules()).await;
    let mut measured = Vec::new();
    let reference = Ref::of(&id(1));
    let further = format!("/api/v1/shares?limit=100&cursor={}", middle(&served).await);
    let single = [
        (format!("/shares/{reference}"), "/shares/REF"),
        (format!("/api/v1/shares/{reference}"), "/api/v1/shares/REF"),
        (further, "/api/v1/shares?limit=100&cursor=…"),
        ("/shares.csv".to_owned(), "/shares.csv"),
        ("/shares.json".to_owned(), "/shares.json"),
    ];
    let asked = ASKED.map(|asked| (asked.to_owned(), asked));
    for (path, name) in asked.into_iter().chain(single) {
        let (bytes, took) = served.quickest(&path).await;
        measured.push((name.to_owned(), bytes, took));
    }
    served.end().await;
    measured
}

/// Where half of the links have been read.
async fn middle(served: &Served) -> String {
    const PAGE: usize = 1_000;
    let mut cursor = String::new();
    for _ in 0..LINKS / PAGE / 2 {
        let path = format!("/api/v1/shares?limit={PAGE}&cursor={cursor}");
        let answer: serde_json::Value =
            serde_json::from_slice(&served.get(&path).await).expect("JSON");
        let next = answer["next_cursor"].as_str().expect("there are more");
        next.clone_into(&mut cursor);
    }
    cursor
}

/// So many organisations with so many links each, a quarter of each kind, all of them judged.
fn fleet(organizations: usize, links: usize, policy: &Policy) -> Arc<FleetHandle> {
    let clock = Arc::new(ServerClock::new(
        "https://api2.rhombussystems.com".to_owned(),
    ));
    let new = |number| {
        let name = format!("organisation-{number:05}");
        Arc::new(Organization::new(&name, &ShareKind::ALL, clock.clone()))
    };
    let all: Vec<_> = (0..organizations).map(new).collect();
    let view = (&Collect::default()).into();
    let fleet = Arc::new(FleetHandle::new(Fleet::new(all.clone(), view)));
    let names = Arc::new(camera_names());
    let mut number = 0;
    for organization in &all {
        fleet.name_cameras(organization, names.clone());
        for kind in ShareKind::ALL {
            let shares = (0..links / 4).map(|_| {
                number += 1;
                link(kind, number)
            });
            let shares = shares.collect();
            let standing = judged(organization.name(), shares, &names, policy);
            fleet.publish(organization, kind, standing);
        }
    }
    fleet
}

/// What is known of a list of these shares.
fn judged(org: &str, shares: Vec<Share>, cameras: &CameraNames, policy: &Policy) -> Standing {
    let listing = Listing {
        shares,
        unlisted: Some(0),
        ..Listing::default()
    };
    let inventory = Inventory::new(listing, NOW);
    let seen = Seen {
        org,
        shares: inventory.shares(),
        cameras,
        attributions: None,
        now: NOW.time,
        closes: true,
        made_since: None,
        before: &[],
    };
    let judged = policy.assess(&seen, &Violations::default()).violations;
    let took = Duration::from_millis(320);
    Standing::default()
        .succeeded(took, inventory)
        .judged(judged)
}

fn camera_names() -> CameraNames {
    let places = ["Lobby", "Front door", "Loading dock", "Car park", "Hall"];
    let name = |number: usize| CameraName {
        camera: format!("{} {number}", places[number % places.len()]).into(),
        location: format!("Building {}", number % 7).into(),
        location_uuid: None,
    };
    let cameras = (0..CAMERAS).map(|number| (camera(number), name(number)));
    cameras.collect()
}

fn camera(number: usize) -> Id {
    Id::Uuid((number as u128).to_be_bytes())
}

/// Ids are in no order.
fn id(number: u64) -> Id {
    Id::Uuid(fastrand::Rng::with_seed(number).u128(..).to_be_bytes())
}

/// A link with a title of some 60 bytes, two cameras and, where there are any, three clips.
fn link(kind: ShareKind, number: u64) -> Share {
    let mut rng = fastrand::Rng::with_seed(number);
    let (one, two) = (rng.usize(..CAMERAS), rng.usize(..CAMERAS));
    let clip = |at: u16| {
        let start = NOW
            .time
            .before(Duration::from_secs(rng.u64(..100 * 86_400)));
        let end = start.after(Duration::from_secs(60));
        Clip::new(Some(start), Some(end), 60).of_camera(Some(at % 2))
    };
    let has_clips = kind.has_clips();
    let footage = (0..3).filter(|_| has_clips).map(clip).collect();
    let made = Duration::from_secs(rng.u64(..400 * 86_400));
    Share {
        id: Some(id(number)),
        title: Some(title(&mut rng, number).into()),
        created: Some(NOW.time.before(made)),
        media: Media {
            clips: if has_clips { 3 } else { 0 },
            duration_secs: if has_clips { 180 } else { 0 },
            cameras: [camera(one), camera(two)].into(),
            footage,
        },
        ..share(kind, number)
    }
}

fn title(rng: &mut fastrand::Rng, number: u64) -> String {
    const WHAT: [&str; 5] = ["Incident", "Delivery", "Claim", "Visit", "Alarm"];
    const WHERE: [&str; 5] = ["front door", "Loading dock", "Car Park", "Größe", "hall"];
    let (what, place) = (WHAT[rng.usize(..5)], WHERE[rng.usize(..5)]);
    format!("{what} {number:06} at the {place}, as asked for by the insurer")
}
