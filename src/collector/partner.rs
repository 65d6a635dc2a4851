//! The task of one partner: to look which clients it has, at the start, once in a refresh and when asked to.
//! What a list says is handed to the collector, which alone starts and stops tasks. A list that is no good
//! one changes nothing but how its last look went.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info_span, warn};

use super::credential::CurrentCredential;
use super::directory::KnownClients;
use crate::clock::{Clock, ServerClock};
use crate::config::{self, CredentialSource};
use crate::inventory::{Failure, Partner};
use crate::rhombus::{Client, Endpoint, LONGEST_PAUSE, PartnerPace};
use crate::share::{ClientList, ClientRecord, MalformedCounts, Moment, Reason, unread_clients};

/// By what a partner, and each of its clients, is asked.
pub(super) struct PartnerAccess {
    pub(super) name: Arc<str>,
    pub(super) source: (CredentialSource, Endpoint),
    pub(super) credential: Arc<Mutex<CurrentCredential>>,
    pub(super) pace: Arc<PartnerPace>,
    /// Asks for a look soon: a client may have withdrawn access.
    pub(super) look_soon: Notify,
}

/// Each start of a partner's task has its own.
impl PartialEq for PartnerAccess {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// A partner whose task runs.
#[derive(Clone)]
pub(super) struct RunningPartner {
    pub(super) settings: config::Partner,
    pub(super) access: Arc<PartnerAccess>,
    pub(super) partner: Arc<Partner>,
    /// Those of the last good list; none before the first.
    pub(super) clients: Option<Arc<[ClientRecord]>>,
    /// Whether the last list had lost so many clients at once that it was not believed yet.
    pub(super) has_shrunk: bool,
    /// Asks for a look at once.
    pub(super) look_now: Arc<Notify>,
    pub(super) stop: CancellationToken,
}

/// What came of one look at a partner's clients.
pub(super) struct ClientsLook {
    /// By what it was asked.
    pub(super) access: Arc<PartnerAccess>,
    pub(super) list: Result<ClientList, Failure>,
    pub(super) took: Duration,
    pub(super) ended: Moment,
}

/// When to look again.
#[derive(Clone, Copy)]
enum Again {
    InARefresh,
    /// After a failure.
    Soon {
        /// How long Rhombus wants to be left alone.
        pause: Option<Duration>,
    },
}

/// What a partner's task needs.
pub(super) struct PartnerTask {
    pub(super) access: Arc<PartnerAccess>,
    pub(super) client: Client,
    pub(super) server_clock: Arc<ServerClock>,
    pub(super) clock: Clock,
    pub(super) refresh: Duration,
    /// From a look that failed to the next, and the shortest time between two.
    pub(super) interval: Duration,
    /// How long a look may take.
    pub(super) within: Duration,
    pub(super) look_now: Arc<Notify>,
    pub(super) stop: CancellationToken,
    pub(super) looks: mpsc::UnboundedSender<ClientsLook>,
}

impl PartnerTask {
    /// Looks at once and then once a refresh, until it is stopped.
    pub(super) async fn run(self) {
        let span = info_span!("partner", partner = &*self.access.name);
        let looks = async {
            loop {
                let began = Instant::now();
                let again = self.look(began).await;
                self.wait(began, again).await;
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = looks.instrument(span) => {}
        }
    }

    /// Until the next look. One that failed is made again soon, but not before Rhombus wants it.
    async fn wait(&self, began: Instant, again: Again) {
        let soon = began + self.interval;
        let next = match again {
            Again::InARefresh => began + self.refresh,
            Again::Soon { pause } => {
                let pause = pause.unwrap_or_default().min(LONGEST_PAUSE);
                soon.min(began + self.refresh).max(Instant::now() + pause)
            }
        };
        let asked_for = async {
            self.access.look_soon.notified().await;
            tokio::time::sleep_until(soon).await;
        };
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = asked_for => {}
            () = self.look_now.notified() => {}
        }
    }

    async fn look(&self, began: Instant) -> Again {
        let (list, again) = match self.list().await {
            Ok(list) => (Ok(list), Again::InARefresh),
            Err((failure, pause)) => (Err(failure), Again::Soon { pause }),
        };
        let look = ClientsLook {
            access: self.access.clone(),
            list,
            took: began.elapsed(),
            ended: self.server_clock.earlier(self.clock.read()),
        };
        // While the process ends, nobody takes it any more.
        let _ = self.looks.send(look);
        again
    }

    /// The list; or why there is none, and how long Rhombus wants to be left alone.
    async fn list(&self) -> Result<ClientList, (Failure, Option<Duration>)> {
        let credential = {
            let deadline = Instant::now() + self.within;
            let mut current = self.access.credential.lock().await;
            current.read(deadline).await.map_err(|it| (it, None))?
        };
        let list = self.client.partner_clients(&credential, self.within).await;
        list.map_err(|error| {
            let failure = Failure {
                reason: error.reason(),
                message: error.to_string(),
            };
            (failure, error.retry_after())
        })
    }
}

impl RunningPartner {
    /// Its clients, for the directory.
    pub(super) fn listed(&self) -> KnownClients<'_> {
        KnownClients {
            partner: &self.settings,
            access: &self.access,
            clients: self.clients.as_deref().unwrap_or_default(),
        }
    }

    /// The clients there are once this list is believed.
    ///
    /// # Errors
    /// Where it is not.
    pub(super) fn take_in(&mut self, list: ClientList) -> Result<Vec<ClientRecord>, Failure> {
        let ClientList {
            mut clients,
            malformed,
        } = list;
        let before = self.clients.as_deref().unwrap_or_default();
        let known: BTreeMap<_, _> = before.iter().map(|it| (it.uuid.clone(), it)).collect();
        for client in &mut clients {
            // Nobody loses a name: it may be that by which the client is chosen.
            if client.name.is_none() {
                client.name = known.get(&client.uuid).and_then(|it| it.name.clone());
            }
        }
        if clients.is_empty() && !before.is_empty() {
            return Err(Failure {
                reason: Reason::Partial,
                message: format!(
                    "the list of clients is empty and had {}; they are watched as before. If the partner \
                     has none any more, restart the exporter",
                    before.len()
                ),
            });
        }
        let listed: BTreeSet<_> = clients.iter().map(|it| it.uuid.clone()).collect();
        let missing = before.iter().filter(|it| !listed.contains(&it.uuid));
        let missing: Vec<_> = missing.cloned().collect();
        // Whoever is missing may be the one that can't be read.
        if unread_clients(&malformed) > 0 {
            clients.extend(missing);
        } else if missing.len() > 1 && 2 * missing.len() >= before.len() && !self.has_shrunk {
            self.has_shrunk = true;
            return Err(Failure {
                reason: Reason::Partial,
                message: format!(
                    "the list of clients has lost {} of {} at once; it is believed when the next one says \
                     so too",
                    missing.len(),
                    before.len()
                ),
            });
        }
        self.has_shrunk = false;
        Ok(clients)
    }

    /// Says once what could not be understood.
    pub(super) fn complain(&self, malformed: &MalformedCounts) {
        if *malformed != self.partner.standing().malformed {
            let partner = self.partner.name();
            for (field, count) in malformed {
                warn!(
                    partner,
                    field, count, "values of clients could not be understood"
                );
            }
        }
    }
}
