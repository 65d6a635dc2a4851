//! The fleet as the landing page tells it: a row an organisation, the worst first, and totals that
//! never pass over what could not be looked at.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use crate::inventory::{Belief, Inventory, Look, Organization, Poll, Snapshot, View};
use crate::share::{Protection, UnixMillis, Window};

/// What is shared: counts of links that work now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    /// Without protection.
    pub(super) open: u64,
    /// All of them.
    pub(super) total: u64,
    /// That never end.
    pub(super) without_expiry: u64,
    /// That end within the window of [`soon`].
    pub(super) expiring: u64,
}

impl Links {
    fn of(inventory: &Inventory, soon: Option<&Window>, now: UnixMillis) -> Self {
        let mut links = Self::default();
        for protection in Protection::ALL {
            let timeline = inventory.timeline(protection);
            let seen = timeline.at(now);
            if protection == Protection::None {
                links.open += seen.active;
            }
            links.total += seen.active;
            links.without_expiry += seen.without_expiry;
            links.expiring += soon.map_or(0, |soon| timeline.expiring(now, soon.duration));
        }
        links
    }

    fn add(&mut self, other: Self) {
        self.open += other.open;
        self.total += other.total;
        self.without_expiry += other.without_expiry;
        self.expiring += other.expiring;
    }
}

/// The window in which a link counts as ending soon: the first of a day or more, else the longest.
pub(super) fn soon(view: &View) -> Option<&Window> {
    const DAY: Duration = Duration::from_secs(86_400);
    let windows = &view.expiring_within;
    let day = windows.iter().find(|window| window.duration >= DAY);
    day.or_else(|| windows.last())
}

/// One organisation.
pub(super) struct Row {
    pub(super) organization: Arc<Organization>,
    /// That of its worst source.
    pub(super) belief: Belief,
    /// None unless there is a picture of every source.
    pub(super) links: Option<Links>,
    /// The age of its oldest picture, also of one that was withdrawn.
    pub(super) age: Option<Duration>,
    /// The poll that ended last, a failed one before one that succeeded.
    pub(super) poll: Option<Poll>,
    /// Whether some list warned that it is not whole.
    pub(super) partial: bool,
    /// Whether some list was suddenly empty, and is not believed yet.
    pub(super) emptied: bool,
}

impl Row {
    fn new(look: &Look, view: &View) -> Self {
        let standings = || look.standings.iter().map(|(_, standing)| standing);
        let mut links = standings().map(|standing| {
            let inventory = look.inventory(standing, view)?;
            Some(Links::of(inventory, soon(view), look.now.time))
        });
        let sum = |mut sum: Links, links: Option<Links>| {
            sum.add(links?);
            Some(sum)
        };
        // A list that was suddenly empty is a success, and what is shown is older than that.
        let ages = standings().filter_map(|standing| {
            let shown = look.inventory(standing, view);
            let obtained = shown.map(Inventory::obtained);
            Some(look.now.since(obtained.or(standing.last_success())?))
        });
        let polls = standings().filter_map(|standing| standing.last_poll());
        Self {
            organization: look.organization.clone(),
            belief: look.belief(view),
            links: links.try_fold(Links::default(), sum),
            age: ages.max(),
            poll: polls
                .max_by_key(|poll| (poll.failure.is_some(), poll.ended.uptime))
                .cloned(),
            partial: standings().any(|standing| standing.is_partial()),
            emptied: standings().any(|standing| standing.is_emptied()),
        }
    }

    /// Whether what is shown is old only because the last answer, which lost every link at once, is
    /// not believed yet.
    pub(super) fn has_lost_all(&self) -> bool {
        let poll = self.poll.as_ref();
        let failed = poll.is_some_and(|poll| poll.failure.is_some());
        self.belief == Belief::Stale && self.emptied && !failed
    }
}

/// The whole fleet.
pub(super) struct Standings {
    /// The worst first: what can't be believed, then what has the most open links.
    pub(super) rows: Vec<Row>,
    /// Of the organisations that there is a picture of.
    pub(super) links: Links,
    /// The age of the oldest picture that is counted.
    pub(super) oldest: Option<Duration>,
    /// Links of pages created before this were not asked for, open or not.
    pub(super) lookback: Option<Duration>,
    /// How far this machine's clock and one of Rhombus's differ at most.
    pub(super) skew: Duration,
    /// The names under which one organisation is watched, of each that has several.
    pub(super) duplicates: Vec<String>,
}

impl Standings {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let row = |look| Row::new(look, &snapshot.view);
        let mut rows: Vec<_> = snapshot.organizations.iter().map(row).collect();
        // The sort is stable, and the fleet is sorted by name.
        rows.sort_by_key(|row| (row.belief, Reverse(row.links.map(|links| links.open))));
        let mut links = Links::default();
        let known = || rows.iter().filter_map(|row| Some((row.links?, row.age)));
        known().for_each(|(of_row, _)| links.add(of_row));
        let skews = snapshot.clock_skews().into_values();
        let duplicates = snapshot.duplicates().into_values();
        Self {
            links,
            oldest: known().filter_map(|(_, age)| age).max(),
            lookback: snapshot.view.lookback,
            skew: Duration::from_secs(skews.map(i64::unsigned_abs).max().unwrap_or(0)),
            duplicates: duplicates.map(|names| names.join(", ")).collect(),
            rows,
        }
    }

    /// How many organisations there is no picture of.
    pub(super) fn unseen(&self) -> u64 {
        let unseen = self.rows.iter().filter(|row| !row.belief.is_known());
        unseen.count() as u64
    }

    /// How many organisations there are of which this holds.
    pub(super) fn with(&self, holds: impl Fn(&Row) -> bool) -> u64 {
        self.rows.iter().filter(|row| holds(row)).count() as u64
    }

    /// How many organisations are believed as `belief` says.
    pub(super) fn count(&self, belief: Belief) -> u64 {
        self.rows.iter().filter(|row| row.belief == belief).count() as u64
    }
}
