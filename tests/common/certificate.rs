//! A simulator over TLS, and an exporter that trusts it.

use std::fs;
use std::path::PathBuf;

use super::KEY;
use super::process::Process;

/// A certificate for one name, signed by itself, and a web configuration that uses it.
pub(crate) struct Certificate {
    directory: tempfile::TempDir,
}

impl Certificate {
    /// For a name, or an IP address.
    pub(crate) fn of(name: &str) -> Self {
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

    /// The path of one of its files: `cert.pem`, `key.pem`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A simulator that shows this certificate.
    pub(crate) fn simulator(&self) -> Process {
        let web = format!("--web.config.file={}", self.file("web.yml").display());
        Process::start(
            &["simulate", "--listen=127.0.0.1:0", "--groups=3", &web],
            &[],
        )
    }

    /// An exporter that asks `url`, trusts this certificate and no other, and has `env` too.
    pub(crate) fn exporter(&self, url: &str, env: &[(&str, &str)]) -> Process {
        let trusted = self.file("cert.pem");
        let own = [
            ("RHOMBUS_API_KEY", KEY),
            ("RHOMBUS_ENDPOINT_URL", url),
            ("SSL_CERT_FILE", trusted.to_str().expect("a path")),
        ];
        let flags = [
            "--collect.sources=clip_groups",
            "--collect.interval=1s",
            "--collect.audit-feed=false",
            "--collect.timeout=5s",
        ];
        let args = [&["serve", "--web.listen-address=127.0.0.1:0"], &flags[..]].concat();
        Process::start(&args, &[&own, env].concat())
    }
}
