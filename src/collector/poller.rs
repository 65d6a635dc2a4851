//! One organisation's task: ask, publish what came of it, wait, ask again. A poll is never begun
//! while another of the same organisation runs, and none runs past its deadline.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info, info_span, warn};

use super::key::CurrentKey;
use super::{Running, Settings, off_the_runtime};
use crate::clock::Clock;
use crate::inventory::{Failure, FleetHandle, Inventory, Organization, Standing};
use crate::rhombus::shared_clip_groups::{Request, SharedClipGroups};
use crate::rhombus::{Client, Error};
use crate::share::{Malformed, Reason, Source};

const SOURCE: Source = Source::ClipGroups;
/// The longest that Rhombus may send us away, so that a wrong `Retry-After` does not blind us.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

pub(super) struct Poller {
    client: Client,
    settings: Settings,
    organization: Arc<Organization>,
    fleet: Arc<FleetHandle>,
    clock: Clock,
    key: CurrentKey,
    /// What could not be understood in the last answer; said when it changes.
    malformed: Malformed,
    stop: CancellationToken,
}

impl Poller {
    /// A task for `running`, which ends when that is stopped.
    pub(super) fn new(
        client: Client,
        running: Running,
        fleet: Arc<FleetHandle>,
        clock: Clock,
    ) -> Self {
        Self {
            client,
            key: CurrentKey::new(running.settings.organization.key.clone()),
            settings: running.settings,
            organization: running.organization,
            fleet,
            clock,
            malformed: Malformed::new(),
            stop: running.stop,
        }
    }

    /// Polls at `first` and then once an interval, until it is stopped.
    pub(super) async fn run(mut self, first: Instant) {
        let stop = self.stop.clone();
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
                    let longest = LONGEST_PAUSE.min(self.settings.collect.max_staleness / 2);
                    tokio::time::sleep(pause.min(longest)).await;
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
        let key = self.key.read(deadline).await;
        let key = key.map_err(|failure| (failure, None))?;
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

    /// Puts an answer in order and publishes it, away from the threads that serve scrapes: sorting
    /// a large one, and freeing the one before, take a while.
    async fn publish_answer(&mut self, answer: SharedClipGroups, started: Instant) {
        self.complain(&answer.malformed);
        let (clock, fleet) = (self.clock.clone(), self.fleet.clone());
        let (organization, stop) = (self.organization.clone(), self.stop.clone());
        let span = tracing::Span::current();
        off_the_runtime(move || {
            let _in_span = span.enter();
            let before = organization.standing(SOURCE);
            let count = answer.shares.len();
            let inventory = Inventory::new(answer.shares, answer.org_uuid, clock.now());
            let next = before.succeeded(started.elapsed(), inventory, &answer.malformed);
            // After a reload, the organisation is another task's to publish.
            if stop.is_cancelled() {
                return;
            }
            fleet.publish(&organization, SOURCE, next);
            if failed(&before).is_some() || before.last_poll().is_none() {
                info!(shares = count, "polled with success");
            }
        })
        .await;
    }

    fn complain(&mut self, malformed: &Malformed) {
        if *malformed != self.malformed {
            for (field, count) in malformed {
                warn!(field, count, "values could not be understood");
            }
            self.malformed.clone_from(malformed);
        }
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
