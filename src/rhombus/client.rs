//! One organisation's API: an operation each, and what is said of an answer that can be used.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::call::{Caller, Decode, Operation, Wait};
use super::envelope::{Completeness, Envelope};
use super::list::{ListError, ListReader, Sink};
use super::shares::clip_groups::{self, ClipGroup};
use super::shares::live_streams::LiveStream;
use super::shares::timelapses::TimelapseGroup;
use super::shares::{self, Record};
use super::{
    Credential, Endpoint, Error, ExpirationTime, InFlight, Limits, Observer, OfPartner, Pace,
};
use crate::clock::{Clock, ServerClock};
use crate::share::{Listing, ShareKind, Source, UnixMillis};

/// What watches, times and bounds the requests.
#[derive(Clone)]
pub struct Instruments {
    /// Is told of each request.
    pub observer: Arc<dyn Observer>,
    /// This machine's clock.
    pub clock: Clock,
    /// The clock of the endpoint, which is set by each answer.
    pub server_clock: Arc<ServerClock>,
    /// The requests that the endpoint has not answered yet.
    pub in_flight: Arc<InFlight>,
}

/// Which list to ask for, and how to read it.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The kind of the shares.
    pub kind: ShareKind,
    /// Only clip pages that were created after this moment; none: all. Of other kinds Rhombus always
    /// lists all.
    pub created_after: Option<UnixMillis>,
    /// How an expiry is read.
    pub expiration_time: ExpirationTime,
    /// Whether what people called a share is kept.
    pub keep_titles: bool,
    /// How long each operation may take, with its retries. Most lists are one; video walls are one more
    /// for each wall, so that the time grows with their number.
    pub within: Duration,
}

/// One organisation's API.
pub struct Client {
    pub(super) caller: Caller,
}

impl Client {
    /// A client of `endpoint`. Who asks is said with each question.
    pub fn new(
        endpoint: Endpoint,
        limits: Limits,
        pace: Arc<Pace>,
        of_partner: Option<OfPartner>,
        instruments: Instruments,
    ) -> Self {
        Self {
            caller: Caller {
                endpoint,
                limits,
                pace,
                of_partner,
                observer: instruments.observer,
                clock: instruments.clock,
                server_clock: instruments.server_clock,
                in_flight: instruments.in_flight,
            },
        }
    }

    /// Asks for a list of shares, with retries.
    ///
    /// # Errors
    /// When no whole answer came. What came before the failure is gone.
    pub async fn shares(&self, ask: Ask, credential: &Credential) -> Result<Listing, Error> {
        match ask.kind {
            ShareKind::ClipGroup => {
                let request = clip_groups::Request {
                    created_after_ms: ask.created_after.map(|moment| moment.0),
                    created_before_ms: None,
                };
                self.list::<ClipGroup>(json(&request), ask, credential)
                    .await
            }
            ShareKind::LiveStream => self.list::<LiveStream>(nothing(), ask, credential).await,
            ShareKind::TimelapseGroup => {
                self.list::<TimelapseGroup>(nothing(), ask, credential)
                    .await
            }
            ShareKind::VideoWall => self.video_walls(ask, credential).await,
        }
    }

    /// Asks for the list of records `R`.
    pub(super) async fn list<R: Record>(
        &self,
        body: String,
        ask: Ask,
        credential: &Credential,
    ) -> Result<Listing, Error> {
        let limit = self.caller.limits.max_value_bytes();
        let options = ask.options(credential);
        let reader = |now| shares::reader::<R>(options.clone(), now, limit);
        let operation = ask.operation(R::PATH, body, credential);
        let (shares, completeness) = self.whole_list(&operation, reader).await?;
        Ok(Listing {
            partial: completeness == Completeness::Partial,
            ..shares.into_listing()
        })
    }

    /// Asks for a list, with retries, and whether the answer is all of it.
    pub(super) async fn whole_list<S: Sink>(
        &self,
        operation: &Operation<'_>,
        reader: impl Fn(UnixMillis) -> ListReader<S>,
    ) -> Result<(S, Completeness), Error> {
        let answer = self
            .caller
            .call_with_retries(operation, Error::is_transient, reader);
        let (sink, envelope) = answer.await?;
        Ok((sink, envelope.judge()?))
    }

    /// Counts that the next poll waits for as long as this because Rhombus said so.
    pub fn put_off(&self, source: Source, time: Duration) {
        let observer = &self.caller.observer;
        observer.waited(source, Wait::RetryAfter, time);
    }
}

impl Ask {
    /// How its records are read that come for this credential.
    pub(super) fn options(&self, credential: &Credential) -> shares::Options {
        shares::Options {
            expiration_time: self.expiration_time,
            keep_titles: self.keep_titles,
            key: credential.key().clone(),
        }
    }

    /// One operation of the list, from now on.
    pub(super) fn operation<'k>(
        &self,
        path: &'static str,
        body: String,
        credential: &'k Credential,
    ) -> Operation<'k> {
        Operation {
            source: Some(Source::Shares(self.kind)),
            path,
            body,
            credential,
            deadline: Instant::now() + self.within,
        }
    }
}

/// The body of a request that asks for all there is.
pub(super) fn nothing() -> String {
    "{}".to_owned()
}

/// The body of a request that asks for something.
pub(super) fn json(request: &impl Serialize) -> String {
    serde_json::to_string(request).expect("a request is JSON")
}

impl<S: Sink> Decode for ListReader<S> {
    type Output = (S, Envelope);

    fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        Ok(ListReader::push(self, bytes)?)
    }

    fn kept_bytes(&self) -> u64 {
        self.sink().kept_bytes()
    }

    fn finish(self) -> Result<Self::Output, Error> {
        Ok(ListReader::finish(self)?)
    }
}

impl From<ListError> for Error {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Malformed { .. } => Self::Decode(error.to_string()),
            ListError::ValueTooLarge { limit } => Self::ValueTooLarge { limit },
        }
    }
}
