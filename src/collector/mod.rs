//! The loops: one task a list of an organisation, each on its own clock, none waiting for another, and
//! no scrape waiting for any. This file knows which tasks run; `poller` knows what one does, `schedule` when.

mod asked;
mod beside;
mod identity;
mod key;
mod poller;
mod schedule;
mod threads;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::clock::{Clock, ServerClock};
use crate::config::{self, Collect, Config};
use crate::inventory::{Fleet, FleetHandle, Organization, View};
use crate::rhombus::{
    Client, Error, ExpirationTime, Instruments, Limits, Observer, Pace, Transport,
};
use crate::share::{Reason, ShareKind};
use beside::KeyFacts;
use key::CurrentKey;
use poller::Poller;
use schedule::Schedule;
use threads::Threads;

/// In this time the first polls are spread, or in an interval if that is shorter: thousands must not
/// ask at once, and nobody should wait long for the first picture.
const SPREAD: Duration = Duration::from_secs(60);
/// How many key files may be read at once.
const KEY_READERS: usize = 16;

/// The clock of each endpoint that is asked, by its URL.
type ServerClocks = BTreeMap<String, Arc<ServerClock>>;

/// Every organisation's tasks.
pub struct Collector {
    transport: Transport,
    observer: Arc<dyn Observer>,
    fleet: Arc<FleetHandle>,
    clock: Clock,
    server_clocks: ServerClocks,
    key_readers: Arc<Semaphore>,
    running: BTreeMap<String, Running>,
    tasks: JoinSet<()>,
    threads: Threads,
}

/// The tasks of one organisation: what they were started with, and what they share with each other and
/// with those before and after them.
#[derive(Clone)]
struct Running {
    settings: Settings,
    organization: Arc<Organization>,
    pace: Arc<Pace>,
    schedules: BTreeMap<ShareKind, Arc<Schedule>>,
    key: Arc<Mutex<CurrentKey>>,
    key_facts: Arc<KeyFacts>,
    stop: CancellationToken,
    /// Its own: tells one start from another.
    started: Arc<()>,
}

/// All that the tasks of an organisation need to know; when it changes, they are others.
#[derive(Clone, Debug, PartialEq)]
struct Settings {
    organization: config::Organization,
    collect: Collect,
}

impl Collector {
    /// A collector of nothing yet, which publishes to `fleet`, over the connections of `transport` and
    /// on threads of its own.
    ///
    /// # Errors
    /// When there are no more threads to be had.
    pub fn new(
        transport: Transport,
        fleet: Arc<FleetHandle>,
        observer: Arc<dyn Observer>,
        clock: Clock,
    ) -> io::Result<Self> {
        Ok(Self {
            transport,
            observer,
            fleet,
            clock,
            server_clocks: ServerClocks::new(),
            key_readers: Arc::new(Semaphore::new(KEY_READERS)),
            running: BTreeMap::new(),
            tasks: JoinSet::new(),
            threads: Threads::new()?,
        })
    }

    /// Makes the tasks those of `config`: what is new starts, what is gone stops, what has changed
    /// starts again over the picture that it had, and what is as it was goes on undisturbed.
    ///
    /// # Errors
    /// When an organisation can't be asked at all. Then nothing has changed.
    pub fn apply(&mut self, config: &Config) -> Result<(), Error> {
        let mut next = BTreeMap::new();
        let mut starting = Vec::new();
        for organization in &config.organizations {
            let settings = Settings {
                organization: organization.clone(),
                collect: config.collect.clone(),
            };
            let before = self.running.get(&organization.name);
            let running = match before {
                Some(before) if before.goes_on_with(&settings) => before.clone(),
                _ => {
                    let server_clock = server_clock(&mut self.server_clocks, &settings);
                    let key = CurrentKey::new(organization.key.clone(), self.key_readers.clone());
                    let running = Running::new(settings, before, server_clock, key);
                    starting.push((running.clone(), self.clients(&running)?));
                    running
                }
            };
            next.insert(organization.name.clone(), running);
        }
        self.replace(next, &config.collect);
        self.start(starting);
        Ok(())
    }

    /// Ends every task, and waits until they have ended.
    pub async fn stop(mut self) {
        for running in self.running.values() {
            running.stop.cancel();
        }
        while self.tasks.join_next().await.is_some() {}
    }

    /// Returns only when a task has crashed.
    ///
    /// # Errors
    /// Always: with the crash.
    pub async fn crashed(&mut self) -> tokio::task::JoinError {
        loop {
            match self.tasks.join_next().await {
                Some(Err(crash)) => return crash,
                Some(Ok(())) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// One for each list.
    fn clients(&self, running: &Running) -> Result<Vec<(ShareKind, Client)>, Error> {
        let kinds = running.schedules.keys();
        kinds
            .map(|kind| Ok((*kind, self.client(running)?)))
            .collect()
    }

    fn client(&self, running: &Running) -> Result<Client, Error> {
        let settings = &running.settings;
        let limits = Limits {
            timeout: settings.collect.timeout,
            max_response_bytes: settings.collect.max_response_bytes,
        };
        Client::new(
            &self.transport,
            settings.organization.endpoint.clone(),
            limits,
            running.pace.clone(),
            Instruments {
                observer: self.observer.clone(),
                clock: self.clock.clone(),
                server_clock: running.organization.server_clock().clone(),
            },
        )
    }

    fn replace(&mut self, next: BTreeMap<String, Running>, collect: &Collect) {
        for (name, before) in std::mem::replace(&mut self.running, next) {
            match self.running.get(&name) {
                None => info!(
                    org = name,
                    "no longer watched: the configuration has lost it"
                ),
                Some(now) if Arc::ptr_eq(&now.started, &before.started) => continue,
                Some(_) => {}
            }
            before.stop.cancel();
        }
        // What was too old until now must not come back because more is allowed from now on.
        let until_now = self.fleet.load().view.max_staleness;
        let here = self.clock.read();
        let organizations = self.running.values().map(|running| {
            let organization = &running.organization;
            organization.withdraw(organization.now(here), until_now);
            organization.clone()
        });
        let fleet = Fleet::new(organizations.collect(), View::from(collect));
        self.fleet.replace(fleet);
        self.server_clocks
            .retain(|_, clock| Arc::strong_count(clock) > 1);
    }

    /// Starts tasks, the first polls of the organisations spread over a while.
    fn start(&mut self, starting: Vec<(Running, Vec<(ShareKind, Client)>)>) {
        let count = u32::try_from(starting.len()).unwrap_or(u32::MAX);
        let now = Instant::now();
        for (index, (running, clients)) in (0..).zip(starting) {
            let spread = SPREAD.min(running.settings.collect.interval);
            let turn = now + spread * index / count;
            for (kind, client) in clients {
                let first = running.schedules[&kind].begin(turn);
                let (fleet, clock) = (self.fleet.clone(), self.clock.clone());
                let poller = Poller::new(client, running.clone(), kind, fleet, clock);
                self.tasks
                    .spawn_on(poller.run(first), self.threads.handle());
            }
        }
    }
}

/// That of the endpoint, which all who ask there share.
fn server_clock(clocks: &mut ServerClocks, settings: &Settings) -> Arc<ServerClock> {
    let endpoint = settings.organization.endpoint.to_string();
    let new = |endpoint: &String| Arc::new(ServerClock::new(endpoint.clone()));
    clocks.entry(endpoint).or_insert_with_key(new).clone()
}

impl Running {
    /// Tasks to be started. Where others before them watch the same organisation, they go on with the
    /// pace and the schedules of these, and with their picture if these settings would have made it too.
    fn new(
        settings: Settings,
        before: Option<&Self>,
        server_clock: Arc<ServerClock>,
        key: CurrentKey,
    ) -> Self {
        let rate = settings.collect.requests_per_second;
        let kinds = &settings.collect.sources;
        let fresh = || {
            let name = &settings.organization.name;
            Arc::new(Organization::new(name, kinds, server_clock))
        };
        let same = |before: &&Self| {
            before.settings.organization.endpoint == settings.organization.endpoint
        };
        let before = before.filter(same);
        let (organization, pace, key_facts) = match before {
            Some(before) => (
                before.has_picture_of(&settings).unwrap_or_else(fresh),
                before.pace.at(rate),
                before.key_facts.clone(),
            ),
            None => (fresh(), Pace::new(rate), Arc::default()),
        };
        let schedule = |kind: &ShareKind| {
            let known = before.and_then(|before| before.schedules.get(kind));
            (*kind, known.cloned().unwrap_or_default())
        };
        let schedules = kinds.iter().map(schedule).collect();
        Self {
            organization,
            pace,
            schedules,
            key: Arc::new(Mutex::new(key)),
            key_facts,
            settings,
            stop: CancellationToken::new(),
            started: Arc::default(),
        }
    }

    /// Whether a reload with these settings leaves it undisturbed. One whose key has become another
    /// organisation's begins anew: whoever reloads accepts that.
    fn goes_on_with(&self, settings: &Settings) -> bool {
        self.settings == *settings && !self.organization.fails_for(Reason::OtherOrg)
    }

    /// What is known of the organisation, unless it was asked for in another way, or of another one.
    fn has_picture_of(&self, settings: &Settings) -> Option<Arc<Organization>> {
        fn asked(settings: &Settings) -> (&config::Organization, Option<Duration>, ExpirationTime) {
            let collect = &settings.collect;
            (
                &settings.organization,
                collect.lookback,
                collect.expiration_time,
            )
        }
        let same = asked(&self.settings) == asked(settings)
            && !self.organization.fails_for(Reason::OtherOrg);
        same.then(|| Arc::new(self.organization.watching(&settings.collect.sources)))
    }
}
