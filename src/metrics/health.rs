//! Can it be believed? How each organisation's polls go, whatever they found.

use std::time::Duration;

use prometheus::proto::MetricFamily;

use super::families::{Family, Spec};
use super::inventories::{List, Snapshot};
use crate::inventory::State;
use crate::share::Moment;

const BY_SOURCE: &[&str] = &["org", "source"];

static SUCCESS: Spec = Spec::gauge(
    "rhombus_collect_success",
    BY_SOURCE,
    "1 if the last poll succeeded, else 0; there from the first attempt.",
);
static FAILING: Spec = Spec::gauge(
    "rhombus_collect_failing",
    &["org", "source", "reason"],
    "1 while the last poll has failed for that reason; absent otherwise.",
);
static LAST_SUCCESS: Spec = Spec::gauge(
    "rhombus_collect_last_success_timestamp_seconds",
    BY_SOURCE,
    "When the last poll that succeeded ended; 0 until the first success.",
);
static DURATION: Spec = Spec::gauge(
    "rhombus_collect_duration_seconds",
    BY_SOURCE,
    "How long the last poll took, with its retries.",
);
static POLLS: Spec = Spec::counter(
    "rhombus_collect_polls_total",
    &["org", "source", "outcome"],
    "Polls that ended, by outcome.",
);
static PARTIAL: Spec = Spec::gauge(
    "rhombus_collect_partial",
    BY_SOURCE,
    "1 while the last good answer warned that it is not whole, else 0.",
);
static ERRORS: Spec = Spec::counter(
    "rhombus_collect_errors_total",
    &["source", "reason"],
    "Polls that failed, of all organisations, by reason.",
);
static MALFORMED: Spec = Spec::counter(
    "rhombus_malformed_records_total",
    &["source", "field"],
    "Values in Rhombus's answers that could not be understood, of all organisations, by field.",
);
static CLOCK_SKEW: Spec = Spec::gauge(
    "rhombus_clock_skew_seconds",
    &["endpoint"],
    "This machine's clock minus that of Rhombus's last answer, to a second.",
);
static ORGANIZATIONS: Spec = Spec::gauge(
    "rhombus_organizations",
    &["state"],
    "Organisations by state, each once, by its worst list.",
);
static INTERVAL: Spec = Spec::gauge(
    "rhombus_collect_interval_seconds",
    &[],
    "The configured time from one poll of an organisation to the next.",
);
static LOOKBACK: Spec = Spec::gauge(
    "rhombus_collect_lookback_seconds",
    &[],
    "Only shares created within this time are asked for, older ones are not seen; 0: all are.",
);

/// All of them.
pub(super) static ALL: [&Spec; 12] = [
    &SUCCESS,
    &FAILING,
    &LAST_SUCCESS,
    &DURATION,
    &POLLS,
    &PARTIAL,
    &ERRORS,
    &MALFORMED,
    &CLOCK_SKEW,
    &ORGANIZATIONS,
    &INTERVAL,
    &LOOKBACK,
];

/// What can be said of what is known.
pub(super) fn families(snapshot: &Snapshot<'_>) -> Vec<MetricFamily> {
    let mut rows = Rows::new();
    for list in snapshot.lists() {
        rows.add(list);
    }
    let setting = |spec, value: Duration| {
        let mut family = Family::new(spec);
        family.push(&[], value.as_secs_f64());
        family.finish()
    };
    let view = snapshot.view();
    let mut families = rows.finish();
    families.extend([
        errors(snapshot),
        malformed(snapshot),
        clock_skew(snapshot),
        organizations(snapshot),
        setting(&INTERVAL, view.interval),
        setting(&LOOKBACK, view.lookback.unwrap_or_default()),
    ]);
    families
}

fn errors(snapshot: &Snapshot<'_>) -> MetricFamily {
    let mut family = Family::new(&ERRORS);
    for ((kind, reason), count) in snapshot.handle.failures() {
        family.push_count(&[kind.list(), reason.label()], count);
    }
    family.finish()
}

fn malformed(snapshot: &Snapshot<'_>) -> MetricFamily {
    let mut family = Family::new(&MALFORMED);
    for ((kind, field), count) in snapshot.handle.malformed() {
        family.push_count(&[kind.list(), field], count);
    }
    family.finish()
}

fn clock_skew(snapshot: &Snapshot<'_>) -> MetricFamily {
    let mut family = Family::new(&CLOCK_SKEW);
    for clock in snapshot.fleet.server_clocks() {
        if let Some(skew) = clock.skew(snapshot.here) {
            family.push(&[clock.endpoint()], skew as f64);
        }
    }
    family.finish()
}

fn organizations(snapshot: &Snapshot<'_>) -> MetricFamily {
    let mut family = Family::new(&ORGANIZATIONS);
    let counts = snapshot.fleet.states(snapshot.here);
    for (state, count) in State::ALL.into_iter().zip(counts) {
        family.push_count(&[state.label()], count);
    }
    family.finish()
}

/// The families of a series a list, while they are filled.
struct Rows {
    success: Family,
    failing: Family,
    last_success: Family,
    duration: Family,
    polls: Family,
    partial: Family,
}

impl Rows {
    const fn new() -> Self {
        Self {
            success: Family::new(&SUCCESS),
            failing: Family::new(&FAILING),
            last_success: Family::new(&LAST_SUCCESS),
            duration: Family::new(&DURATION),
            polls: Family::new(&POLLS),
            partial: Family::new(&PARTIAL),
        }
    }

    fn add(&mut self, list: &List) {
        let (org, source) = (list.org(), list.kind.list());
        let labels = [org, source];
        let standing = &list.standing;
        let flag = |holds| f64::from(u8::from(holds));
        if let Some(poll) = standing.last_poll() {
            self.success.push(&labels, flag(poll.failure.is_none()));
            self.duration.push(&labels, poll.took.as_secs_f64());
        }
        if let Some(failure) = standing.failure() {
            self.failing
                .push(&[org, source, failure.reason.label()], 1.0);
        }
        let last_success = standing.last_success();
        if last_success.is_some() {
            self.partial.push(&labels, flag(standing.is_partial()));
        }
        let secs = |moment: Moment| moment.time.as_secs_f64();
        self.last_success
            .push(&labels, last_success.map_or(0.0, secs));
        let (succeeded, failed) = standing.polls();
        self.polls.push_count(&[org, source, "failure"], failed);
        self.polls.push_count(&[org, source, "success"], succeeded);
    }

    fn finish(self) -> Vec<MetricFamily> {
        [
            self.success,
            self.failing,
            self.last_success,
            self.duration,
            self.polls,
            self.partial,
        ]
        .map(Family::finish)
        .into()
    }
}
