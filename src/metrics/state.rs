//! What is shared: gauges over the last good inventory of each list. What depends on now is computed
//! here, at the scrape. An inventory that is too old to be believed has no series at all.

use super::families::{Family, Reading, Spec, as_value};
use super::inventories::{List, feeds, lists};
use crate::inventory::{Inventory, Snapshot, Tally};
use crate::share::{ExpiryReading, Id, Protection, ShareKind, Source, UnixMillis, Window};

const BY_PROTECTION: &[&str] = &["org", "kind", "protection"];

/// What each kind and protection has one series of, and how it is read.
static BY_TALLY: [Reading<Tally>; 5] = [
    (
        Spec::gauge(
            "rhombus_shares",
            BY_PROTECTION,
            "Active shares: links that work now and have not passed their expiry.",
        ),
        |tally| Some(as_value(tally.active)),
    ),
    (
        Spec::gauge(
            "rhombus_shares_without_expiry",
            BY_PROTECTION,
            "Active shares that never expire.",
        ),
        |tally| Some(as_value(tally.without_expiry)),
    ),
    (
        Spec::gauge(
            "rhombus_shares_expired",
            BY_PROTECTION,
            "Shares that have passed their expiry and are still listed.",
        ),
        |tally| Some(as_value(tally.expired)),
    ),
    (
        Spec::gauge(
            "rhombus_share_next_expiry_timestamp_seconds",
            BY_PROTECTION,
            "When the next active share expires; absent where none will.",
        ),
        |tally| tally.next_expiry.map(UnixMillis::as_secs_f64),
    ),
    (
        Spec::gauge(
            "rhombus_share_oldest_created_timestamp_seconds",
            BY_PROTECTION,
            "When the oldest active share was made; absent where there is none.",
        ),
        |tally| tally.totals.oldest.map(UnixMillis::as_secs_f64),
    ),
];
/// The same for each kind that shows clips.
static OF_CLIPS: [Reading<Tally>; 2] = [
    (
        Spec::gauge(
            "rhombus_shared_clips",
            BY_PROTECTION,
            "Clips or timelapses that active shares show.",
        ),
        |tally| Some(as_value(tally.totals.clips)),
    ),
    (
        Spec::gauge(
            "rhombus_shared_clip_duration_seconds",
            BY_PROTECTION,
            "Total duration of the clips or timelapses that active shares show.",
        ),
        |tally| Some(as_value(tally.totals.duration_secs)),
    ),
];
static EXPIRING: Spec = Spec::gauge(
    "rhombus_shares_expiring",
    &["org", "kind", "protection", "within"],
    "Active shares that expire within that time from now, cumulative.",
);
static DEVICES: Spec = Spec::gauge(
    "rhombus_shared_devices",
    &["org", "kind"],
    "Distinct cameras that active shares show; facets of one camera count once.",
);
static READINGS: Spec = Spec::gauge(
    "rhombus_share_expiry_readings",
    &["org", "kind", "reading"],
    "Listed shares by how their expiry was read: as a date, as a time to live, as never.",
);
static MALFORMED: Spec = Spec::gauge(
    "rhombus_malformed_records",
    &["org", "source", "field"],
    "Values in the last good answer that could not be understood; only where above 0.",
);
static ORG_INFO: Spec = Spec::gauge(
    "rhombus_org_info",
    &["org", "org_uuid", "org_name"],
    "An organisation that has been seen; org_uuid and org_name as Rhombus says, else empty.",
);

/// A list that is shown, what it held, and what that comes to now by protection.
pub(super) struct Shown<'a> {
    list: List<'a>,
    inventory: &'a Inventory,
    tallies: Vec<Tally>,
}

impl<'a> Shown<'a> {
    /// The lists that can still be believed.
    pub(super) fn all(snapshot: &'a Snapshot) -> Vec<Self> {
        let shown = |list: List<'a>| Some(Self::new(list, list.inventory(&snapshot.view)?));
        lists(snapshot).filter_map(shown).collect()
    }

    fn new(list: List<'a>, inventory: &'a Inventory) -> Self {
        let tally = |protection: &Protection| inventory.timeline(*protection).at(list.now());
        Self {
            tallies: list.kind.protections().iter().map(tally).collect(),
            list,
            inventory,
        }
    }

    fn by_protection(&self) -> impl Iterator<Item = (Protection, &Tally)> {
        let protections = self.list.kind.protections().iter().copied();
        protections.zip(&self.tallies)
    }
}

/// What can be said of what is known.
pub(super) fn families<'a>(shown: &'a [Shown<'a>], snapshot: &'a Snapshot) -> Vec<Family<'a>> {
    let view = &snapshot.view;
    let of_all = BY_TALLY.iter().map(|row| by_tally(row, shown, |_| true));
    let of_clips = OF_CLIPS
        .iter()
        .map(|row| by_tally(row, shown, ShareKind::has_clips));
    let mut families: Vec<_> = of_all.chain(of_clips).collect();
    families.extend([
        expiring(shown, &view.expiring_within),
        devices(shown),
        readings(shown),
        malformed(shown, snapshot),
        org_info(shown),
    ]);
    families
}

fn by_tally<'a>(
    (spec, read): &'static Reading<Tally>,
    shown: &'a [Shown<'a>],
    of_kind: fn(ShareKind) -> bool,
) -> Family<'a> {
    Family::new(spec, move |series| {
        for it in shown.iter().filter(|it| of_kind(it.list.kind)) {
            let (org, kind) = (it.list.org(), it.list.kind.label());
            for (protection, tally) in it.by_protection() {
                if let Some(value) = read(tally) {
                    series.push(&[org, kind, protection.label()], value);
                }
            }
        }
    })
}

/// The windows in the order of their labels, as all series are.
fn expiring<'a>(shown: &'a [Shown<'a>], windows: &'a [Window]) -> Family<'a> {
    let mut windows: Vec<_> = windows.iter().collect();
    windows.sort_by_key(|window| &window.label);
    Family::new(&EXPIRING, move |series| {
        for it in shown {
            let (org, kind) = (it.list.org(), it.list.kind.label());
            for protection in it.list.kind.protections() {
                let timeline = it.inventory.timeline(*protection);
                for window in &windows {
                    let count = timeline.expiring(it.list.now(), window.duration);
                    series.push_count(&[org, kind, protection.label(), &window.label], count);
                }
            }
        }
    })
}

fn devices<'a>(shown: &'a [Shown<'a>]) -> Family<'a> {
    Family::new(&DEVICES, move |series| {
        for it in shown {
            let cameras = it.inventory.cameras(it.list.now());
            series.push_count(&[it.list.org(), it.list.kind.label()], cameras);
        }
    })
}

fn readings<'a>(shown: &'a [Shown<'a>]) -> Family<'a> {
    Family::new(&READINGS, move |series| {
        for it in shown {
            for reading in ExpiryReading::ALL {
                let labels = [it.list.org(), it.list.kind.label(), reading.label()];
                series.push_count(&labels, it.inventory.read_as(reading));
            }
        }
    })
}

fn malformed<'a>(shown: &'a [Shown<'a>], snapshot: &'a Snapshot) -> Family<'a> {
    Family::new(&MALFORMED, move |series| {
        for (org, feed) in feeds(snapshot) {
            for (field, count) in &feed.malformed {
                series.push_count(&[org, Source::AuditFeed.label(), field], *count);
            }
        }
        for look in &snapshot.partners {
            for (field, count) in &look.standing.malformed {
                let source = Source::PartnerClients.label();
                series.push_count(&[look.partner.name(), source, field], *count);
            }
        }
        for it in shown {
            for (field, count) in it.inventory.malformed() {
                series.push_count(&[it.list.org(), it.list.kind.list(), field], *count);
            }
        }
    })
}

/// Once an organisation, however many of its lists are shown.
fn org_info<'a>(shown: &'a [Shown<'a>]) -> Family<'a> {
    Family::new(&ORG_INFO, move |series| {
        for of_one in shown.chunk_by(|a, b| a.list.org() == b.list.org()) {
            let identity = &of_one[0].list.look.identity;
            let uuid = identity.uuid.as_ref().map(Id::to_string);
            let name = identity.name.as_deref().unwrap_or_default();
            let org = of_one[0].list.org();
            series.push(&[org, &uuid.unwrap_or_default(), name], 1.0);
        }
    })
}
