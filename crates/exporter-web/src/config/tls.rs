//! `tls_server_config`: from the keys of the file to what rustls serves with. What rustls can't do
//! is an error that says so; nothing is left out in silence.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::version::{TLS12, TLS13};
use rustls::{
    InconsistentKeys, ProtocolVersion, RootCertStore, ServerConfig, SupportedCipherSuite,
    SupportedProtocolVersion,
};
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::client_certs::{Authorities, ClientAuth, ClientCerts, Requirements};
use super::error::Problem;
use super::pem::{Pem, PemFiles, Text, given};

/// HTTP/2, as a TLS client asks for it.
pub(crate) const ALPN_HTTP2: &[u8] = b"h2";
const ALPN_HTTP1: &[u8] = b"http/1.1";

/// What to serve TLS with.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) config: Arc<ServerConfig>,
    /// What checks clients' certificates; none: they are not asked for.
    pub(super) clients: Option<Arc<ClientCerts>>,
}

impl Tls {
    /// What of a client's certificate is checked.
    pub(super) fn requirements(&self) -> Requirements {
        let clients = self.clients.as_ref();
        clients.map_or_else(Requirements::default, |clients| clients.requirements())
    }
}

type Texts = Option<Spanned<Vec<Spanned<String>>>>;

/// `tls_server_config` as it is written. No `Debug`: `key` is a secret.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TlsSection {
    cert: Text,
    cert_file: Text,
    cipher_suites: Texts,
    client_allowed_sans: Texts,
    client_auth_type: Text,
    client_ca: Text,
    client_ca_file: Text,
    curve_preferences: Texts,
    key: Text,
    key_file: Text,
    max_version: Text,
    min_version: Text,
    prefer_server_cipher_suites: Option<bool>,
}

impl TlsSection {
    /// Whether nothing is set, which means no TLS.
    fn is_empty(&self) -> bool {
        let texts = [
            &self.cert,
            &self.cert_file,
            &self.client_auth_type,
            &self.client_ca,
            &self.client_ca_file,
            &self.key,
            &self.key_file,
            &self.max_version,
            &self.min_version,
        ];
        let lists = [
            &self.cipher_suites,
            &self.client_allowed_sans,
            &self.curve_preferences,
        ];
        texts.iter().all(|text| given(text).is_none())
            && lists.iter().all(|list| list.is_none())
            && self.prefer_server_cipher_suites.is_none()
    }

    /// What to serve with; none where the section is empty.
    pub(super) fn build(
        section: &Spanned<Self>,
        files: &mut PemFiles<'_>,
        http2: bool,
    ) -> Result<Option<Tls>, Problem> {
        let this = &section.value;
        if this.is_empty() {
            return Ok(None);
        }
        let provider = Arc::new(this.provider()?);
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&this.versions()?)
            .map_err(|error| Problem::new(section, "tls_server_config", error))?;
        let ca = files.pem(
            ("client_ca", &this.client_ca),
            ("client_ca_file", &this.client_ca_file),
        )?;
        let clients = this.client_certs(ca, &provider)?.map(Arc::new);

        let missing = |keys| {
            let message = format!("one of {keys} is missing");
            Problem::new(section, "tls_server_config", message)
        };
        let cert = files
            .pem(("cert", &this.cert), ("cert_file", &this.cert_file))?
            .ok_or_else(|| missing("cert_file and cert"))?;
        let key = files
            .pem(("key", &this.key), ("key_file", &this.key_file))?
            .ok_or_else(|| missing("key_file and key"))?;
        let builder = match clients.clone() {
            Some(clients) => builder.with_client_cert_verifier(clients),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(cert.certificates()?, key.private_key()?)
            .map_err(|error| mismatch(&cert, &key, &error))?;
        config.ignore_client_order = this.prefer_server_cipher_suites.unwrap_or(true);
        config.alpn_protocols = vec![ALPN_HTTP1.to_vec()];
        if http2 {
            config.alpn_protocols.insert(0, ALPN_HTTP2.to_vec());
        }
        Ok(Some(Tls {
            config: Arc::new(config),
            clients,
        }))
    }

    fn versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>, Problem> {
        let version = |key, text: &Text, default| match given(text) {
            None => Ok(default),
            Some(text) => match text.value.as_str() {
                "TLS12" => Ok(ProtocolVersion::TLSv1_2),
                "TLS13" => Ok(ProtocolVersion::TLSv1_3),
                other => Err(Problem::new(text, key, unsupported(other, "TLS12, TLS13"))),
            },
        };
        let min = version("min_version", &self.min_version, ProtocolVersion::TLSv1_2)?;
        let max = version("max_version", &self.max_version, ProtocolVersion::TLSv1_3)?;
        match (min, max) {
            (ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3) => Ok(vec![&TLS13, &TLS12]),
            (ProtocolVersion::TLSv1_2, _) => Ok(vec![&TLS12]),
            (_, ProtocolVersion::TLSv1_3) => Ok(vec![&TLS13]),
            // Only a minimum that was given can be above the maximum.
            _ => Err(Problem {
                line: self
                    .min_version
                    .as_ref()
                    .map_or(0, |text| text.referenced.line()),
                message: "min_version: TLS13 is above max_version TLS12".to_owned(),
            }),
        }
    }

    /// The algorithms. As in Go, `cipher_suites` chooses among those of TLS 1.2, and those of
    /// TLS 1.3 are always on.
    fn provider(&self) -> Result<CryptoProvider, Problem> {
        let mut provider = aws_lc_rs::default_provider();
        if let Some(names) = self.cipher_suites.as_ref().filter(|l| !l.value.is_empty()) {
            let all = std::mem::take(&mut provider.cipher_suites);
            let chosen = choose("cipher_suites", &names.value, &all, suite_name)?;
            let rest = all.into_iter().filter(|suite| suite.tls13().is_some());
            provider.cipher_suites = chosen.clone();
            provider
                .cipher_suites
                .extend(rest.filter(|suite| !chosen.contains(suite)));
        }
        if let Some(names) = self
            .curve_preferences
            .as_ref()
            .filter(|l| !l.value.is_empty())
        {
            let all: Vec<&dyn SupportedKxGroup> = CURVES.iter().map(|(_, curve)| *curve).collect();
            provider.kx_groups = choose("curve_preferences", &names.value, &all, curve_name)?;
        }
        Ok(provider)
    }

    fn client_certs(
        &self,
        ca: Option<Pem>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Option<ClientCerts>, Problem> {
        let policy = self.client_auth()?;
        let sans = self
            .client_allowed_sans
            .as_ref()
            .filter(|l| !l.value.is_empty());
        if let Some(sans) = sans.filter(|_| policy != ClientAuth::RequireAndVerify) {
            return Err(Problem::new(
                sans,
                "client_allowed_sans",
                "checks nothing unless client_auth_type is RequireAndVerifyClientCert: a \
                 certificate that nobody has verified can have any name",
            ));
        }
        let authorities = match &ca {
            None => Authorities {
                roots: RootCertStore::empty(),
                certificates: Vec::new(),
            },
            Some(ca) if policy == ClientAuth::None => {
                return Err(ca.problem("checks nothing without a client_auth_type"));
            }
            Some(ca) => authorities(ca)?,
        };
        if policy == ClientAuth::None {
            return Ok(None);
        }
        let sans = sans.map_or(&[][..], |sans| &sans.value);
        let sans = sans.iter().map(|san| san.value.clone()).collect();
        let clients = ClientCerts::new(policy, authorities, sans, provider);
        clients.map(Some).map_err(|_| Problem {
            line: self
                .client_auth_type
                .as_ref()
                .map_or(0, |text| text.referenced.line()),
            message: "client_auth_type: there is nothing to verify certificates against, expected \
                      client_ca_file or client_ca"
                .to_owned(),
        })
    }

    fn client_auth(&self) -> Result<ClientAuth, Problem> {
        let Some(text) = given(&self.client_auth_type) else {
            return Ok(ClientAuth::None);
        };
        ClientAuth::parse(&text.value).ok_or_else(|| {
            let names = "NoClientCert, RequestClientCert, RequireAnyClientCert, \
                         VerifyClientCertIfGiven, RequireAndVerifyClientCert";
            Problem::new(text, "client_auth_type", unsupported(&text.value, names))
        })
    }
}

fn unsupported(value: &str, expected: &str) -> String {
    format!("{value:?} is not supported, expected one of {expected}")
}

fn mismatch(cert: &Pem, key: &Pem, error: &rustls::Error) -> Problem {
    match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => key.problem(&format!(
            "does not belong to the certificate in {}",
            cert.origin
        )),
        rustls::Error::InvalidCertificate(error) => {
            cert.problem(&format!("not a usable certificate ({error})"))
        }
        error => key.problem(&format!("not a usable private key ({error})")),
    }
}

fn authorities(ca: &Pem) -> Result<Authorities, Problem> {
    let certificates = ca.certificates()?;
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots
            .add(certificate.clone())
            .map_err(|error| ca.problem(&format!("not a usable certificate ({error})")))?;
    }
    Ok(Authorities {
        roots,
        certificates,
    })
}

/// The items that are named, in that order.
fn choose<T: Copy>(
    key: &str,
    names: &[Spanned<String>],
    all: &[T],
    name_of: impl Fn(&T) -> String,
) -> Result<Vec<T>, Problem> {
    let one = |name: &Spanned<String>| {
        let found = all.iter().find(|item| name_of(item) == name.value);
        found.copied().ok_or_else(|| {
            let expected: Vec<_> = all.iter().map(&name_of).collect();
            Problem::new(name, key, unsupported(&name.value, &expected.join(", ")))
        })
    };
    names.iter().map(one).collect()
}

/// The name that Go and IANA use: rustls writes `TLS13_AES_…` for `TLS_AES_…`.
fn suite_name(suite: &SupportedCipherSuite) -> String {
    format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1)
}

/// The curves by the names that Go uses.
const CURVES: [(&str, &dyn SupportedKxGroup); 3] = [
    ("CurveP256", aws_lc_rs::kx_group::SECP256R1),
    ("CurveP384", aws_lc_rs::kx_group::SECP384R1),
    ("X25519", aws_lc_rs::kx_group::X25519),
];

fn curve_name(curve: &&dyn SupportedKxGroup) -> String {
    let known = CURVES
        .iter()
        .find(|(_, known)| known.name() == curve.name());
    known.map_or_else(String::new, |(name, _)| (*name).to_owned())
}
