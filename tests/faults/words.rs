//! What Rhombus says in words: nothing of it is logged at any level, whatever it holds. What there is
//! of an answer besides words is.

use serde_json::{Value, json};

use crate::common::process::Process;
use crate::common::series::success;
use crate::common::several::{QUICK, Several, numbered};
use crate::support::assert_keeps_quiet;

/// Beginnings of what the simulator says, and of what is said in these tests.
const WORDS: [&str; 8] = [
    "Something went",
    "Enhance your",
    "Not permitted",
    "Not authenticated",
    "Internal failure",
    "Refused",
    "Sign in",
    "Maintenance",
];

fn faults() -> Vec<Value> {
    let mut faults = vec![
        json!({"fault": "throttled"}),
        json!({"fault": "unauthorized"}),
        json!({"fault": "forbidden"}),
        json!({"fault": "server_error"}),
        json!({"fault": "client_error"}),
        json!({"fault": "not_json"}),
        json!({"fault": "error_true"}),
        json!({"fault": "warning", "message": "Maintenance tonight"}),
        json!({"fault": "warning_and_null", "message": "Maintenance tonight"}),
        json!({"fault": "raw", "status": 418, "body": "Maintenance tonight"}),
        json!({"fault": "raw", "status": 400, "body": "{\"Maintenance\":1}",
               "headers": {"content-type": "Maintenance/tonight", "retry-after": "Maintenance"}}),
        json!({"fault": "raw", "body": "{\"Maintenance\":1,\"sharedClipGroups\":\"Maintenance\"}"}),
    ];
    for encoding in ["plain", "base64", "hex", "url"] {
        for status in [400, 403, 500] {
            faults.push(json!({"fault": "echo_key", "encoding": encoding, "status": status}));
        }
    }
    faults
}

/// All that it has said, of which nothing may be Rhombus's.
async fn assert_says_nothing_of_rhombus(exporter: Process) -> String {
    let output = exporter.output();
    let page = exporter.page().await;
    for words in WORDS {
        assert!(!output.contains(words), "{words:?} was logged:\n{output}");
        assert!(!page.contains(words), "{words:?} is on the page:\n{page}");
    }
    // Which also looks for the key, in whatever writing.
    assert_keeps_quiet(exporter, &[&page]).await;
    output
}

async fn under_each(operation: &str) -> (Several, Process) {
    let faults: Vec<_> = faults()
        .into_iter()
        .filter(|fault| operation == "clip_groups" || fault["fault"] != "warning_and_null")
        .collect();
    let names = numbered(faults.len());
    let several = Several::new(&names);
    for (mut fault, name) in faults.into_iter().zip(&names) {
        fault["operation"] = operation.into();
        several.set_fault(name, &fault.to_string()).await;
    }
    let exporter = several.exporter(QUICK, &names);
    exporter.wait_for_polls(&names, 2).await;
    (several, exporter)
}

#[tokio::test]
async fn no_words_of_rhombus_are_logged_but_the_status_the_length_and_the_type() {
    let (_several, exporter) = under_each("clip_groups").await;
    let output = assert_says_nothing_of_rhombus(exporter).await;
    for fact in ["status=403", "status=418", "application/json", "text/plain"] {
        assert!(output.contains(fact), "{fact} is not logged:\n{output}");
    }
    // `Not permitted.` as Rhombus writes it, in bytes.
    let length = r#"{"error":true,"errorMsg":"Not permitted."}"#.len();
    assert!(output.contains(&format!("={length}")), "{output}");
}

#[tokio::test]
async fn nor_are_those_of_the_call_that_asks_whose_key_it_is() {
    let (_several, exporter) = under_each("organization").await;
    let metrics = exporter.metrics().await;
    assert_eq!(
        metrics.sum("rhombus_collect_errors_total"),
        0.0,
        "{metrics}"
    );
    assert_eq!(metrics.value(&success("case-0")), 1.0);
    assert_says_nothing_of_rhombus(exporter).await;
}
