//! What the policy says of what is shared. A violation is told from the first good look that was judged
//! until one that has seen it mended, however old the picture is.

use std::collections::BTreeSet;

use super::families::{Family, Spec, as_value};
use super::inventories::{List, lists, watched};
use crate::inventory::{Look, Snapshot, Violations};
use crate::policy::{Policy, Rule};
use crate::share::Violation;

static VIOLATIONS: Spec = Spec::gauge(
    "rhombus_share_violations",
    &["org", "kind", "policy", "severity"],
    "Open violations of a rule that no exception covers.",
);
static EXCEPTED: Spec = Spec::gauge(
    "rhombus_share_violations_excepted",
    &["org", "kind", "policy"],
    "Open violations of a rule that an exception covers.",
);
static SINCE: Spec = Spec::gauge(
    "rhombus_share_violation_since_timestamp_seconds",
    &["org", "kind", "policy", "severity", "share"],
    "Since when an open violation that no exception covers is known.",
);
static DROPPED: Spec = Spec::gauge(
    "rhombus_share_violation_series_dropped",
    &["org"],
    "Open violations that have no series of their own, since there was no room.",
);
static EXCEPTION_END: Spec = Spec::gauge(
    "rhombus_policy_exception_end_timestamp_seconds",
    &["exception"],
    "From when on the exception covers nothing.",
);
static EXCEPTION_SHARES: Spec = Spec::gauge(
    "rhombus_policy_exception_shares",
    &["exception"],
    "Shares that break a rule and that the exception covers.",
);
static EXCEPTION_LAST_MATCH: Spec = Spec::gauge(
    "rhombus_policy_exception_last_match_timestamp_seconds",
    &["exception"],
    "When the exception last covered a share; when it was first read, if it never has.",
);
static ERRORS: Spec = Spec::gauge(
    "rhombus_policy_errors",
    &["policy"],
    "Shares on which the rule's expression failed, in the last assessment of each list.",
);

/// What `policy` says of what is known.
pub(super) fn families<'a>(snapshot: &'a Snapshot, policy: &'a Policy) -> Vec<Family<'a>> {
    vec![
        Family::new(&VIOLATIONS, move |series| {
            for (list, rule, open) in by_rule(snapshot, policy) {
                let count = open.iter().filter(|it| it.exception.is_none()).count();
                let labels = [
                    list.org(),
                    list.kind.label(),
                    &rule.name,
                    rule.severity.label(),
                ];
                series.push_count(&labels, count as u64);
            }
        }),
        Family::new(&EXCEPTED, move |series| {
            let is_named = |rule: &&Rule| policy.exceptions().iter().any(|it| it.is_from(rule));
            let named = policy.rules().iter().filter(is_named);
            let named: BTreeSet<&str> = named.map(|rule| &*rule.name).collect();
            for (list, rule, open) in by_rule(snapshot, policy) {
                let count = open.iter().filter(|it| it.exception.is_some()).count();
                // Where no exception is from a rule, that none covers it needs no series.
                if count > 0 || named.contains(&*rule.name) {
                    let labels = [list.org(), list.kind.label(), &*rule.name];
                    series.push_count(&labels, count as u64);
                }
            }
        }),
        Family::new(&SINCE, move |series| {
            for (list, rule, open) in by_rule(snapshot, policy) {
                for violation in open.iter().filter(|it| it.has_series) {
                    let Some(share) = violation.share.reference() else {
                        continue;
                    };
                    let share = share.to_string();
                    let (kind, severity) = (list.kind.label(), rule.severity.label());
                    let labels = [list.org(), kind, &*rule.name, severity, &share];
                    series.push(&labels, violation.since.as_secs_f64());
                }
            }
        }),
        Family::new(&DROPPED, move |series| {
            for look in watched(snapshot) {
                if let Some(dropped) = dropped(look) {
                    series.push_count(&[look.name()], dropped);
                }
            }
        }),
        Family::new(&EXCEPTION_END, move |series| {
            for exception in policy.exceptions() {
                series.push(&[&*exception.name], exception.until.as_secs_f64());
            }
        }),
        Family::new(&EXCEPTION_SHARES, move |series| {
            let covered = Violations::covered(judged(snapshot).map(|(_, known)| known));
            for exception in policy.exceptions() {
                let count = covered.get(&*exception.name).copied().unwrap_or(0);
                series.push_count(&[&*exception.name], count);
            }
        }),
        Family::new(&EXCEPTION_LAST_MATCH, move |series| {
            for exception in policy.exceptions() {
                if let Some(used) = snapshot.exceptions.get(&*exception.name) {
                    series.push(&[&*exception.name], used.last_match.as_secs_f64());
                }
            }
        }),
        Family::new(&ERRORS, move |series| {
            for rule in policy
                .rules()
                .iter()
                .filter(|rule| rule.expression.is_some())
            {
                let of_list = |known: &Violations| known.errors.get(&rule.name).copied();
                let errors: u64 = judged(snapshot).filter_map(|(_, it)| of_list(it)).sum();
                series.push(&[&*rule.name], as_value(errors));
            }
        }),
    ]
}

/// Each list of which something was judged.
fn judged(snapshot: &Snapshot) -> impl Iterator<Item = (List<'_>, &Violations)> {
    lists(snapshot).filter_map(|list| Some((list, &**list.standing.violations()?)))
}

/// Each list and rule that applies to it, with the violations of that rule. Rules that are switched off
/// have none.
fn by_rule<'a>(
    snapshot: &'a Snapshot,
    policy: &'a Policy,
) -> impl Iterator<Item = (List<'a>, &'a Rule, &'a [Violation])> {
    judged(snapshot).flat_map(move |(list, known)| {
        let rules = policy.rules().iter();
        let rules = rules.filter(move |rule| rule.applies_to(list.org()));
        rules.map(move |rule| (list, rule, known.of_rule(&rule.name)))
    })
}

/// How many violations of an organisation have no room; none where nothing was judged.
fn dropped(look: &Look) -> Option<u64> {
    let lists = look.standings.iter();
    let known = lists.filter_map(|(_, standing)| standing.violations());
    let dropped = |known: &Violations| {
        let has_none = |it: &&Violation| it.may_have_series() && !it.has_series;
        known.open.iter().filter(has_none).count() as u64
    };
    known.map(|known| dropped(known)).reduce(|a, b| a + b)
}
