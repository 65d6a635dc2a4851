//! Keys that are rotated, and keys that are used with a client certificate.

use std::fs;

use crate::common::certificate::Certificate;
use crate::common::files::{Files, key, key_file};
use crate::common::metrics::Metrics;
use crate::common::process::{Process, command};
use crate::partner::{Partner, all_read};

#[tokio::test]
async fn a_partners_key_is_read_again_for_all_its_clients() {
    let partner = Partner::new(3, 3, &[]);
    let orgs = ["Client 1", "Client 2", "Client 3"];
    let good = key("msp");
    partner.files.write_key(&key_file("msp"), "not-the-key");
    let exporter = partner.watched();
    let refused = r#"rhombus_collect_failing{org="msp",source="partner_clients",reason="auth"}"#;
    exporter
        .wait_for("the key is refused", |metrics: &Metrics| {
            metrics.get(refused) == Some(1.0)
        })
        .await;
    partner.files.write_key(&key_file("msp"), &good);
    exporter
        .wait_for("all are read", |metrics| all_read(metrics, &orgs))
        .await;
    // Gone, the last one stays in use.
    fs::remove_file(partner.files.path(&key_file("msp"))).unwrap();
    exporter.wait_for_looks().await;
    assert!(all_read(&exporter.metrics().await, &orgs));
    let output = exporter.output();
    assert!(!output.contains(&good), "{output}");
}

/// A simulator that asks for a certificate, of which this one is right; with a partner that has two clients,
/// and an organisation.
fn asking_for(client: &Certificate, server: &Certificate, files: &Files) -> Process {
    let path = |certificate: &Certificate, name| certificate.file(name).display().to_string();
    let web = files.write(
        "web.yml",
        &format!(
            "tls_server_config: {{cert_file: {}, key_file: {}, client_auth_type: \
             RequireAndVerifyClientCert, client_ca_file: {}}}\n",
            path(server, "cert.pem"),
            path(server, "key.pem"),
            path(client, "cert.pem"),
        ),
    );
    let key_flag = |flag: &str, name: &str| {
        let file = files.write_key(&key_file(name), &key(name));
        format!("--{flag}={}", file.display())
    };
    let (partner, own) = (
        key_flag("partner-key-file", "msp"),
        key_flag("api-key-file", "acme"),
    );
    let web = format!("--web.config.file={}", web.display());
    Process::start(
        &[
            "simulate",
            "--listen=127.0.0.1:0",
            "--groups=3",
            "--clients=2",
            "--client-certificates",
            &partner,
            &own,
            &web,
        ],
        &[],
    )
}

#[tokio::test]
async fn keys_that_need_a_client_certificate_are_used_with_it_and_it_is_read_again() {
    let (client, other) = (Certificate::of("exporter"), Certificate::of("exporter"));
    let server = Certificate::of("localhost");
    let files = Files::new();
    let simulator = asking_for(&client, &server, &files);
    let put = |certificate: &Certificate| {
        for name in ["cert.pem", "key.pem"] {
            let text = fs::read_to_string(certificate.file(name)).unwrap();
            files.write_key(&format!("client-{name}"), &text);
        }
    };
    put(&other);
    let endpoint = format!("https://localhost:{}", simulator.address().port());
    let entry = |name: &str| {
        format!(
            "  - name: {name}\n    api_key_file: {}\n    endpoint: {endpoint}\n    tls_config: \
             {{cert_file: client-cert.pem, key_file: client-key.pem}}\n",
            key_file(name)
        )
    };
    let config = files.write(
        "config.yml",
        &format!(
            "collect: {{interval: 1s, audit_feed: false, timeout: 10s, requests_per_second: 100}}\npartners:\n{}    \
             refresh: 1s\norganizations:\n{}",
            entry("msp"),
            entry("acme")
        ),
    );
    let config = format!("--config.file={}", config.display());
    let trusted = server.file("cert.pem");
    let env = [("SSL_CERT_FILE", trusted.to_str().unwrap())];
    let checked = command(&["check-config", &config], &env).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let args = [
        "serve",
        "--web.listen-address=127.0.0.1:0",
        "--log.level=debug",
        &config,
    ];
    let exporter = Process::start(&args, &env);
    // The wrong certificate is shown, and refused.
    exporter
        .wait_for("both are refused", |metrics| {
            metrics.sum("rhombus_collect_failing") == 5.0
        })
        .await;
    put(&client);
    exporter
        .wait_for("all are read", |metrics| {
            all_read(metrics, &["acme", "Client 1", "Client 2"])
        })
        .await;
    let output = exporter.output();
    for secret in ["PRIVATE KEY", &key("msp"), &key("acme")] {
        assert!(!output.contains(secret), "{output}");
    }
}
