//! TLS to Rhombus: a right certificate is spoken to, a wrong one never sees the key.

mod common;

use common::KEY;
use common::certificate::Certificate;
use common::process::{Process, command};
use common::series::{errors, failing, success};

const ORG: &str = "default";

/// An exporter that trusts `certificate` alone, and asks `simulator` by the name `localhost`.
fn exporter(certificate: &Certificate, simulator: &Process) -> Process {
    let url = format!("https://localhost:{}", simulator.address().port());
    certificate.exporter(&url, &[])
}

async fn refused(exporter: &Process) {
    let metrics = exporter
        .wait_for("it is refused", |metrics| {
            metrics.value(&errors("tls")) >= 1.0
        })
        .await;
    assert_eq!(metrics.value(&success(ORG)), 0.0);
    assert_eq!(
        metrics.sum("rhombus_collect_errors_total"),
        metrics.value(&errors("tls")),
        "counted under another reason too:\n{metrics}"
    );
    assert_eq!(metrics.get(&failing(ORG, "tls")), Some(1.0), "{metrics}");
    assert!(!exporter.output().contains(KEY));
}

#[tokio::test]
async fn a_certificate_that_is_trusted_is_spoken_to() {
    let right = Certificate::of("localhost");
    let simulator = right.simulator();
    let metrics = exporter(&right, &simulator).wait_for_success().await;
    assert_eq!(metrics.value(&success(ORG)), 1.0);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let simulator = Certificate::of("localhost").simulator();
    refused(&exporter(&Certificate::of("localhost"), &simulator)).await;
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let other = Certificate::of("rhombus.example");
    let simulator = other.simulator();
    refused(&exporter(&other, &simulator)).await;
}

#[test]
fn certificates_that_are_not_there_end_it_at_the_start() {
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        for subcommand in ["serve", "check-config"] {
            let env = [("RHOMBUS_API_KEY", KEY), (name, "/nonexistent/ca")];
            let args = [subcommand, "--web.listen-address=127.0.0.1:0"];
            let output = command(&args, &env).output().expect("it runs");
            assert_eq!(output.status.code(), Some(2), "{output:?}");
            let text = String::from_utf8(output.stderr).expect("text");
            let start =
                format!("rhombus-share-exporter: environment variable {name}: /nonexistent/ca: ");
            assert!(text.starts_with(&start), "{text}");
            assert!(text.contains("unset the variable"), "{text}");
        }
    }
}
