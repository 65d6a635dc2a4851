//! From a recorded answer to the text that users parse, with nothing left to chance: what now is, is
//! decided here. The text is a golden file, read before it is accepted.

use std::sync::Arc;
use std::time::Duration;

use exporter_web::ConnectionCount;
use rhombus_share_exporter::clock::{Clock, ServerClock};
use rhombus_share_exporter::config::Collect;
use rhombus_share_exporter::inventory::{
    Failure, FeedStanding, Fleet, FleetHandle, Inventory, Organization, Standing,
};
use rhombus_share_exporter::metrics::{Form, Metrics};
use rhombus_share_exporter::rhombus::list::{ListReader, Sink};
use rhombus_share_exporter::rhombus::shares::clip_groups::ClipGroup;
use rhombus_share_exporter::rhombus::shares::live_streams::LiveStream;
use rhombus_share_exporter::rhombus::shares::timelapses::TimelapseGroup;
use rhombus_share_exporter::rhombus::shares::video_walls::{VideoWall, walls_reader};
use rhombus_share_exporter::rhombus::shares::{Options, Record, reader};
use rhombus_share_exporter::rhombus::{ApiKey, ExpirationTime};
use rhombus_share_exporter::share::{
    AccessUntil, Expiry, Id, Identity, Listing, Moment, Permissions, Reason, ShareKind, UnixMillis,
};

const ANSWER: &str = include_str!("golden/answer.json");
const LIVE_STREAMS: &str = include_str!("golden/live_streams.json");
const TIMELAPSE_GROUPS: &str = include_str!("golden/timelapse_groups.json");
const VIDEO_WALLS: &str = include_str!("golden/video_walls.json");
const VIDEO_WALL_SHARES: &str = include_str!("golden/video_wall_shares.json");
const NOW: Moment = Moment {
    time: UnixMillis::from_secs(1_700_000_000),
    uptime: Duration::from_secs(100_000),
};
const KIND: ShareKind = ShareKind::ClipGroup;

/// What a recorded answer lists.
fn read<S: Sink>(mut reader: ListReader<S>, answer: &str) -> S {
    reader
        .push(answer.as_bytes())
        .expect("the documented object");
    reader.finish().expect("a whole answer").0
}

fn options() -> Options {
    Options {
        expiration_time: ExpirationTime::Auto,
        keep_titles: true,
        key: ApiKey::new("an-api-key").expect("a key"),
    }
}

fn listing<R: Record>(answer: &str) -> Listing {
    let reader = reader::<R>(options(), NOW.time, 1 << 20);
    read(reader, answer).into_listing()
}

/// What is known after this was listed, a minute ago.
fn listed(listing: Listing) -> Standing {
    let ended = NOW.before(Duration::from_secs(60));
    Standing::default().succeeded(Duration::from_millis(250), Inventory::new(listing, ended))
}

/// What is known after the recorded answer came.
fn answered() -> Standing {
    listed(listing::<ClipGroup>(ANSWER))
}

/// The links to the one recorded wall that has some.
fn wall_links() -> Listing {
    let walls = read(walls_reader(1 << 20), VIDEO_WALLS);
    let mut links = listing::<VideoWall>(VIDEO_WALL_SHARES);
    walls.shared[0].complete(&mut links, &options());
    links
}

/// After a failure since then.
fn failing() -> Standing {
    let failure = Failure {
        reason: Reason::Auth,
        message: "401".into(),
    };
    answered().failed(
        NOW,
        Duration::from_millis(80),
        failure,
        Duration::from_secs(600),
    )
}

/// After an answer that listed nothing, so long ago that it is not to be believed.
fn withdrawn() -> Standing {
    let ended = NOW.before(Duration::from_secs(601));
    Standing::default().succeeded(Duration::ZERO, Inventory::new(Listing::default(), ended))
}

/// After an answer that listed nothing.
fn empty() -> Standing {
    Standing::default().succeeded(Duration::ZERO, Inventory::new(Listing::default(), NOW))
}

/// What a key may do that is no super admin.
fn permissions() -> Permissions {
    Permissions {
        super_admin: Some(false),
        role: Some("its role".into()),
    }
}

/// Support until a date, and a partner until none that can be.
fn access() -> AccessUntil {
    AccessUntil {
        support: Some(Expiry::At(UnixMillis::from_secs(1_700_003_600))),
        partner: Some(Expiry::Never),
    }
}

/// What `/metrics` says of these lists of clip pages, but for what differs with each run and build.
fn exposition(standings: Vec<(&str, Standing)>) -> String {
    let clips = standings.into_iter();
    exposition_of(
        clips
            .map(|(name, standing)| (name, vec![(KIND, standing)]))
            .collect(),
    )
}

fn exposition_of(standings: Vec<(&str, Vec<(ShareKind, Standing)>)>) -> String {
    let server_clock = Arc::new(ServerClock::new("https://api2.rhombussystems.com".into()));
    server_clock.set(NOW.after(Duration::from_secs(2)).time, NOW);
    let organizations = standings.iter().map(|(name, lists)| {
        let kinds: Vec<_> = lists.iter().map(|(kind, _)| *kind).collect();
        Arc::new(Organization::new(name, &kinds, server_clock.clone()))
    });
    let view = (&Collect::default()).into();
    let fleet = Arc::new(FleetHandle::new(Fleet::new(organizations.collect(), view)));
    for (name, lists) in standings {
        let now = fleet.load();
        let organization = now
            .organizations
            .iter()
            .find(|organization| organization.name() == name);
        let organization = organization.expect("just added");
        let identity = Identity {
            uuid: Some(Id::parse(&format!("the uuid of {name}"))),
            name: Some(format!("The {name} company")),
        };
        fleet.identify(organization, identity);
        fleet.permit(organization, permissions());
        fleet.grant(organization, access());
        for (kind, standing) in lists {
            fleet.publish(organization, kind, standing);
        }
    }
    rendered(fleet)
}

/// What is said of it, but for what differs with each run and build.
fn rendered(fleet: Arc<FleetHandle>) -> String {
    let count = Box::new(|| ConnectionCount {
        open: 1,
        limit: 512,
        refused: Default::default(),
    });
    let metrics = Metrics::new(fleet, Arc::default(), count, Clock::from_fn(|| NOW))
        .expect("different names");
    let text = metrics.exposition().render(Form::Text);
    let text = std::str::from_utf8(&text).expect("text");
    let varies = |line: &&str| line.contains("process_") || line.contains("build_info");
    text.lines()
        .filter(|line| !varies(line))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// What is known of an audit feed: read a minute ago with an event that has no time, and refused since.
fn feed() -> FeedStanding {
    let (took, ended) = (
        Duration::from_millis(40),
        NOW.before(Duration::from_secs(60)),
    );
    let malformed = [("timestamp", 1)].into();
    let read = FeedStanding::default().succeeded(took, ended, malformed, true);
    let refused = Failure {
        reason: Reason::Forbidden,
        message: "403".into(),
    };
    read.failed(took, NOW, refused)
}

#[test]
fn an_audit_feed_has_the_health_of_a_list_and_changes_none() {
    let server_clock = Arc::new(ServerClock::new("https://api2.rhombussystems.com".into()));
    let organization = Organization::new("acme", &[KIND], server_clock).with_feed(true);
    let organization = Arc::new(organization);
    let text = |feed: Option<FeedStanding>| {
        let view = (&Collect::default()).into();
        let fleet = Fleet::new(vec![organization.clone()], view);
        let fleet = Arc::new(FleetHandle::new(fleet));
        fleet.publish(&organization, KIND, answered());
        if let Some(feed) = feed {
            fleet.publish_feed(&organization, feed);
        }
        rendered(fleet)
    };
    let before = text(None);
    let after = text(Some(feed()));
    let of_feed = |line: &&str| line.contains("audit_feed") && line.contains("org=\"acme\"");
    let others = |text: &str| {
        let is_other = |line: &&str| !line.contains("audit_feed") && !line.starts_with('#');
        let lines = text.lines().filter(is_other);
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(others(&after), others(&before));
    insta::assert_snapshot!(after.lines().filter(of_feed).collect::<Vec<_>>().join("\n"));
    let counts = |what: &str| after.lines().any(|line| line == what);
    assert!(counts(
        r#"rhombus_collect_errors_total{source="audit_feed",reason="forbidden"} 1"#
    ));
    assert!(counts(
        r#"rhombus_malformed_records_total{source="audit_feed",field="record"} 0"#
    ));
}

#[test]
fn a_recorded_answer_becomes_this_text() {
    insta::assert_snapshot!(exposition(vec![("acme", answered())]));
}

/// What is shared by the other ways, of which each is a list of its own.
#[test]
fn recorded_answers_of_the_other_kinds_become_this_text() {
    let text = exposition_of(vec![(
        "acme",
        vec![
            (
                ShareKind::LiveStream,
                listed(listing::<LiveStream>(LIVE_STREAMS)),
            ),
            (
                ShareKind::TimelapseGroup,
                listed(listing::<TimelapseGroup>(TIMELAPSE_GROUPS)),
            ),
            (ShareKind::VideoWall, listed(wall_links())),
        ],
    )]);
    let of_shares = |line: &&str| {
        let prefixes = ["rhombus_share", "rhombus_malformed_records{"];
        let is_ours = prefixes.iter().any(|prefix| line.starts_with(prefix));
        is_ours && !line.starts_with("rhombus_share_exporter")
    };
    let lines = text.lines().filter(of_shares);
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_failure_changes_the_health_and_not_one_share() {
    let share = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| {
            line.starts_with("rhombus_share") && !line.starts_with("rhombus_share_exporter")
        });
        lines.map(str::to_owned).collect()
    };
    let before = exposition(vec![("acme", answered())]);
    let after = exposition(vec![("acme", failing())]);
    assert!(share(&before).len() > 20);
    assert_eq!(share(&before), share(&after));
    assert!(before.contains("rhombus_collect_success{org=\"acme\",source=\"clip_groups\"} 1"));
    assert!(after.contains("rhombus_collect_success{org=\"acme\",source=\"clip_groups\"} 0"));
    let failing = r#"rhombus_collect_failing{org="acme",source="clip_groups",reason="auth"} 1"#;
    assert!(!before.contains("rhombus_collect_failing") && after.contains(failing));
    let polls =
        r#"rhombus_collect_polls_total{org="acme",source="clip_groups",outcome="failure"} 1"#;
    assert!(after.contains(polls));
}

#[test]
fn what_is_too_old_is_absent_and_what_is_empty_is_zero() {
    let text = exposition(vec![
        ("empty", empty()),
        ("never", Standing::default()),
        ("withdrawn", withdrawn()),
    ]);
    let shares: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("rhombus_shares{"))
        .collect();
    assert_eq!(
        shares,
        [
            r#"rhombus_shares{org="empty",kind="clip_group",protection="none"} 0"#,
            r#"rhombus_shares{org="empty",kind="clip_group",protection="password"} 0"#,
        ]
    );
    assert!(!text.contains(r#"rhombus_collect_success{org="never""#));
    let last =
        r#"rhombus_collect_last_success_timestamp_seconds{org="never",source="clip_groups"} 0"#;
    assert!(text.contains(last));
}

#[test]
fn each_organisation_is_in_one_state_and_every_state_is_there() {
    let text = exposition(vec![
        ("empty", empty()),
        ("failing", failing()),
        ("never", Standing::default()),
        ("withdrawn", withdrawn()),
    ]);
    let states: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("rhombus_organizations{"))
        .collect();
    assert_eq!(
        states,
        [
            r#"rhombus_organizations{state="duplicate"} 0"#,
            r#"rhombus_organizations{state="fresh"} 1"#,
            r#"rhombus_organizations{state="not_allowed"} 0"#,
            r#"rhombus_organizations{state="stale"} 1"#,
            r#"rhombus_organizations{state="waiting"} 1"#,
            r#"rhombus_organizations{state="withdrawn"} 1"#,
        ]
    );
}
