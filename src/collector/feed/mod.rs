//! The task of one organisation's audit feed: ask what happened since it was last read, hand that on, wait,
//! ask again. It shares the organisation's pace, key and retries with its lists, and no list waits for it.
//! What to ask for is [`window`]'s to say; who takes in what was told is an [`ActivitySink`].

mod sink;
mod window;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{Instrument, debug, info, info_span, warn};

pub(super) use sink::ActivitySink;
use window::{Largest, MOST_WINDOWS, Read, Reading};

use super::asked::hourly;
use super::judge::Judge;
use super::poller::PollFailure;
use super::running::Running;
use crate::clock::Clock;
use crate::inventory::{Failure, FeedStanding, FleetHandle};
use crate::rhombus::{Client, Credential, Error, LONGEST_PAUSE};
use crate::share::{Id, Identity, MalformedCounts, Moment, Reason, Source, UnixMillis};

/// How long a key that may not read the feed is not asked with again.
const REFUSED_FOR: Duration = Duration::from_secs(60 * 60);

/// The task of one feed.
pub(super) struct Feed {
    client: Client,
    running: Arc<Running>,
    fleet: Arc<FleetHandle>,
    judge: Arc<Judge>,
    sink: Arc<dyn ActivitySink>,
    clock: Clock,
    largest: Largest,
    /// The reading that is under way, and when it began by this machine's clocks: what the next poll goes on
    /// with.
    reading: Option<(Reading, Moment)>,
    /// The key that may not read it, and until when it is not asked with again.
    refused: Option<(Credential, Instant)>,
    /// What could not be understood in the last poll; said when it changes.
    malformed: MalformedCounts,
    /// How far the last poll has read, where that was taken in.
    read_until: Option<UnixMillis>,
}

/// How a poll that asked ended: what it read before it failed, if it did.
struct Polled {
    read: Option<Read>,
    failed: Option<PollFailure>,
}

impl Feed {
    /// A task for the feed of `running`, which ends when that is stopped.
    pub(super) fn new(
        client: Client,
        running: Arc<Running>,
        (fleet, judge): (Arc<FleetHandle>, Arc<Judge>),
        sink: Arc<dyn ActivitySink>,
        clock: Clock,
    ) -> Self {
        Self {
            client,
            running,
            fleet,
            judge,
            sink,
            clock,
            largest: Largest::default(),
            reading: None,
            refused: None,
            malformed: MalformedCounts::new(),
            read_until: None,
        }
    }

    /// Polls at `first` and then once an interval, until it is stopped.
    pub(super) async fn run(mut self, first: Instant) {
        let stop = self.running.stop.clone();
        let org = self.running.organization.name();
        let span = info_span!("poll", org, source = Source::AuditFeed.label());
        let polls = async {
            let mut due = first;
            loop {
                tokio::time::sleep_until(due).await;
                let pause = Box::pin(self.poll()).await;
                due = self.next(due, pause);
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = polls.instrument(span) => {}
        }
    }

    fn next(&self, due: Instant, pause: Option<Duration>) -> Instant {
        let interval = self.running.settings.collect.interval;
        let pause = pause.unwrap_or_default().min(LONGEST_PAUSE);
        let now = Instant::now();
        let next = self.running.feed_schedule.again(due, interval, now, pause);
        let put_off = next.saturating_duration_since(now.max(due + interval));
        if !pause.is_zero() && !put_off.is_zero() {
            self.client.put_off(Source::AuditFeed, put_off);
        }
        next
    }

    /// Asks once, unless the key may not. Gives how long Rhombus wants to be left alone, where it says so.
    async fn poll(&mut self) -> Option<Duration> {
        let started = Instant::now();
        let credential = match self.credential().await {
            Ok(credential) => credential,
            Err(failure) => {
                self.publish(Err(failure), started);
                return None;
            }
        };
        if self.is_refused(&credential) {
            return None;
        }
        let polled = self.read(&credential).await;
        // After a reload, the organisation is another task's to tell of.
        if self.running.stop.is_cancelled() {
            return None;
        }
        let done = self.hand_on(polled.read);
        let pause = polled.failed.as_ref().and_then(|failed| failed.pause);
        let result = match polled.failed {
            Some(failed) => {
                self.note_refusal(&credential, failed.failure.reason);
                Err(failed.failure)
            }
            None => Ok(done),
        };
        self.publish(result, started);
        pause
    }

    async fn credential(&self) -> Result<Credential, Failure> {
        let deadline = Instant::now() + self.running.settings.collect.deadline();
        self.running.credential.lock().await.read(deadline).await
    }

    /// Whether this key was told lately that it may not.
    fn is_refused(&self, credential: &Credential) -> bool {
        let is_now = |(refused, until): &(Credential, Instant)| {
            refused == credential && Instant::now() < *until
        };
        self.refused.as_ref().is_some_and(is_now)
    }

    fn note_refusal(&mut self, credential: &Credential, reason: Reason) {
        let is_refusal = matches!(reason, Reason::Auth | Reason::Forbidden);
        let until = Instant::now() + REFUSED_FOR;
        self.refused = is_refusal.then(|| (credential.clone(), until));
    }

    /// Reads on from where it was read to.
    async fn read(&mut self, credential: &Credential) -> Polled {
        // Who takes in what happened goes by whose key it is, so that this is known first.
        if let Err(failure) = self.identify_key(credential).await {
            return Polled {
                read: None,
                failed: Some(failure.into()),
            };
        }
        let (mut reading, began) = self.reading.take().unwrap_or_else(|| self.begin());
        reading.begin_poll(self.windows());
        let failed = self.read_on(credential, &mut reading).await.err();
        // Rhombus's clock is known by now, and may say that it was earlier.
        let read = reading.hand_over(self.running.organization.now(began).time);
        self.reading = (!reading.is_done()).then_some((reading, began));
        Polled { read, failed }
    }

    /// How many windows a poll asks for: half of the requests that the lists leave of an interval, since the
    /// lists come first.
    fn windows(&self) -> u32 {
        let collect = &self.running.settings.collect;
        let in_interval = collect.requests_per_second * collect.interval.as_secs_f64();
        let left = (in_interval - collect.sources.len() as f64) / 2.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within bounds"
        )]
        let windows = left.clamp(1.0, f64::from(MOST_WINDOWS)) as u32;
        windows
    }

    fn begin(&self) -> (Reading, Moment) {
        let (organization, here) = (&self.running.organization, self.clock.read());
        let position = self.sink.position(organization);
        let now = organization.now(here).time;
        (Reading::new(position, now), here)
    }

    async fn read_on(
        &mut self,
        credential: &Credential,
        reading: &mut Reading,
    ) -> Result<(), PollFailure> {
        let within = self.running.settings.collect.deadline();
        while let Some(bounds) = reading.next() {
            match self.client.activities(bounds, credential, within).await {
                Ok(page) => {
                    self.identify(page.org_uuid.clone(), "audit feed")?;
                    reading.take(page, &mut self.largest);
                }
                Err(error) if error.reason() == Reason::TooLarge && reading.halve() => {}
                Err(error) => {
                    // The next poll asks for less: what was asked for may be what takes so long.
                    if matches!(error, Error::Timeout { .. }) {
                        reading.halve();
                    }
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// Takes in whose key it is, as far as Rhombus says.
    async fn identify_key(&self, credential: &Credential) -> Result<(), Failure> {
        let collect = &self.running.settings.collect;
        let deadline = Instant::now() + collect.deadline();
        let mut owner = self.running.key_facts.owner.lock().await;
        let ask = async |until| self.client.organization(credential, until).await;
        let holds = hourly(collect.interval);
        let known = owner.of(credential, holds, deadline, ask).await;
        match known.said() {
            Some(said) => self
                .running
                .identify(&self.fleet, said.identity.clone(), "key"),
            None => Ok(()),
        }
    }

    /// What another organisation's key tells is not this one's.
    fn identify(&self, uuid: Option<Id>, what: &str) -> Result<(), Failure> {
        let said = Identity { uuid, name: None };
        self.running.identify(&self.fleet, said, what)
    }

    /// Hands on what was read; gives what could not be understood of it, and whether it may lack something.
    fn hand_on(&mut self, read: Option<Read>) -> (MalformedCounts, bool) {
        self.read_until = None;
        let Some(mut read) = read else {
            return Default::default();
        };
        if !self.running.settings.collect.keep_titles {
            let untitled = read.activities.iter_mut();
            untitled.for_each(|activity| activity.target_name = None);
        }
        debug!(
            activities = read.activities.len(),
            "the audit feed was read"
        );
        let read_until = read.position.read_until;
        let organization = &self.running.organization;
        let is_taken = self.sink.take(organization, read.activities, read.position);
        if is_taken {
            self.read_until = Some(read_until);
            let shares = self.sink.attributions(organization);
            if self.fleet.attribute(organization, shares) {
                let here = self.clock.read();
                self.judge.note_attributions(organization, here);
            }
        } else {
            self.reading = None;
        }
        (read.malformed, read.partial)
    }

    fn publish(&mut self, result: Result<(MalformedCounts, bool), Failure>, started: Instant) {
        let organization = &self.running.organization;
        let Some(before) = organization.feed() else {
            return;
        };
        let (took, ended) = (started.elapsed(), organization.now(self.clock.read()));
        let standing = match result {
            Ok((malformed, partial)) => before.succeeded(took, ended, malformed, partial),
            Err(failure) => before.failed(took, ended, failure),
        };
        let standing = match self.read_until {
            Some(until) => standing.read_to(until),
            None => standing,
        };
        self.tell(&before, &standing);
        self.complain(&standing);
        self.fleet
            .publish_feed(&self.running.organization, standing);
    }

    fn complain(&mut self, standing: &FeedStanding) {
        if standing.malformed != self.malformed {
            for (field, count) in &standing.malformed {
                warn!(
                    field,
                    count, "values of the audit feed could not be understood"
                );
            }
            self.malformed.clone_from(&standing.malformed);
        }
    }

    /// Says how a poll went where that has changed: not once a poll.
    fn tell(&self, before: &FeedStanding, now: &FeedStanding) {
        let before_reason = before.polls.failure().map(|it| it.reason);
        let Some(failure) = now.polls.failure() else {
            let is_first = before.polls.last().is_none();
            if before_reason.is_some() || is_first && !self.running.is_client() {
                info!("the audit feed was read");
            }
            return;
        };
        if before_reason == Some(failure.reason) {
            return;
        }
        let (reason, error) = (failure.reason.label(), &failure.message);
        if self.refused.is_some() {
            info!(
                reason,
                error,
                "the key may not read the audit feed: who made and who viewed links is not known; it is \
                 asked again each hour"
            );
        } else {
            warn!(reason, error, "the audit feed can't be read");
        }
    }
}
