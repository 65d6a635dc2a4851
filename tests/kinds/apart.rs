//! One list goes wrong, in each way a list can: it shows there, and nowhere else.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::several::Several;

/// Each operation, and the list that it is asked for.
const OPERATIONS: [(&str, &str); 5] = [
    ("clip_groups", "clip_groups"),
    ("live_streams", "live_streams"),
    ("timelapse_groups", "timelapse_groups"),
    ("video_walls", "video_walls"),
    ("video_wall_shares", "video_walls"),
];
const LISTS: [&str; 4] = [
    "clip_groups",
    "live_streams",
    "timelapse_groups",
    "video_walls",
];
const COLLECT: &str = "{interval: 3s, timeout: 8s, max_staleness: 10m, requests_per_second: 100, \
                       max_response_bytes: 4MiB}";

/// Faults for which a poll fails, and the reason.
const FAILURES: [(&str, &str); 17] = [
    (r#""fault":"unauthorized""#, "auth"),
    (r#""fault":"forbidden""#, "forbidden"),
    (r#""fault":"throttled""#, "throttled"),
    (r#""fault":"server_error""#, "server"),
    (r#""fault":"client_error""#, "client"),
    (r#""fault":"drop""#, "connect"),
    (r#""fault":"drop_midway""#, "connect"),
    (r#""fault":"no_answer""#, "timeout"),
    (r#""fault":"cut_json""#, "decode"),
    (r#""fault":"not_json""#, "decode"),
    (r#""fault":"empty_object""#, "decode"),
    (r#""fault":"list_wrong_type""#, "decode"),
    (r#""fault":"gzip_corrupt""#, "decode"),
    (r#""fault":"error_true""#, "api"),
    (r#""fault":"error_with_list""#, "api"),
    (r#""fault":"warning_and_null""#, "partial"),
    (r#""fault":"too_large","bytes":5000000"#, "too_large"),
];

/// Faults that bend the records of an answer, or what surrounds them, and lose none.
const BENT: [&str; 7] = [
    r#""fault":"wrong_types""#,
    r#""fault":"huge_numbers""#,
    r#""fault":"negative_numbers""#,
    r#""fault":"hostile_strings""#,
    r#""fault":"duplicate_uuids""#,
    r#""fault":"deep_nesting""#,
    r#""fault":"huge_titles","bytes":1000"#,
];

/// How many faults are tried at once.
const LANES: usize = 3;

/// An organisation in which one operation goes wrong.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    operation: &'static str,
    /// What it is asked for.
    list: &'static str,
    lane: usize,
}

/// One for each operation and lane.
fn cases() -> Vec<Case> {
    let of = |(operation, list): &(&'static str, &'static str)| {
        let (operation, list) = (*operation, *list);
        (0..LANES).map(move |lane| Case {
            name: format!("{operation}-{lane}").leak(),
            operation,
            list,
            lane,
        })
    };
    OPERATIONS.iter().flat_map(of).collect()
}

/// The series of this metric of one list, or of the shares that it lists.
fn of_list(metrics: &Metrics, metric: &str, org: &str, list: &str) -> Metrics {
    let kind = list.strip_suffix('s').unwrap();
    let org = format!(r#"org="{org}","#);
    metrics.of(&[
        &format!(r#"{metric}{{{org}source="{list}""#),
        &format!(r#"{metric}{{{org}kind="{kind}""#),
    ])
}

/// Polls of one list that ended so.
fn polls(metrics: &Metrics, org: &str, list: &str, outcome: &str) -> f64 {
    let series = format!(
        r#"rhombus_collect_polls_total{{org="{org}",source="{list}",outcome="{outcome}"}}"#
    );
    metrics.get(&series).unwrap_or(0.0)
}

/// All shares of one list, active and expired.
fn listed(metrics: &Metrics, org: &str, list: &str) -> f64 {
    let sum = |metric| of_list(metrics, metric, org, list).sum(metric);
    sum("rhombus_shares") + sum("rhombus_shares_expired")
}

/// Organisations with several shares of each kind, which have all been read.
async fn read(cases: &[Case]) -> (Several, Process, Metrics) {
    let names: Vec<_> = cases.iter().map(|case| case.name).collect();
    let several = Several::generated(&names, 80);
    let exporter = several.exporter(COLLECT, &names);
    let all = (names.len() * LISTS.len()) as f64;
    let read = |metrics: &Metrics| metrics.sum("rhombus_collect_success") == all;
    let before = exporter.wait_for("every list has been read", read).await;
    for name in &names {
        for list in LISTS {
            assert!(listed(&before, name, list) >= 1.0, "{name} {list}");
        }
    }
    (several, exporter, before)
}

/// Sets for each operation each of these faults, in the organisation of its lane.
async fn set_faults(several: &Several, cases: &[Case], faults: &[&str]) {
    for case in cases.iter().filter(|case| case.lane < faults.len()) {
        let (fault, operation) = (faults[case.lane], case.operation);
        let fault = format!(r#"{{{fault},"operation":"{operation}"}}"#);
        several.set_fault(case.name, &fault).await;
    }
}

#[tokio::test]
async fn a_list_that_fails_fails_alone_and_changes_nothing_that_is_known() {
    let cases = cases();
    let (several, exporter, before) = read(&cases).await;
    for chunk in FAILURES.chunks(LANES) {
        let faults: Vec<_> = chunk.iter().map(|(fault, _)| *fault).collect();
        set_faults(&several, &cases, &faults).await;
        let fails = |metrics: &Metrics, case: &Case| {
            let Some((_, reason)) = chunk.get(case.lane) else {
                return true;
            };
            let (name, list) = (case.name, case.list);
            let series = format!(
                r#"rhombus_collect_failing{{org="{name}",source="{list}",reason="{reason}"}}"#
            );
            metrics.get(&series) == Some(1.0)
        };
        // Not all at once: on a busy machine one or the other may have run out of time just then.
        let seen = RefCell::new(BTreeSet::new());
        let all_fail = |metrics: &Metrics| {
            let failing = cases.iter().filter(|case| fails(metrics, case));
            let mut seen = seen.borrow_mut();
            seen.extend(failing.map(|case| case.name));
            seen.len() == cases.len()
        };
        let what = format!("each fails as it should of {chunk:?}");
        exporter.wait_for(&what, all_fail).await;
    }
    let after = exporter.metrics().await;
    for case in &cases {
        for list in LISTS {
            let context = format!("{} {list}:\n{after}", case.name);
            let failed = polls(&after, case.name, list, "failure") > 0.0;
            assert_eq!(failed, list == case.list, "{context}");
            let now = |metrics| listed(metrics, case.name, list);
            assert_eq!(now(&after), now(&before), "{context}");
        }
    }
}

/// Whether no wall can be asked for by then: that is a failure, and no empty list.
fn hides_walls(case: &Case, fault: &str) -> bool {
    let is_of_ids = fault.contains("wrong_types") || fault.contains("hostile_strings");
    is_of_ids && case.operation == "video_walls"
}

#[tokio::test]
async fn records_that_are_bent_lose_no_share_of_their_list_and_touch_no_other() {
    let cases = cases();
    let (several, exporter, first) = read(&cases).await;
    for faults in BENT.chunks(LANES) {
        let before = exporter.metrics().await;
        set_faults(&several, &cases, faults).await;
        let bent = || cases.iter().filter(|case| case.lane < faults.len());
        let ended = |metrics: &Metrics, case: &Case, list: &str| {
            let of = |outcome| polls(metrics, case.name, list, outcome);
            (of("success") + of("failure"), of("failure"))
        };
        let polled = |metrics: &Metrics| {
            let ended = |metrics, case: &Case| ended(metrics, case, case.list).0;
            bent().all(|case| ended(metrics, case) >= ended(&before, case) + 3.0)
        };
        let what = format!("each has been read twice with {faults:?}");
        let after = exporter.wait_for(&what, polled).await;
        for case in bent() {
            let fault = faults[case.lane];
            for list in LISTS {
                let context = format!("{} {list} {fault}:\n{after}", case.name);
                let is_bent = list == case.list;
                let failed = ended(&after, case, list).1 > ended(&before, case, list).1;
                assert_eq!(failed, is_bent && hides_walls(case, fault), "{context}");
                let now = |metrics| listed(metrics, case.name, list);
                assert_eq!(now(&after), now(&first), "{context}");
                let malformed =
                    |metrics| of_list(metrics, "rhombus_malformed_records", case.name, list);
                assert!(
                    is_bent || malformed(&after) == malformed(&first),
                    "{context}"
                );
            }
        }
    }
    let metrics = exporter.metrics().await;
    for field in ["ssoProtected", "cameraUuid"] {
        let bent =
            format!(r#"rhombus_malformed_records_total{{source="live_streams",field="{field}"}}"#);
        assert!(metrics.value(&bent) > 0.0, "{field}");
    }
}
