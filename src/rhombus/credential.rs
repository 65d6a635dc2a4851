//! Who asks, and how they show it: an organisation's or a partner's key, and the client certificate that
//! may go with it. The certificate belongs to the connection, so that a credential brings its own pool.

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::{ApiKey, Endpoint, Error, Transport};

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// One organisation's: it opens that and nothing else.
    Organization,
    /// A partner's: it lists the partner's clients and opens each that lets it.
    Partner,
}

/// A client certificate with its chain and its private key, as PEM. `Debug` shows `[REDACTED]`.
#[derive(Clone, Debug)]
pub struct ClientCertificate(Arc<SecretString>);

/// What shows Rhombus who asks. Cheap to clone. Two are equal where they show the same.
#[derive(Clone)]
pub struct Credential {
    holder: Holder,
    key: ApiKey,
    certificate: Option<ClientCertificate>,
    http: reqwest::Client,
}

impl ClientCertificate {
    /// Takes a certificate and its private key, each as PEM, in any order.
    ///
    /// # Errors
    /// When they can't be used together, in words that hold nothing of either.
    pub fn new(certificate: &str, key: &str) -> Result<Self, &'static str> {
        use rustls::pki_types::pem::PemObject;
        use rustls::pki_types::{CertificateDer, PrivateKeyDer};

        let mut chain = CertificateDer::pem_slice_iter(certificate.as_bytes());
        if !matches!(chain.next(), Some(Ok(_))) || chain.any(|part| part.is_err()) {
            return Err("there is no certificate in PEM form in cert_file");
        }
        if PrivateKeyDer::from_pem_slice(key.as_bytes()).is_err() {
            return Err("there is no private key in PEM form in key_file");
        }
        // The chain first: whoever reads it takes the first certificate for the client's own.
        let pem = SecretString::from(format!("{certificate}\n{key}"));
        let both = Self(Arc::new(pem));
        both.identity()
            .and_then(|identity| {
                reqwest::Client::builder()
                    .tls_certs_only([])
                    .identity(identity)
                    .build()
            })
            .map_err(|_| "the certificate and the private key can't be used together")?;
        Ok(both)
    }

    /// As connections show it.
    pub(super) fn identity(&self) -> reqwest::Result<reqwest::Identity> {
        reqwest::Identity::from_pem(self.0.expose_secret().as_bytes())
    }
}

impl PartialEq for ClientCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for ClientCertificate {}

impl Credential {
    /// What `holder` shows at `endpoint`, over connections of `transport`.
    ///
    /// # Errors
    /// When there is no TLS to be had.
    pub fn new(
        transport: &Transport,
        endpoint: &Endpoint,
        holder: Holder,
        key: ApiKey,
        certificate: Option<ClientCertificate>,
    ) -> Result<Self, Error> {
        let http = match &certificate {
            None => transport.client(endpoint)?,
            Some(certificate) => transport.client_showing(endpoint, certificate)?,
        };
        Ok(Self {
            holder,
            key,
            certificate,
            http,
        })
    }

    /// The same with this key and certificate, over the same connections where they may still be used.
    ///
    /// # Errors
    /// When there is no TLS to be had.
    pub fn renewed(
        &self,
        transport: &Transport,
        endpoint: &Endpoint,
        key: ApiKey,
        certificate: Option<ClientCertificate>,
    ) -> Result<Self, Error> {
        if self.certificate == certificate {
            return Ok(Self {
                key,
                ..self.clone()
            });
        }
        Self::new(transport, endpoint, self.holder, key, certificate)
    }

    /// The key.
    pub fn key(&self) -> &ApiKey {
        &self.key
    }

    /// The connections that show it.
    pub(super) const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The value of the header `x-auth-scheme`.
    pub(super) const fn scheme(&self) -> HeaderValue {
        HeaderValue::from_static(match (self.holder, &self.certificate) {
            (Holder::Organization, None) => "api-token",
            (Holder::Organization, Some(_)) => "api",
            (Holder::Partner, None) => "partner-api-token",
            (Holder::Partner, Some(_)) => "partner-api",
        })
    }
}

impl PartialEq for Credential {
    fn eq(&self, other: &Self) -> bool {
        let shown = |it: &Self| (it.holder, it.key.clone(), it.certificate.clone());
        shown(self) == shown(other)
    }
}

impl Eq for Credential {}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("holder", &self.holder)
            .field("key", &self.key)
            .field("certificate", &self.certificate)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["exporter".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_certificate_and_its_key_are_taken_and_never_shown() {
        let (certificate, key) = pair();
        let both = ClientCertificate::new(&certificate, &key).unwrap();
        assert!(!format!("{both:?}").contains("BEGIN"), "{both:?}");
        assert_eq!(both, ClientCertificate::new(&certificate, &key).unwrap());
    }

    #[test]
    fn what_is_no_pair_is_refused_in_words_of_ours() {
        let ((certificate, key), (other, _)) = (pair(), pair());
        for (certificate, key, expected) in [
            ("", &*key, "no certificate"),
            (&*key, &*key, "no certificate"),
            (&*certificate, "", "no private key"),
            (&*certificate, &*certificate, "no private key"),
            (&*other, &*key, "can't be used together"),
        ] {
            let error = ClientCertificate::new(certificate, key).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn each_credential_has_the_scheme_that_rhombus_documents() {
        let (certificate, key) = pair();
        let certificate = ClientCertificate::new(&certificate, &key).unwrap();
        let endpoint = Endpoint::parse("http://127.0.0.1:1").unwrap();
        for (holder, certificate, scheme) in [
            (Holder::Organization, None, "api-token"),
            (Holder::Organization, Some(&certificate), "api"),
            (Holder::Partner, None, "partner-api-token"),
            (Holder::Partner, Some(&certificate), "partner-api"),
        ] {
            let key = ApiKey::new("s3cret").unwrap();
            let transport = Transport::default();
            let credential =
                Credential::new(&transport, &endpoint, holder, key, certificate.cloned()).unwrap();
            assert_eq!(credential.scheme(), scheme);
            assert!(
                !format!("{credential:?}").contains("s3cret"),
                "{credential:?}"
            );
        }
    }
}
