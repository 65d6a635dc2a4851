//! What is shared: gauges over the last good inventory of each list. What depends on now is computed
//! here, at the scrape. An inventory that is too old to be believed has no series at all.

use super::families::{Family, Reading, Spec, as_value};
use super::inventories::{List, lists};
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

/// What can be said of what is known.
pub(super) fn families(snapshot: &Snapshot) -> Vec<Family> {
    let view = &snapshot.view;
    let shown: Vec<_> = lists(snapshot)
        .filter_map(|list| Some((list, list.inventory(view)?)))
        .collect();
    let mut families = by_tally(&shown);
    families.extend([
        expiring(&shown, &view.expiring_within),
        devices(&shown),
        readings(&shown),
        malformed(&shown, snapshot),
        org_info(&shown),
    ]);
    families
}

/// The lists that are shown, with what they held.
type Shown<'a> = [(List<'a>, &'a Inventory)];

fn by_tally(shown: &Shown<'_>) -> Vec<Family> {
    let of_list = |(list, inventory): &(List<'_>, &Inventory)| {
        let tally = |protection: &Protection| {
            let tally = inventory.timeline(*protection).at(list.now());
            (protection.label(), tally)
        };
        let tallies = list.kind.protections().iter().map(tally);
        tallies.collect::<Vec<_>>()
    };
    let tallies: Vec<_> = shown.iter().map(of_list).collect();
    let family = |(spec, read): &'static Reading<Tally>, of_kind: fn(ShareKind) -> bool| {
        let mut family = Family::new(spec);
        let tallies = shown.iter().zip(&tallies);
        for ((list, _), tallies) in tallies.filter(|((list, _), _)| of_kind(list.kind)) {
            for (protection, tally) in tallies {
                if let Some(value) = read(tally) {
                    family.push(&[list.org(), list.kind.label(), protection], value);
                }
            }
        }
        family
    };
    let of_all = BY_TALLY.iter().map(|row| family(row, |_| true));
    let of_clips = OF_CLIPS.iter().map(|row| family(row, ShareKind::has_clips));
    of_all.chain(of_clips).collect()
}

/// The windows in the order of their labels, as all series are.
fn expiring(shown: &Shown<'_>, windows: &[Window]) -> Family {
    let mut windows: Vec<_> = windows.iter().collect();
    windows.sort_by_key(|window| &window.label);
    let mut family = Family::new(&EXPIRING);
    for (list, inventory) in shown {
        for protection in list.kind.protections() {
            let timeline = inventory.timeline(*protection);
            for window in &windows {
                let count = timeline.expiring(list.now(), window.duration);
                let (kind, protection) = (list.kind.label(), protection.label());
                family.push_count(&[list.org(), kind, protection, &window.label], count);
            }
        }
    }
    family
}

fn devices(shown: &Shown<'_>) -> Family {
    let mut family = Family::new(&DEVICES);
    for (list, inventory) in shown {
        let cameras = inventory.cameras(list.now());
        family.push_count(&[list.org(), list.kind.label()], cameras);
    }
    family
}

fn readings(shown: &Shown<'_>) -> Family {
    let mut family = Family::new(&READINGS);
    for (list, inventory) in shown {
        for reading in ExpiryReading::ALL {
            let labels = [list.org(), list.kind.label(), reading.label()];
            family.push_count(&labels, inventory.read_as(reading));
        }
    }
    family
}

fn malformed(shown: &Shown<'_>, snapshot: &Snapshot) -> Family {
    let mut family = Family::new(&MALFORMED);
    for look in &snapshot.partners {
        for (field, count) in &look.standing.malformed {
            let source = Source::PartnerClients.label();
            family.push_count(&[look.partner.name(), source, field], *count);
        }
    }
    for (list, inventory) in shown {
        for (field, count) in inventory.malformed() {
            family.push_count(&[list.org(), list.kind.list(), field], *count);
        }
    }
    family
}

/// Once an organisation, however many of its lists are shown.
fn org_info(shown: &Shown<'_>) -> Family {
    let mut family = Family::new(&ORG_INFO);
    let mut told = None;
    for (list, _) in shown {
        if told.replace(list.org()) == Some(list.org()) {
            continue;
        }
        let identity = &list.look.identity;
        let uuid = identity.uuid.as_ref().map(Id::to_string);
        let name = identity.name.as_deref().unwrap_or_default();
        family.push(&[list.org(), &uuid.unwrap_or_default(), name], 1.0);
    }
    family
}
