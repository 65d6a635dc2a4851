//! One organisation's task: ask, publish what came of it, wait, ask again. A poll is never begun
//! while another of the same organisation runs, and none runs past its deadline.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, info, info_span, warn};

use super::Running;
use super::key::CurrentKey;
use crate::clock::Clock;
use crate::inventory::{Failure, FleetHandle, Inventory, Standing};
use crate::rhombus::shared_clip_groups::Request;
use crate::rhombus::{Client, Error};
use crate::share::{Id, Listing, Malformed, Reason, Source, UnixMillis};

const SOURCE: Source = Source::ClipGroups;
/// The longest that Rhombus may send us away, so that a wrong `Retry-After` does not blind us.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// How long a poll may take beyond its deadline, which each of its steps keeps to by itself.
const OVERTIME: Duration = Duration::from_secs(1);

pub(super) struct Poller {
    client: Client,
    running: Running,
    fleet: Arc<FleetHandle>,
    clock: Clock,
    key: CurrentKey,
    /// What could not be understood in the last answer; said when it changes.
    malformed: Malformed,
}

/// What was listed, and when the answer was whole.
struct Listed {
    listing: Listing,
    obtained: UnixMillis,
}

/// Why a poll failed, and how long Rhombus wants to be left alone, where it says so.
struct Refusal {
    failure: Failure,
    pause: Option<Duration>,
}

impl Poller {
    /// A task for `running`, which ends when that is stopped.
    pub(super) fn new(
        client: Client,
        running: Running,
        key: CurrentKey,
        fleet: Arc<FleetHandle>,
        clock: Clock,
    ) -> Self {
        Self {
            client,
            running,
            fleet,
            clock,
            key,
            malformed: Malformed::new(),
        }
    }

    /// Polls at `first` and then once an interval, until it is stopped.
    pub(super) async fn run(mut self, first: Instant) {
        let stop = self.running.stop.clone();
        let span = info_span!(
            "poll",
            org = self.running.organization.name(),
            source = SOURCE.label()
        );
        let polls = async {
            let mut due = first;
            loop {
                tokio::time::sleep_until(due).await;
                let pause = self.poll().await;
                due = self.next(due, pause);
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = polls.instrument(span) => {}
        }
    }

    fn next(&self, due: Instant, pause: Option<Duration>) -> Instant {
        let collect = &self.running.settings.collect;
        let longest = LONGEST_PAUSE.min(collect.max_staleness / 2);
        let pause = pause.unwrap_or_default().min(longest);
        let schedule = &self.running.schedule;
        schedule.again(due, collect.interval, Instant::now(), pause)
    }

    /// Asks once. Gives how long Rhombus wants to be left alone, where it says so.
    async fn poll(&mut self) -> Option<Duration> {
        let started = Instant::now();
        let within = self.running.settings.collect.poll_deadline();
        let deadline = started + within;
        let answer = timeout_at(deadline + OVERTIME, self.ask(deadline)).await;
        let refusal = match answer {
            Ok(Ok(answer)) => {
                self.publish_answer(answer, started);
                return None;
            }
            Ok(Err(refusal)) => refusal,
            Err(_) => Refusal::from(Error::Timeout { within }),
        };
        self.publish_failure(refusal.failure, started);
        refusal.pause
    }

    async fn ask(&mut self, deadline: Instant) -> Result<Listed, Refusal> {
        let key = self.key.read(deadline).await?;
        let collect = &self.running.settings.collect;
        let created_after = collect
            .lookback
            .map(|lookback| self.clock.now().before(lookback));
        let request = Request {
            created_after_ms: created_after.map(|moment| moment.0),
            created_before_ms: None,
        };
        let listing = self
            .client
            .shared_clip_groups(request, collect.expiration_time, &key, deadline)
            .await?;
        self.check_organization(listing.org_uuid.as_ref())?;
        Ok(Listed {
            listing,
            obtained: self.clock.now(),
        })
    }

    /// Under one name, the numbers of two organisations would look like a change in one, and the one
    /// that was meant would be watched by nobody.
    fn check_organization(&self, listed: Option<&Id>) -> Result<(), Failure> {
        let before = self.running.organization.standing(SOURCE);
        let pinned = self.running.settings.organization.org_uuid.as_ref();
        match (pinned.or(before.org_uuid()), listed) {
            (Some(expected), Some(listed)) if expected != listed => {
                let advice = match pinned {
                    Some(_) => "org_uuid names another: put the right key, or the right uuid",
                    None => "put the right key back, or reload the configuration if this is meant",
                };
                Err(Failure {
                    reason: Reason::OtherOrg,
                    message: format!(
                        "the list is of the organisation {listed}, not of {expected}; {advice}"
                    ),
                })
            }
            _ => Ok(()),
        }
    }

    /// Puts an answer in order and publishes it. A large one takes a while, on threads that nobody
    /// but other polls waits for.
    fn publish_answer(&mut self, answer: Listed, started: Instant) {
        let Listed { listing, obtained } = answer;
        self.complain(&listing.malformed);
        let count = listing.shares.len();
        let inventory = Inventory::new(listing.shares, listing.org_uuid, obtained);
        let before = self.running.organization.standing(SOURCE);
        let next = before
            .succeeded(started.elapsed(), inventory, &listing.malformed)
            .with_partial(listing.partial);
        if next.is_emptied() {
            warn!("every link is gone at once; this is believed when the next poll says so too");
        }
        self.publish(next);
        if failed(&before).is_some() || before.last_poll().is_none() {
            info!(shares = count, "polled with success");
        }
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
        let before = self.running.organization.standing(SOURCE);
        // Once when it begins and once when the reason changes: not once a poll.
        if failed(&before) != Some(failure.reason) {
            warn!(
                reason = failure.reason.label(),
                error = failure.message,
                "a poll failed"
            );
        }
        let max_staleness = self.running.settings.collect.max_staleness;
        self.publish(before.failed(self.clock.now(), started.elapsed(), failure, max_staleness));
    }

    fn publish(&self, next: Standing) {
        // After a reload, the organisation is another task's to publish.
        if !self.running.stop.is_cancelled() {
            self.fleet.publish(&self.running.organization, SOURCE, next);
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            failure: Failure {
                reason: error.reason(),
                message: error.to_string(),
            },
            pause: error.retry_after(),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            pause: None,
        }
    }
}

/// Why the last poll failed, if it did.
fn failed(standing: &Standing) -> Option<Reason> {
    Some(standing.last_poll()?.failure.as_ref()?.reason)
}
