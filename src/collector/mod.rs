//! The loops: one task an organisation, each on its own clock, none waiting for another. This file
//! knows which tasks run; `poller` knows what one does.

mod key;
mod poller;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{self, Collect, Config};
use crate::inventory::{Fleet, FleetHandle, Organization, View};
use crate::rhombus::{Client, Error, Limits, Observer, Transport};
use poller::Poller;

/// Every organisation's task.
pub struct Collector {
    transport: Transport,
    observer: Arc<dyn Observer>,
    fleet: Arc<FleetHandle>,
    clock: Clock,
    running: BTreeMap<String, Running>,
    tasks: JoinSet<()>,
}

/// A task, and what it was started with.
struct Running {
    settings: Settings,
    organization: Arc<Organization>,
    stop: CancellationToken,
}

/// All that a task needs to know; when it changes, the task is another.
#[derive(Clone, Debug, PartialEq)]
struct Settings {
    organization: config::Organization,
    collect: Collect,
}

impl Collector {
    /// A collector of nothing yet, which publishes to `fleet`.
    pub fn new(fleet: Arc<FleetHandle>, observer: Arc<dyn Observer>, clock: Clock) -> Self {
        Self {
            transport: Transport::default(),
            observer,
            fleet,
            clock,
            running: BTreeMap::new(),
            tasks: JoinSet::new(),
        }
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
                Some(before) if before.settings == settings => before.again(),
                _ => {
                    let running = Running::new(settings, before);
                    starting.push((self.client(&running.settings)?, running.again()));
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

    fn client(&self, settings: &Settings) -> Result<Client, Error> {
        let limits = Limits {
            timeout: settings.collect.timeout,
            max_response_bytes: settings.collect.max_response_bytes,
            requests_per_second: settings.collect.requests_per_second,
        };
        let endpoint = settings.organization.endpoint.clone();
        Client::new(&self.transport, endpoint, limits, self.observer.clone())
    }

    fn replace(&mut self, next: BTreeMap<String, Running>, collect: &Collect) {
        for (name, before) in std::mem::replace(&mut self.running, next) {
            if self
                .running
                .get(&name)
                .is_none_or(|now| now.settings != before.settings)
            {
                before.stop.cancel();
            }
        }
        let view = View::from(collect);
        let organizations = self
            .running
            .values()
            .map(|running| running.organization.clone());
        self.fleet
            .replace(Fleet::new(organizations.collect(), view));
    }

    /// Starts tasks spread over the interval, so that thousands don't ask at once; the first asks
    /// at once.
    fn start(&mut self, starting: Vec<(Client, Running)>) {
        let count = u32::try_from(starting.len()).unwrap_or(u32::MAX);
        let now = Instant::now();
        for (index, (client, running)) in (0..).zip(starting) {
            let offset: Duration = running.settings.collect.interval * index / count;
            let poller = Poller::new(client, running, self.fleet.clone(), self.clock.clone());
            self.tasks.spawn(poller.run(now + offset));
        }
    }
}

impl Running {
    /// A task to be started, over what is known from `before` if it watches the same organisation.
    fn new(settings: Settings, before: Option<&Self>) -> Self {
        let known = before.filter(|before| {
            before.settings.organization.endpoint == settings.organization.endpoint
        });
        let organization = known.map_or_else(
            || Arc::new(Organization::new(&settings.organization.name)),
            |before| before.organization.clone(),
        );
        Self {
            settings,
            organization,
            stop: CancellationToken::new(),
        }
    }

    fn again(&self) -> Self {
        Self {
            settings: self.settings.clone(),
            organization: self.organization.clone(),
            stop: self.stop.clone(),
        }
    }
}

/// Runs what takes a while, or waits for a disk, where it holds up nobody.
async fn off_the_runtime<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(crash) if crash.is_panic() => std::panic::resume_unwind(crash.into_panic()),
        // The runtime is going down, and this task with it.
        Err(_) => std::future::pending().await,
    }
}
