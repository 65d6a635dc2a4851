//! The fleet as the landing page tells it: a row an organisation, the worst first, and totals that
//! never pass over what could not be looked at.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::blind_spots::BlindSpots;
use crate::inventory::Standing;
use crate::inventory::{Belief, Failure, Inventory, Look, Organization, Poll, Snapshot, View};
use crate::share::{Maker, Protection, Reason, ShareKind, Traits, UnixMillis, Window};

/// What is shared: counts of links that work now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    /// Of each protection, in the order of [`Protection::ALL`].
    by_protection: [u64; Protection::ALL.len()],
    /// That never end.
    pub(super) without_expiry: u64,
    /// That end within the window of [`soon`].
    pub(super) expiring: u64,
    /// What else the open ones give.
    pub(super) open_traits: TraitCounts,
}

/// How many links there are of each trait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TraitCounts {
    pub(super) past_footage: u64,
    pub(super) sound: u64,
    pub(super) scheduled: u64,
    pub(super) by_service: u64,
}

impl TraitCounts {
    fn of(traits: Traits) -> Self {
        Self {
            past_footage: traits.past_footage.into(),
            sound: traits.sound.into(),
            scheduled: traits.scheduled.into(),
            by_service: (traits.maker == Maker::Service).into(),
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            past_footage: self.past_footage + other.past_footage,
            sound: self.sound + other.sound,
            scheduled: self.scheduled + other.scheduled,
            by_service: self.by_service + other.by_service,
        }
    }
}

impl Links {
    fn of(inventory: &Inventory, soon: Option<&Window>, now: UnixMillis) -> Self {
        let traits = inventory.open_traits(now).map(TraitCounts::of);
        let mut links = Self {
            open_traits: traits.fold(TraitCounts::default(), TraitCounts::with),
            ..Self::default()
        };
        for protection in Protection::ALL {
            let timeline = inventory.timeline(protection);
            let seen = timeline.at(now);
            links.by_protection[protection as usize] = seen.active;
            links.without_expiry += seen.without_expiry;
            links.expiring += soon.map_or(0, |soon| timeline.expiring(now, soon.duration));
        }
        links
    }

    fn with(mut self, other: Self) -> Self {
        self.open_traits = self.open_traits.with(other.open_traits);
        for (sum, count) in self.by_protection.iter_mut().zip(other.by_protection) {
            *sum += count;
        }
        self.without_expiry += other.without_expiry;
        self.expiring += other.expiring;
        self
    }

    /// With this protection.
    pub(super) const fn protected_by(&self, protection: Protection) -> u64 {
        self.by_protection[protection as usize]
    }

    /// Without protection.
    pub(super) const fn open(&self) -> u64 {
        self.protected_by(Protection::None)
    }

    /// All of them.
    pub(super) fn total(&self) -> u64 {
        self.by_protection.iter().sum()
    }
}

/// The window in which a link counts as ending soon: the first of a day or more, else the longest.
pub(super) fn soon(view: &View) -> Option<&Window> {
    const DAY: Duration = Duration::from_secs(86_400);
    let windows = &view.expiring_within;
    let day = windows.iter().find(|window| window.duration >= DAY);
    day.or_else(|| windows.last())
}

/// One list of an organisation.
pub(super) struct List {
    pub(super) kind: ShareKind,
    /// None unless there is a picture.
    pub(super) links: Option<Links>,
    /// The age of the picture, also of one that was withdrawn.
    age: Option<Duration>,
    poll: Option<Poll>,
    partial: bool,
    emptied: bool,
}

impl List {
    fn new(kind: ShareKind, standing: &Standing, look: &Look, view: &View) -> Self {
        let shown = look.inventory(standing, view);
        // A list that was suddenly empty is a success, and what is shown is older than that.
        let obtained = shown.map(Inventory::obtained).or(standing.last_success());
        Self {
            kind,
            links: shown.map(|inventory| Links::of(inventory, soon(view), look.now.time)),
            age: obtained.map(|obtained| look.now.since(obtained)),
            poll: standing.last_poll().cloned(),
            partial: standing.is_partial(),
            emptied: standing.is_emptied(),
        }
    }

    /// Why its last poll failed, if it did.
    pub(super) fn failure(&self) -> Option<&Failure> {
        self.poll.as_ref()?.failure.as_ref()
    }

    /// Whether nothing is known of it because the key may not read it.
    pub(super) fn is_forbidden(&self) -> bool {
        let reason = self.failure().map(|failure| failure.reason);
        self.links.is_none() && reason == Some(Reason::Forbidden)
    }
}

/// One organisation.
pub(super) struct Row {
    pub(super) organization: Arc<Organization>,
    /// That of its worst list.
    pub(super) belief: Belief,
    /// Of the lists that there is a picture of; none where there is none.
    pub(super) links: Option<Links>,
    /// Sorted by kind.
    pub(super) lists: Vec<List>,
}

impl Row {
    fn new(look: &Look, view: &View) -> Self {
        let list = |(kind, standing): &(_, Arc<_>)| List::new(*kind, standing, look, view);
        let lists: Vec<_> = look.standings.iter().map(list).collect();
        let known = lists.iter().filter_map(|list| list.links);
        Self {
            organization: look.organization.clone(),
            belief: look.belief(view),
            links: known.reduce(Links::with),
            lists,
        }
    }

    /// The age of its oldest picture, also of one that was withdrawn.
    pub(super) fn age(&self) -> Option<Duration> {
        self.lists.iter().filter_map(|list| list.age).max()
    }

    /// The last poll of each list that was asked.
    pub(super) fn polls(&self) -> impl Iterator<Item = &Poll> {
        self.lists.iter().filter_map(|list| list.poll.as_ref())
    }

    /// Whether some list warned that it is not whole.
    pub(super) fn is_partial(&self) -> bool {
        self.lists.iter().any(|list| list.partial)
    }

    /// Whether some list was suddenly empty, and is not believed yet.
    pub(super) fn is_emptied(&self) -> bool {
        self.lists.iter().any(|list| list.emptied)
    }

    /// Whether there is a picture of some lists, and not of all.
    pub(super) fn is_seen_in_part(&self) -> bool {
        self.links.is_some() && !self.belief.is_known()
    }

    /// Whether what is shown is old only because the last answer, which lost every link at once, is
    /// not believed yet.
    pub(super) fn has_lost_all(&self) -> bool {
        let fails = self.lists.iter().any(|list| list.failure().is_some());
        self.belief == Belief::Stale && self.is_emptied() && !fails
    }
}

/// One kind of shares, in all organisations.
#[derive(Default)]
pub(super) struct OfKind {
    /// Of those that there is a picture of.
    pub(super) links: Links,
    /// How many organisations there is a picture of.
    pub(super) seen: u64,
    /// How many there is none of, because their key may not read the list.
    pub(super) forbidden: u64,
    /// How many organisations there are whose list is watched.
    pub(super) all: u64,
}

impl OfKind {
    fn add(&mut self, list: &List) {
        self.links = self.links.with(list.links.unwrap_or_default());
        self.seen += u64::from(list.links.is_some());
        self.forbidden += u64::from(list.is_forbidden());
        self.all += 1;
    }
}

/// The whole fleet.
pub(super) struct Standings {
    /// The worst first: what can't be believed, then what has the most open links.
    pub(super) rows: Vec<Row>,
    /// Of the lists that there is a picture of.
    pub(super) links: Links,
    /// The same, by kind.
    pub(super) kinds: BTreeMap<ShareKind, OfKind>,
    /// The kinds that are watched.
    pub(super) watched: Vec<ShareKind>,
    /// The age of the oldest picture that is counted.
    pub(super) oldest: Option<Duration>,
    /// Links of clip pages created before this were not asked for, open or not.
    pub(super) lookback: Option<Duration>,
    /// How far this machine's clock and one of Rhombus's differ at most.
    pub(super) skew: Duration,
    /// The names under which one organisation is watched, of each that has several.
    pub(super) duplicates: Vec<String>,
    /// What is known not to be seen.
    pub(super) blind_spots: BlindSpots,
}

impl Standings {
    pub(super) fn new(snapshot: &Snapshot, is_identified: bool) -> Self {
        let view = &snapshot.view;
        let row = |look| Row::new(look, view);
        let mut rows: Vec<_> = snapshot.organizations.iter().map(row).collect();
        // The sort is stable, and the fleet is sorted by name.
        rows.sort_by_key(|row| (row.belief, Reverse(row.links.map(|links| links.open()))));
        let mut kinds: BTreeMap<ShareKind, OfKind> = BTreeMap::new();
        let lists = || rows.iter().flat_map(|row| &row.lists);
        for list in lists() {
            kinds.entry(list.kind).or_default().add(list);
        }
        let of_kinds = kinds.values().map(|of_kind| of_kind.links);
        let ages = lists().filter(|list| list.links.is_some());
        let skews = snapshot.clock_skews().into_values();
        let duplicates = snapshot.duplicates().into_values();
        Self {
            links: of_kinds.fold(Links::default(), Links::with),
            oldest: ages.filter_map(|list| list.age).max(),
            lookback: view
                .lookback
                .filter(|_| view.kinds.iter().any(|kind| kind.has_lookback())),
            watched: view.kinds.clone(),
            skew: Duration::from_secs(skews.map(i64::unsigned_abs).max().unwrap_or(0)),
            duplicates: duplicates.map(|names| names.join(", ")).collect(),
            blind_spots: BlindSpots::new(snapshot, is_identified),
            kinds,
            rows,
        }
    }

    /// How many organisations there is no picture of, or not of every list.
    pub(super) fn unseen(&self) -> u64 {
        self.with(|row| !row.belief.is_known())
    }

    /// Whether the numbers are only a part of what there is, or may be.
    pub(super) fn is_part(&self) -> bool {
        self.unseen() > 0
            || self.lookback.is_some()
            || self.with(Row::is_partial) > 0
            || !self.blind_spots.is_none()
    }

    /// How many organisations there are of which this holds.
    pub(super) fn with(&self, holds: impl Fn(&Row) -> bool) -> u64 {
        self.rows.iter().filter(|row| holds(row)).count() as u64
    }

    /// How many organisations are believed as `belief` says.
    pub(super) fn count(&self, belief: Belief) -> u64 {
        self.with(|row| row.belief == belief)
    }
}
