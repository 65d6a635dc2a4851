//! What `/metrics` answers. A rendering is kept until a poll or a reload, and for a second at most,
//! for all that depends on the time and for the counters. So a scrape does no I/O, waits for nobody,
//! and is as cheap as a copy when scrapes come often.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use prometheus::proto::MetricFamily;
use prometheus::{Registry, TextEncoder};

use super::connections::{self, CountConnections};
use super::inventories::Inventories;
use crate::share::Moment;

/// How long a rendering is kept at most.
const KEEP: Duration = Duration::from_secs(1);

/// The metrics as text.
pub struct Exposition {
    registry: Registry,
    inventories: Inventories,
    connections: CountConnections,
    kept: ArcSwapOption<Kept>,
    /// How often something changed that the organisations don't tell.
    changes: AtomicU64,
}

/// One rendering.
#[derive(Debug)]
pub struct Rendered {
    text: Bytes,
    gzip: OnceLock<Bytes>,
}

/// A rendering, and what it shows as of when.
struct Kept {
    rendered: Arc<Rendered>,
    version: (u64, u64),
    made: Moment,
}

impl fmt::Debug for Exposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exposition")
    }
}

impl Exposition {
    /// The text of what is stored in `registry`, of `inventories` and of `connections`.
    pub(super) fn new(
        registry: Registry,
        inventories: Inventories,
        connections: CountConnections,
    ) -> Self {
        Self {
            registry,
            inventories,
            connections,
            kept: ArcSwapOption::empty(),
            changes: AtomicU64::new(0),
        }
    }

    /// What there is to say now.
    pub fn render(&self) -> Arc<Rendered> {
        let here = self.inventories.clock.read();
        // Read before what it stands for is: what changes from here on makes the rendering stale.
        let changes = self.changes.load(Ordering::Acquire);
        let version = (self.inventories.fleet.version(), changes);
        if let Some(kept) = self.kept.load().as_deref()
            && kept.version == version
            && here.since(kept.made) < KEEP
        {
            return kept.rendered.clone();
        }
        let rendered = Arc::new(Rendered {
            text: self.encode(),
            gzip: OnceLock::new(),
        });
        let kept = Kept {
            rendered: rendered.clone(),
            version,
            made: here,
        };
        self.kept.store(Some(Arc::new(kept)));
        rendered
    }

    /// Something changed that the organisations don't tell: what is being rendered is not kept either.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// All families in the order of their names.
    fn encode(&self) -> Bytes {
        let stored = self.registry.gather().into_iter().map(|family| {
            let name = family.name().to_owned();
            (name, stored_text(&[family]))
        });
        let mut families: BTreeMap<String, String> = stored.collect();
        let counted = connections::families(&(self.connections)());
        for family in self.inventories.families().into_iter().chain(counted) {
            let (name, text) = family.finish();
            families.insert(name.to_owned(), text);
        }
        let mut text = String::with_capacity(families.values().map(String::len).sum());
        families.values().for_each(|family| text.push_str(family));
        text.into()
    }
}

fn stored_text(families: &[MetricFamily]) -> String {
    TextEncoder::new()
        .encode_to_string(families)
        .expect("every family has a name and series")
}

impl Rendered {
    /// The text format, version 0.0.4.
    pub fn text(&self) -> Bytes {
        self.text.clone()
    }

    /// The same, compressed; made once, when it is first asked for.
    pub fn gzip(&self) -> Bytes {
        let compress = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder
                .write_all(&self.text)
                .and_then(|()| encoder.finish())
                .expect("memory takes all that is written")
                .into()
        };
        self.gzip.get_or_init(compress).clone()
    }
}

#[cfg(test)]
mod tests {
    use exporter_web::ConnectionCount;

    use super::*;
    use crate::clock::{Clock, ServerClock};
    use crate::inventory::{Fleet, FleetHandle, Organization, Standing, View};
    use crate::share::{Listing, Shard, ShareKind, UnixMillis};

    /// A rendering is kept for a second of the uptime, whatever the time is set to, and not beyond a
    /// poll or a reload.
    #[test]
    fn a_rendering_is_kept_for_a_second_unless_something_changes() {
        let millis = Arc::new(AtomicU64::new(0));
        let uptime = millis.clone();
        let clock = Clock::from_fn(move || Moment {
            time: UnixMillis::default(),
            uptime: Duration::from_millis(uptime.load(Ordering::Relaxed)),
        });
        let view = View {
            interval: Duration::from_secs(60),
            max_staleness: Duration::from_secs(600),
            expiring_within: Vec::new(),
            lookback: None,
            kinds: ShareKind::ALL.into(),
            shard: Shard::WHOLE,
        };
        let server_clock = Arc::new(ServerClock::new("https://rhombus.example".into()));
        let organization = Arc::new(Organization::new("acme", &ShareKind::ALL, server_clock));
        let of = |organizations| Fleet::new(organizations, view.clone());
        let fleet = Arc::new(FleetHandle::new(of(vec![organization.clone()])));
        let inventories = Inventories {
            fleet: fleet.clone(),
            clock,
        };
        let connections = Box::new(|| ConnectionCount {
            open: 0,
            limit: 1,
            refused: Default::default(),
        });
        let exposition = Exposition::new(Registry::new(), inventories, connections);

        let first = exposition.render();
        millis.store(999, Ordering::Relaxed);
        assert!(Arc::ptr_eq(&first, &exposition.render()));
        millis.store(1_000, Ordering::Relaxed);
        let second = exposition.render();
        assert!(!Arc::ptr_eq(&first, &second));

        let standing = Standing::default();
        let polled = standing.succeeded(Duration::ZERO, Listing::default(), Moment::default());
        fleet.publish(&organization, ShareKind::ClipGroup, polled);
        let third = exposition.render();
        assert!(!Arc::ptr_eq(&second, &third));
        fleet.replace(of(Vec::new()));
        let fourth = exposition.render();
        assert!(!Arc::ptr_eq(&third, &fourth));
        fleet.identify(&organization, Default::default());
        let fifth = exposition.render();
        assert!(!Arc::ptr_eq(&fourth, &fifth));
        exposition.changed();
        assert!(!Arc::ptr_eq(&fifth, &exposition.render()));
    }
}
