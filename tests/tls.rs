//! TLS to Rhombus: a right certificate is spoken to, a wrong one never sees the key.

mod common;

use std::fs;
use std::path::PathBuf;

use common::KEY;
use common::process::Process;
use common::series::{errors, failing, success};

const ORG: &str = "default";

/// A certificate for `name`, signed by itself, and a web configuration that uses it.
struct Certificate {
    directory: tempfile::TempDir,
}

impl Certificate {
    fn of(name: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
        for (file, text) in [
            ("cert.pem", made.cert.pem()),
            ("key.pem", made.signing_key.serialize_pem()),
            (
                "web.yml",
                "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n".into(),
            ),
        ] {
            fs::write(directory.path().join(file), text).expect("written");
        }
        Self { directory }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A simulator that shows this certificate.
    fn simulator(&self) -> Process {
        let web = format!("--web.config.file={}", self.file("web.yml").display());
        Process::start(
            &["simulate", "--listen=127.0.0.1:0", "--groups=3", &web],
            &[],
        )
    }

    /// An exporter that trusts this certificate and no other.
    fn exporter_of(&self, simulator: &Process) -> Process {
        let url = format!("https://localhost:{}", simulator.address().port());
        let trusted = self.file("cert.pem");
        let env = [
            ("RHOMBUS_API_KEY", KEY),
            ("RHOMBUS_ENDPOINT_URL", &url),
            ("SSL_CERT_FILE", trusted.to_str().expect("a path")),
        ];
        let flags = ["--collect.interval=1s", "--collect.timeout=5s"];
        let args = [&["serve", "--web.listen-address=127.0.0.1:0"], &flags[..]].concat();
        Process::start(&args, &env)
    }
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
    let metrics = right.exporter_of(&simulator).wait_for_success().await;
    assert_eq!(metrics.value(&success(ORG)), 1.0);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let simulator = Certificate::of("localhost").simulator();
    refused(&Certificate::of("localhost").exporter_of(&simulator)).await;
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let other = Certificate::of("rhombus.example");
    let simulator = other.simulator();
    refused(&other.exporter_of(&simulator)).await;
}
