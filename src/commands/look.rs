//! One look at all that is configured, for a command: collectors without a server, until each list was
//! read or has failed once, or what is searched for is found. What could not be read is part of what comes
//! of it, so that nobody takes a part for all.

use std::collections::HashSet;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwap;

use super::output;
use crate::clock::Clock;
use crate::collector::{Collector, Watching};
use crate::config::{self, Config, Environment};
use crate::inventory::{Fleet, FleetHandle, Look, Snapshot, View};
use crate::rhombus::{Observer, Wait};
use crate::share::{Ref, Share, ShareKind, Source};
use crate::view::{NotSeen, not_seen};

/// From one look at what has been read to the next.
const TURN: Duration = Duration::from_millis(50);
/// How long collectors may take to end. They only wait, so that they take next to nothing.
const GRACE: Duration = Duration::from_secs(1);

/// What a look has shown.
pub(super) struct Seen {
    /// What is known of each organisation.
    pub(super) snapshot: Snapshot,
    /// Where the share is that was searched for: an organisation and a share of one of its lists.
    pub(super) found: Option<Found>,
    /// What could not be read, or not all of it.
    pub(super) not_seen: Vec<NotSeen>,
    /// How many lists were asked for.
    pub(super) lists: usize,
}

impl Seen {
    /// Says on stderr what could not be read.
    pub(super) fn complain(&self) {
        for not_seen in &self.not_seen {
            let line = output::escaped(&not_seen.to_string());
            output::complain(format_args!("not read: {line}"));
        }
    }

    /// That a share is not there, as far as could be seen; what could not be is said.
    pub(super) fn not_found(&self, share: Ref) -> String {
        self.complain();
        let organizations = self.snapshot.organizations.len();
        let (lists, unread) = (self.lists, self.not_seen.len());
        format!(
            "no link has the ref {share}; organisations looked at: {organizations}, lists asked for: \
             {lists}, not read or not whole: {unread}"
        )
    }
}

/// A share that was searched for.
#[derive(Clone)]
pub(super) struct Found {
    /// The place of its organisation in the snapshot.
    pub(super) organization: usize,
    /// The share.
    pub(super) share: Share,
}

/// Looks at everything; where a share is searched for, until it is found.
///
/// # Errors
/// When nothing can be asked at all, or a task has crashed.
pub(super) async fn look(
    config: &Config,
    env: &Environment,
    searched: Option<Ref>,
) -> anyhow::Result<Seen> {
    let (seen, ()) = look_and(config, env, searched, |_, _| ()).await?;
    Ok(seen)
}

/// The same, and what `then` makes of who has looked.
///
/// # Errors
/// When nothing can be asked at all, or a task has crashed.
pub(super) async fn look_and<T>(
    config: &Config,
    env: &Environment,
    searched: Option<Ref>,
    then: impl FnOnce(&Collector, &Seen) -> T,
) -> anyhow::Result<(Seen, T)> {
    let clock = Clock::system();
    let fleet = Fleet::new(Vec::new(), View::from(&config.collect));
    let fleet = Arc::new(FleetHandle::new(fleet));
    let watching = Watching {
        fleet: fleet.clone(),
        policy: Arc::new(ArcSwap::new(config.policy.policy.clone())),
    };
    let transport = config::transport(env);
    let collector = Collector::new(transport, watching, Arc::new(Nobody), clock.clone(), None);
    let collector = collector.context("cannot start the threads that collect")?;
    let mut collector = collector.for_one_look();
    collector.apply(config)?;
    let seen = tokio::select! {
        seen = wait(&fleet, &clock, searched) => seen,
        crash = collector.crashed() => return Err(crash).context("a collector has crashed"),
    };
    let made = then(&collector, &seen);
    // What is asked still is of no use any more.
    let _ = tokio::time::timeout(GRACE, collector.stop()).await;
    Ok((seen, made))
}

/// Waits until all was asked for, or what is searched for is found and all of its organisation was.
async fn wait(fleet: &FleetHandle, clock: &Clock, searched: Option<Ref>) -> Seen {
    let mut progress = Progress::default();
    let mut searched_in = HashSet::new();
    let mut found = None;
    loop {
        let (snapshot, _) = fleet.snapshot(clock.read());
        if let Some(searched) = searched.filter(|_| found.is_none()) {
            found = search(&snapshot, &mut searched_in, searched);
        }
        let state = State::of(&snapshot);
        let place = found.as_ref().and_then(|it: &(String, Share)| {
            let mut looks = snapshot.organizations.iter();
            looks.position(|look| look.name() == it.0)
        });
        // Only then is it known what its cameras are called, where that can be known.
        let is_enough = place.is_some_and(|place| is_asked(&snapshot.organizations[place]));
        if is_enough || state.asked == state.lists {
            progress.clear();
            let found = place.zip(found).map(|(organization, (_, share))| Found {
                organization,
                share,
            });
            return Seen {
                not_seen: not_seen(&snapshot),
                lists: state.lists,
                found,
                snapshot,
            };
        }
        progress.show(&state);
        tokio::time::sleep(TURN).await;
    }
}

/// Searches the lists that were not searched yet. Gives the name of the organisation, and the share.
fn search(
    snapshot: &Snapshot,
    searched_in: &mut HashSet<(String, ShareKind)>,
    searched: Ref,
) -> Option<(String, Share)> {
    for look in &snapshot.organizations {
        for (kind, standing) in &look.standings {
            let Some(inventory) = standing.last_look() else {
                continue;
            };
            if !searched_in.insert((look.name().to_owned(), *kind)) {
                continue;
            }
            let is_it = |share: &&Share| share.id.as_ref().map(Ref::of) == Some(searched);
            if let Some(share) = inventory.shares().iter().find(is_it) {
                return Some((look.name().to_owned(), share.clone()));
            }
        }
    }
    None
}

/// How far a look is.
struct State {
    lists: usize,
    asked: usize,
}

impl State {
    /// The lists of clients count too: of a partner's clients nothing is known before.
    fn of(snapshot: &Snapshot) -> Self {
        let allowed = snapshot.organizations.iter();
        let allowed = allowed.filter(|look| look.organization.is_allowed());
        let standings = allowed.flat_map(|look| &look.standings);
        let lists = standings.map(|(_, standing)| standing.last_poll().is_some());
        let partners = snapshot.partners.iter();
        let partners = partners.map(|look| look.standing.polls.last().is_some());
        let asked: Vec<_> = lists.chain(partners).collect();
        Self {
            lists: asked.len(),
            asked: asked.iter().filter(|is_asked| **is_asked).count(),
        }
    }
}

fn is_asked(look: &Look) -> bool {
    let mut standings = look.standings.iter();
    standings.all(|(_, standing)| standing.last_poll().is_some())
}

/// A line on a terminal that says how far it is; nothing elsewhere.
#[derive(Default)]
struct Progress {
    shown: String,
}

impl Progress {
    fn show(&mut self, state: &State) {
        let text = format!("{} of {} lists", state.asked, state.lists);
        let mut stderr = io::stderr();
        if text == self.shown || !stderr.is_terminal() {
            return;
        }
        let _ = write!(stderr, "\r{text}\u{1b}[K").and_then(|()| stderr.flush());
        self.shown = text;
    }

    fn clear(&self) {
        let mut stderr = io::stderr();
        if !self.shown.is_empty() {
            let _ = write!(stderr, "\r\u{1b}[K").and_then(|()| stderr.flush());
        }
    }
}

/// Nobody counts requests here.
struct Nobody;

impl Observer for Nobody {
    fn request(&self, _: Source, _: Option<u16>, _: Duration, _: u64) {}
    fn retry(&self, _: Source) {}
    fn waited(&self, _: Source, _: Wait, _: Duration) {}
}
