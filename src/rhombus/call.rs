//! One call of one operation: headers, deadline, pace, retries and limits, the same for each. What is
//! made of the body is [`Decode`]'s to say.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderValue};
use reqwest::{Response, StatusCode};
use tokio::time::Instant;
use tracing::debug;

use super::body::Body;
use super::{Credential, Endpoint, Error, InFlight, OfPartner, Pace, headers};
use crate::clock::{Clock, ServerClock};
use crate::share::{Source, UnixMillis};

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
/// How much of an error's body is read, in bytes, so that its connection can be used again.
const ERROR_BODY_LIMIT: u64 = 4096;

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
    pub(super) fn max_value_bytes(&self) -> usize {
        const AT_LEAST: u64 = 16 << 20;
        let bytes = (self.max_response_bytes / 4).max(AT_LEAST);
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }

    /// What is kept of answers may take no more than one answer itself.
    ///
    /// # Errors
    /// When `bytes` are more.
    pub(super) fn check_kept(&self, bytes: u64) -> Result<(), Error> {
        let limit = self.max_response_bytes;
        if bytes > limit {
            return Err(Error::TooMuch { limit });
        }
        Ok(())
    }
}

/// What a wait is for. The value of the label `for`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The pace of requests to one organisation.
    Pace,
    /// Rhombus said how long.
    RetryAfter,
}

impl Wait {
    /// Each, in the order of their labels.
    pub const ALL: [Self; 2] = [Self::Pace, Self::RetryAfter];

    /// The value of the label `for`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pace => "pace",
            Self::RetryAfter => "retry_after",
        }
    }
}

/// Is told of each request; for metrics.
pub trait Observer: Send + Sync {
    /// A request ended: with this status, or none where no answer came.
    fn request(&self, source: Source, status: Option<u16>, took: Duration, bytes: u64);
    /// A request is sent again.
    fn retry(&self, source: Source);
    /// Time was spent waiting.
    fn waited(&self, source: Source, wait: Wait, time: Duration);
}

/// Makes something of a body as it arrives. Nothing of it counts before [`Decode::finish`].
pub(super) trait Decode {
    /// What it makes.
    type Output;

    /// Takes the next bytes.
    fn push(&mut self, bytes: &[u8]) -> Result<(), Error>;

    /// How much memory is kept of them, about, in bytes.
    fn kept_bytes(&self) -> u64;

    /// Says that there are no more.
    fn finish(self) -> Result<Self::Output, Error>;
}

/// Where calls go, and within which limits.
pub(super) struct Caller {
    pub(super) endpoint: Endpoint,
    pub(super) limits: Limits,
    pub(super) pace: Arc<Pace>,
    /// Where it is a partner that asks.
    pub(super) of_partner: Option<OfPartner>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) clock: Clock,
    pub(super) server_clock: Arc<ServerClock>,
    pub(super) in_flight: Arc<InFlight>,
}

/// One operation: what is asked, by whom, and until when.
pub(super) struct Operation<'a> {
    /// As what the observer is told of it; none: it isn't, since the exporter never asks so by itself.
    pub(super) source: Option<Source>,
    pub(super) path: &'static str,
    pub(super) body: String,
    pub(super) credential: &'a Credential,
    pub(super) deadline: Instant,
}

impl Caller {
    /// Calls again and again after errors that `may_retry`, while there is time. `decode` is given the
    /// time at which an answer begins to arrive.
    pub(super) async fn call_with_retries<D: Decode>(
        &self,
        operation: &Operation<'_>,
        may_retry: fn(&Error) -> bool,
        decode: impl Fn(UnixMillis) -> D,
    ) -> Result<D::Output, Error> {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(FIRST_BACKOFF)
            .with_max_delay(LONGEST_BACKOFF)
            .with_max_times(MAX_RETRIES)
            .with_jitter();
        let attempt = || self.call(operation, &decode);
        attempt
            .retry(backoff)
            .when(may_retry)
            .adjust(|error, delay| {
                // None: these were retries enough.
                let delay = delay.map(|delay| error.retry_after().unwrap_or(delay))?;
                let least = self.limits.timeout.min(LEAST_TIME);
                let left = operation.deadline.saturating_duration_since(Instant::now());
                (delay.saturating_add(least) < left).then_some(delay)
            })
            .notify(|error, delay| {
                let Some(source) = operation.source else {
                    return;
                };
                self.observer.retry(source);
                if error.retry_after().is_some() {
                    self.observer.waited(source, Wait::RetryAfter, delay);
                }
            })
            .await
    }

    /// Calls once, when the pace lets it.
    pub(super) async fn call<D: Decode>(
        &self,
        operation: &Operation<'_>,
        decode: impl Fn(UnixMillis) -> D,
    ) -> Result<D::Output, Error> {
        let source = operation.source;
        self.counted(source, self.ready(operation.deadline)).await?;
        let left = operation.deadline.saturating_duration_since(Instant::now());
        // Late rather than never: this wait is no part of the operation's time.
        let _until_it_is_answered = self.counted(source, self.in_flight.enter()).await;
        let answer = self.send(operation, left, decode).await;
        if let Some(of_partner) = &self.of_partner {
            of_partner.answered(answer.as_ref().err());
        }
        answer
    }

    /// Waits, and counts how long.
    async fn counted<T>(&self, source: Option<Source>, waiting: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let waited = waiting.await;
        if let Some(source) = source {
            self.observer.waited(source, Wait::Pace, began.elapsed());
        }
        waited
    }

    /// Waits until one more request may go, to the organisation and by the partner.
    async fn ready(&self, deadline: Instant) -> Result<(), Error> {
        let own = tokio::time::timeout_at(deadline, self.pace.ready()).await;
        own.map_err(|_| Error::Pace)?;
        match &self.of_partner {
            Some(of_partner) => of_partner.ready(deadline).await,
            None => Ok(()),
        }
    }

    async fn send<D: Decode>(
        &self,
        operation: &Operation<'_>,
        left: Duration,
        decode: impl Fn(UnixMillis) -> D,
    ) -> Result<D::Output, Error> {
        let within = self.limits.timeout.min(left);
        let mut watch = Watch::new(&*self.observer, operation.source);
        let failed = |error: reqwest::Error| Error::from_reqwest(&error, within);

        let request = self.request(operation).timeout(within);
        let mut response = request.send().await.map_err(failed)?;
        watch.status = Some(response.status().as_u16());
        let now = self.learn_time(&response);
        if response.status() != StatusCode::OK {
            return Err(reject(response, &mut watch, now).await);
        }
        let mut body = Body::new(response.headers())?;
        let mut decode = decode(now);
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            for piece in chunk.chunks(body.piece_bytes(PIECE)) {
                let unpacked = body.unpack(piece)?;
                self.take(unpacked, &mut decode, &mut watch).await?;
            }
        }
        let last = body.finish()?;
        self.take(&last, &mut decode, &mut watch).await?;
        decode.finish()
    }

    /// Decodes the next bytes, within the limits.
    async fn take<D: Decode>(
        &self,
        bytes: &[u8],
        decode: &mut D,
        watch: &mut Watch<'_>,
    ) -> Result<(), Error> {
        let limit = self.limits.max_response_bytes;
        watch.bytes += bytes.len() as u64;
        if watch.bytes > limit {
            return Err(Error::TooLarge { limit });
        }
        for piece in bytes.chunks(PIECE) {
            decode.push(piece)?;
            // While bytes arrive faster than they are read, nobody else would come to turn.
            tokio::task::yield_now().await;
        }
        // Nor may what is kept of it, or many small records would take far more than they are.
        self.limits.check_kept(decode.kept_bytes())
    }

    /// Learns what Rhombus's clock says, and gives the earlier of both times.
    fn learn_time(&self, response: &Response) -> UnixMillis {
        let here = self.clock.read();
        if let Some(date) = headers::date(response.headers()) {
            self.server_clock.set(date, here);
        }
        self.server_clock.earlier(here).time
    }

    fn request(&self, operation: &Operation<'_>) -> reqwest::RequestBuilder {
        let credential = operation.credential;
        let request = credential
            .http()
            .post(self.endpoint.operation(operation.path))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(ACCEPT_ENCODING, HeaderValue::from_static("gzip"))
            .header("x-auth-scheme", credential.scheme())
            .header("x-auth-apikey", credential.key().header())
            .body(operation.body.clone());
        let client = self.of_partner.as_ref().and_then(|of| of.client.as_ref());
        match client {
            Some(client) => request.header("x-auth-org", client.to_string()),
            None => request,
        }
    }
}

/// Turns an answer that is no success into an error. Its words are shown nowhere: they may hold the
/// key, in whatever form, or what people wrote.
async fn reject(mut response: Response, watch: &mut Watch<'_>, now: UnixMillis) -> Error {
    let status = response.status().as_u16();
    // A date to wait for is by Rhombus's clock, where it says what that is.
    let now = headers::date(response.headers()).unwrap_or(now);
    let retry_after = match status {
        429 | 503 => headers::retry_after(response.headers(), now),
        _ => None,
    };
    while let Ok(Some(chunk)) = response.chunk().await {
        watch.bytes += chunk.len() as u64;
        if watch.bytes > ERROR_BODY_LIMIT {
            break;
        }
    }
    let content_type = headers::media_type(response.headers());
    debug!(status, bytes = watch.bytes, content_type, "Rhombus refuses");
    match status {
        429 => Error::Throttled { retry_after },
        status => Error::Status {
            status,
            retry_after,
        },
    }
}

/// Tells the observer of a request when it ends, however it ends.
struct Watch<'a> {
    observer: &'a dyn Observer,
    source: Option<Source>,
    started: Instant,
    status: Option<u16>,
    bytes: u64,
}

impl<'a> Watch<'a> {
    fn new(observer: &'a dyn Observer, source: Option<Source>) -> Self {
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
        let Some(source) = self.source else { return };
        self.observer
            .request(source, self.status, self.started.elapsed(), self.bytes);
    }
}
