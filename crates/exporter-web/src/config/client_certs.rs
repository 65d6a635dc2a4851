//! Which client certificates are accepted: the five policies of `client_auth_type`, and the names
//! that `client_allowed_sans` asks for. Beside what the authorities of `client_ca` have issued, a
//! certificate that is itself in `client_ca` is accepted, as in Go: a self-signed one has no other
//! issuer.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

/// `client_auth_type`, named as Go's `crypto/tls` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientAuth {
    None,
    Request,
    RequireAny,
    VerifyIfGiven,
    RequireAndVerify,
}

impl ClientAuth {
    /// `None` where `name` is no policy. `RequireClientCert` is an old name that the exporter
    /// toolkit still takes.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "NoClientCert" => Self::None,
            "RequestClientCert" => Self::Request,
            "RequireAnyClientCert" | "RequireClientCert" => Self::RequireAny,
            "VerifyClientCertIfGiven" => Self::VerifyIfGiven,
            "RequireAndVerifyClientCert" => Self::RequireAndVerify,
            _ => return None,
        })
    }

    /// Whether a certificate's issuer is checked.
    pub(super) fn verifies(self) -> bool {
        matches!(self, Self::VerifyIfGiven | Self::RequireAndVerify)
    }

    /// Whether a client without a certificate is rejected.
    pub(super) fn requires(self) -> bool {
        matches!(self, Self::RequireAny | Self::RequireAndVerify)
    }
}

/// What of a client's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Requirements {
    /// That there is one.
    pub(super) presence: bool,
    /// Its issuer.
    pub(super) issuer: bool,
    /// The names that it has.
    pub(super) name: bool,
}

impl Requirements {
    /// Whether everything that `before` checked is still checked.
    pub(super) fn cover(self, before: Self) -> bool {
        self.presence >= before.presence && self.issuer >= before.issuer && self.name >= before.name
    }
}

/// The certificates of `client_ca`.
#[derive(Debug)]
pub(super) struct Authorities {
    pub(super) roots: RootCertStore,
    /// The same, whole.
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

/// Checks the certificates of clients.
#[derive(Debug)]
pub(super) struct ClientCerts {
    /// Checks the issuer; none where any certificate will do.
    chain: Option<Arc<dyn ClientCertVerifier>>,
    /// Certificates that are accepted although nobody issued them.
    listed: Vec<CertificateDer<'static>>,
    /// The names of which a certificate must have one; empty: any.
    allowed_sans: Vec<String>,
    required: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCerts {
    /// A check as `policy` says, against `authorities` where it verifies.
    ///
    /// # Errors
    /// When the policy verifies and there are no authorities to verify against.
    pub(super) fn new(
        policy: ClientAuth,
        authorities: Authorities,
        allowed_sans: Vec<String>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, VerifierBuilderError> {
        let Authorities {
            roots,
            certificates,
        } = authorities;
        let chain = || {
            let builder =
                WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
            let builder = if policy.requires() {
                builder
            } else {
                builder.allow_unauthenticated()
            };
            builder.build()
        };
        Ok(Self {
            chain: policy.verifies().then(chain).transpose()?,
            listed: certificates,
            allowed_sans,
            required: policy.requires(),
            algorithms: provider.signature_verification_algorithms,
        })
    }

    /// What is checked.
    pub(super) fn requirements(&self) -> Requirements {
        Requirements {
            presence: self.required,
            issuer: self.chain.is_some(),
            name: !self.allowed_sans.is_empty(),
        }
    }
}

impl ClientCertVerifier for ClientCerts {
    fn client_auth_mandatory(&self) -> bool {
        self.required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.chain
            .as_ref()
            .map_or(&[], |chain| chain.root_hint_subjects())
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if let Some(chain) = &self.chain {
            if self.listed.contains(end_entity) {
                check_listed(end_entity, now)?;
            } else {
                chain.verify_client_cert(end_entity, intermediates, now)?;
            }
        }
        if !self.allowed_sans.is_empty() && !has_one_of(end_entity, &self.allowed_sans)? {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Ok(ClientCertVerified::assertion())
    }

    // That the client holds the key is checked always, even where any certificate will do.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// What is checked of a certificate that is itself in `client_ca`: its time, and that it may be a
/// client's.
fn check_listed(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let certificate = parse(certificate)?;
    let bad = || Error::from(CertificateError::BadEncoding);
    let seconds = i64::try_from(now.as_secs()).map_err(|_| bad())?;
    let now = ASN1Time::from_timestamp(seconds).map_err(|_| bad())?;
    if now < certificate.validity().not_before {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > certificate.validity().not_after {
        return Err(CertificateError::Expired.into());
    }
    let usage = certificate.extended_key_usage().map_err(|_| bad())?;
    if usage.is_some_and(|usage| !usage.value.client_auth && !usage.value.any) {
        return Err(CertificateError::InvalidPurpose.into());
    }
    Ok(())
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Error> {
    match X509Certificate::from_der(certificate) {
        Ok((_, certificate)) => Ok(certificate),
        Err(_) => Err(CertificateError::BadEncoding.into()),
    }
}

/// Whether a subject alternative name of the certificate is exactly one of `allowed`.
fn has_one_of(certificate: &CertificateDer<'_>, allowed: &[String]) -> Result<bool, Error> {
    let certificate = parse(certificate)?;
    let names = certificate.subject_alternative_name();
    let names = names.map_err(|_| Error::from(CertificateError::BadEncoding))?;
    let names = names.map_or(&[][..], |names| &names.value.general_names);
    Ok(names
        .iter()
        .filter_map(written)
        .any(|name| allowed.contains(&name)))
}

/// A name as one writes it in `client_allowed_sans`.
fn written(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) | GeneralName::RFC822Name(name) | GeneralName::URI(name) => {
            Some((*name).to_owned())
        }
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
