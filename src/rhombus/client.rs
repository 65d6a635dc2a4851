//! Asking: headers, deadlines, pacing, retries and limits, the same for each operation.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use tokio::time::Instant;
use tracing::{debug, warn};

use super::shared_clip_groups::{self, SharedClipGroups};
use super::stream::{Envelope, ListReader, Sink, StreamError};
use super::{ApiKey, Endpoint, Error, ExpirationTime, Transport};
use crate::share::Source;

/// How many requests may go at once before the pace holds them back.
pub const BURST: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
/// Retries of one operation. With the backoff below they take some 15 s, so that a failure is known
/// well within the default interval of a minute.
const MAX_RETRIES: usize = 4;
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// The least time that an attempt is worth beginning with: less would end in a timeout that hides the
/// reason at hand. Where the timeout is shorter, it is enough.
const LEAST_TIME: Duration = Duration::from_secs(2);
/// How much of an error's body is read for its message, in bytes.
const ERROR_BODY_LIMIT: usize = 4096;

/// The limits of asking one organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// The limit of one request, from the connection to the last byte.
    pub timeout: Duration,
    /// The largest body, in bytes, after decompression.
    pub max_response_bytes: u64,
    /// The pace; [`BURST`] may go at once.
    pub requests_per_second: f64,
}

/// Is told of each request; for metrics.
pub trait Observer: Send + Sync {
    /// A request ended: with this status, or none where no answer came.
    fn request(&self, source: Source, status: Option<u16>, took: Duration, bytes: u64);
    /// A request is sent again.
    fn retry(&self, source: Source);
}

/// One organisation's API.
pub struct Client {
    http: reqwest::Client,
    endpoint: Endpoint,
    limits: Limits,
    pace: DefaultDirectRateLimiter,
    observer: Arc<dyn Observer>,
    /// Whether the last answer had a warning.
    warned: AtomicBool,
}

/// One operation: what is asked, with which key, and until when.
struct Operation<'a> {
    source: Source,
    path: &'static str,
    body: String,
    key: &'a ApiKey,
    deadline: Instant,
}

impl Client {
    /// A client of `endpoint`, over connections that `transport` shares among all.
    ///
    /// # Errors
    /// When there is no TLS to be had, e.g. because the system has no CA certificates.
    pub fn new(
        transport: &Transport,
        endpoint: Endpoint,
        limits: Limits,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, Error> {
        let period = Duration::from_secs_f64(1.0 / limits.requests_per_second);
        let quota = Quota::with_period(period)
            .unwrap_or(Quota::per_second(NonZeroU32::MAX))
            .allow_burst(BURST);
        Ok(Self {
            http: transport.client(&endpoint)?,
            endpoint,
            limits,
            pace: RateLimiter::direct(quota),
            observer,
            warned: AtomicBool::new(false),
        })
    }

    /// Asks for the pages of saved clips, with retries, until `deadline`.
    ///
    /// # Errors
    /// When no whole answer came. What came before the failure is gone.
    pub async fn shared_clip_groups(
        &self,
        request: shared_clip_groups::Request,
        expiration_time: ExpirationTime,
        key: &ApiKey,
        deadline: Instant,
    ) -> Result<SharedClipGroups, Error> {
        let operation = Operation {
            source: Source::ClipGroups,
            path: shared_clip_groups::PATH,
            body: serde_json::to_string(&request).expect("two numbers are JSON"),
            key,
            deadline,
        };
        let reader = || shared_clip_groups::reader(expiration_time);
        Ok(self.list(&operation, reader).await?.into_seen())
    }

    /// Asks for a list, again and again while that may help and there is time.
    async fn list<S: Sink>(
        &self,
        operation: &Operation<'_>,
        reader: impl Fn() -> ListReader<S>,
    ) -> Result<S, Error> {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(FIRST_BACKOFF)
            .with_max_delay(LONGEST_BACKOFF)
            .with_max_times(MAX_RETRIES)
            .with_jitter();
        let attempt = || async {
            let pace = tokio::time::timeout_at(operation.deadline, self.pace.until_ready());
            pace.await.map_err(|_| Error::Pace)?;
            self.attempt(operation, reader()).await
        };
        attempt
            .retry(backoff)
            .when(Error::is_transient)
            .adjust(|error, delay| {
                // None: these were retries enough.
                let delay = delay.map(|delay| error.retry_after().unwrap_or(delay))?;
                let least = self.limits.timeout.min(LEAST_TIME);
                let left = operation.deadline.saturating_duration_since(Instant::now());
                (delay.saturating_add(least) < left).then_some(delay)
            })
            .notify(|_, _| self.observer.retry(operation.source))
            .await
    }

    async fn attempt<S: Sink>(
        &self,
        operation: &Operation<'_>,
        mut reader: ListReader<S>,
    ) -> Result<S, Error> {
        let within = self.limits.timeout.min(operation.deadline - Instant::now());
        let mut watch = Watch::new(&*self.observer, operation.source);
        let failed = |error: reqwest::Error| Error::from_reqwest(&error, within);

        let request = self.request(operation).timeout(within);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        watch.status = Some(status);
        if status != 200 {
            return Err(self.rejection(response, &mut watch, operation.key).await);
        }
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            watch.bytes += chunk.len() as u64;
            if watch.bytes > self.limits.max_response_bytes {
                return Err(Error::TooLarge {
                    limit: self.limits.max_response_bytes,
                });
            }
            reader.push(&chunk)?;
            // Nor may what is kept of it, or many small records would take far more than they are.
            if reader.sink().kept_bytes() > self.limits.max_response_bytes {
                return Err(Error::TooMuch {
                    limit: self.limits.max_response_bytes,
                });
            }
        }
        let (sink, envelope) = reader.finish()?;
        self.accept(envelope, operation).map(|()| sink)
    }

    /// Judges what stood beside the list of an answer that was whole.
    fn accept(&self, envelope: Envelope, operation: &Operation<'_>) -> Result<(), Error> {
        let said = |text: Option<String>| text.map(|text| presentable(&text, operation.key));
        if envelope.error {
            log_words(said(envelope.error_msg));
            return Err(Error::Api);
        }
        if !envelope.has_list {
            return Err(Error::Decode("it has no list of shares".into()));
        }
        let warned = envelope.warning_msg.is_some();
        // Once when it begins: not once a poll.
        if warned && !self.warned.swap(warned, Ordering::Relaxed) {
            warn!("Rhombus warns; --log.level=debug shows its words");
        }
        self.warned.store(warned, Ordering::Relaxed);
        log_words(said(envelope.warning_msg));
        Ok(())
    }

    /// Turns an answer that is no success into an error.
    async fn rejection(
        &self,
        mut response: reqwest::Response,
        watch: &mut Watch<'_>,
        key: &ApiKey,
    ) -> Error {
        let status = response.status().as_u16();
        if status == 429 {
            let retry_after = retry_after(response.headers());
            return Error::Throttled { retry_after };
        }
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            watch.bytes += chunk.len() as u64;
            body.extend_from_slice(&chunk);
            if body.len() > ERROR_BODY_LIMIT {
                break;
            }
        }
        log_words(Some(presentable(&explanation(&body), key)));
        Error::Status { status }
    }

    fn request(&self, operation: &Operation<'_>) -> reqwest::RequestBuilder {
        self.http
            .post(self.endpoint.operation(operation.path))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header("x-auth-scheme", HeaderValue::from_static("api-token"))
            .header("x-auth-apikey", operation.key.header())
            .body(operation.body.clone())
    }
}

/// Rhombus's own words may name what people wrote, so that they are shown only to who asks for them.
fn log_words(words: Option<String>) {
    if let Some(words) = words {
        debug!(words, "Rhombus says");
    }
}

/// The header `Retry-After`: documented in whole seconds, at least 1. A wait of more than a day is
/// no wait.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    const LONGEST_SECS: u64 = 24 * 60 * 60;
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let secs: u64 = text.trim().parse().ok()?;
    Some(Duration::from_secs(secs.clamp(1, LONGEST_SECS)))
}

/// The message in the body of an error: in one of these fields if it is JSON, else all of it.
fn explanation(body: &[u8]) -> String {
    const FIELDS: [&str; 5] = ["errorMsg", "message", "msg", "error", "status"];
    let json: Option<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_slice(body).ok();
    let text = |field| json.as_ref()?.get(field)?.as_str();
    match FIELDS.into_iter().find_map(text) {
        Some(text) => text.to_owned(),
        None => String::from_utf8_lossy(body).into_owned(),
    }
}

/// Rhombus's words as they may be shown: in one line, not long, and without the key.
fn presentable(text: &str, key: &ApiKey) -> String {
    const LONGEST: usize = 200;
    let text = key.redact(text);
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Tells the observer of a request when it ends, however it ends.
struct Watch<'a> {
    observer: &'a dyn Observer,
    source: Source,
    started: Instant,
    status: Option<u16>,
    bytes: u64,
}

impl<'a> Watch<'a> {
    fn new(observer: &'a dyn Observer, source: Source) -> Self {
        Self {
            observer,
            source,
            started: Instant::now(),
            status: None,
            bytes: 0,
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.observer
            .request(self.source, self.status, self.started.elapsed(), self.bytes);
    }
}

impl From<StreamError> for Error {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Malformed { .. } => Self::Decode(error.to_string()),
            StreamError::ValueTooLarge { limit } => Self::ValueTooLarge { limit },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_explanation_is_found_wherever_it_is_documented_to_be() {
        for (body, expected) in [
            (r#"{"errorMsg":"a","status":"b"}"#, "a"),
            (r#"{"error":true,"msg":"m"}"#, "m"),
            (r#"{"status":"UNAUTHORIZED"}"#, "UNAUTHORIZED"),
            ("{}", "{}"),
            ("plain text", "plain text"),
            ("", ""),
        ] {
            assert_eq!(explanation(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn no_retry_after_is_too_long_for_the_arithmetic_of_time() {
        for (text, expected) in [
            ("2", Some(2)),
            ("0", Some(1)),
            ("18446744073709551615", Some(86_400)),
            ("99999999999999999999", None),
            ("-1", None),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            assert_eq!(
                retry_after(&headers),
                expected.map(Duration::from_secs),
                "{text}"
            );
        }
    }

    #[test]
    fn what_rhombus_says_is_shown_in_one_short_line_without_the_key() {
        let key = ApiKey::new("s3cret").unwrap();
        assert_eq!(
            presentable("a\n\x1b[31mb s3cret", &key),
            "a  [31mb [REDACTED]"
        );
        assert_eq!(presentable(&"é".repeat(500), &key).chars().count(), 201);
    }
}
