//! What the panels that say whether all is well show in cases in which it isn't. What they look like
//! is for the files (`panels`).

use crate::kind_cases::always;
use crate::situation::{LATER, Query, SOON, Shown, Situation};

const OPEN: Query = ("overview", "Open links", "A");
const OPEN_CHOSEN: Query = ("overview", "Open links, chosen", "A");
const EXPIRE: Query = ("overview", "Expire within 24 h", "A");
const NOT_FRESH: Query = ("overview", "Not fresh", "A");
const NEXT: Query = ("overview", "Next expiry in", "A");
const OLDEST: Query = ("overview", "Oldest link", "A");
const AGE: Query = ("overview", "Age of the data", "A");
const WHOSE: Query = ("overview", "Whose data", "A");
const LOOKS_BACK: Query = ("overview", "Looks back", "A");
const CLOCK: Query = ("overview", "Clock off by", "A");
const PARTIAL: Query = ("overview", "Partial answers", "A");
const MALFORMED: Query = ("overview", "Malformed values", "A");
const IN_DOUBT: Query = ("overview", "Organisations in doubt", "A");
const UP: Query = ("exporter", "Exporters", "A");
const DOWN: Query = ("exporter", "Exporters", "B");
const FAILING: Query = ("exporter", "Failing", "A");
const NOT_FRESH_EITHER: Query = ("exporter", "Not fresh", "A");
const NOT_SHOWN: Query = ("exporter", "Not shown", "A");
const VERSION: Query = ("exporter", "Version", "A");
const DUPLICATES: Query = ("exporter", "Duplicates", "A");
const FAILING_BY_REASON: Query = ("exporter", "Failing lists, by source and reason", "A");
const WATCHED: Query = ("exporter", "Partners", "B");
const OF_LIST: Query = ("exporter", "Partners", "E");
const AGE_OF_CLIENTS: Query = ("exporter", "Partners", "G");
const NOT_UNDERSTOOD: Query = ("exporter", "Partners", "H");
const NO_ACCESS: Query = ("exporter", "Clients that give no access", "A");
const NO_ACCESS_FIRST: Query = ("overview", "Organisations, what is not seen first", "A");
const SHARDS: Query = ("exporter", "Shards", "A");
const OF_SHARD: Query = ("exporter", "Shards", "B");
const SHARE_FAILED: Query = ("exporter", "Share of polls that fail, worst ten", "A");
const MALFORMED_BY_FIELD: Query = ("exporter", "Malformed values, by field", "A");

/// The stats that are about links, without a link.
const NONE_OPEN: [(Query, Shown); 5] = [
    (OPEN, Some("0")),
    (OPEN_CHOSEN, Some("0")),
    (EXPIRE, Some("0")),
    (NEXT, Some("NaN")),
    (OLDEST, Some("NaN")),
];

/// The same, where what was asked for can't be relied on.
const UNKNOWN: [(Query, Shown); 5] = [
    (OPEN, None),
    (OPEN_CHOSEN, None),
    (EXPIRE, None),
    (NEXT, None),
    (OLDEST, None),
];

#[test]
fn nothing_shared_is_0_and_none_while_every_list_is_read() {
    Situation::all_kinds("all is well")
        .shows(SOON, &NONE_OPEN)
        .shows_only(
            SOON,
            &[
                (OPEN, "0"),
                (("overview", "Open, never expire", "A"), "0"),
                (("overview", "Never expire", "A"), "0"),
                (EXPIRE, "0"),
                (("overview", "Expired, still listed", "A"), "0"),
                (("overview", "Clips out", "A"), "0"),
                (("overview", "Footage out", "A"), "0"),
                (("overview", "Violations", "A"), "0"),
                (("policy", "Violations, chosen", "A"), "0"),
                (NOT_FRESH, "0"),
                (WHOSE, "0"),
                (LOOKS_BACK, "0"),
                (CLOCK, "1"),
                (PARTIAL, "0"),
                (("overview", "Failing", "A"), "0"),
                (("overview", "Not shown", "A"), "0"),
                (("overview", "Links not listed", "A"), "0"),
                (("overview", "Keys that may not see all", "A"), "0"),
                (("overview", "Support may enter", "A"), "0"),
                (("overview", "Partners may enter", "A"), "0"),
                (MALFORMED, "0"),
                (IN_DOUBT, "0"),
                (OPEN_CHOSEN, "0"),
                (("overview", "Never expire, chosen", "A"), "0"),
                (NEXT, "NaN"),
                (OLDEST, "NaN"),
                (("overview", "Cameras shown", "A"), "0"),
                (AGE, "0"),
                (UP, "1"),
                (DOWN, "0"),
                (FAILING, "0"),
                (NOT_FRESH_EITHER, "0"),
                (NOT_SHOWN, "0"),
                (("exporter", "Configuration", "A"), "1"),
                (VERSION, "1"),
                (("exporter", "Whose data", "A"), "0"),
                (("exporter", "Looks back", "A"), "0"),
                (("exporter", "Clock off by", "A"), "1"),
                (("exporter", "Partial answers", "A"), "0"),
                (("exporter", "Malformed values", "A"), "0"),
                (DUPLICATES, "0"),
            ],
        );
}

#[test]
fn no_exporter_at_all_leaves_every_stat_unknown() {
    Situation::nothing("nothing is there").shows_only(SOON, &[]);
    // So does one that runs from the start on, and never answered as one.
    Situation::nothing("another program on the port")
        .and("up", "a", "", &always("1"))
        .shows_only(SOON, &[]);
}

#[test]
fn one_of_two_exporters_down_or_gone_leaves_no_0() {
    let all_that_is_known = [
        (NOT_FRESH, "1"),
        (NOT_FRESH_EITHER, "1"),
        (UP, "1"),
        (DOWN, "1"),
        // Of the one that is left.
        (AGE, "0"),
        (VERSION, "1"),
    ];
    let two = |name| Situation::all_is_well(name).and_exporter("b", "globex");
    let down = format!("1x10 0x{LATER}");
    two("one is down")
        .loses("b", &down)
        .shows_only(SOON, &all_that_is_known)
        .shows_only(LATER, &all_that_is_known);
    two("one is gone")
        .loses("b", "1x10 stale")
        .shows_only(SOON, &all_that_is_known)
        .shows_only(1440, &all_that_is_known)
        // After a day it is no longer expected.
        .shows(LATER, &NONE_OPEN)
        .shows(LATER, &[(NOT_FRESH, Some("0")), (DOWN, Some("0"))]);
    two("in the place of one, something else answers")
        .loses("b", &always("1"))
        .shows_only(SOON, &all_that_is_known)
        .shows_only(LATER, &all_that_is_known);
    // What is known to be wrong, and to be open, is shown all the same.
    two("one is down, and the other knows of links")
        .with("rhombus_shares", "a", &always("2"))
        .with("rhombus_clock_skew_seconds", "a", &always("-400"))
        .with("rhombus_collect_partial", "a", &always("1"))
        .with("rhombus_collect_lookback_seconds", "a", &always("3600"))
        .with_labels("rhombus_organizations", "duplicate", "a", &always("2"))
        .loses("b", &down)
        .shows(
            SOON,
            &[
                (OPEN, Some("at least 2")),
                (NOT_FRESH, Some("1")),
                (CLOCK, Some("400")),
                (PARTIAL, Some("1")),
                (LOOKS_BACK, Some("3600")),
                (DUPLICATES, Some("2")),
            ],
        );
}

#[test]
fn the_only_exporter_down_is_seen_for_longer_than_a_day() {
    Situation::all_is_well("the only one is down")
        .loses("a", &format!("1x10 0x{LATER}"))
        .shows_only(
            LATER,
            &[
                (NOT_FRESH, "1"),
                (NOT_FRESH_EITHER, "1"),
                (UP, "0"),
                (DOWN, "1"),
            ],
        );
}

#[test]
fn a_window_that_is_not_configured_is_unknown() {
    Situation::all_is_well("no window of 24h")
        .with("rhombus_shares_expiring", "a", "_")
        .shows(SOON, &[(EXPIRE, None), (OPEN, Some("0"))]);
}

#[test]
fn a_list_that_is_not_shown_is_unknown_whatever_its_last_poll_was() {
    let two = |name| Situation::all_is_well(name).and_exporter("b", "globex");
    two("withdrawn, and the last poll succeeded")
        .with("rhombus_shares", "b", "0x10 stale")
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(NOT_SHOWN, Some("1"))]);
    Situation::all_is_well("still shown, but the last poll failed")
        .with("rhombus_collect_success", "a", "1x10 0x50")
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(NOT_SHOWN, Some("0")), (FAILING, Some("1"))]);
    two("before the first poll")
        .with("rhombus_shares", "b", "_")
        .with("rhombus_collect_success", "b", "_")
        .with("rhombus_collect_partial", "b", "_")
        .with(
            "rhombus_collect_last_success_timestamp_seconds",
            "b",
            &always("0"),
        )
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(NOT_SHOWN, Some("1")), (NOT_FRESH, Some("1"))]);
}

#[test]
fn a_list_that_is_old_is_unknown_although_its_last_poll_succeeded() {
    Situation::all_is_well("no poll has ended for long")
        .with(
            "rhombus_collect_last_success_timestamp_seconds",
            "a",
            "0+60x10 600x50",
        )
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(NOT_FRESH, Some("1")), (AGE, Some("1200"))]);
    Situation::all_is_well("two hours ahead")
        .with(
            "rhombus_collect_last_success_timestamp_seconds",
            "a",
            &format!("7200+60x{LATER}"),
        )
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(NOT_FRESH, Some("1"))]);
}

#[test]
fn with_a_lookback_none_is_none_lately() {
    let looks_back = Situation::all_is_well("a lookback").with(
        "rhombus_collect_lookback_seconds",
        "a",
        &always("3600"),
    );
    looks_back.shows(
        SOON,
        &[
            (OPEN, Some("NaN")),
            (OPEN_CHOSEN, Some("NaN")),
            (EXPIRE, Some("NaN")),
            // Their word is for what has none at all.
            (NEXT, None),
            (OLDEST, None),
            (LOOKS_BACK, Some("3600")),
        ],
    );
    Situation::all_is_well("one of two exporters looks at all links, the other back")
        .and_exporter("b", "globex")
        .with("rhombus_collect_lookback_seconds", "b", &always("7200"))
        .shows(SOON, &[(OPEN, Some("NaN")), (LOOKS_BACK, Some("7200"))])
        .with("rhombus_shares", "a", &always("2"))
        .shows(SOON, &[(OPEN, Some("at least 2"))]);
    Situation::all_is_well("an exporter that doesn't say how far it looks back")
        .with("rhombus_collect_lookback_seconds", "a", "_")
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(LOOKS_BACK, None)]);
}

#[test]
fn an_answer_that_is_not_whole_leaves_no_0() {
    Situation::all_is_well("partial")
        .with("rhombus_collect_partial", "a", &always("1"))
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(PARTIAL, Some("1"))]);
}

#[test]
fn a_clock_that_is_five_minutes_off_leaves_no_0() {
    for (skew, off_by) in [("300", "300"), ("-300", "300"), ("-2678400", "2678400")] {
        Situation::all_is_well("the clock is off")
            .with("rhombus_clock_skew_seconds", "a", &always(skew))
            .shows(SOON, &UNKNOWN)
            .shows(SOON, &[(CLOCK, Some(off_by))]);
    }
    Situation::all_is_well("the clock is off by less")
        .with("rhombus_clock_skew_seconds", "a", &always("-299"))
        .shows(SOON, &NONE_OPEN)
        .shows(SOON, &[(CLOCK, Some("299"))]);
    Situation::all_is_well("Rhombus has not said what time it is")
        .with("rhombus_clock_skew_seconds", "a", "_")
        .shows(SOON, &[(CLOCK, None)]);
}

#[test]
fn an_organisation_that_another_name_is_too_leaves_no_0() {
    Situation::all_is_well("a duplicate")
        .with_labels("rhombus_organizations", "fresh", "a", &always("0"))
        .with_labels("rhombus_organizations", "duplicate", "a", &always("1"))
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(IN_DOUBT, Some("1")), (DUPLICATES, Some("1"))]);
    // What else an organisation may be in is a matter of its lists, and of which they are.
    Situation::all_is_well("a stale one")
        .with_labels("rhombus_organizations", "stale", "a", &always("1"))
        .shows(SOON, &NONE_OPEN)
        .shows(SOON, &[(IN_DOUBT, Some("1")), (DUPLICATES, Some("0"))]);
}

/// A partner of the exporter, and what it says of the list of its clients.
fn with_partner(name: &'static str, listed: &str, success: &str) -> Situation {
    let list = r#",org="msp",source="partner_clients""#;
    Situation::all_kinds(name)
        .and(
            "rhombus_partner_refresh_seconds",
            "a",
            r#",partner="msp""#,
            &always("3600"),
        )
        .and(
            "rhombus_partner_clients",
            "a",
            r#",partner="msp",state="watched""#,
            listed,
        )
        .and("rhombus_collect_success", "a", list, success)
        .and(
            "rhombus_collect_last_success_timestamp_seconds",
            "a",
            list,
            &always("60"),
        )
        .and("rhombus_collect_duration_seconds", "a", list, &always("1"))
}

#[test]
fn a_client_that_is_not_watched_leaves_no_0() {
    let allowed = r#",partner="msp",org="acme",access="allowed""#;
    // It is looked at once an hour, which makes nothing old.
    with_partner("a partner", &always("1"), &always("1"))
        .and("rhombus_partner_client_info", "a", allowed, &always("1"))
        .shows(SOON, &NONE_OPEN)
        .shows(
            SOON,
            &[
                (NOT_FRESH, Some("0")),
                (FAILING, Some("0")),
                (NOT_SHOWN, Some("0")),
                (AGE, Some("0")),
                (WATCHED, Some("1")),
                (OF_LIST, Some("1")),
                (AGE_OF_CLIENTS, Some("1740")),
            ],
        );
    let withdrawn = r#",partner="msp",org="oak",access="not_allowed""#;
    with_partner("one has withdrawn access", &always("1"), &always("1"))
        .and("rhombus_partner_client_info", "a", withdrawn, &always("1"))
        .shows(SOON, &UNKNOWN)
        .shows(
            SOON,
            &[(NO_ACCESS, Some("1")), (NO_ACCESS_FIRST, Some("1"))],
        );
    with_partner("their list can't be read", &always("1"), &always("0")).shows(SOON, &UNKNOWN);
    with_partner("they were never listed", "_", "_").shows(SOON, &UNKNOWN);
    let malformed = r#",org="msp",source="partner_clients",field="clientOrgUuid""#;
    with_partner("one has no uuid", &always("1"), &always("1"))
        .and("rhombus_malformed_records", "a", malformed, &always("2"))
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(NOT_UNDERSTOOD, Some("2"))]);
}

#[test]
fn each_shard_has_a_line() {
    let shard = |index| format!(r#",index="{index}",count="2""#);
    let metric = "rhombus_share_exporter_shard";
    Situation::all_is_well("two shards, one of them twice")
        .and_exporter("b", "globex")
        .and_exporter("c", "globex")
        .and(metric, "a", &shard(0), &always("1"))
        .and(metric, "b", &shard(1), &always("1"))
        .and(metric, "c", &shard(1), &always("1"))
        .shows_by_shard(SOON, SHARDS, &[("0", "1"), ("1", "2")])
        .shows_by_shard(SOON, OF_SHARD, &[("0", "1"), ("1", "1")]);
}

#[test]
fn the_demo_leaves_no_0_and_is_said() {
    Situation::all_is_well("the demo")
        .and("rhombus_share_exporter_demo", "a", "", &always("1"))
        .shows(SOON, &UNKNOWN)
        .shows(SOON, &[(WHOSE, Some("1"))]);
}

#[test]
fn values_that_could_not_be_understood_are_counted_once() {
    let labels = r#",org="acme",source="clip_groups",field="expirationTimeSecs""#;
    let metric = "rhombus_malformed_records";
    Situation::all_is_well("malformed, as two replicas see it")
        .and_exporter("b", "acme")
        .and(metric, "a", labels, &always("3"))
        .and(metric, "b", labels, &always("3"))
        .shows(
            SOON,
            &[(MALFORMED, Some("3")), (MALFORMED_BY_FIELD, Some("3"))],
        );
}

#[test]
fn why_polls_fail_and_how_many_is_seen() {
    let labels = r#",org="acme",source="clip_groups",reason="auth""#;
    let of_polls = "rhombus_collect_polls_total";
    Situation::all_is_well("every other poll fails")
        .shows(
            SOON,
            &[(FAILING_BY_REASON, None), (SHARE_FAILED, Some("0"))],
        )
        .and("rhombus_collect_failing", "a", labels, &always("1"))
        .with_labels(of_polls, "failure", "a", &format!("0+1x{LATER}"))
        .shows(
            SOON,
            &[(FAILING_BY_REASON, Some("1")), (SHARE_FAILED, Some("0.5"))],
        );
}
