//! The format of `--web.config.file`: that of Prometheus's exporter toolkit, each key with the same
//! meaning. Unknown keys are rejected, and so is a value that could not be honoured.
//!
//! Stricter than the toolkit, where that would be less safe than it looks: TLS 1.2 is the oldest,
//! with AEAD suites that keep forward secrecy; a policy that verifies needs `client_ca` (the
//! toolkit would take every public authority); `client_allowed_sans` needs a policy that requires
//! a certificate and verifies it; a section with settings but no certificate is an error (the toolkit would serve
//! plain HTTP).

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::auth::{BasicAuth, PasswordHash};
use super::error::{Problem, WebConfigError};
use super::pem::PemFiles;
use super::sources::{Fingerprint, Sources};
use super::tls::{Tls, TlsSection};

/// The file as it is written. No `Debug`: it holds secrets.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WebFile {
    basic_auth_users: Option<BTreeMap<String, Spanned<String>>>,
    http_server_config: Option<HttpSection>,
    rate_limit: Option<Spanned<RateSection>>,
    tls_server_config: Option<Spanned<TlsSection>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HttpSection {
    headers: Option<BTreeMap<String, Spanned<String>>>,
    http2: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RateSection {
    burst: Option<u32>,
    interval: Option<Spanned<String>>,
}

/// A web configuration that was checked and can be served with.
pub(crate) struct WebSettings {
    /// Whether there was nothing in the file, comments apart.
    pub(super) is_empty: bool,
    pub(crate) tls: Option<Tls>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) auth: Option<BasicAuth>,
    pub(super) limiter: Option<DefaultDirectRateLimiter>,
    /// Of the file and all that it names: the same, the same settings.
    pub(super) fingerprint: Fingerprint,
}

/// The headers that may be set, with the values that each may have; none: any.
const HEADERS: [(&str, &[&str]); 5] = [
    ("Content-Security-Policy", &[]),
    ("Strict-Transport-Security", &[]),
    ("X-Content-Type-Options", &["nosniff"]),
    ("X-Frame-Options", &["deny", "sameorigin"]),
    ("X-XSS-Protection", &[]),
];

/// Reads `file` and all that it names.
pub(super) fn load(file: &Path) -> Result<WebSettings, WebConfigError> {
    let mut sources = Sources::new();
    let text = sources.read(file).map_err(|cause| WebConfigError::Read {
        file: file.to_owned(),
        cause,
    })?;
    let directory = file.parent().unwrap_or(Path::new(""));
    let mut files = PemFiles { directory, sources };
    parse(&text)
        .and_then(|parsed| {
            let is_empty = parsed.is_none();
            let loaded = parsed.unwrap_or_default().check(&mut files)?;
            Ok(WebSettings { is_empty, ..loaded })
        })
        .map_err(|problem| problem.in_file(file.to_owned()))
}

/// What is in the file; none where nothing is.
fn parse(text: &[u8]) -> Result<Option<WebFile>, Problem> {
    // A snippet of the text around an error would show the secrets there.
    let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
    let parsed: Result<Option<WebFile>, _> = serde_saphyr::from_slice_with_options(text, options);
    parsed.map_err(|error| Problem::of_parser(text, &error))
}

impl WebFile {
    fn check(self, files: &mut PemFiles<'_>) -> Result<WebSettings, Problem> {
        let http = self.http_server_config.unwrap_or_default();
        let http2 = http.http2.unwrap_or(true);
        let tls = match &self.tls_server_config {
            Some(section) => TlsSection::build(section, files, http2)?,
            None => None,
        };
        Ok(WebSettings {
            is_empty: false,
            tls,
            headers: headers(http.headers.unwrap_or_default())?,
            auth: BasicAuth::new(users(self.basic_auth_users.unwrap_or_default())?),
            limiter: self
                .rate_limit
                .map_or(Ok(None), |section| limiter(&section))?,
            fingerprint: files.sources.fingerprint(),
        })
    }
}

fn users(
    users: BTreeMap<String, Spanned<String>>,
) -> Result<BTreeMap<String, PasswordHash>, Problem> {
    let check = |(user, hash): (String, Spanned<String>)| {
        let problem = |message: &str| {
            Problem::new(
                &hash,
                "basic_auth_users",
                format!("user {user:?}: {message}"),
            )
        };
        if user.contains(':') {
            return Err(problem("a name with a colon can't be sent"));
        }
        let expected = "the value is not a bcrypt hash of cost 4 to 18, expected one such as \
                        `htpasswd -nBC 10 \"\"` prints";
        let parsed = PasswordHash::parse(&hash.value).ok_or_else(|| problem(expected))?;
        Ok((user, parsed))
    };
    users.into_iter().map(check).collect()
}

fn headers(
    headers: BTreeMap<String, Spanned<String>>,
) -> Result<Vec<(HeaderName, HeaderValue)>, Problem> {
    let given = headers.iter().filter(|(_, value)| !value.value.is_empty());
    given.map(|(name, value)| header(name, value)).collect()
}

fn header(name: &str, value: &Spanned<String>) -> Result<(HeaderName, HeaderValue), Problem> {
    let problem = |message| Problem::new(value, "http_server_config.headers", message);
    let Some((_, allowed)) = HEADERS.iter().find(|(known, _)| *known == name) else {
        let names = HEADERS.map(|(known, _)| known).join(", ");
        return Err(problem(format!(
            "{name:?} can't be set, expected one of {names}"
        )));
    };
    let text = &value.value;
    if !allowed.is_empty() && !allowed.contains(&text.as_str()) {
        let allowed = allowed.join(", ");
        return Err(problem(format!(
            "{name}: {text:?} is not allowed, expected one of {allowed}"
        )));
    }
    let parsed = HeaderValue::from_str(text)
        .map_err(|_| problem(format!("{name}: {text:?} is not a header value")))?;
    let name = HeaderName::from_bytes(name.as_bytes()).expect("the known names are header names");
    Ok((name, parsed))
}

fn limiter(section: &Spanned<RateSection>) -> Result<Option<DefaultDirectRateLimiter>, Problem> {
    let Some(interval) = &section.value.interval else {
        return Ok(None);
    };
    let parsed = humantime::parse_duration(&interval.value).map_err(|error| {
        let message = format!(
            "{:?} is not a duration such as 1s ({error})",
            interval.value
        );
        Problem::new(interval, "rate_limit.interval", message)
    })?;
    if parsed == Duration::ZERO {
        return Ok(None);
    }
    let burst = section
        .value
        .burst
        .and_then(NonZeroU32::new)
        .ok_or_else(|| {
            let message = "without a burst of at least 1 every request would be refused";
            Problem::new(section, "rate_limit.burst", message)
        })?;
    let quota = Quota::with_period(parsed).expect("the interval is above zero");
    Ok(Some(RateLimiter::direct(quota.allow_burst(burst))))
}
