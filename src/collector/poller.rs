//! The task of one list of one organisation: ask, publish what came of it, wait, ask again. A poll is
//! never begun while another of the same list runs, and none runs past its deadline, but for the
//! time in which its endpoint has too many requests to answer already.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{Instrument, debug, info, info_span, warn};

use super::asked::{Asked, Known};
use super::beside::Unlisted;
use super::judge::{Judge, List, Polled};
use super::running::Running;
use crate::clock::Clock;
use crate::inventory::{Failure, FleetHandle, Inventory, Standing};
use crate::rhombus::{Ask, Client, Credential, Error, LONGEST_PAUSE};
use crate::share::{Listing, MalformedCounts, Moment, Reason, ShareKind, Source, UnixMillis};

pub(super) struct Poller {
    pub(super) client: Client,
    pub(super) running: Arc<Running>,
    pub(super) kind: ShareKind,
    pub(super) fleet: Arc<FleetHandle>,
    pub(super) judge: Arc<Judge>,
    clock: Clock,
    /// What was last counted of shares that are not listed.
    pub(super) unlisted: Asked<Unlisted>,
    /// What could not be understood in the last answer; said when it changes.
    malformed: MalformedCounts,
    /// Whether the last answer warned that it is not whole; said when it changes.
    partial: bool,
    /// Whether the last answer took longer than it is shown; said when it changes.
    outlived: bool,
}

/// What was listed, and when the answer had come to its end.
struct Listed {
    listing: Listing,
    obtained: Moment,
    /// Since when pages were asked for, where that is not all.
    made_since: Option<UnixMillis>,
}

/// Why a poll failed, and how long Rhombus wants to be left alone, where it says so.
pub(super) struct PollFailure {
    pub(super) failure: Failure,
    pub(super) pause: Option<Duration>,
}

impl Poller {
    /// A task for the list of `kind` of `running`, which ends when that is stopped.
    pub(super) fn new(
        client: Client,
        running: Arc<Running>,
        kind: ShareKind,
        (fleet, judge): (Arc<FleetHandle>, Arc<Judge>),
        clock: Clock,
    ) -> Self {
        Self {
            client,
            running,
            kind,
            fleet,
            judge,
            clock,
            unlisted: Asked::default(),
            malformed: MalformedCounts::new(),
            partial: false,
            outlived: false,
        }
    }

    /// Polls at `first` and then once an interval, until it is stopped.
    pub(super) async fn run(mut self, first: Instant) {
        let stop = self.running.stop.clone();
        let span = info_span!(
            "poll",
            org = self.running.organization.name(),
            source = self.kind.list()
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
        let now = Instant::now();
        let schedule = &self.running.schedules[&self.kind];
        let next = schedule.again(due, collect.interval, now, pause);
        // What an interval would have waited anyway is no wait for Rhombus's sake.
        let put_off = next.saturating_duration_since(now.max(due + collect.interval));
        if !pause.is_zero() && !put_off.is_zero() {
            self.client.put_off(Source::Shares(self.kind), put_off);
        }
        next
    }

    /// Asks once. Gives how long Rhombus wants to be left alone, where it says so.
    async fn poll(&mut self) -> Option<Duration> {
        let started = Instant::now();
        // Boxed, since it is large: of thousands of lists, few are asked for at a time.
        match Box::pin(self.ask()).await {
            Ok(answer) => {
                self.publish_answer(answer, started);
                None
            }
            Err(failed) => {
                self.publish_failure(failed.failure, started);
                failed.pause
            }
        }
    }

    async fn ask(&mut self) -> Result<Listed, PollFailure> {
        let deadline = self.deadline();
        let credential = self.running.credential.lock().await.read(deadline).await?;
        let owner = {
            let mut owner = self.running.key_facts.owner.lock().await;
            let ask = async |until| self.client.organization(&credential, until).await;
            owner
                .of(&credential, self.hourly(), deadline, ask)
                .await
                .clone()
        };
        if let Known::Said(said) = &owner {
            let identity = said.identity.clone();
            self.running.identify(&self.fleet, identity, "key")?;
        }
        self.learn_access(&owner);
        let server_clock = self.running.organization.server_clock();
        let had_its_time = server_clock.is_known();
        let mut made_since = self.created_after();
        let (listing, (), camera_names) = tokio::join!(
            self.list(&credential, made_since),
            self.learn_permissions(&credential),
            self.ask_camera_names(&credential)
        );
        let mut listing = listing?;
        // Where this machine's clock is ahead, the lookback was too short: the answer has told.
        let has_told = !had_its_time && server_clock.is_known();
        if has_told && made_since.is_some() {
            made_since = self.created_after();
            listing = self.list(&credential, made_since).await?;
        }
        self.identify_list(&credential, &listing).await?;
        self.learn_camera_names(camera_names);
        let obtained = self.now();
        let counted = self.count_unlisted(&credential, &listing.shares).await;
        listing.unlisted = listing.unlisted.or(counted);
        Ok(Listed {
            listing,
            obtained,
            made_since,
        })
    }

    /// Until when an operation that begins now may take.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.running.settings.collect.deadline()
    }

    async fn list(
        &self,
        credential: &Credential,
        created_after: Option<UnixMillis>,
    ) -> Result<Listing, Error> {
        let collect = &self.running.settings.collect;
        let ask = Ask {
            kind: self.kind,
            created_after,
            expiration_time: collect.expiration_time,
            keep_titles: collect.keep_titles,
            within: collect.deadline(),
        };
        self.client.shares(ask, credential).await
    }

    /// Since when pages are asked for, where that is not all: Rhombus can be asked so for some kinds.
    fn created_after(&self) -> Option<UnixMillis> {
        let collect = &self.running.settings.collect;
        let lookback = collect.lookback.filter(|_| self.kind.has_lookback())?;
        Some(self.now().before(lookback).time)
    }

    /// What this machine's clock reads.
    pub(super) fn here(&self) -> Moment {
        self.clock.read()
    }

    /// The moment as of which the list is shown.
    fn now(&self) -> Moment {
        self.running.organization.now(self.here())
    }

    /// Puts an answer in order and publishes it. A large one takes a while, on threads that nobody
    /// but other polls waits for.
    fn publish_answer(&mut self, answer: Listed, started: Instant) {
        let Listed {
            listing,
            obtained,
            made_since,
        } = answer;
        self.complain(&listing);
        let took = started.elapsed();
        self.complain_of_time(took);
        let count = listing.shares.len();
        let inventory = Inventory::new(listing, obtained);
        let before = self.running.organization.standing(self.kind);
        if before.succeeded(took, inventory.clone()).is_emptied() {
            warn!("every link is gone at once; this is believed when the next poll says so too");
        }
        self.publish(made_since, |before| {
            before.succeeded(took, inventory.clone())
        });
        let is_first = before.last_poll().is_none();
        if before.failure().is_some() || is_first && !self.running.is_client() {
            info!(shares = count, "polled with success");
        } else if is_first {
            // Of a partner's thousands, those that fail are what matters.
            debug!(shares = count, "polled with success");
        }
    }

    fn complain(&mut self, listing: &Listing) {
        if listing.malformed != self.malformed {
            for (field, count) in &listing.malformed {
                warn!(field, count, "values could not be understood");
            }
            self.malformed.clone_from(&listing.malformed);
        }
        if listing.partial && !self.partial {
            warn!("Rhombus warned that its list is not whole");
        }
        self.partial = listing.partial;
    }

    /// A list that comes and goes, though each poll succeeds.
    fn complain_of_time(&mut self, took: Duration) {
        let collect = &self.running.settings.collect;
        let outlived = took + collect.interval > collect.max_staleness;
        if outlived && !self.outlived {
            warn!(
                took = ?took,
                "the list takes so long to read that it is withdrawn before it is read again: raise \
                 max_staleness, or requests_per_second"
            );
        }
        self.outlived = outlived;
    }

    fn publish_failure(&self, failure: Failure, started: Instant) {
        let before = self.running.organization.standing(self.kind);
        // Once when it begins and once when the reason changes: not once a poll.
        if before.failure().map(|before| before.reason) != Some(failure.reason) {
            warn!(
                reason = failure.reason.label(),
                error = failure.message,
                "a poll failed"
            );
            if failure.reason == Reason::Forbidden {
                self.running.look_at_clients();
            }
        }
        let max_staleness = self.running.settings.collect.max_staleness;
        let (now, took) = (self.now(), started.elapsed());
        self.publish(None, |before| {
            before.failed(now, took, failure.clone(), max_staleness)
        });
    }

    fn publish(&self, made_since: Option<UnixMillis>, after: impl Fn(&Standing) -> Standing) {
        // After a reload, the organisation is another task's to publish.
        if !self.running.stop.is_cancelled() {
            let list = List {
                organization: &self.running.organization,
                kind: self.kind,
            };
            let polled = Polled {
                malformed: &self.malformed,
                made_since,
            };
            self.judge.publish_poll(list, polled, after);
        }
    }
}

impl From<Error> for PollFailure {
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

impl From<Failure> for PollFailure {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            pause: None,
        }
    }
}
