//! What `/metrics` answers. A rendering is kept until a poll or a reload, and for a second at most,
//! for all that depends on the time and for the counters. So a scrape does no I/O, waits for nobody,
//! and is as cheap as a copy when scrapes come often. Thousands of organisations are polled hundreds of
//! times a second: a rendering of so many is kept for its second whatever polls end meanwhile.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use prometheus::proto::MetricFamily;
use prometheus::{Registry, TextEncoder};

use super::connections::{self, CountConnections};
use super::families::Family;
use super::inventories::Inventories;
use super::rendered::{Form, Rendered};
use super::state::{self, Shown};
use super::storage::{self, Storage};
use super::{access, health, partners, policy};
use crate::share::Moment;

/// How long a rendering is kept at most.
const KEEP: Duration = Duration::from_secs(1);
/// A text of more bytes than this takes tens of milliseconds to write, and is not written anew for each
/// poll: some 350 organisations with all their lists.
const LARGE: usize = 4 << 20;

/// The metrics as text.
pub struct Exposition {
    registry: Registry,
    inventories: Inventories,
    connections: CountConnections,
    /// Set where something outlasts the process.
    storage: OnceLock<Storage>,
    /// How often something was not made since too much waited to be.
    overloads: AtomicU64,
    kept: ArcSwapOption<Kept>,
    /// How often something changed that the organisations don't tell.
    changes: AtomicU64,
}

/// A rendering, and what it shows as of when.
struct Kept {
    rendered: Arc<Rendered>,
    version: Version,
    made: Moment,
}

/// What a rendering is made of.
#[derive(PartialEq, Eq)]
struct Version {
    fleet: u64,
    changes: u64,
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
            storage: OnceLock::new(),
            overloads: AtomicU64::new(0),
            kept: ArcSwapOption::empty(),
            changes: AtomicU64::new(0),
        }
    }

    /// What there is to say now. With thousands of organisations this takes a while.
    pub fn render(&self, form: Form) -> Bytes {
        self.rendered(form).in_form(form)
    }

    /// The same, where it takes no time at all: it was made before, and still holds.
    pub fn kept(&self, form: Form) -> Option<Bytes> {
        self.kept_rendering()?.made_in(form)
    }

    fn rendered(&self, form: Form) -> Arc<Rendered> {
        if let Some(rendered) = self.kept_rendering() {
            return rendered;
        }
        // It serves nobody any more, and may be large.
        self.kept.store(None);
        // Read before what it stands for is: what changes from here on makes the rendering stale.
        let version = self.version();
        let rendered = Arc::new(Rendered::new(form, |hand_on| self.write(hand_on)));
        let kept = Kept {
            rendered: rendered.clone(),
            version,
            made: self.inventories.clock.read(),
        };
        self.kept.store(Some(Arc::new(kept)));
        rendered
    }

    fn kept_rendering(&self) -> Option<Arc<Rendered>> {
        let kept = self.kept.load();
        let kept = kept.as_deref().filter(|kept| self.holds(kept))?;
        let age = self.inventories.clock.read().since(kept.made);
        (age < KEEP).then(|| kept.rendered.clone())
    }

    /// Whether nothing has changed that ends its life.
    fn holds(&self, kept: &Kept) -> bool {
        let version = self.version();
        version == kept.version
            || (version.changes == kept.version.changes && kept.rendered.length() > LARGE)
    }

    fn version(&self) -> Version {
        Version {
            changes: self.changes.load(Ordering::Acquire),
            fleet: self.inventories.fleet.version(),
        }
    }

    /// Somebody was turned away since too much waited to be made.
    pub fn count_overload(&self) {
        self.overloads.fetch_add(1, Ordering::Relaxed);
    }

    /// Something changed that the organisations don't tell: what is being rendered is not kept either.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Tells from now on how the writing of what outlasts the process goes. Said once.
    pub(super) fn watch_storage(&self, storage: Storage) {
        // Whoever came first stays.
        let _ = self.storage.set(storage);
        self.changed();
    }

    /// Hands on the text of each family, in the order of their names.
    fn write(&self, hand_on: &mut dyn FnMut(&str)) {
        let connections = (self.connections)();
        let (snapshot, errors) = self.inventories.look();
        let shown = Shown::all(&snapshot);
        let in_use = self.inventories.policy.load();
        let mut families: BTreeMap<String, Part<'_>> = stored(&self.registry);
        let at_the_scrape = state::families(&shown, &snapshot)
            .into_iter()
            .chain(access::families(&snapshot))
            .chain(health::families(&snapshot, &errors))
            .chain(partners::families(&snapshot))
            .chain(policy::families(&snapshot, &in_use))
            .chain(connections::families(
                &connections,
                self.overloads.load(Ordering::Relaxed),
            ))
            .chain(self.storage.get().into_iter().flat_map(storage::families));
        families.extend(at_the_scrape.map(|family| (family.name().to_owned(), Part::New(family))));
        for family in families.into_values() {
            match family {
                Part::Stored(text) => hand_on(&text),
                Part::New(family) => hand_on(&family.text()),
            }
        }
    }
}

/// A family as text, or to be written.
enum Part<'a> {
    Stored(String),
    New(Family<'a>),
}

fn stored<'a>(registry: &Registry) -> BTreeMap<String, Part<'a>> {
    let part = |family: MetricFamily| {
        let name = family.name().to_owned();
        let text = TextEncoder::new()
            .encode_to_string(&[family])
            .expect("every family has a name and series");
        (name, Part::Stored(text))
    };
    registry.gather().into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use exporter_web::ConnectionCount;
    use flate2::read::GzDecoder;

    use super::*;
    use crate::clock::{Clock, ServerClock};
    use crate::inventory::{Fleet, FleetHandle, Inventory, Organization, View};
    use crate::share::{ConsoleUrl, Listing, Shard, ShareKind, UnixMillis};

    /// The metrics of an organisation, by a clock that a test sets.
    struct Rendering {
        exposition: Exposition,
        organization: Arc<Organization>,
        fleet: Arc<FleetHandle>,
        millis: Arc<AtomicU64>,
    }

    fn view() -> View {
        View {
            interval: Duration::from_secs(60),
            max_staleness: Duration::from_secs(600),
            expiring_within: Vec::new(),
            lookback: None,
            kinds: ShareKind::ALL.into(),
            shard: Shard::WHOLE,
            console: ConsoleUrl::default(),
            keep_titles: true,
        }
    }

    impl Rendering {
        fn of(name: &str) -> Self {
            let millis = Arc::new(AtomicU64::new(0));
            let uptime = millis.clone();
            let clock = Clock::from_fn(move || Moment {
                time: UnixMillis::default(),
                uptime: Duration::from_millis(uptime.load(Ordering::Relaxed)),
            });
            let server_clock = Arc::new(ServerClock::new("https://rhombus.example".into()));
            let organization = Organization::new(name, &ShareKind::ALL, server_clock);
            let organization = Arc::new(organization);
            let fleet = Fleet::new(vec![organization.clone()], view());
            let fleet = Arc::new(FleetHandle::new(fleet));
            let inventories = Inventories {
                fleet: fleet.clone(),
                policy: Arc::default(),
                clock,
            };
            let connections = Box::new(|| ConnectionCount {
                open: 0,
                limit: 1,
                refused: Default::default(),
            });
            Self {
                exposition: Exposition::new(Registry::new(), inventories, connections),
                organization,
                fleet,
                millis,
            }
        }

        fn poll(&self) {
            let standing = self.organization.standing(ShareKind::ClipGroup);
            let inventory = Inventory::new(Listing::default(), Moment::default());
            let polled = standing.succeeded(Duration::ZERO, inventory);
            self.fleet
                .publish(&self.organization, ShareKind::ClipGroup, polled);
        }

        /// Whether another one is made once this has been done; the last one is kept until then.
        fn is_ended_by(&self, doing: impl FnOnce(&Self)) -> bool {
            let before = self.exposition.rendered(Form::Text);
            assert!(Arc::ptr_eq(&before, &self.exposition.rendered(Form::Gzip)));
            doing(self);
            !Arc::ptr_eq(&before, &self.exposition.rendered(Form::Text))
        }
    }

    /// A rendering is kept for a second of the uptime, whatever the time is set to, and not beyond a
    /// poll or a reload.
    #[test]
    fn a_rendering_is_kept_for_a_second_unless_something_changes() {
        let rendering = Rendering::of("acme");
        let at = |millis| move |it: &Rendering| it.millis.store(millis, Ordering::Relaxed);
        assert!(!rendering.is_ended_by(at(999)));
        assert!(rendering.is_ended_by(at(1_000)));
        assert!(rendering.is_ended_by(Rendering::poll));
        let unknown = Default::default();
        assert!(rendering.is_ended_by(|it| it.fleet.identify(&it.organization, unknown)));
        assert!(rendering.is_ended_by(|it| it.exposition.changed()));
        assert!(rendering.is_ended_by(|it| it.fleet.replace(Fleet::new(Vec::new(), view()))));
    }

    /// With hundreds of polls a second, each scrape would write all of it anew.
    #[test]
    fn a_large_rendering_is_kept_for_its_second_whatever_polls_end() {
        let rendering = Rendering::of(&"x".repeat(LARGE / 30));
        rendering.poll();
        assert!(!rendering.is_ended_by(Rendering::poll));
        assert!(rendering.is_ended_by(|it| it.exposition.changed()));
        let second = |it: &Rendering| it.millis.store(1_000, Ordering::Relaxed);
        assert!(rendering.is_ended_by(second));
    }

    #[test]
    fn each_form_is_made_of_the_other_once() {
        for (first, second) in [(Form::Text, Form::Gzip), (Form::Gzip, Form::Text)] {
            let Rendering { exposition, .. } = Rendering::of("acme");
            assert_eq!(exposition.kept(first), None);
            let made = exposition.render(first);
            assert_eq!(exposition.kept(first), Some(made.clone()));
            assert_eq!(exposition.kept(second), None);
            let other = exposition.render(second);
            assert_eq!(exposition.kept(second), Some(other.clone()));
            let (text, gzip) = match first {
                Form::Text => (made, other),
                Form::Gzip => (other, made),
            };
            let mut decoded = String::new();
            let mut decoder = GzDecoder::new(&gzip[..]);
            decoder.read_to_string(&mut decoded).unwrap();
            assert_eq!(decoded.as_bytes(), text);
            assert!(decoded.starts_with("# HELP rhombus_collect_errors_total "));
        }
    }
}
