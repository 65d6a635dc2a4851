//! What the panels of the audit trail show. What they look like is for the files (`panels`).

use crate::kind_cases::always;
use crate::situation::{LATER, Query, SOON, Situation};

const EVENTS: Query = ("exporter", "Events, by event", "A");
const LAST: Query = ("exporter", "Last changes", "A");
const VIEWS: Query = ("overview", "Views of links, by viewer", "A");
const FINDINGS: Query = ("overview", "Last findings", "A");
const LINES: Query = ("exporter", "Trails", "A");
const NOT_SEALED: Query = ("exporter", "Trails", "B");
const WAITING: Query = ("exporter", "Trails", "C");
const HEARTBEAT: Query = ("exporter", "Trails", "D");
const CHECK: Query = ("exporter", "Trails", "E");
const QUEUE: Query = ("exporter", "Events that wait for the disk", "A");
const NO_ROOM: Query = ("exporter", "Events without room", "A");

/// An exporter with a trail, and another one that has noticed the same change a little later.
fn with_a_trail(name: &'static str) -> Situation {
    let unsecured = r#",org="acme",kind="clip_group",event="unsecured""#;
    let last = "rhombus_share_last_event_timestamp_seconds";
    Situation::all_is_well(name)
        .and_exporter("b", "acme")
        .and(last, "a", unsecured, &always("600"))
        .and(last, "b", unsecured, &always("660"))
        .and(
            "rhombus_share_events_total",
            "a",
            r#",kind="clip_group",event="unsecured""#,
            &format!("0+36x{LATER}"),
        )
        .and("rhombus_audit_size", "a", "", &always("10"))
        .and("rhombus_audit_queue_events", "a", "", &always("2"))
        .and(
            "rhombus_audit_heartbeat_timestamp_seconds",
            "a",
            "",
            &always("600"),
        )
        .and(
            "rhombus_audit_dropped_events_total",
            "a",
            "",
            &format!("0+36x{LATER}"),
        )
}

#[test]
fn without_a_storage_there_is_no_trail_to_show() {
    Situation::all_is_well("without a storage").shows(
        SOON,
        &[
            (EVENTS, None),
            (LAST, None),
            (VIEWS, None),
            (FINDINGS, None),
            (LINES, None),
            (NOT_SEALED, None),
            (CHECK, None),
            (QUEUE, None),
            (NO_ROOM, None),
        ],
    );
}

#[test]
fn a_trail_that_is_neither_sealed_nor_checked_yet_says_neither() {
    with_a_trail("a trail that has begun").shows(
        SOON,
        &[
            (EVENTS, Some("0.6")),
            (LAST, Some("1140")),
            (LINES, Some("10")),
            (NOT_SEALED, None),
            (WAITING, Some("2")),
            (HEARTBEAT, Some("1200")),
            (CHECK, None),
            (QUEUE, Some("2")),
            (NO_ROOM, Some("0.6")),
        ],
    );
}

/// A new seal is a new series: for five minutes Prometheus knows both where a scrape was missed.
#[test]
fn what_is_not_sealed_goes_by_the_newest_seal() {
    let seal = "rhombus_audit_checkpoint_info";
    with_a_trail("a trail that was sealed and checked")
        .and(seal, "a", r#",root="AA==""#, &always("4"))
        .and(seal, "a", r#",root="AQ==""#, &always("7"))
        .and("rhombus_audit_check_success", "a", "", &always("0"))
        .shows(SOON, &[(NOT_SEALED, Some("3")), (CHECK, Some("0"))]);
}

/// Two exporters have read the same feed; a third reads that of an organisation in which nobody looks any more.
#[test]
fn views_and_findings_of_replicas_count_once() {
    let viewed = "rhombus_share_views_total";
    let found = "rhombus_audit_last_finding_timestamp_seconds";
    let raw = r#",org="acme",viewer="raw""#;
    let sent = r#",org="acme",finding="link_sent""#;
    let each_minute = format!("0+36x{LATER}");
    Situation::all_is_well("views and findings of two replicas")
        .and_exporter("b", "acme")
        .and_exporter("c", "globex")
        .and(viewed, "a", raw, &each_minute)
        .and(viewed, "b", raw, &each_minute)
        .and(viewed, "c", r#",org="globex",viewer="raw""#, &always("9"))
        .and(found, "a", sent, &always("600"))
        .and(found, "b", sent, &always("660"))
        .shows(SOON, &[(VIEWS, Some("2160")), (FINDINGS, Some("1140"))]);
}
