//! Fleets to show, and the pages over them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use exporter_web::ConnectionCount;
use rhombus_share_exporter::clock::{Clock, ServerClock};
use rhombus_share_exporter::inventory::{
    Failure, Fleet, FleetHandle, Inventory, Organization, Standing, View,
};
use rhombus_share_exporter::metrics::{Exposition, Metrics};
use rhombus_share_exporter::pages::{App, Workers, router};
use rhombus_share_exporter::share::{
    ConsoleUrl, Expiry, ExpiryReading, Listing, Media, Moment, Protection, Reason, Shard, Share,
    ShareKind, Traits, UnixMillis, Unread, Window,
};

pub(crate) const NOW: Moment = Moment {
    time: UnixMillis::from_secs(1_000_000),
    uptime: Duration::from_secs(500_000),
};
pub(crate) const STALENESS: Duration = Duration::from_secs(600);

pub(crate) fn view() -> View {
    let window = |label: &str, secs| Window {
        label: label.to_owned(),
        duration: Duration::from_secs(secs),
    };
    View {
        interval: Duration::from_secs(60),
        max_staleness: STALENESS,
        expiring_within: vec![
            window("1h", 3_600),
            window("24h", 86_400),
            window("7d", 604_800),
        ],
        lookback: None,
        kinds: ShareKind::ALL.into(),
        shard: Shard::WHOLE,
        console: ConsoleUrl::default(),
        keep_titles: true,
    }
}

pub(crate) fn share(protection: Protection, expiry: Expiry) -> Share {
    Share {
        id: None,
        kind: ShareKind::ClipGroup,
        title: None,
        address: None,
        parent: None,
        protection,
        created: None,
        expiry,
        expiry_reading: ExpiryReading::default(),
        media: Media::default(),
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    }
}

pub(crate) fn never_asked() -> Standing {
    Standing::default()
}

/// A picture with `open` unprotected links that never end, taken `age` seconds ago.
pub(crate) fn good(open: usize, age: u64) -> Standing {
    let listing = Listing {
        shares: vec![share(Protection::None, Expiry::Never); open],
        ..Listing::default()
    };
    let ended = NOW.before(Duration::from_secs(age));
    never_asked().succeeded(Duration::from_millis(420), Inventory::new(listing, ended))
}

pub(crate) fn failed(standing: &Standing, message: &str) -> Standing {
    let failure = Failure {
        reason: Reason::Auth,
        message: message.to_owned(),
    };
    let ended = NOW.before(Duration::from_secs(5));
    standing.failed(ended, Duration::from_secs(2), failure, STALENESS)
}

pub(crate) fn fleet(standings: Vec<(&str, Standing)>) -> Arc<FleetHandle> {
    fleet_seen_by(view(), standings)
}

pub(crate) fn fleet_seen_by(view: View, standings: Vec<(&str, Standing)>) -> Arc<FleetHandle> {
    let clips = |(name, standing)| (name, vec![(ShareKind::ClipGroup, standing)]);
    fleet_of(view, standings.into_iter().map(clips))
}

/// One organisation with these lists.
pub(crate) fn fleet_of_lists<const N: usize>(
    name: &str,
    lists: [(ShareKind, Standing); N],
) -> Arc<FleetHandle> {
    fleet_of(view(), [(name, lists.into())])
}

fn fleet_of<'n>(
    view: View,
    lists: impl IntoIterator<Item = (&'n str, Vec<(ShareKind, Standing)>)>,
) -> Arc<FleetHandle> {
    let organization = |(name, lists): (&str, Vec<(ShareKind, Standing)>)| {
        let clock = Arc::new(ServerClock::new("https://rhombus.example".to_owned()));
        let kinds: Vec<_> = lists.iter().map(|(kind, _)| *kind).collect();
        (Arc::new(Organization::new(name, &kinds, clock)), lists)
    };
    let all: Vec<_> = lists.into_iter().map(organization).collect();
    let organizations = all.iter().map(|(organization, _)| organization.clone());
    let fleet = Fleet::new(organizations.collect(), view);
    let fleet = Arc::new(FleetHandle::new(fleet));
    for (organization, lists) in all {
        for (kind, standing) in lists {
            fleet.publish(&organization, kind, standing);
        }
    }
    fleet
}

/// Metrics of more than 100 kB, so that they are compressed as large ones are.
pub(crate) fn exposition() -> Arc<Exposition> {
    let names: Vec<String> = (0..100).map(|n| format!("organisation-{n:03}")).collect();
    let many = fleet(
        names
            .iter()
            .map(|name| (name.as_str(), good(3, 1)))
            .collect(),
    );
    counted_exposition(many, || {})
}

/// The metrics of `fleet`; each rendering calls `count`.
pub(crate) fn counted_exposition(
    fleet: Arc<FleetHandle>,
    count: impl Fn() + Send + Sync + 'static,
) -> Arc<Exposition> {
    let count = move || {
        count();
        ConnectionCount {
            open: 1,
            limit: 512,
            refused: Default::default(),
        }
    };
    Metrics::new(
        fleet,
        Arc::default(),
        Box::new(count),
        Clock::from_fn(|| NOW),
    )
    .expect("metrics have different names")
    .exposition()
}

pub(crate) fn app(fleet: Arc<FleetHandle>) -> App {
    App {
        policy: Arc::default(),
        exposition: exposition(),
        fleet,
        clock: Clock::from_fn(|| NOW),
        workers: Arc::new(Workers::start().unwrap()),
        reload: None,
        trail: None,
        telemetry_path: "/metrics".parse().unwrap(),
        web: None,
        viewers: Arc::default(),
        external_url: None,
        is_demo: false,
        version: "1.2.3".to_owned(),
        revision: "0123456789abcdef".to_owned(),
    }
}

/// The exporter's routes over an organisation that shares nothing.
pub(crate) fn quiet() -> Router {
    router(app(fleet(vec![("acme", good(0, 1))])))
}
