//! What the panels of the policy show: violations that stay, replicas that count once, exceptions and
//! their ends; and of the storage and the expressions, what the exporter's own dashboard shows.

use crate::kind_cases::always;
use crate::situation::{LATER, Query, SOON, Situation};

const VIOLATIONS: Query = ("overview", "Violations", "A");
const CRITICAL: Query = ("overview", "Violations", "B");
const CHOSEN: Query = ("policy", "Violations, chosen", "A");
const CRITICAL_CHOSEN: Query = ("policy", "Violations, chosen", "B");
const BY_RULE: Query = ("overview", "Violations by rule", "A");
const OF_RULE: Query = ("policy", "Violations by rule and severity", "A");
const EXCEPTED_OF_RULE: Query = ("policy", "Violations by rule and severity", "B");
const OLDEST_OF_RULE: Query = ("policy", "Violations by rule and severity", "C");
const OF_ORG: Query = ("policy", "Organisations with most violations", "A");
const CRITICAL_OF_ORG: Query = ("policy", "Organisations with most violations", "B");
const EXCEPTED_OF_ORG: Query = ("policy", "Organisations with most violations", "C");
const OLDEST_OF_ORG: Query = ("policy", "Organisations with most violations", "D");
const DROPPED_OF_ORG: Query = ("policy", "Organisations with most violations", "E");
const A_DAY: Query = ("policy", "Violations by age", "A");
const A_WEEK: Query = ("policy", "Violations by age", "B");
const A_MONTH: Query = ("policy", "Violations by age", "C");
const OLDEST: Query = ("policy", "Oldest violations", "A");
const COVERED: Query = ("policy", "Exceptions", "A");
const ENDS_IN: Query = ("policy", "Exceptions", "B");
const LAST_MATCH: Query = ("policy", "Exceptions", "C");
const ERRORS: Query = ("exporter", "Rules that can't be evaluated", "A");
const PENDING: Query = ("exporter", "Lists that wait for the disk", "A");
const WRITES_FAIL: Query = ("exporter", "Writes that fail", "A");
const LAST_WRITE: Query = ("exporter", "Time since the last write", "A");

const COUNT: &str = "rhombus_share_violations";
const SINCE: &str = "rhombus_share_violation_since_timestamp_seconds";

/// A violation of a rule, with its ref, known since that moment.
fn known(all: Situation, instance: &str, rule: &str, share: &str, since: i64) -> Situation {
    let severity = match rule {
        "unsecured" => "warning",
        _ => "critical",
    };
    let labels = format!(
        r#",org="acme",kind="clip_group",policy="{rule}",severity="{severity}",share="{share}""#
    );
    all.and(SINCE, instance, &labels, &always(&since.to_string()))
}

/// As two replicas see them: two open links, one of them with past footage, after 30 minutes known for
/// half an hour, ten days, and forty days.
fn replicas(name: &'static str) -> Situation {
    let both = Situation::all_is_well(name).and_exporter("b", "acme");
    ["a", "b"].iter().fold(both, |all, instance| {
        let all = all
            .with_labels(COUNT, "unsecured", instance, &always("2"))
            .with_labels(COUNT, "past-footage-open", instance, &always("1"));
        let all = known(all, instance, "unsecured", "11111111", 0);
        let all = known(all, instance, "unsecured", "22222222", 1800 - 864_000);
        known(
            all,
            instance,
            "past-footage-open",
            "22222222",
            1800 - 3_456_000,
        )
    })
}

#[test]
fn violations_are_counted_once_by_rule_severity_organisation_and_age() {
    replicas("two replicas")
        .shows(
            SOON,
            &[
                (VIOLATIONS, Some("3")),
                (CRITICAL, Some("1")),
                (CHOSEN, Some("3")),
                (CRITICAL_CHOSEN, Some("1")),
                (A_DAY, Some("2")),
                (A_WEEK, Some("2")),
                (A_MONTH, Some("1")),
            ],
        )
        .shows_by(
            "policy",
            SOON,
            BY_RULE,
            &[("past-footage-open", "1"), ("unsecured", "2")],
        )
        .shows_by(
            "policy",
            SOON,
            OF_RULE,
            &[("past-footage-open", "1"), ("unsecured", "2")],
        )
        .shows_by(
            "policy",
            SOON,
            OLDEST_OF_RULE,
            &[("past-footage-open", "3456000"), ("unsecured", "864000")],
        )
        .shows_by("org", SOON, OF_ORG, &[("acme", "3")])
        .shows_by("org", SOON, CRITICAL_OF_ORG, &[("acme", "1")])
        .shows_by("org", SOON, OLDEST_OF_ORG, &[("acme", "3456000")])
        .shows_by("org", SOON, EXCEPTED_OF_ORG, &[])
        .shows_by("org", SOON, DROPPED_OF_ORG, &[])
        .shows(600, &[(A_DAY, Some("2"))])
        // Two days later the first is older than a day.
        .shows(
            LATER,
            &[
                (A_DAY, Some("3")),
                (A_WEEK, Some("2")),
                (A_MONTH, Some("1")),
            ],
        );
}

#[test]
fn the_oldest_violations_have_a_line_each() {
    let of_three = [
        ("11111111", "1800"),
        ("22222222", "864000"),
        ("22222222", "3456000"),
    ];
    replicas("two replicas").shows_by("share", SOON, OLDEST, &of_three);
    let many = (0..60).fold(Situation::all_is_well("sixty"), |all, age| {
        known(all, "a", "unsecured", &format!("{age:08}"), 60 - age)
    });
    let refs: Vec<(String, String)> = (10..60)
        .map(|age| (format!("{age:08}"), (1740 + age).to_string()))
        .collect();
    let refs: Vec<(&str, &str)> = refs.iter().map(|(share, age)| (&**share, &**age)).collect();
    many.shows_by("share", SOON, OLDEST, &refs);
}

#[test]
fn a_rule_that_no_link_breaks_is_0_and_an_organisation_has_no_line() {
    let none = [("past-footage-open", "0"), ("unsecured", "0")];
    Situation::all_kinds("all is well")
        .shows(
            SOON,
            &[
                (VIOLATIONS, Some("0")),
                (CRITICAL, None),
                (A_DAY, Some("0")),
                (A_MONTH, Some("0")),
            ],
        )
        .shows_by("policy", SOON, BY_RULE, &none)
        .shows_by("policy", SOON, OF_RULE, &none)
        .shows_by("org", SOON, OF_ORG, &[])
        .shows_by("share", SOON, OLDEST, &[]);
    Situation::nothing("no exporter")
        .shows(SOON, &[(VIOLATIONS, None), (CRITICAL, None), (A_DAY, None)])
        .shows_by("policy", SOON, BY_RULE, &[]);
}

#[test]
fn violations_stay_and_their_0_does_not_while_a_list_fails() {
    let fails = |all: Situation| {
        all.with("rhombus_collect_success", "a", &always("0")).with(
            "rhombus_shares",
            "a",
            "0x10 stale",
        )
    };
    fails(Situation::all_is_well("none, as far as is known")).shows(SOON, &[(VIOLATIONS, None)]);
    fails(replicas("some, and perhaps more"))
        .shows(
            SOON,
            &[
                (VIOLATIONS, Some("at least 3")),
                (CHOSEN, Some("at least 3")),
                (CRITICAL, Some("1")),
                (A_WEEK, Some("2")),
            ],
        )
        .shows_by("org", SOON, OF_ORG, &[("acme", "3")]);
    Situation::all_is_well("a lookback")
        .with("rhombus_collect_lookback_seconds", "a", &always("3600"))
        .shows(SOON, &[(VIOLATIONS, Some("NaN"))]);
}

#[test]
fn the_variables_choose_the_violations() {
    replicas("of another kind")
        .and_list("a", "acme", "live_stream")
        .of_kind("live_stream")
        .shows(
            SOON,
            &[
                (VIOLATIONS, Some("0")),
                (CRITICAL, None),
                (A_DAY, Some("0")),
            ],
        )
        .shows_by("org", SOON, OF_ORG, &[])
        .shows_by("share", SOON, OLDEST, &[]);
}

#[test]
fn what_is_excepted_or_has_no_series_is_beside_the_violations() {
    let excepted = r#",org="acme",kind="clip_group",policy="unsecured""#;
    ["a", "b"]
        .iter()
        .fold(replicas("excepted"), |all, instance| {
            let metric = "rhombus_share_violations_excepted";
            all.and(metric, instance, excepted, &always("4")).with(
                "rhombus_share_violation_series_dropped",
                instance,
                &always("7"),
            )
        })
        .shows(SOON, &[(VIOLATIONS, Some("3"))])
        .shows_by("policy", SOON, EXCEPTED_OF_RULE, &[("unsecured", "4")])
        .shows_by("org", SOON, EXCEPTED_OF_ORG, &[("acme", "4")])
        .shows_by("org", SOON, DROPPED_OF_ORG, &[("acme", "7")]);
}

/// An exception as an exporter has it: how many links it covers, its end, its last match.
fn excepts(all: Situation, instance: &str, [shares, end, last]: [&str; 3]) -> Situation {
    let label = r#",exception="lobby""#;
    let last_match = "rhombus_policy_exception_last_match_timestamp_seconds";
    all.and(
        "rhombus_policy_exception_shares",
        instance,
        label,
        &always(shares),
    )
    .and(
        "rhombus_policy_exception_end_timestamp_seconds",
        instance,
        label,
        &always(end),
    )
    .and(last_match, instance, label, &always(last))
}

#[test]
fn an_exception_has_what_it_covers_its_end_and_its_last_match() {
    let all = Situation::all_is_well("two replicas, one of which has read a newer file");
    let all = excepts(all.and_exporter("b", "acme"), "a", ["3", "88200", "1200"]);
    excepts(all, "b", ["3", "91800", "1740"])
        .shows_by("exception", SOON, COVERED, &[("lobby", "3")])
        .shows_by("exception", SOON, ENDS_IN, &[("lobby", "86400")])
        .shows_by("exception", SOON, LAST_MATCH, &[("lobby", "60")])
        .shows_by("exception", LATER, ENDS_IN, &[("lobby", "-84600")]);
}

#[test]
fn what_an_exception_covers_is_summed_over_the_shards() {
    let shard = |index| format!(r#",index="{index}",count="2""#);
    let metric = "rhombus_share_exporter_shard";
    let all = Situation::all_is_well("two shards, one of them twice")
        .and_exporter("b", "globex")
        .and_exporter("c", "globex")
        .and(metric, "a", &shard(0), &always("1"))
        .and(metric, "b", &shard(1), &always("1"))
        .and(metric, "c", &shard(1), &always("1"));
    let covers = [("a", "3"), ("b", "2"), ("c", "2")];
    covers
        .iter()
        .fold(all, |all, (instance, shares)| {
            excepts(all, instance, [shares, "88200", "1740"])
        })
        .shows_by("exception", SOON, COVERED, &[("lobby", "5")]);
}

#[test]
fn what_the_disk_and_the_expressions_refuse_is_seen() {
    let storage = |name: &str| format!("rhombus_share_exporter_storage_{name}");
    let errors = "rhombus_policy_errors";
    Situation::all_is_well("without a storage, and without an expression").shows(
        SOON,
        &[
            (ERRORS, None),
            (PENDING, None),
            (WRITES_FAIL, None),
            (LAST_WRITE, None),
        ],
    );
    Situation::all_is_well("a disk that is full, and a rule that fails")
        .and_exporter("b", "acme")
        .and(&storage("pending_lists"), "a", "", &always("2"))
        .and(
            &storage("write_errors_total"),
            "a",
            "",
            &format!("0+36x{LATER}"),
        )
        .and(
            &storage("last_success_timestamp_seconds"),
            "a",
            "",
            &always("600"),
        )
        .and(errors, "a", r#",policy="odd""#, &always("4"))
        .and(errors, "b", r#",policy="odd""#, &always("4"))
        .shows(
            SOON,
            &[
                (ERRORS, Some("4")),
                (PENDING, Some("2")),
                (WRITES_FAIL, Some("0.6")),
                (LAST_WRITE, Some("1200")),
            ],
        );
}
