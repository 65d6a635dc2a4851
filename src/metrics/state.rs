//! What is shared: gauges over the last good inventory of each organisation. What depends on now is
//! computed here, at the scrape. An inventory that is too old to be believed has no series at all.

use prometheus::proto::MetricFamily;

use super::families::{Family, Spec};
use super::inventories::{List, Snapshot};
use crate::inventory::{Inventory, Tally, View};
use crate::share::{ExpiryReading, Id, Identity, UnixMillis};

const BY_PROTECTION: &[&str] = &["org", "kind", "protection"];

static SHARES: Spec = Spec::gauge(
    "rhombus_shares",
    BY_PROTECTION,
    "Active shares: links that work now and have not passed their expiry.",
);
static WITHOUT_EXPIRY: Spec = Spec::gauge(
    "rhombus_shares_without_expiry",
    BY_PROTECTION,
    "Active shares that never expire.",
);
static EXPIRING: Spec = Spec::gauge(
    "rhombus_shares_expiring",
    &["org", "kind", "protection", "within"],
    "Active shares that expire within that time from now, cumulative.",
);
static EXPIRED: Spec = Spec::gauge(
    "rhombus_shares_expired",
    BY_PROTECTION,
    "Shares that have passed their expiry and are still listed.",
);
static CLIPS: Spec = Spec::gauge(
    "rhombus_shared_clips",
    BY_PROTECTION,
    "Clips that active shares show.",
);
static DURATION: Spec = Spec::gauge(
    "rhombus_shared_clip_duration_seconds",
    BY_PROTECTION,
    "Total duration of the clips that active shares show.",
);
static DEVICES: Spec = Spec::gauge(
    "rhombus_shared_devices",
    &["org", "kind"],
    "Distinct cameras that active shares show; facets of one camera count once.",
);
static NEXT_EXPIRY: Spec = Spec::gauge(
    "rhombus_share_next_expiry_timestamp_seconds",
    BY_PROTECTION,
    "When the next active share expires; absent where none will.",
);
static OLDEST_CREATED: Spec = Spec::gauge(
    "rhombus_share_oldest_created_timestamp_seconds",
    BY_PROTECTION,
    "When the oldest active share was made; absent where there is none.",
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

/// All of them.
pub(super) static ALL: [&Spec; 12] = [
    &SHARES,
    &WITHOUT_EXPIRY,
    &EXPIRING,
    &EXPIRED,
    &CLIPS,
    &DURATION,
    &DEVICES,
    &NEXT_EXPIRY,
    &OLDEST_CREATED,
    &READINGS,
    &MALFORMED,
    &ORG_INFO,
];

/// What can be said of what is known.
pub(super) fn families(snapshot: &Snapshot<'_>) -> Vec<MetricFamily> {
    let mut rows = Rows::new();
    let view = snapshot.view();
    let mut told = None;
    for list in snapshot.lists() {
        if let Some(inventory) = list.inventory(view) {
            rows.add(list, inventory, view);
            // Once an organisation, however many of its lists are shown.
            if told.replace(list.org()) != Some(list.org()) {
                rows.add_info(list.org(), &list.organization.identity());
            }
        }
    }
    rows.finish()
}

/// The families while they are filled.
struct Rows {
    shares: Family,
    without_expiry: Family,
    expiring: Family,
    expired: Family,
    clips: Family,
    duration: Family,
    devices: Family,
    next_expiry: Family,
    oldest_created: Family,
    readings: Family,
    malformed: Family,
    org_info: Family,
}

impl Rows {
    const fn new() -> Self {
        Self {
            shares: Family::new(&SHARES),
            without_expiry: Family::new(&WITHOUT_EXPIRY),
            expiring: Family::new(&EXPIRING),
            expired: Family::new(&EXPIRED),
            clips: Family::new(&CLIPS),
            duration: Family::new(&DURATION),
            devices: Family::new(&DEVICES),
            next_expiry: Family::new(&NEXT_EXPIRY),
            oldest_created: Family::new(&OLDEST_CREATED),
            readings: Family::new(&READINGS),
            malformed: Family::new(&MALFORMED),
            org_info: Family::new(&ORG_INFO),
        }
    }

    fn add(&mut self, list: &List, inventory: &Inventory, view: &View) {
        let (org, now) = (list.org(), list.now());
        let kind = list.kind.label();
        for protection in list.kind.protections() {
            let timeline = inventory.timeline(*protection);
            let protection = protection.label();
            self.add_tally(&[org, kind, protection], &timeline.at(now));
            for window in &view.expiring_within {
                let count = timeline.expiring(now, window.duration);
                let labels = [org, kind, protection, &window.label];
                self.expiring.push_count(&labels, count);
            }
        }
        let cameras = inventory.cameras(now);
        self.devices.push_count(&[org, kind], cameras);
        for reading in ExpiryReading::ALL {
            let count = inventory.read_as(reading);
            self.readings
                .push_count(&[org, kind, reading.label()], count);
        }
        for (field, count) in inventory.malformed() {
            let labels = [org, list.kind.list(), field];
            self.malformed.push_count(&labels, *count);
        }
    }

    fn add_info(&mut self, org: &str, identity: &Identity) {
        let uuid = identity.uuid.as_ref().map(Id::to_string);
        let name = identity.name.as_deref().unwrap_or_default();
        self.org_info
            .push(&[org, &uuid.unwrap_or_default(), name], 1.0);
    }

    fn add_tally(&mut self, labels: &[&str], tally: &Tally) {
        self.shares.push_count(labels, tally.active);
        self.without_expiry.push_count(labels, tally.without_expiry);
        self.expired.push_count(labels, tally.expired);
        self.clips.push_count(labels, tally.totals.clips);
        self.duration.push_count(labels, tally.totals.duration_secs);
        let moment = |family: &mut Family, at: Option<UnixMillis>| {
            if let Some(at) = at {
                family.push(labels, at.as_secs_f64());
            }
        };
        moment(&mut self.next_expiry, tally.next_expiry);
        moment(&mut self.oldest_created, tally.totals.oldest);
    }

    fn finish(self) -> Vec<MetricFamily> {
        [
            self.shares,
            self.without_expiry,
            self.expiring,
            self.expired,
            self.clips,
            self.duration,
            self.devices,
            self.next_expiry,
            self.oldest_created,
            self.readings,
            self.malformed,
            self.org_info,
        ]
        .map(Family::finish)
        .into()
    }
}
