//! Asking: headers, deadlines, pacing, retries and limits, the same for each operation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use tokio::time::Instant;
use tracing::{debug, warn};

use super::shared_clip_groups::{self, SharedClipGroups};
use super::stream::{Envelope, ListReader, Sink, StreamError};
use super::{ApiKey, Endpoint, Error, ExpirationTime, Pace, Transport};
use crate::share::Source;

/// Retries of one operation. With the backoff below they take some 15 s, so that a failure is known
/// well within the default interval of a minute.
const MAX_RETRIES: usize = 4;
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// The least time that an attempt is worth beginning with: less would end in a timeout that hides the
/// reason at hand. Where the timeout is shorter, it is enough.
const LEAST_TIME: Duration = Duration::from_secs(2);
/// How much of an answer is decoded at once, in bytes: some 0.2 ms of work, so that a scrape that
/// shares the thread is not kept waiting.
const PIECE: usize = 64 << 10;
/// How much of an error's body is read for its message, in bytes.
const ERROR_BODY_LIMIT: usize = 4096;

/// The limits of asking one organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// The limit of one request, from the connection to the last byte.
    pub timeout: Duration,
    /// The largest body, in bytes, after decompression.
    pub max_response_bytes: u64,
}

impl Limits {
    /// The largest single value, a record or another, that is held while it arrives, in bytes. Titles
    /// have no documented limit, but should not take as much memory as a whole answer may.
    fn max_value_bytes(&self) -> usize {
        const AT_LEAST: u64 = 16 << 20;
        let bytes = (self.max_response_bytes / 4).max(AT_LEAST);
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }
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
    pace: Arc<Pace>,
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
        pace: Arc<Pace>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, Error> {
        Ok(Self {
            http: transport.client(&endpoint)?,
            endpoint,
            limits,
            pace,
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
        let limit = self.limits.max_value_bytes();
        let reader = || shared_clip_groups::reader(expiration_time, limit);
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
            let pace = tokio::time::timeout_at(operation.deadline, self.pace.ready());
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
            for piece in chunk.chunks(PIECE) {
                reader.push(piece)?;
                // While bytes arrive faster than they are read, nobody else would come to turn.
                tokio::task::yield_now().await;
            }
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
        log_words(explanation(&body).map(|words| presentable(&words, key)));
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
fn explanation(body: &[u8]) -> Option<String> {
    const FIELDS: [&str; 5] = ["errorMsg", "message", "msg", "error", "status"];
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else {
        return Some(String::from_utf8_lossy(body).into_owned());
    };
    let text = FIELDS
        .into_iter()
        .find_map(|field| json.get(field)?.as_str());
    text.map(str::to_owned)
}

/// Rhombus's words as they may be shown: in one line, not long, and not at all if the key is in them.
fn presentable(text: &str, key: &ApiKey) -> String {
    const LONGEST: usize = 200;
    if key.is_in(text) {
        return "[REDACTED: the API key is in it]".to_owned();
    }
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
            (r#"{"errorMsg":"a","status":"b"}"#, Some("a")),
            (r#"{"error":true,"msg":"m"}"#, Some("m")),
            (r#"{"status":"UNAUTHORIZED"}"#, Some("UNAUTHORIZED")),
            (r#"{"detail":"in no documented field"}"#, None),
            ("plain text", Some("plain text")),
            ("", Some("")),
        ] {
            let expected = expected.map(str::to_owned);
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
        assert_eq!(presentable("a\n\x1b[31mb", &key), "a  [31mb");
        assert!(!presentable("the key s3cret is bad", &key).contains("s3cret"));
        assert_eq!(presentable(&"é".repeat(500), &key).chars().count(), 201);
    }
}
