//! The loops: one task a list of an organisation, each on its own clock, none waiting for another, and
//! no scrape waiting for any; and one a partner, which says which organisations there are. This file knows
//! which tasks run; `directory` which organisations there are, `poller` what a task does, `schedule` when.

mod asked;
mod beside;
mod changes;
mod credential;
mod deleter;
mod directory;
mod feed;
mod identity;
mod judge;
mod memory;
mod names;
mod partner;
mod poller;
mod running;
mod schedule;
mod threads;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Mutex, Notify, Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::audit::Remembering;
use crate::clock::{Clock, ServerClock};
use crate::config::{self, Collect, Config, CredentialSource};
use crate::inventory::{
    ClientCounts, Fleet, FleetHandle, Organization, Partner, PartnerClient, PartnerStanding,
    Snapshot, View,
};
use crate::policy::Policy;
use crate::rhombus::{
    Client, Endpoint, Error, Holder, Instruments, Limits, Observer, OfPartner, Pace, PartnerPace,
    Transport,
};
use crate::share::{ClientList, Id, Identity, ShareKind};
use crate::store::ListKey;
use credential::CurrentCredential;
pub use deleter::Deleter;
use directory::{Directory, OrganizationId};
use feed::{ActivitySink, Feed};
use judge::Judge;
pub(crate) use memory::feed_of;
use memory::{Memory, key_of};
use partner::{ClientsLook, PartnerAccess, PartnerTask, RunningPartner};
use poller::Poller;
use running::{Access, Occasion, Running, Settings};
use threads::Threads;

/// In this time the first polls are spread, or in an interval if that is shorter: thousands must not
/// ask at once, and nobody should wait long for the first picture.
const SPREAD: Duration = Duration::from_secs(60);
/// How often it is looked which lists have been watched by nobody for long.
const NOTE_WATCHED: Duration = Duration::from_secs(60 * 60);
/// How many key files may be read at once.
const KEY_READERS: usize = 16;
/// The pace of looks at a partner's own list, in requests per second.
const LOOKS_PER_SECOND: f64 = 1.0;

/// The clock of each endpoint that is asked, by its URL.
type ServerClocks = BTreeMap<String, Arc<ServerClock>>;

/// What all read: where what is known is published, and the policy by which it is judged.
pub struct Watching {
    /// What is known of all organisations.
    pub fleet: Arc<FleetHandle>,
    /// The policy in use.
    pub policy: Arc<ArcSwap<Policy>>,
}

/// Every organisation's tasks.
pub struct Collector {
    transport: Arc<Transport>,
    observer: Arc<dyn Observer>,
    fleet: Arc<FleetHandle>,
    judge: Arc<Judge>,
    clock: Clock,
    config: Arc<Config>,
    /// Whether it was told what to watch.
    has_config: bool,
    server_clocks: ServerClocks,
    key_readers: Arc<Semaphore>,
    partners: BTreeMap<String, RunningPartner>,
    running: BTreeMap<OrganizationId, Arc<Running>>,
    looks: (
        mpsc::UnboundedSender<ClientsLook>,
        mpsc::UnboundedReceiver<ClientsLook>,
    ),
    stop: CancellationToken,
    tasks: JoinSet<()>,
    threads: Threads,
    memory: Arc<Memory>,
    /// Whether a person waits for the first polls, and nobody for others.
    is_one_look: bool,
}

/// The tasks that are to run, in place of those that do.
struct Plan {
    running: BTreeMap<OrganizationId, Arc<Running>>,
    starting: Vec<Arc<Running>>,
    counts: Vec<ClientCounts>,
    server_clocks: ServerClocks,
}

impl Collector {
    /// A collector of nothing yet, over the connections of `transport` and on threads of its own. What it
    /// knows outlasts it where there is something to remember with.
    ///
    /// # Errors
    /// When there are no more threads to be had.
    pub fn new(
        transport: Transport,
        watching: Watching,
        observer: Arc<dyn Observer>,
        clock: Clock,
        remembering: Option<Remembering>,
    ) -> io::Result<Self> {
        let Watching { fleet, policy } = watching;
        let config = Config::default();
        let memory = Arc::new(Memory::new(remembering));
        let mut collector = Self {
            transport: Arc::new(transport),
            observer,
            judge: Arc::new(Judge::new(policy, fleet.clone(), memory.clone())),
            fleet,
            clock,
            config: Arc::new(config),
            has_config: false,
            server_clocks: ServerClocks::new(),
            key_readers: Arc::new(Semaphore::new(KEY_READERS)),
            partners: BTreeMap::new(),
            running: BTreeMap::new(),
            looks: mpsc::unbounded_channel(),
            stop: CancellationToken::new(),
            tasks: JoinSet::new(),
            threads: Threads::new()?,
            memory,
            is_one_look: false,
        };
        collector.start_looking_at_time();
        Ok(collector)
    }

    /// The same for a person who waits for one look: first polls come as soon as they may, and what cameras
    /// are called is asked for whether the policy needs it or not. Audit feeds are not: they are a history.
    #[must_use]
    pub fn for_one_look(self) -> Self {
        self.judge.always_await_camera_names();
        Self {
            is_one_look: true,
            ..self
        }
    }

    /// Starts what takes in that time alone changes what is said of a list.
    fn start_looking_at_time(&mut self) {
        let (judge, clock) = (self.judge.clone(), self.clock.clone());
        let memory = self.memory.clone();
        let stop = self.stop.clone();
        let looks = async move {
            let mut noted = clock.read();
            loop {
                tokio::time::sleep(judge::LOOK_INTERVAL).await;
                let here = clock.read();
                judge.look_at_time(here);
                judge.note_exceptions(here.time);
                memory.tick(here);
                if here.since(noted) >= NOTE_WATCHED {
                    judge.note_watched(here.uptime);
                    noted = here;
                }
            }
        };
        let task = async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = looks => {}
            }
        };
        self.tasks.spawn_on(task, self.threads.handle());
    }

    /// Makes the tasks those of `config`: what is new starts, what is gone stops, what has changed
    /// starts again over the picture that it had, and what is as it was goes on undisturbed. Each partner
    /// is asked for its clients.
    ///
    /// # Errors
    /// When an organisation or a partner can't be asked at all. Then nothing has changed.
    pub fn apply(&mut self, config: &Config) -> Result<(), Error> {
        let mut config = config.clone();
        // What a feed tells is entered in the trail, and nobody asks for it where there is none.
        config.collect.audit_feed &= self.memory.has_trail();
        let config = &config;
        let (partners, starting) = self.plan_partners(config)?;
        let plan = self.plan(config, &partners, Occasion::Reload)?;
        for (name, before) in std::mem::replace(&mut self.partners, partners) {
            match self.partners.get(&name) {
                Some(now) if now.access == before.access => before.look_now.notify_one(),
                _ => before.stop.cancel(),
            }
        }
        let (before, is_another) = (self.watched(), *self.config != *config);
        let had_one = std::mem::replace(&mut self.has_config, true);
        self.config = Arc::new(config.clone());
        self.carry_out(plan);
        self.use_policy(&config.policy.policy);
        self.memory.expect(&config.audit.expected);
        if !config.collect.keep_titles {
            self.memory.forget_titles();
        }
        if had_one && is_another {
            self.memory.reloaded(&self.watched(), &before);
        }
        for task in starting {
            self.tasks.spawn_on(task.run(), self.threads.handle());
        }
        Ok(())
    }

    /// The lists that are watched.
    fn watched(&self) -> BTreeSet<ListKey> {
        let organizations = self.running.values().map(|running| &running.organization);
        let keys = organizations.flat_map(|organization| {
            let kinds = organization.standings();
            kinds.filter_map(|(kind, _)| key_of(organization, kind))
        });
        keys.collect()
    }

    /// Judges by this policy from now on, and what is known already too.
    pub fn use_policy(&self, policy: &Arc<Policy>) {
        self.judge.use_policy(policy, self.clock.read());
    }

    /// Ends every task, and waits until they have ended.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for running in self.running.values() {
            running.stop.cancel();
        }
        for partner in self.partners.values() {
            partner.stop.cancel();
        }
        while self.tasks.join_next().await.is_some() {}
    }

    /// Takes in which clients partners have. Returns only when a task has crashed.
    ///
    /// # Errors
    /// Always: with the crash.
    pub async fn crashed(&mut self) -> JoinError {
        loop {
            tokio::select! {
                Some(ended) = self.tasks.join_next() => {
                    if let Err(crash) = ended {
                        return crash;
                    }
                }
                Some(look) = self.looks.1.recv() => self.take_in(look),
                else => std::future::pending().await,
            }
        }
    }

    /// Makes the tasks those of the clients that a partner has now, and says how the look went.
    fn take_in(&mut self, look: ClientsLook) {
        // After a reload, the list may be another task's to tell.
        let mut asked = self.partners.values_mut();
        let Some(partner) = asked.find(|it| Arc::ptr_eq(&it.access, &look.access)) else {
            return;
        };
        let before = partner.partner.standing();
        let (known, name) = (partner.partner.clone(), partner.settings.name.clone());
        let believed = look.list.and_then(|list: ClientList| {
            let malformed = list.malformed.clone();
            Ok((partner.take_in(list)?, malformed))
        });
        match believed {
            Ok((clients, malformed)) => {
                partner.complain(&malformed);
                if before.polls.failure().is_some() || before.polls.last().is_none() {
                    info!(
                        partner = name,
                        clients = clients.len(),
                        "its clients are known"
                    );
                }
                partner.clients = Some(clients.into());
                // Whoever sees that the clients are known sees them too.
                self.follow();
                let watched = known.standing().clients.watched;
                if watched != before.clients.watched {
                    self.check_pace(&name, watched);
                }
                let standing = PartnerStanding {
                    polls: before.polls.succeeded(look.took, look.ended),
                    clients: known.standing().clients,
                    malformed,
                };
                self.fleet.publish_clients(&known, standing);
            }
            Err(failure) => {
                if partner.has_shrunk {
                    partner.access.look_soon.notify_one();
                }
                if before.polls.failure().map(|before| before.reason) != Some(failure.reason) {
                    warn!(
                        partner = name,
                        reason = failure.reason.label(),
                        error = failure.message,
                        "the partner's clients can't be listed"
                    );
                }
                let standing = PartnerStanding {
                    polls: before.polls.failed(look.took, look.ended, failure),
                    ..(*before).clone()
                };
                self.fleet.publish_clients(&known, standing);
            }
        }
    }

    /// Says where the partner's pace leaves some list no request in an interval.
    fn check_pace(&self, partner: &str, watched: u64) {
        let collect = &self.config.collect;
        let pace = self.partners.get(partner);
        let pace = pace.and_then(|partner| partner.settings.requests_per_second);
        let requests = collect.sources.len() + usize::from(collect.audit_feed);
        let least = watched as f64 * requests as f64 / collect.interval.as_secs_f64();
        if let Some(pace) = pace.filter(|pace| *pace < least) {
            warn!(
                partner,
                requests_per_second = pace,
                least,
                "the partner's pace is less than one request a list in an interval: its clients' lists will \
                 be late"
            );
        }
    }

    /// Makes the tasks those of the clients there are.
    fn follow(&mut self) {
        let config = self.config.clone();
        match self.plan(&config, &self.partners, Occasion::Look) {
            Ok(plan) => self.carry_out(plan),
            // What is configured was planned before, and clients bring no connections of their own.
            Err(error) => warn!(%error, "the partner's clients can't be followed"),
        }
    }

    /// The partners of `config`, and the tasks of those that are new.
    fn plan_partners(
        &mut self,
        config: &Config,
    ) -> Result<(BTreeMap<String, RunningPartner>, Vec<PartnerTask>), Error> {
        let mut partners = BTreeMap::new();
        let mut starting = Vec::new();
        for settings in &config.partners {
            let before = self.partners.get(&settings.name);
            let is_as_before = self.config.collect == config.collect;
            let running = match before {
                Some(before) if before.settings == *settings && is_as_before => before.clone(),
                _ => {
                    let running = self.partner(settings, before)?;
                    starting.push(self.partner_task(&running, &config.collect));
                    running
                }
            };
            partners.insert(settings.name.clone(), running);
        }
        Ok((partners, starting))
    }

    /// A partner whose task is to be started. It goes on with the clients of the one before, and what does
    /// not change of what that was asked by stays.
    fn partner(
        &self,
        settings: &config::Partner,
        before: Option<&RunningPartner>,
    ) -> Result<RunningPartner, Error> {
        let source = (settings.credential.clone(), settings.endpoint.clone());
        // With another key the clients are those of before until it has listed its own.
        let before = before.filter(|before| before.settings.endpoint == settings.endpoint);
        let rate = settings.requests_per_second;
        let same = before.filter(|before| before.access.source == source);
        let credential = match same {
            Some(before) => before.access.credential.clone(),
            None => self.credential(Holder::Partner, &settings.credential, &settings.endpoint)?,
        };
        let (pace, partner) = match before {
            Some(before) => (
                before.access.pace.at(rate),
                before.partner.refreshed(settings.refresh),
            ),
            None => (
                PartnerPace::new(rate),
                Partner::new(&settings.name, settings.refresh),
            ),
        };
        Ok(RunningPartner {
            access: Arc::new(PartnerAccess {
                name: settings.name.as_str().into(),
                source,
                credential,
                pace,
                look_soon: Notify::new(),
            }),
            settings: settings.clone(),
            partner: Arc::new(partner),
            clients: before.and_then(|before| before.clients.clone()),
            has_shrunk: false,
            look_now: Arc::default(),
            stop: CancellationToken::new(),
        })
    }

    fn partner_task(&mut self, running: &RunningPartner, collect: &Collect) -> PartnerTask {
        let endpoint = &running.settings.endpoint;
        let server_clock = server_clock(&mut self.server_clocks, endpoint);
        let of_partner = OfPartner {
            pace: running.access.pace.clone(),
            client: None,
        };
        let pace = Pace::new(LOOKS_PER_SECOND);
        let clock = server_clock.clone();
        PartnerTask {
            access: running.access.clone(),
            client: self.client(endpoint, collect, pace, Some(of_partner), clock),
            server_clock,
            clock: self.clock.clone(),
            refresh: running.settings.refresh,
            interval: collect.interval,
            within: collect.deadline(),
            look_now: running.look_now.clone(),
            stop: running.stop.clone(),
            looks: self.looks.0.clone(),
        }
    }

    /// Which tasks are to run for this configuration and these partners' clients.
    fn plan(
        &self,
        config: &Config,
        partners: &BTreeMap<String, RunningPartner>,
        occasion: Occasion,
    ) -> Result<Plan, Error> {
        let listed: Vec<_> = partners.values().map(RunningPartner::listed).collect();
        let Directory {
            organizations,
            counts,
        } = Directory::new(config, &listed);
        let mut running = BTreeMap::new();
        let mut starting = Vec::new();
        let mut server_clocks = self.server_clocks.clone();
        for (key, settings) in organizations {
            let before = self.running.get(&key);
            let next = match before {
                Some(before) if before.goes_on_with(&settings, occasion) => before.clone(),
                _ => {
                    let server_clock = server_clock(&mut server_clocks, &settings.endpoint);
                    let credential = self.credential_of(&settings)?;
                    let before = before.map(|before| &**before);
                    let recall =
                        |organization: &Organization, kind| self.memory.recall(organization, kind);
                    let next = Running::new(settings, before, server_clock, credential, recall);
                    let next = Arc::new(next);
                    self.recall_attributions(&next.organization);
                    starting.push(next.clone());
                    next
                }
            };
            running.insert(key, next);
        }
        Ok(Plan {
            running,
            starting,
            counts,
            server_clocks,
        })
    }

    /// What the store has of what the audit feed told, where that was ever read.
    fn recall_attributions(&self, organization: &Organization) {
        if self.memory.position(organization).is_some() {
            let known = self.memory.attributions(organization);
            self.fleet.attribute(organization, known);
        }
    }

    fn credential_of(&self, settings: &Settings) -> Result<Arc<Mutex<CurrentCredential>>, Error> {
        match &settings.access {
            Access::Own { credential, .. } => {
                self.credential(Holder::Organization, credential, &settings.endpoint)
            }
            Access::Client { partner, .. } => Ok(partner.credential.clone()),
        }
    }

    fn credential(
        &self,
        holder: Holder,
        source: &CredentialSource,
        endpoint: &Endpoint,
    ) -> Result<Arc<Mutex<CurrentCredential>>, Error> {
        let current = self.new_credential(holder, source, endpoint)?;
        Ok(Arc::new(Mutex::new(current)))
    }

    fn new_credential(
        &self,
        holder: Holder,
        source: &CredentialSource,
        endpoint: &Endpoint,
    ) -> Result<CurrentCredential, Error> {
        CurrentCredential::new(
            source.clone(),
            endpoint.clone(),
            holder,
            self.transport.clone(),
            self.key_readers.clone(),
        )
    }

    fn client(
        &self,
        endpoint: &Endpoint,
        collect: &Collect,
        pace: Arc<Pace>,
        of_partner: Option<OfPartner>,
        server_clock: Arc<ServerClock>,
    ) -> Client {
        let limits = Limits {
            timeout: collect.timeout,
            max_response_bytes: collect.max_response_bytes,
        };
        let instruments = Instruments {
            observer: self.observer.clone(),
            clock: self.clock.clone(),
            server_clock,
            in_flight: self.transport.in_flight(endpoint),
        };
        Client::new(endpoint.clone(), limits, pace, of_partner, instruments)
    }

    /// Stops and starts tasks, and shows what they watch.
    fn carry_out(&mut self, plan: Plan) {
        let before = std::mem::replace(&mut self.running, plan.running);
        self.server_clocks = plan.server_clocks;
        changes::tell(&before, &self.running);
        for (key, before) in before {
            let goes_on = self.running.get(&key);
            self.set_aside(&before, goes_on);
            if goes_on.is_none_or(|now| !Arc::ptr_eq(now, &before)) {
                before.stop.cancel();
            }
        }
        // What was too old until now must not come back because more is allowed from now on.
        let until_now = self.fleet.load().view.max_staleness;
        let here = self.clock.read();
        let organizations = self.running.values().map(|running| {
            let organization = &running.organization;
            organization.withdraw(organization.now(here), until_now);
            organization.clone()
        });
        let organizations: Vec<_> = organizations.collect();
        let remembered = self.remembered(&organizations);
        let partners = self.partners.values();
        let partners = partners.map(|partner| partner.partner.clone()).collect();
        let view = View::from(&self.config.collect);
        let all = [organizations, remembered.clone()].concat();
        let fleet = Fleet::new(all, view).of_partners(partners);
        self.fleet.replace(fleet);
        self.judge.recount_series();
        self.judge.note_watched(here.uptime);
        for organization in &remembered {
            self.judge.judge_lists_anew(organization, here);
        }
        for running in &plan.starting {
            self.judge.judge_lists_anew(&running.organization, here);
        }
        for (partner, counts) in self.partners.values().zip(plan.counts) {
            self.fleet.recount_clients(&partner.partner, counts);
        }
        changes::tell_duplicates(&Snapshot::new(&self.fleet.load(), here), &plan.starting);
        self.start(plan.starting);
        self.server_clocks
            .retain(|_, clock| Arc::strong_count(clock) > 1);
    }

    /// Sets aside what is known of the lists of `before` that are watched no more.
    fn set_aside(&self, before: &Running, now: Option<&Arc<Running>>) {
        for (kind, _) in before.organization.standings() {
            if now.is_none_or(|now| !now.schedules.contains_key(&kind)) {
                self.memory.set_aside(&before.organization, kind);
            }
        }
    }

    /// The clients that partners had which have not said yet whom they have: what was open there stands until
    /// they do. No name is that of one of these `organizations`.
    fn remembered(&self, organizations: &[Arc<Organization>]) -> Vec<Arc<Organization>> {
        let mut taken: BTreeSet<&str> = organizations.iter().map(|it| it.name()).collect();
        taken.extend(self.partners.keys().map(String::as_str));
        let unknown = self.partners.values();
        let unknown = unknown.filter(|partner| partner.clients.is_none());
        let mut remembered = Vec::new();
        for partner in unknown {
            let endpoint = partner.settings.endpoint.to_string();
            let clock = self.server_clocks.get(&endpoint);
            let clock = clock
                .cloned()
                .unwrap_or_else(|| Arc::new(ServerClock::new(endpoint)));
            let access = PartnerClient {
                partner: partner.access.name.clone(),
                is_allowed: true,
            };
            for ((uuid, name), lists) in self.memory.clients_of(&partner.settings.name) {
                if taken.contains(&*name) {
                    continue;
                }
                let sources = self.config.collect.sources.iter();
                let kinds: Vec<_> = sources
                    .copied()
                    .filter(|it| lists.contains_key(it))
                    .collect();
                let identity = Identity {
                    uuid: Some(Id::parse(&uuid)),
                    name: None,
                };
                let organization = Organization::new(&name, &kinds, clock.clone())
                    .of_partner(access.clone(), identity)
                    .knowing(|kind| lists.get(&kind).cloned())
                    .remembered();
                remembered.push(Arc::new(organization));
            }
        }
        remembered
    }

    /// Starts tasks, the first polls of the organisations spread over a while.
    fn start(&mut self, starting: Vec<Arc<Running>>) {
        let starting: Vec<_> = starting
            .into_iter()
            .filter(|running| running.settings.access.is_allowed())
            .collect();
        let count = u32::try_from(starting.len()).unwrap_or(u32::MAX);
        let now = Instant::now();
        for (index, running) in (0..).zip(starting) {
            let mut spread = SPREAD.min(running.settings.collect.interval);
            if self.is_one_look {
                spread = spread.min(schedule::spread_of_one_look(count));
            }
            let turn = now + spread * index / count;
            for (kind, schedule) in &running.schedules {
                let first = schedule.begin(turn);
                let poller = self.poller(&running, *kind);
                self.tasks
                    .spawn_on(poller.run(first), self.threads.handle());
            }
            if running.settings.collect.audit_feed {
                // The lists come first.
                let later = turn + running.settings.collect.interval / 2;
                let first = running.feed_schedule.begin(later);
                let feed = self.feed(&running);
                self.tasks.spawn_on(feed.run(first), self.threads.handle());
            }
        }
    }

    fn feed(&self, running: &Arc<Running>) -> Feed {
        let client = self.client_of(running);
        let sink = self.memory.clone();
        Feed::new(
            client,
            running.clone(),
            (self.fleet.clone(), self.judge.clone()),
            sink,
            self.clock.clone(),
        )
    }

    fn client_of(&self, running: &Running) -> Client {
        let Settings {
            endpoint, collect, ..
        } = &running.settings;
        self.client(
            endpoint,
            collect,
            running.pace.clone(),
            running.of_partner.clone(),
            running.organization.server_clock().clone(),
        )
    }

    fn poller(&self, running: &Arc<Running>, kind: ShareKind) -> Poller {
        let client = self.client_of(running);
        let published = (self.fleet.clone(), self.judge.clone());
        Poller::new(client, running.clone(), kind, published, self.clock.clone())
    }
}

/// That of the endpoint, which all who ask there share.
fn server_clock(clocks: &mut ServerClocks, endpoint: &Endpoint) -> Arc<ServerClock> {
    let new = |endpoint: &String| Arc::new(ServerClock::new(endpoint.clone()));
    clocks
        .entry(endpoint.to_string())
        .or_insert_with_key(new)
        .clone()
}
