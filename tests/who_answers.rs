//! Whose links are shown: a key that turns out to be another organisation's, one organisation under
//! two names, and settings that have changed since the picture was made.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use common::files::{key, key_file};
use common::metrics::Metrics;
use common::process::Process;
use common::series::{failing, last_success, open, organizations, success};
use common::several::{QUICK, Several, is_all_clear};

/// Two organisations at Rhombus.
const OURS: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
const THEIRS: &str = "AAAAAAAAAAAAAAAAAAAAAg";

const PAGE: &str = "AAAAAAAAAAAAAAAAAAAABA";
const SECOND_PAGE: &str = "AAAAAAAAAAAAAAAAAAAABQ";

/// A simulator on which `ours` has one open page, and `theirs` what each test puts.
async fn two_organisations() -> Several {
    let several = Several::new(&["ours", "theirs"]);
    several.name_by("ours", OURS).await;
    several.name_by("theirs", THEIRS).await;
    put(&several, "ours", PAGE, OURS).await;
    several
}

/// Puts an open page of the organisation with this uuid.
async fn put(several: &Several, name: &str, page: &str, org_uuid: &str) {
    let fields = format!(r#""isSecured":false,"orgUuid":"{org_uuid}""#);
    several.put(name, page, &fields).await;
}

async fn fail_who(several: &Several, name: &str, fault: &str) {
    let fault = format!(r#"{{"fault":{fault},"operation":"organization"}}"#);
    several.set_fault(name, &fault).await;
}

/// Puts the key of the other organisation in the file of ours.
fn swap_keys(several: &Several) {
    several.files.write_key(&key_file("ours"), &key("theirs"));
}

async fn wait_until_failing(exporter: &Process, org: &str, reason: &str) -> Metrics {
    exporter
        .wait_for(reason, |metrics| {
            metrics.get(&failing(org, reason)) == Some(1.0)
        })
        .await
}

fn org_info(metrics: &Metrics) -> String {
    metrics.starting("rhombus_org_info").to_string()
}

#[tokio::test]
async fn a_key_of_another_organisation_fails_until_a_reload_accepts_it() {
    let several = two_organisations().await;
    put(&several, "theirs", PAGE, THEIRS).await;
    put(&several, "theirs", SECOND_PAGE, THEIRS).await;
    let exporter = several.exporter(QUICK, &["ours"]);
    let before = exporter.wait_for_success().await;
    assert_eq!(before.value(&open("ours")), 1.0);
    assert!(org_info(&before).contains(OURS), "{before}");

    swap_keys(&several);
    let failed = wait_until_failing(&exporter, "ours", "other_org").await;
    let still = exporter.wait_for_polls(&["ours"], 2).await;
    for metrics in [&failed, &still] {
        assert_eq!(metrics.value(&success("ours")), 0.0);
        assert_eq!(metrics.shares(), before.shares(), "the old picture stands");
        assert_eq!(org_info(metrics), org_info(&before));
    }
    // It grows older, and was last good when the key was ours.
    let last = |metrics: &Metrics| metrics.value(&last_success("ours"));
    assert_eq!(last(&still), last(&failed));
    let page = exporter.page().await;
    assert!(page.contains("other_org"), "{page}");

    exporter.reload().await;
    let accepted = exporter
        .wait_for("it is accepted", |metrics| {
            metrics.get(&success("ours")) == Some(1.0)
        })
        .await;
    assert_eq!(accepted.value(&open("ours")), 2.0);
    assert!(org_info(&accepted).contains(THEIRS), "{accepted}");
    assert_eq!(accepted.sum("rhombus_collect_failing"), 0.0);
}

#[tokio::test]
async fn an_empty_list_of_another_organisation_is_no_all_clear() {
    let several = two_organisations().await;
    let exporter = several.exporter(QUICK, &["ours"]);
    let before = exporter.wait_for_success().await;
    swap_keys(&several);
    // Nothing is listed that could name anybody: only getOrgV2 tells.
    let ours_is_open = |metrics: &Metrics| metrics.get(&open("ours")) == Some(1.0);
    let metrics = exporter
        .all_along("open", (&["ours"], 4), ours_is_open)
        .await;
    assert_eq!(
        metrics.get(&failing("ours", "other_org")),
        Some(1.0),
        "{metrics}"
    );
    assert_eq!(metrics.shares(), before.shares());
    assert!(!is_all_clear(&exporter.page().await));
}

#[tokio::test]
async fn an_empty_list_is_no_all_clear_until_it_is_known_whose_a_new_key_is() {
    let several = two_organisations().await;
    for fault in [
        r#""throttled""#,
        r#""throttled","retry_after":3600"#,
        r#""server_error""#,
        r#""drop""#,
    ] {
        let exporter = several.exporter(QUICK, &["ours"]);
        let before = exporter.wait_for_success().await;
        fail_who(&several, "theirs", fault).await;
        swap_keys(&several);
        let stands = |metrics: &Metrics| metrics.shares() == before.shares();
        exporter.all_along(fault, (&["ours"], 4), stands).await;
        assert!(!is_all_clear(&exporter.page().await), "{fault}");
        several.files.write_key(&key_file("ours"), &key("ours"));
    }
}

#[tokio::test]
async fn an_empty_list_of_the_same_key_is_believed_though_nobody_can_be_asked() {
    let several = two_organisations().await;
    fail_who(&several, "ours", r#""server_error""#).await;
    let exporter = several.exporter(QUICK, &["ours"]);
    exporter.wait_for_success().await;
    several.order("DELETE", "clip_groups", "ours", "").await;
    let gone = |metrics: &Metrics| metrics.get(&open("ours")) == Some(0.0);
    exporter.wait_for("it is believed", gone).await;
}

#[tokio::test]
async fn an_empty_list_is_believed_as_soon_as_another_has_said_whose_the_key_is() {
    let several = two_organisations().await;
    fail_who(&several, "ours", r#""server_error""#).await;
    // The empty list comes after the one that names us, and was asked for before.
    let late = r#"{"fault":"delay","millis":3000,"operation":"live_streams"}"#;
    several.set_fault("ours", late).await;
    let exporter = several.exporter(
        "{sources: [clip_groups, live_streams], interval: 1s, audit_feed: false, timeout: 10s, requests_per_second: 100}",
        &["ours"],
    );
    let both = |metrics: &Metrics| metrics.sum("rhombus_collect_success") == 2.0;
    let metrics = exporter.wait_for("both succeed", both).await;
    assert_eq!(
        metrics.sum("rhombus_collect_errors_total"),
        0.0,
        "{metrics}"
    );
}

#[tokio::test]
async fn the_old_picture_is_withdrawn_when_it_is_too_old() {
    let several = two_organisations().await;
    put(&several, "theirs", PAGE, THEIRS).await;
    let collect =
        "{sources: [clip_groups], interval: 1s, audit_feed: false, timeout: 1s, max_staleness: 4s}";
    let exporter = several.exporter(collect, &["ours"]);
    exporter.wait_for_success().await;
    swap_keys(&several);
    let withdrawn = exporter
        .wait_for("it is withdrawn", |metrics| metrics.shares().is_empty())
        .await;
    assert_eq!(withdrawn.value(&organizations("withdrawn")), 1.0);
    assert_eq!(withdrawn.get(&failing("ours", "other_org")), Some(1.0));
    // That there is no picture any more does not make theirs ours.
    exporter
        .all_along("withdrawn", (&["ours"], 2), |metrics| {
            metrics.shares().is_empty()
        })
        .await;
    // With the right key all is as it was.
    several.files.write_key(&key_file("ours"), &key("ours"));
    let back = exporter.wait_for_success().await;
    assert_eq!(back.value(&open("ours")), 1.0);
}

#[tokio::test]
async fn the_list_alone_tells_where_the_other_call_may_not_be_made() {
    let several = two_organisations().await;
    put(&several, "theirs", PAGE, THEIRS).await;
    for name in ["ours", "theirs"] {
        fail_who(&several, name, r#""forbidden""#).await;
    }
    let exporter = several.exporter(QUICK, &["ours"]);
    let before = exporter.wait_for_success().await;
    assert!(org_info(&before).contains(OURS), "{before}");
    swap_keys(&several);
    let failed = wait_until_failing(&exporter, "ours", "other_org").await;
    assert_eq!(failed.shares(), before.shares());
}

#[tokio::test]
async fn what_one_list_says_of_whose_the_key_is_holds_for_another_that_is_empty() {
    let several = two_organisations().await;
    let stream = format!(r#"{{"orgUuid":"{OURS}"}}"#);
    let path = format!("live_streams/{PAGE}");
    several.order("PUT", &path, "ours", &stream).await;
    put(&several, "theirs", SECOND_PAGE, THEIRS).await;
    for name in ["ours", "theirs"] {
        fail_who(&several, name, r#""forbidden""#).await;
    }
    let two_lists = "{sources: [clip_groups, live_streams], interval: 1s, audit_feed: false, timeout: 1s, \
                     requests_per_second: 100}";
    let exporter = several.exporter(two_lists, &["ours"]);
    let open_stream = open("ours").replace("clip_group", "live_stream");
    let is_open = |metrics: &Metrics| metrics.get(&open_stream) == Some(1.0);
    exporter
        .wait_for("both are read", |metrics| {
            is_open(metrics) && metrics.get(&open("ours")) == Some(1.0)
        })
        .await;
    swap_keys(&several);
    // They share no live stream: their list names nobody, but that of their pages does.
    let failing = failing("ours", "other_org").replace("clip_groups", "live_streams");
    let fails = |metrics: &Metrics| {
        assert!(is_open(metrics), "{metrics}");
        metrics.get(&failing) == Some(1.0)
    };
    exporter.wait_for("neither is believed", fails).await;
    exporter.all_along("open", (&["ours"], 3), is_open).await;
    // With the right key all is as it was, an empty list too.
    several.files.write_key(&key_file("ours"), &key("ours"));
    several.order("DELETE", &path, "ours", "").await;
    exporter
        .wait_for("it is believed", |metrics| {
            metrics.get(&open_stream) == Some(0.0) && metrics.sum("rhombus_collect_failing") == 0.0
        })
        .await;
}

#[tokio::test]
async fn a_list_with_a_record_of_another_organisation_is_another_organisations() {
    let several = two_organisations().await;
    let exporter = several.exporter(QUICK, &["ours"]);
    let before = exporter.wait_for_success().await;
    // The key says that it is ours, and what it lists is theirs.
    several.order("DELETE", "clip_groups", "ours", "").await;
    put(&several, "ours", SECOND_PAGE, THEIRS).await;
    let failed = wait_until_failing(&exporter, "ours", "other_org").await;
    assert_eq!(failed.shares(), before.shares());
}

#[tokio::test]
async fn an_organisation_may_be_pinned_from_the_start() {
    let several = two_organisations().await;
    put(&several, "theirs", PAGE, THEIRS).await;
    let pinned = |uuid: &str| {
        let entry = several.entry("ours");
        several.configure_as(QUICK, &format!("{entry}    org_uuid: {uuid}\n"))
    };
    let config = pinned(THEIRS);
    let exporter = common::files::serve(&config, &["--web.enable-lifecycle"]);
    let failed = wait_until_failing(&exporter, "ours", "other_org").await;
    assert!(failed.shares().is_empty(), "{failed}");
    // What is pinned is not accepted by a reload of the same.
    exporter.reload().await;
    let failed = exporter.wait_for_polls(&["ours"], 1).await;
    assert_eq!(failed.get(&failing("ours", "other_org")), Some(1.0));
    assert!(failed.shares().is_empty(), "{failed}");

    pinned(OURS);
    exporter.reload().await;
    let metrics = exporter.wait_for_success().await;
    assert_eq!(metrics.value(&open("ours")), 1.0);
    swap_keys(&several);
    wait_until_failing(&exporter, "ours", "other_org").await;
    exporter.reload().await;
    let metrics = exporter.wait_for_polls(&["ours"], 1).await;
    assert_eq!(
        metrics.get(&failing("ours", "other_org")),
        Some(1.0),
        "{metrics}"
    );
}

#[tokio::test]
async fn who_can_not_be_asked_whose_the_key_is_is_watched_all_the_same() {
    const FAULTS: [(&str, &str); 9] = [
        ("forbidden", r#""forbidden""#),
        ("missing", r#""client_error""#),
        ("broken", r#""server_error""#),
        ("throttled", r#""throttled""#),
        ("dropped", r#""drop""#),
        ("silent", r#""no_answer""#),
        ("slow", r#""slow_body""#),
        ("rubbish", r#""not_json""#),
        ("failed", r#""error_true""#),
    ];
    let names = FAULTS.map(|(name, _)| name);
    let several = Several::new(&names);
    for (name, fault) in FAULTS {
        several.put_open(name).await;
        fail_who(&several, name, fault).await;
    }
    let exporter = several.exporter(QUICK, &names);
    let metrics = exporter.wait_for_polls(&names, 3).await;
    for name in names {
        assert_eq!(metrics.value(&success(name)), 1.0, "{name}:\n{metrics}");
        assert_eq!(metrics.value(&open(name)), 1.0, "{name}:\n{metrics}");
    }
    assert_eq!(
        metrics.sum("rhombus_collect_errors_total"),
        0.0,
        "{metrics}"
    );
    assert_eq!(metrics.sum("rhombus_collect_failing"), 0.0);
    assert_eq!(metrics.value(&organizations("fresh")), names.len() as f64);
    let refused = r#"rhombus_api_requests_total{source="organization",code="403"}"#;
    assert_eq!(
        metrics.value(refused),
        1.0,
        "asked once, and not at each poll"
    );
    // Nothing but the requests shows this call.
    for metric in ["rhombus_collect_polls_total", "rhombus_collect_success"] {
        let said = metrics.starting(metric).to_string();
        assert!(!said.contains(r#"source="organization""#), "{said}");
    }
    assert!(
        !exporter.output().contains("a poll failed"),
        "{}",
        exporter.output()
    );
}

#[tokio::test]
async fn the_list_fails_and_the_other_call_does_not() {
    let several = two_organisations().await;
    several.set_fault("ours", r#"{"fault":"forbidden"}"#).await;
    let exporter = several.exporter(QUICK, &["ours"]);
    let failed = wait_until_failing(&exporter, "ours", "forbidden").await;
    assert!(failed.shares().is_empty(), "{failed}");
    assert!(!is_all_clear(&exporter.page().await));
}

#[tokio::test]
async fn the_name_and_the_uuid_are_told() {
    let several = two_organisations().await;
    let who = r#"{"name":"Söhne & \"Co\", #1\n"}"#;
    several.order("PUT", "organization", "ours", who).await;
    let exporter = several.exporter(QUICK, &["ours"]);
    let metrics = exporter.wait_for_success().await;
    let info = org_info(&metrics);
    assert!(info.contains(&format!(r#"org_uuid="{OURS}""#)), "{info}");
    assert!(info.contains(r#"org_name="Söhne & \"Co\", #1"#), "{info}");
    assert_eq!(metrics.sum("rhombus_org_info"), 1.0);
}

/// Whoever answers for Rhombus may repeat what it was sent, also where that becomes a label.
#[tokio::test]
async fn a_name_that_holds_the_key_is_not_told() {
    let several = two_organisations().await;
    let key = common::files::key("ours");
    let who = format!(r#"{{"name":"key: {key}"}}"#);
    several.order("PUT", "organization", "ours", &who).await;
    let exporter = several.exporter(QUICK, &["ours"]);
    exporter.wait_for_success().await;
    let (_, text) = exporter.get("/metrics").await;
    assert!(text.contains(&format!(r#"org_uuid="{OURS}",org_name="""#)));
    assert!(!text.contains(&key), "{text}");
}

/// Both names are counted as one organisation.
async fn wait_for_duplicates(exporter: &Process) -> Metrics {
    exporter
        .wait_for("they are one organisation", |metrics| {
            metrics.get(&organizations("duplicate")) == Some(2.0)
        })
        .await
}

#[tokio::test]
async fn two_names_of_one_organisation_are_named_together() {
    for by_list in [false, true] {
        let several = two_organisations().await;
        several.name_by("theirs", OURS).await;
        if by_list {
            // Only what is listed names anybody.
            put(&several, "theirs", PAGE, OURS).await;
            for name in ["ours", "theirs"] {
                fail_who(&several, name, r#""forbidden""#).await;
            }
        }
        let exporter = several.exporter(QUICK, &["ours", "theirs"]);
        let metrics = wait_for_duplicates(&exporter).await;
        assert_eq!(metrics.value(&organizations("fresh")), 0.0);
        let page = exporter.page().await;
        assert!(!is_all_clear(&page), "{page}");
        let together = |text: &str| {
            let mut lines = text.lines();
            lines.any(|line| line.contains("ours") && line.contains("theirs"))
        };
        assert!(together(&page), "{page}");
        exporter.wait_for_polls(&["ours", "theirs"], 2).await;
        let output = exporter.output();
        assert!(together(&output), "{output}");
        let said = output.lines().filter(|line| together(line)).count();
        assert!(said <= 2, "said at each poll:\n{output}");

        // One name is left: it is none any more.
        several.configure(QUICK, &["ours"]);
        exporter.reload().await;
        exporter
            .wait_for("it is one name", |metrics| {
                metrics.get(&organizations("duplicate")) == Some(0.0)
                    && metrics.get(&organizations("fresh")) == Some(1.0)
            })
            .await;
    }
}

#[tokio::test]
async fn names_of_different_organisations_are_no_duplicates() {
    let several = two_organisations().await;
    let exporter = several.exporter(QUICK, &["ours", "theirs"]);
    let metrics = exporter.wait_for_polls(&["ours", "theirs"], 1).await;
    assert_eq!(metrics.value(&organizations("duplicate")), 0.0);
    assert_eq!(metrics.value(&organizations("fresh")), 2.0);
}

/// Polls that have time to wait for an answer that takes a while.
const PATIENT: &str =
    "{sources: [clip_groups], interval: 1s, audit_feed: false, timeout: 30s, max_staleness: 10m}";

/// Reloads with `change` made to the configuration, at a time when Rhombus takes long to answer; the
/// picture that was made before must not stand for what is asked for now.
async fn ends_the_picture(change: impl FnOnce(&Several, &Process)) {
    let several = two_organisations().await;
    several.order("DELETE", "clip_groups", "ours", "").await;
    let exporter = several.exporter(PATIENT, &["ours"]);
    let before = exporter.wait_for_success().await;
    assert_eq!(before.value(&open("ours")), 0.0);
    assert!(is_all_clear(&exporter.page().await));
    let slow = r#"{"fault":"delay","millis":8000}"#;
    several.set_fault("ours", slow).await;
    let another = common::simulator(0);
    common::set_fault(&another, slow).await;
    change(&several, &another);
    exporter.reload().await;
    let metrics = exporter.metrics().await;
    assert!(metrics.shares().is_empty(), "{metrics}");
    assert_eq!(metrics.value(&organizations("waiting")), 1.0, "{metrics}");
    assert_eq!(metrics.value(&organizations("fresh")), 0.0, "{metrics}");
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
    assert_eq!(exporter.get("/-/ready").await.0, 503);

    exporter
        .wait_for("it was asked", |metrics| {
            metrics.get(&open("ours")) == Some(0.0)
        })
        .await;
    let page = exporter.page().await;
    assert!(page.contains(">No open link"), "{page}");
}

#[tokio::test]
async fn a_picture_ends_with_its_lookback() {
    ends_the_picture(|several, _| {
        let collect = "{sources: [clip_groups], interval: 1s, audit_feed: false, timeout: 30s, max_staleness: 10m, lookback: 90d}";
        several.configure(collect, &["ours"]);
    })
    .await;
}

#[tokio::test]
async fn a_picture_ends_with_its_reading_of_ends() {
    ends_the_picture(|several, _| {
        let collect = "{sources: [clip_groups], interval: 1s, audit_feed: false, timeout: 30s, max_staleness: 10m, expiration_time: ttl}";
        several.configure(collect, &["ours"]);
    })
    .await;
}

#[tokio::test]
async fn a_picture_ends_with_its_key_file() {
    ends_the_picture(|several, _| {
        several.files.write_key("another", &key("ours"));
        let entry = several.entry("ours").replace(&key_file("ours"), "another");
        several.configure_as(PATIENT, &entry);
    })
    .await;
}

#[tokio::test]
async fn a_picture_ends_with_its_endpoint() {
    ends_the_picture(|several, another| {
        let entry = several.files.organization("ours", &another.url(""));
        several.configure_as(PATIENT, &entry);
    })
    .await;
}

#[tokio::test]
async fn a_picture_ends_with_the_organisation_that_it_is_pinned_to() {
    ends_the_picture(|several, _| {
        let entry = several.entry("ours");
        several.configure_as(PATIENT, &format!("{entry}    org_uuid: {OURS}\n"));
    })
    .await;
}

#[tokio::test]
async fn other_settings_end_no_picture() {
    let several = two_organisations().await;
    let exporter = several.exporter(QUICK, &["ours"]);
    let before = exporter.wait_for_success().await;
    several.set_fault("ours", r#"{"fault":"no_answer"}"#).await;
    for collect in [
        "{sources: [clip_groups], interval: 2s, timeout: 1s}",
        "{sources: [clip_groups], interval: 2s, timeout: 2s}",
        "{sources: [clip_groups], interval: 2s, timeout: 2s, requests_per_second: 2}",
        "{sources: [clip_groups], interval: 2s, timeout: 2s, max_response_bytes: 10MiB}",
    ] {
        several.configure(collect, &["ours"]);
        exporter.reload().await;
        let metrics = exporter.metrics().await;
        assert_eq!(metrics.shares(), before.shares(), "{collect}");
    }
}

#[tokio::test]
async fn a_picture_that_was_withdrawn_does_not_come_back_because_more_is_allowed() {
    let several = two_organisations().await;
    let collect = |staleness: &str| {
        format!(
            "{{sources: [clip_groups], interval: 1s, audit_feed: false, timeout: 1s, max_staleness: {staleness}}}"
        )
    };
    let exporter = several.exporter(&collect("4s"), &["ours"]);
    let before = exporter.wait_for_success().await;
    several.set_fault("ours", r#"{"fault":"forbidden"}"#).await;
    let gone = |metrics: &Metrics| metrics.shares().is_empty();
    exporter.wait_for("it is withdrawn", gone).await;

    several.configure(&collect("1h"), &["ours"]);
    exporter.reload().await;
    let metrics = exporter.all_along("withdrawn", (&["ours"], 2), gone).await;
    assert_eq!(metrics.value(&organizations("withdrawn")), 1.0, "{metrics}");
    assert!(!is_all_clear(&exporter.page().await));
    several.clear_fault("ours").await;
    let back = exporter.wait_for_success().await;
    assert_eq!(back.shares(), before.shares());

    // And one that stands is withdrawn at once when less is allowed.
    several.set_fault("ours", r#"{"fault":"forbidden"}"#).await;
    let stands = |metrics: &Metrics| !metrics.shares().is_empty();
    exporter.all_along("shown", (&["ours"], 5), stands).await;
    several.configure(&collect("4s"), &["ours"]);
    exporter.reload().await;
    let metrics = exporter.metrics().await;
    assert!(gone(&metrics), "{metrics}");
}

#[tokio::test]
async fn a_reload_names_the_organisations_that_it_drops() {
    let several = two_organisations().await;
    let exporter = several.exporter(QUICK, &["ours", "theirs"]);
    exporter.wait_for_polls(&["ours", "theirs"], 1).await;
    let lines_about = |name: &str| {
        let output = exporter.output();
        let about = |line: &&str| line.contains("no longer watched") && line.contains(name);
        output.lines().filter(about).count()
    };
    // A file that was cut at the end of an organisation is a good one.
    several.configure(QUICK, &["ours"]);
    exporter.reload().await;
    exporter.wait_for_output("no longer watched").await;
    assert_eq!(
        (lines_about("theirs"), lines_about("ours")),
        (1, 0),
        "{}",
        exporter.output()
    );
    exporter.reload().await;
    assert_eq!(lines_about("theirs"), 1);
}
