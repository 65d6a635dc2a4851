//! Can it be believed? How each organisation's polls go, whatever they found.

use std::time::Duration;

use prometheus::proto::MetricFamily;

use super::families::{Family, Spec};
use super::pictures::Sight;
use crate::inventory::Standing;
use crate::share::{Reason, Source, UnixMillis};

const BY_SOURCE: &[&str] = &["org", "source"];

static SUCCESS: Spec = Spec::gauge(
    "rhombus_collect_success",
    BY_SOURCE,
    "1 if the last poll succeeded, else 0; there from the first attempt.",
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
static ERRORS: Spec = Spec::counter(
    "rhombus_collect_errors_total",
    &["org", "source", "reason"],
    "Polls that failed, by reason.",
);
static MALFORMED: Spec = Spec::counter(
    "rhombus_malformed_records_total",
    &["org", "source", "field"],
    "Values in Rhombus's answers that could not be understood, by field.",
);
static PARTIAL: Spec = Spec::gauge(
    "rhombus_collect_partial",
    BY_SOURCE,
    "1 while the last good answer warned that it is not whole, else 0.",
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
pub(super) static ALL: [&Spec; 8] = [
    &SUCCESS,
    &LAST_SUCCESS,
    &DURATION,
    &ERRORS,
    &MALFORMED,
    &PARTIAL,
    &INTERVAL,
    &LOOKBACK,
];

/// What can be said at this sight.
pub(super) fn families(sight: &Sight) -> Vec<MetricFamily> {
    let mut rows = Rows::new();
    for (org, source, standing) in sight.standings() {
        rows.add(org, source, standing);
    }
    let setting = |spec, value: Duration| {
        let mut family = Family::new(spec);
        family.push(&[], value.as_secs_f64());
        family.finish()
    };
    let view = sight.view();
    let mut families = rows.finish();
    families.push(setting(&INTERVAL, view.interval));
    families.push(setting(&LOOKBACK, view.lookback.unwrap_or_default()));
    families
}

/// The families while they are filled.
struct Rows {
    success: Family,
    last_success: Family,
    duration: Family,
    errors: Family,
    malformed: Family,
    partial: Family,
}

impl Rows {
    const fn new() -> Self {
        Self {
            success: Family::new(&SUCCESS),
            last_success: Family::new(&LAST_SUCCESS),
            duration: Family::new(&DURATION),
            errors: Family::new(&ERRORS),
            malformed: Family::new(&MALFORMED),
            partial: Family::new(&PARTIAL),
        }
    }

    fn add(&mut self, org: &str, source: Source, standing: &Standing) {
        let labels = [org, source.label()];
        if let Some(poll) = standing.last_poll() {
            self.success
                .push(&labels, f64::from(u8::from(poll.failure.is_none())));
            self.duration.push(&labels, poll.took.as_secs_f64());
        }
        if standing.last_success().is_some() {
            self.partial
                .push(&labels, f64::from(u8::from(standing.is_partial())));
        }
        let last_success = standing.last_success().map_or(0.0, UnixMillis::as_secs_f64);
        self.last_success.push(&labels, last_success);
        for reason in Reason::ALL {
            let labels = [org, source.label(), reason.label()];
            self.errors.push_count(&labels, standing.errors(reason));
        }
        for (field, count) in standing.malformed() {
            self.malformed
                .push_count(&[org, source.label(), field], *count);
        }
    }

    fn finish(self) -> Vec<MetricFamily> {
        [
            self.success,
            self.last_success,
            self.duration,
            self.errors,
            self.malformed,
            self.partial,
        ]
        .map(Family::finish)
        .into()
    }
}
