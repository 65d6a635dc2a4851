//! One organisation's API: an operation each, and what is said of an answer that can be used.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::call::{Caller, Decode, Operation, Wait};
use super::envelope::{Completeness, Envelope};
use super::list::{ListError, ListReader, Sink};
use super::organization;
use super::shares::{self, Record, clip_groups};
use super::{ApiKey, Endpoint, Error, ExpirationTime, Limits, Observer, Pace, Transport};
use crate::clock::{Clock, ServerClock};
use crate::share::{Identity, Listing, ShareKind, Source, UnixMillis};

/// What watches and times the requests.
#[derive(Clone)]
pub struct Instruments {
    /// Is told of each request.
    pub observer: Arc<dyn Observer>,
    /// This machine's clock.
    pub clock: Clock,
    /// The clock of the endpoint, which is set by each answer.
    pub server_clock: Arc<ServerClock>,
}

/// Which list to ask for, and how to read it.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The kind of the shares.
    pub kind: ShareKind,
    /// Only shares that were created after this moment; none: all.
    pub created_after: Option<UnixMillis>,
    /// How an expiry is read.
    pub expiration_time: ExpirationTime,
}

/// One organisation's API, as one list of it is asked for.
pub struct Client {
    caller: Caller,
    /// What the last answer warned of.
    warning: Mutex<Option<String>>,
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
        instruments: Instruments,
    ) -> Result<Self, Error> {
        Ok(Self {
            caller: Caller {
                http: transport.client(&endpoint)?,
                endpoint,
                limits,
                pace,
                observer: instruments.observer,
                clock: instruments.clock,
                server_clock: instruments.server_clock,
            },
            warning: Mutex::default(),
        })
    }

    /// Asks for a list of shares, with retries, until `deadline`.
    ///
    /// # Errors
    /// When no whole answer came. What came before the failure is gone.
    pub async fn shares(
        &self,
        ask: Ask,
        key: &ApiKey,
        deadline: Instant,
    ) -> Result<Listing, Error> {
        match ask.kind {
            ShareKind::ClipGroup => {
                let request = clip_groups::Request {
                    created_after_ms: ask.created_after.map(|moment| moment.0),
                    created_before_ms: None,
                };
                self.list::<clip_groups::ClipGroup>(&request, ask, key, deadline)
                    .await
            }
        }
    }

    /// Asks for the list of records `R`.
    async fn list<R: Record>(
        &self,
        request: &impl Serialize,
        ask: Ask,
        key: &ApiKey,
        deadline: Instant,
    ) -> Result<Listing, Error> {
        let operation = Operation {
            source: Source::Shares(ask.kind),
            path: R::PATH,
            body: serde_json::to_string(request).expect("a request is JSON"),
            key,
            deadline,
        };
        let limit = self.caller.limits.max_value_bytes();
        let reader = |now| shares::reader::<R>(ask.expiration_time, now, limit);
        let (shares, envelope) = self.caller.call_with_retries(&operation, reader).await?;
        let completeness = envelope.judge()?;
        self.tell_warning(envelope.warning);
        Ok(Listing {
            partial: completeness == Completeness::Partial,
            ..shares.into_listing()
        })
    }

    /// Asks once whose key it is, until `deadline`.
    ///
    /// # Errors
    /// When no answer came, or one that does not say. It may well be forbidden.
    pub async fn organization(&self, key: &ApiKey, deadline: Instant) -> Result<Identity, Error> {
        let operation = Operation {
            source: Source::Organization,
            path: organization::PATH,
            body: "{}".to_owned(),
            key,
            deadline,
        };
        let reader = |_| organization::OrganizationReader::default();
        let mut identity = self.caller.call(&operation, reader).await?;
        // It becomes a label: whoever answers for Rhombus may repeat what it was sent.
        identity.name.take_if(|name| key.is_in(name));
        Ok(identity)
    }

    /// Counts that the next poll waits for as long as this because Rhombus said so.
    pub fn put_off(&self, source: Source, time: Duration) {
        let observer = &self.caller.observer;
        observer.waited(source, Wait::RetryAfter, time);
    }

    /// Says once that there is a warning, and again when it is another. Its words may name what people
    /// wrote.
    fn tell_warning(&self, warning: Option<String>) {
        let mut last = self.warning.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == warning {
            return;
        }
        match &warning {
            Some(words) => warn!(characters = words.chars().count(), "Rhombus warned"),
            None => debug!("Rhombus warns no more"),
        }
        *last = warning;
    }
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
