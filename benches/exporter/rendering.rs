//! What it takes to write `/metrics` for many organisations, in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use exporter_web::ConnectionCount;
use rhombus_share_exporter::clock::{Clock, ServerClock};
use rhombus_share_exporter::config::Collect;
use rhombus_share_exporter::inventory::{Fleet, FleetHandle, Organization, Standing};
use rhombus_share_exporter::metrics::Metrics;
use rhombus_share_exporter::share::{Listing, Moment, ShareKind, UnixMillis};

/// The lines, the bytes, and the shortest time of five renderings of `organizations` that were each
/// polled once and share nothing.
pub(crate) fn render(organizations: usize) -> (usize, usize, Duration) {
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
    let polled = |kind| {
        let listing = Listing::default();
        (
            kind,
            Standing::default().succeeded(Duration::ZERO, listing, Moment::default()),
        )
    };
    for (organization, kind) in all
        .iter()
        .flat_map(|it| ShareKind::ALL.map(|kind| (it, kind)))
    {
        let (kind, standing) = polled(kind);
        fleet.publish(organization, kind, standing);
    }
    // A second passes from one rendering to the next, so that none is kept.
    let seconds = AtomicU64::new(0);
    let clock = Clock::from_fn(move || {
        let uptime = Duration::from_secs(seconds.fetch_add(1, Ordering::Relaxed));
        Moment {
            time: UnixMillis::default(),
            uptime,
        }
    });
    let none = || ConnectionCount {
        open: 0,
        limit: 512,
        refused: Default::default(),
    };
    let metrics = Metrics::new(fleet, Box::new(none), clock).expect("different names");
    let timed = |_| {
        let started = Instant::now();
        let text = metrics.exposition().render().text();
        (started.elapsed(), text)
    };
    let (took, text) = (0..5)
        .map(timed)
        .min_by_key(|(took, _)| *took)
        .expect("five");
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    (lines, text.len(), took)
}
