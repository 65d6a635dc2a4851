//! Can it be believed? How each organisation's polls go, whatever they found.

use super::families::{Family, Reading, Spec, as_value};
use super::inventories::{feeds, lists};
use crate::inventory::{ErrorCounts, Polls, Snapshot, State};
use crate::share::{Moment, Source};

const BY_SOURCE: &[&str] = &["org", "source"];

/// What each list has one series of, and how it is read.
static BY_LIST: [Reading<Polls>; 3] = [
    (
        Spec::gauge(
            "rhombus_collect_success",
            BY_SOURCE,
            "1 if the last poll succeeded, else 0; there from the first attempt.",
        ),
        |polls| Some(flag(polls.last()?.failure.is_none())),
    ),
    (
        Spec::gauge(
            "rhombus_collect_last_success_timestamp_seconds",
            BY_SOURCE,
            "When the last poll that succeeded ended; 0 until the first success.",
        ),
        |polls| {
            let secs = |moment: Moment| moment.time.as_secs_f64();
            Some(polls.last_success().map_or(0.0, secs))
        },
    ),
    (
        Spec::gauge(
            "rhombus_collect_duration_seconds",
            BY_SOURCE,
            "How long the last poll took, with its retries.",
        ),
        |polls| Some(polls.last()?.took.as_secs_f64()),
    ),
];
static PARTIAL: Spec = Spec::gauge(
    "rhombus_collect_partial",
    BY_SOURCE,
    "1 while the last good answer warned that it is not whole, else 0.",
);
static FAILING: Spec = Spec::gauge(
    "rhombus_collect_failing",
    &["org", "source", "reason"],
    "1 while the last poll has failed for that reason; absent otherwise.",
);
static POLLS: Spec = Spec::counter(
    "rhombus_collect_polls_total",
    &["org", "source", "outcome"],
    "Polls that ended, by outcome.",
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
    "The configured time from one poll of a list to the next.",
);
static LOOKBACK: Spec = Spec::gauge(
    "rhombus_collect_lookback_seconds",
    &[],
    "Only clip pages created within this time are asked for, older ones are not seen; 0: all are.",
);

/// What can be said of what is known, and of what has gone wrong.
pub(super) fn families<'a>(snapshot: &'a Snapshot, counts: &'a ErrorCounts) -> Vec<Family<'a>> {
    let view = &snapshot.view;
    let lookback = view.lookback.unwrap_or_default();
    let mut families = by_list(snapshot);
    families.extend([
        failing(snapshot),
        polls(snapshot),
        partial(snapshot),
        errors(counts, snapshot),
        malformed(counts, snapshot),
        clock_skew(snapshot),
        organizations(snapshot),
        Family::of(&INTERVAL, view.interval.as_secs_f64()),
        Family::of(&LOOKBACK, lookback.as_secs_f64()),
    ]);
    families
}

fn flag(holds: bool) -> f64 {
    as_value(holds.into())
}

/// What is polled, with how it went: the lists and the audit feed of each organisation that may be looked at,
/// and the clients of each partner.
fn polled(snapshot: &Snapshot) -> impl Iterator<Item = (&str, &'static str, &Polls)> {
    let asked = lists(snapshot).filter(|list| list.look.organization.is_asked());
    let lists = asked.map(|list| (list.org(), list.kind.list(), list.standing.polls()));
    let feeds = feeds(snapshot).map(|(org, feed)| (org, Source::AuditFeed.label(), &feed.polls));
    lists
        .chain(feeds)
        .chain(snapshot.partners.iter().map(|look| {
            let source = Source::PartnerClients.label();
            (look.partner.name(), source, &look.standing.polls)
        }))
}

fn by_list(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let family = |(spec, read): &'static Reading<Polls>| {
        Family::new(spec, |series| {
            for (org, source, polls) in polled(snapshot) {
                if let Some(value) = read(polls) {
                    series.push(&[org, source], value);
                }
            }
        })
    };
    BY_LIST.iter().map(family).collect()
}

/// A list of clients is never shown in part.
fn partial(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&PARTIAL, |series| {
        for (org, feed) in feeds(snapshot) {
            if feed.polls.last_success().is_some() {
                series.push(&[org, Source::AuditFeed.label()], flag(feed.partial));
            }
        }
        for list in lists(snapshot) {
            if list.standing.last_success().is_some() {
                let partial = flag(list.standing.is_partial());
                series.push(&[list.org(), list.kind.list()], partial);
            }
        }
    })
}

fn failing(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&FAILING, |series| {
        for (org, source, polls) in polled(snapshot) {
            if let Some(failure) = polls.failure() {
                series.push(&[org, source, failure.reason.label()], 1.0);
            }
        }
    })
}

fn polls(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&POLLS, |series| {
        for (org, source, polls) in polled(snapshot) {
            let (succeeded, failed) = polls.counts();
            for (outcome, count) in [("failure", failed), ("success", succeeded)] {
                series.push_count(&[org, source, outcome], count);
            }
        }
    })
}

/// What is asked for in this configuration.
fn is_watched(source: Source, snapshot: &Snapshot) -> bool {
    match source {
        Source::Shares(kind) => snapshot.view.kinds.contains(&kind),
        Source::AuditFeed => feeds(snapshot).next().is_some(),
        _ => !snapshot.partners.is_empty(),
    }
}

/// A list that is not watched has no zeros here; what was counted of it before stays.
fn errors<'a>(counts: &'a ErrorCounts, snapshot: &'a Snapshot) -> Family<'a> {
    Family::new(&ERRORS, |series| {
        for ((source, reason), count) in &counts.failures {
            if *count > 0 || is_watched(*source, snapshot) {
                series.push_count(&[source.label(), reason.label()], *count);
            }
        }
    })
}

fn malformed<'a>(counts: &'a ErrorCounts, snapshot: &'a Snapshot) -> Family<'a> {
    Family::new(&MALFORMED, |series| {
        for ((source, field), count) in &counts.malformed {
            if *count > 0 || is_watched(*source, snapshot) {
                series.push_count(&[source.label(), field], *count);
            }
        }
    })
}

fn clock_skew(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&CLOCK_SKEW, |series| {
        for (endpoint, skew) in snapshot.clock_skews() {
            series.push(&[endpoint], skew as f64);
        }
    })
}

fn organizations(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&ORGANIZATIONS, |series| {
        for (state, count) in State::ALL.into_iter().zip(snapshot.states()) {
            series.push_count(&[state.label()], count);
        }
    })
}
