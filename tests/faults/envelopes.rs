//! Answers of 200, and what stands beside the list: whether it is believed, and how.

use crate::common::metrics::Metrics;
use crate::common::process::Process;
use crate::common::series::{failing, open, partial, shares, success};
use crate::common::several::{QUICK, Several, is_all_clear, numbered};
use crate::common::{clear_fault, set_fault};
use crate::support::{ORG, assert_keeps_quiet, open_links, seen, succeeds};

/// What becomes of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// It is taken for what it lists.
    Taken,
    /// So it is, and shown as not whole.
    Partial,
    /// It is no answer, for this reason.
    Fails(&'static str),
}

use Outcome::{Fails, Partial, Taken};

const API: Outcome = Fails("api");
const NOT_WHOLE: Outcome = Fails("partial");
const DECODE: Outcome = Fails("decode");

/// What stands beside an empty list, or one that is null.
const BESIDE_NOTHING: [(&str, Outcome); 42] = [
    (r#""error":false"#, Taken),
    (r#""error":null,"errorMsg":null,"warningMsg":null"#, Taken),
    (r#""error":false,"errorMsg":"","warningMsg":"""#, Taken),
    (r#""errors":[]"#, Taken),
    (r#""errors":null"#, Taken),
    (r#""hasMore":false"#, Taken),
    (r#""nextPageToken":null,"lastEvaluatedKey":null"#, Taken),
    (r#""total":0"#, Taken),
    (r#""requestId":"7f""#, Taken),
    (r#""error":true"#, API),
    (r#""Error":true"#, API),
    (r#""ERROR":true"#, API),
    (r#""error":1"#, API),
    (r#""error":"true""#, API),
    (r#""error":"Access denied""#, API),
    (r#""error":{"code":7}"#, API),
    (r#""errors":["Access denied"]"#, API),
    (r#""errors":{"message":"Access denied"}"#, API),
    (r#""Errors":[{}]"#, API),
    (r#""errorMsg":"Access denied""#, API),
    (r#""error":false,"errorMsg":"Access denied""#, API),
    (r#""errorMessage":"Access denied""#, API),
    (r#""error_message":"Access denied""#, API),
    (r#""errorCode":17"#, API),
    (r#""message":"Access denied""#, API),
    (r#""Message":"Access denied""#, API),
    (r#""msg":"Access denied""#, API),
    (r#""error":false,"message":"Access denied""#, API),
    (r#""status":"UNAUTHORIZED""#, API),
    (r#""success":false"#, API),
    (
        r#""warningMsg":"partial: access to 3 locations was denied""#,
        NOT_WHOLE,
    ),
    (r#""error":false,"warningMsg":"denied""#, NOT_WHOLE),
    (r#""WarningMsg":"denied""#, NOT_WHOLE),
    (r#""warnings":["denied"]"#, NOT_WHOLE),
    (r#""nextPageToken":"x""#, NOT_WHOLE),
    (r#""lastEvaluatedKey":{"uuid":"x"}"#, NOT_WHOLE),
    (r#""lastEvaluatedTimestampMs":1600000000000"#, NOT_WHOLE),
    (r#""hasMore":true"#, NOT_WHOLE),
    (r#""total":5"#, NOT_WHOLE),
    (r#""total":5.0"#, NOT_WHOLE),
    (r#""total":"5""#, NOT_WHOLE),
    (r#""totalCount":1"#, NOT_WHOLE),
];

/// Whole answers without a list.
const WITHOUT_A_LIST: [(&str, Outcome); 12] = [
    ("{}", DECODE),
    (r#"{"requestId":"7f"}"#, DECODE),
    (r#"{"clipGroups":[]}"#, DECODE),
    // Something is listed, under a name that is not the documented one.
    (r#"{"clipGroups":[{"uuid":"x"}],"error":false}"#, DECODE),
    (r#"{"error":false}"#, Taken),
    (r#"{"errorMsg":null}"#, Taken),
    (r#"{"warningMsg":null}"#, Taken),
    (r#"{"error":true}"#, API),
    (r#"{"Error":true}"#, API),
    (r#"{"error":false,"message":"Access denied"}"#, API),
    (r#"{"warningMsg":"denied"}"#, NOT_WHOLE),
    (r#"{"error":false,"nextPageToken":"x"}"#, NOT_WHOLE),
];

/// What stands beside a list with a record.
const BESIDE_A_RECORD: [(&str, Outcome); 15] = [
    (r#""error":false,"errorMsg":null,"warningMsg":null"#, Taken),
    (r#""total":1"#, Taken),
    (r#""hasMore":false"#, Taken),
    (r#""requestId":"7f""#, Taken),
    (
        r#""warningMsg":"partial: access to 3 locations was denied""#,
        Partial,
    ),
    (r#""error":false,"warningMsg":"denied""#, Partial),
    (r#""nextPageToken":"x""#, Partial),
    (r#""lastEvaluatedKey":{"uuid":"x"}"#, Partial),
    (r#""hasMore":true"#, Partial),
    (r#""total":2"#, Partial),
    (r#""error":true"#, API),
    (r#""Error":true"#, API),
    (r#""errors":["denied"]"#, API),
    (r#""errorMsg":"denied""#, API),
    (r#""errorMessage":"denied""#, API),
];

/// A page with a password, so that an answer that is taken is told from the one before it.
const RECORD: &str =
    r#"{"uuid":"AAAAAAAAAAAAAAAAAAAAAw","createdAtMillis":1600000000000,"isSecured":true}"#;

/// Polls organisations that show one open page, and then answer with these bodies.
async fn judge(bodies: &[(String, Outcome)]) {
    let names = numbered(bodies.len());
    let several = Several::new(&names);
    for name in &names {
        several.put_open(name).await;
    }
    let exporter = several.exporter(QUICK, &names);
    let before = exporter.wait_for_polls(&names, 1).await;
    for ((body, _), name) in bodies.iter().zip(&names) {
        assert_eq!(before.value(&open(name)), 1.0);
        let fault = serde_json::json!({"fault": "raw", "body": body});
        several.set_fault(name, &fault.to_string()).await;
    }
    // A list that is suddenly empty is believed when it was seen twice.
    let judged = exporter.wait_for_polls(&names, 2).await;
    for ((body, outcome), name) in bodies.iter().zip(&names) {
        assert_outcome(&judged, name, *outcome, body);
    }
    for name in &names {
        several.clear_fault(name).await;
    }
    let after = exporter.wait_for_polls(&names, 1).await;
    for ((body, _), name) in bodies.iter().zip(&names) {
        let series = [open(name), success(name), partial(name)];
        let values = series.map(|series| after.value(&series));
        assert_eq!(values, [1.0, 1.0, 0.0], "after {body}");
    }
    assert!(
        after.starting("rhombus_collect_failing").is_empty(),
        "{after}"
    );
    assert_keeps_quiet(exporter, &[]).await;
}

fn assert_outcome(metrics: &Metrics, org: &str, outcome: Outcome, body: &str) {
    let has_record = body.contains(RECORD);
    let expected = match outcome {
        Fails(_) => [1.0, 0.0, 0.0],
        Taken => [0.0, f64::from(u8::from(has_record)), 1.0],
        Partial => [0.0, 1.0, 1.0],
    };
    let series = [open(org), shares(org, "password"), success(org)];
    let values = series.map(|series| metrics.value(&series));
    assert_eq!(
        values, expected,
        "open, with a password, success: {outcome:?} of {body}"
    );
    let warns = f64::from(u8::from(outcome == Partial));
    assert_eq!(metrics.value(&partial(org)), warns, "{outcome:?} of {body}");
    let of_org = metrics.starting(&format!("rhombus_collect_failing{{org=\"{org}\""));
    match outcome {
        Fails(reason) => {
            let said = metrics.get(&failing(org, reason));
            assert_eq!(said, Some(1.0), "{outcome:?} of {body}:\n{of_org}");
        }
        Taken | Partial => assert!(of_org.is_empty(), "{outcome:?} of {body}:\n{of_org}"),
    }
}

/// The body with this list, and these fields before and after it.
fn body(list: &str, fields: &str, before: bool) -> String {
    if before {
        format!(r#"{{{fields},"sharedClipGroups":{list}}}"#)
    } else {
        format!(r#"{{"sharedClipGroups":{list},{fields}}}"#)
    }
}

#[tokio::test]
async fn an_empty_list_is_believed_only_where_nothing_speaks_against_it() {
    let cases = BESIDE_NOTHING.iter().enumerate();
    let cases = cases.map(|(number, (fields, outcome))| {
        // Where the sign stands makes no difference.
        (body("[]", fields, number % 2 == 0), *outcome)
    });
    judge(&cases.collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn a_list_that_is_null_is_an_empty_one() {
    let cases = BESIDE_NOTHING.iter().enumerate();
    let cases =
        cases.map(|(number, (fields, outcome))| (body("null", fields, number % 2 == 1), *outcome));
    judge(&cases.collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn a_list_that_is_absent_is_an_empty_one_only_beside_what_says_no_error() {
    let cases = WITHOUT_A_LIST.map(|(body, outcome)| (body.to_owned(), outcome));
    judge(&cases).await;
}

#[tokio::test]
async fn a_list_with_records_is_taken_unless_the_answer_says_that_it_failed() {
    let list = format!("[{RECORD}]");
    let each = |before: bool| {
        let list = list.clone();
        BESIDE_A_RECORD.map(|(fields, outcome)| (body(&list, fields, before), outcome))
    };
    judge(&[each(false), each(true)].concat()).await;
}

/// Waits until the list is shown as not whole, or as whole.
async fn shows_partial(exporter: &Process, wanted: f64) -> Metrics {
    exporter
        .wait_for("it is shown as wanted", |metrics| {
            metrics.get(&partial(ORG)) == Some(wanted)
        })
        .await
}

#[tokio::test]
async fn a_list_that_warns_is_shown_as_not_whole_until_one_comes_without() {
    let (simulator, exporter, before) = seen(&[]).await;
    assert_eq!(before.value(&partial(ORG)), 0.0);
    set_fault(&simulator, r#"{"fault":"warning"}"#).await;
    let warned = shows_partial(&exporter, 1.0).await;
    assert_eq!(succeeds(&warned), 1.0);
    assert_eq!(
        warned.shares(),
        before.shares(),
        "all that is listed is shown"
    );
    let page = exporter.page().await;
    assert!(
        !is_all_clear(&page) && page.contains("not complete"),
        "{page}"
    );

    // A failure says nothing of the picture that stands.
    set_fault(&simulator, r#"{"fault":"forbidden"}"#).await;
    let failed = exporter
        .wait_for("it fails", |metrics| succeeds(metrics) == 0.0)
        .await;
    assert_eq!(failed.value(&partial(ORG)), 1.0, "{failed}");
    clear_fault(&simulator).await;
    shows_partial(&exporter, 0.0).await;
}

#[tokio::test]
async fn a_partial_list_without_an_open_link_is_no_all_clear() {
    let (simulator, exporter, _) = seen(&[]).await;
    let body = format!(r#"{{"sharedClipGroups":[{RECORD}],"warningMsg":"denied"}}"#);
    let fault = serde_json::json!({"fault": "raw", "body": body});
    set_fault(&simulator, &fault.to_string()).await;
    let metrics = shows_partial(&exporter, 1.0).await;
    assert_eq!(open_links(&metrics), 0.0);
    let page = exporter.page().await;
    assert!(!is_all_clear(&page), "{page}");
}

#[tokio::test]
async fn a_warning_is_logged_when_it_begins_and_not_in_rhombuss_words() {
    let (simulator, exporter, _) = seen(&[]).await;
    let logged = || exporter.output().matches("Rhombus warned").count();
    let polled = async || exporter.wait_for_polls(&[ORG], 2).await;
    for (message, times) in [
        ("Maintenance tonight", 1),
        ("Partial outage", 1),
        ("", 1),
        ("Maintenance tonight", 2),
    ] {
        let fault = serde_json::json!({"fault": "warning", "message": message});
        set_fault(&simulator, &fault.to_string()).await;
        polled().await;
        assert_eq!(logged(), times, "{message}:\n{}", exporter.output());
    }
    let output = exporter.output();
    for words in ["Maintenance", "outage"] {
        assert!(!output.contains(words), "{output}");
    }
    let page = exporter.page().await;
    assert!(!page.contains("Maintenance"), "{page}");
}
