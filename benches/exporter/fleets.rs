//! Fleets of any size, of which all four lists were read.

use std::sync::Arc;
use std::time::Duration;

use rhombus_share_exporter::clock::ServerClock;
use rhombus_share_exporter::config::Collect;
use rhombus_share_exporter::inventory::{
    Failure, Fleet, FleetHandle, Inventory, Organization, Standing,
};
use rhombus_share_exporter::share::{
    Expiry, ExpiryReading, Id, Identity, Listing, Media, Moment, Permissions, Protection, Reason,
    Share, ShareKind, Traits, UnixMillis, Unread,
};

/// How many links each list has.
const LINKS: u64 = 20;
/// When all of it is looked at.
pub(crate) const NOW: Moment = Moment {
    time: UnixMillis::from_secs(1_800_000_000),
    uptime: Duration::from_secs(500_000),
};
const STALENESS: Duration = Duration::from_secs(600);

/// So many organisations, of which all is well.
pub(crate) fn well(organizations: usize) -> Arc<FleetHandle> {
    fleet(organizations, |_, kind| Some(seen(kind, 30)))
}

/// So many organisations, in all the states that there are.
pub(crate) fn mixed(organizations: usize) -> Arc<FleetHandle> {
    fleet(organizations, |number, kind| match number % 10 {
        0 => Some(failed(&seen(kind, 300), Reason::Timeout)),
        1 => Some(failed(&seen(kind, 3_000), Reason::Server)),
        2 => Some(failed(&Standing::default(), Reason::Auth)),
        3 => None,
        4 if kind == ShareKind::VideoWall => Some(failed(&Standing::default(), Reason::Forbidden)),
        _ => Some(seen(kind, 30)),
    })
}

/// What is known of the list of a kind of the organisation of a number; none where it waits.
type KnownOf = fn(usize, ShareKind) -> Option<Standing>;

fn fleet(organizations: usize, known: KnownOf) -> Arc<FleetHandle> {
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
    for (number, organization) in all.iter().enumerate() {
        introduce(&fleet, organization, number);
        for kind in ShareKind::ALL {
            if let Some(standing) = known(number, kind) {
                fleet.publish(organization, kind, standing);
            }
        }
    }
    fleet
}

/// Tells who it is, and what its key may do.
fn introduce(fleet: &FleetHandle, organization: &Organization, number: usize) {
    let identity = Identity {
        uuid: Some(id(number as u64)),
        name: Some(format!("The organisation of number {number}")),
    };
    fleet.identify(organization, identity);
    let permissions = Permissions {
        super_admin: Some(true),
        ..Permissions::default()
    };
    fleet.permit(organization, permissions);
}

fn id(number: u64) -> Id {
    Id::Uuid(u128::from(number).to_be_bytes())
}

/// A list that was read so many seconds ago.
fn seen(kind: ShareKind, age: u64) -> Standing {
    let listing = Listing {
        shares: (0..LINKS).map(|number| share(kind, number)).collect(),
        unlisted: (!kind.has_clips()).then_some(0),
        ..Listing::default()
    };
    let ended = NOW.before(Duration::from_secs(age));
    Standing::default().succeeded(Duration::from_millis(320), Inventory::new(listing, ended))
}

fn failed(standing: &Standing, reason: Reason) -> Standing {
    let failure = Failure {
        reason,
        message: "What was asked of it was not answered in the way that is documented.".to_owned(),
    };
    let ended = NOW.before(Duration::from_secs(5));
    standing.failed(ended, Duration::from_secs(2), failure, STALENESS)
}

/// One in ten is open, half of them end some day.
pub(crate) fn share(kind: ShareKind, number: u64) -> Share {
    let day = Duration::from_secs(86_400);
    let expiry = match number % 2 {
        0 => Expiry::Never,
        _ => Expiry::At(NOW.time.after(day * u32::try_from(number).unwrap_or(1))),
    };
    Share {
        id: Some(id(number)),
        kind,
        title: None,
        address: None,
        parent: None,
        protection: match number % 10 {
            0 => Protection::None,
            _ => Protection::Password,
        },
        created: Some(NOW.time.before(day)),
        expiry,
        expiry_reading: ExpiryReading::default(),
        media: Media {
            clips: if kind.has_clips() { 3 } else { 0 },
            duration_secs: if kind.has_clips() { 180 } else { 0 },
            cameras: [id(number / 3)].into(),
            ..Media::default()
        },
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    }
}
