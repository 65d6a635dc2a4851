//! One organisation's task: ask, publish what came of it, wait, ask again. A poll is never begun
//! while another of the same organisation runs, and none runs past its deadline.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info, info_span, warn};

use super::Settings;
use crate::clock::Clock;
use crate::config::KeySource;
use crate::inventory::{Failure, FleetHandle, Inventory, Organization, Standing};
use crate::rhombus::shared_clip_groups::{Request, SharedClipGroups};
use crate::rhombus::{ApiKey, Client, Error};
use crate::share::{Reason, Source};

const SOURCE: Source = Source::ClipGroups;
/// The longest that Rhombus may send us away, so that a wrong `Retry-After` does not blind us.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

pub(super) struct Poller {
    client: Client,
    settings: Settings,
    organization: Arc<Organization>,
    fleet: Arc<FleetHandle>,
    clock: Clock,
    /// The last key that could be read.
    key: Option<ApiKey>,
}

impl Poller {
    pub(super) const fn new(
        client: Client,
        settings: Settings,
        organization: Arc<Organization>,
        fleet: Arc<FleetHandle>,
        clock: Clock,
    ) -> Self {
        Self {
            client,
            settings,
            organization,
            fleet,
            clock,
            key: None,
        }
    }

    /// Polls at `first` and then once an interval, until `stop`.
    pub(super) async fn run(mut self, first: Instant, stop: CancellationToken) {
        let span = info_span!(
            "poll",
            org = self.organization.name(),
            source = SOURCE.label()
        );
        let polls = async {
            let mut ticks = tokio::time::interval_at(first, self.settings.collect.interval);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                if let Some(pause) = self.poll().await {
                    tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = polls.instrument(span) => {}
        }
    }

    /// Asks once. Gives how long Rhombus wants to be left alone, where it says so.
    async fn poll(&mut self) -> Option<Duration> {
        let started = Instant::now();
        match self.ask(started).await {
            Ok(answer) => {
                self.publish_answer(answer, started).await;
                None
            }
            Err((failure, pause)) => {
                self.publish_failure(failure, started);
                pause
            }
        }
    }

    async fn ask(
        &mut self,
        started: Instant,
    ) -> Result<SharedClipGroups, (Failure, Option<Duration>)> {
        let collect = &self.settings.collect;
        let deadline = started + collect.poll_deadline();
        let request = Request {
            created_after_ms: collect
                .lookback
                .map(|lookback| self.clock.now().before(lookback).0),
            created_before_ms: None,
        };
        let expiration_time = collect.expiration_time;
        let key = self
            .current_key()
            .await
            .map_err(|failure| (failure, None))?;
        let answer = self
            .client
            .shared_clip_groups(request, expiration_time, &key, deadline);
        answer.await.map_err(|error: Error| {
            (
                Failure {
                    reason: error.reason(),
                    message: error.to_string(),
                },
                error.retry_after(),
            )
        })
    }

    /// The key as it is now. A file that can't be read leaves the last key in use.
    async fn current_key(&mut self) -> Result<ApiKey, Failure> {
        let source = self.settings.organization.key.clone();
        let read = match source {
            KeySource::Inline(key) => Ok(key),
            file @ KeySource::File(_) => off_the_runtime(move || file.read()).await,
        };
        match read {
            Ok(key) => Ok(self.key.insert(key).clone()),
            Err(error) => match &self.key {
                Some(last) => {
                    warn!(%error, "the key can't be read; the last one stays in use");
                    Ok(last.clone())
                }
                None => Err(Failure {
                    reason: Reason::Auth,
                    message: error.to_string(),
                }),
            },
        }
    }

    /// Puts an answer in order and publishes it, away from the threads that serve scrapes: sorting
    /// a large one, and freeing the one before, take a while.
    async fn publish_answer(&self, answer: SharedClipGroups, started: Instant) {
        let (clock, fleet) = (self.clock.clone(), self.fleet.clone());
        let organization = self.organization.clone();
        let span = tracing::Span::current();
        off_the_runtime(move || {
            let _in_span = span.enter();
            let before = organization.standing(SOURCE);
            let count = answer.shares.len();
            let inventory = Inventory::new(answer.shares, answer.org_uuid, clock.now());
            let next = before.succeeded(started.elapsed(), inventory, &answer.malformed);
            fleet.publish(&organization, SOURCE, next);
            if failed(&before).is_some() || before.last_poll().is_none() {
                info!(shares = count, "polled with success");
            }
            for (field, count) in &answer.malformed {
                warn!(field, count, "values could not be understood");
            }
        })
        .await;
    }

    fn publish_failure(&self, failure: Failure, started: Instant) {
        let before = self.organization.standing(SOURCE);
        // Once when it begins and once when the reason changes: not once a poll.
        if failed(&before) != Some(failure.reason) {
            warn!(
                reason = failure.reason.label(),
                error = failure.message,
                "a poll failed"
            );
        }
        let max_staleness = self.settings.collect.max_staleness;
        let next = before.failed(self.clock.now(), started.elapsed(), failure, max_staleness);
        self.fleet.publish(&self.organization, SOURCE, next);
    }
}

/// Why the last poll failed, if it did.
fn failed(standing: &Standing) -> Option<Reason> {
    Some(standing.last_poll()?.failure.as_ref()?.reason)
}

async fn off_the_runtime<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(crash) if crash.is_panic() => std::panic::resume_unwind(crash.into_panic()),
        // The runtime is going down, and this task with it.
        Err(_) => std::future::pending().await,
    }
}
