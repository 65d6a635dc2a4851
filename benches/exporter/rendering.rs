//! What it takes to write `/metrics` and the landing page for many organisations, in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use exporter_web::ConnectionCount;
use rhombus_share_exporter::clock::Clock;
use rhombus_share_exporter::inventory::FleetHandle;
use rhombus_share_exporter::metrics::{Form, Metrics};
use rhombus_share_exporter::policy::Policy;

use crate::fleets::NOW;
use crate::served::Served;

const TIMES: usize = 5;

/// What one rendering is.
pub(crate) struct Rendering {
    pub(crate) lines: usize,
    pub(crate) text: usize,
    pub(crate) took: Duration,
    pub(crate) gzip: usize,
    /// With the compression, which is how it is scraped.
    pub(crate) gzip_took: Duration,
    /// How long it takes to read all that is known, while which no poll is published.
    pub(crate) snapshot: Duration,
}

/// The quickest of a few renderings of `fleet`.
pub(crate) fn render(fleet: &Arc<FleetHandle>) -> Rendering {
    let metrics = metrics(fleet, passing());
    let render = |form| quickest(|| metrics.exposition().render(form));
    let (text, took) = render(Form::Text);
    let (gzip, gzip_took) = render(Form::Gzip);
    let (_, snapshot) = quickest(|| fleet.snapshot(NOW));
    Rendering {
        lines: text.iter().filter(|byte| **byte == b'\n').count(),
        text: text.len(),
        took,
        gzip: gzip.len(),
        gzip_took,
        snapshot,
    }
}

/// Writes the text of `fleet` once and no more, for counting instructions.
pub(crate) fn write(fleet: &Arc<FleetHandle>) -> usize {
    let exposition = metrics(fleet, passing()).exposition();
    exposition.render(Form::Text).len()
}

/// What some work gave, and how long the quickest of a few times took.
fn quickest<T>(work: impl Fn() -> T) -> (T, Duration) {
    let timed = |_| {
        let started = Instant::now();
        (work(), started.elapsed())
    };
    let times = (0..TIMES).map(timed);
    times.min_by_key(|(_, took)| *took).expect("some")
}

/// A second passes from one reading to the next, so that no rendering is kept.
pub(crate) fn passing() -> Clock {
    let seconds = AtomicU64::new(0);
    Clock::from_fn(move || NOW.after(Duration::from_secs(seconds.fetch_add(1, Ordering::Relaxed))))
}

pub(crate) fn metrics(fleet: &Arc<FleetHandle>, clock: Clock) -> Metrics {
    let none = || ConnectionCount {
        open: 0,
        limit: 512,
        refused: Default::default(),
    };
    Metrics::new(fleet.clone(), Arc::default(), Box::new(none), clock).expect("different names")
}

/// The bytes of the page at `path` of an exporter that watches `fleet`, and how long the quickest of a
/// few requests took, over loopback.
pub(crate) async fn page(fleet: &Arc<FleetHandle>, path: &str) -> (usize, Duration) {
    let served = Served::new(fleet, Policy::default()).await;
    let quickest = served.quickest(path).await;
    served.end().await;
    quickest
}
