//! The fleet as the landing page tells it: a row an organisation, the worst first, and totals that
//! never pass over what could not be looked at.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::blind_spots::BlindSpots;
use super::links::Links;
use super::partners::PartnerRow;
use crate::inventory::Standing;
use crate::inventory::{Belief, Failure, Inventory, Look, Organization, Poll, Snapshot, View};
use crate::share::{Id, Moment, Reason, Shard, ShareKind, Window};

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
    /// How many are counted elsewhere and not listed.
    unlisted: u64,
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
            unlisted: shown.and_then(Inventory::unlisted).unwrap_or_default(),
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
    /// Whether it is watched under another name too.
    pub(super) is_duplicate: bool,
}

impl Row {
    fn new(look: &Look, view: &View, duplicates: &BTreeMap<&Id, Vec<&str>>) -> Self {
        let list = |(kind, standing): &(_, Arc<_>)| List::new(*kind, standing, look, view);
        let lists: Vec<_> = look.standings.iter().map(list).collect();
        let known = lists.iter().filter_map(|list| list.links);
        Self {
            organization: look.organization.clone(),
            belief: look.belief(view),
            links: known.reduce(Links::with),
            lists,
            is_duplicate: {
                let uuid = look.identity.uuid.as_ref();
                uuid.is_some_and(|uuid| duplicates.contains_key(uuid))
            },
        }
    }

    /// How many links are open to anyone, in the lists that there is a picture of.
    pub(super) fn open(&self) -> u64 {
        self.links.map_or(0, |links| links.open())
    }

    /// How many links are counted elsewhere and not listed.
    pub(super) fn unlisted(&self) -> u64 {
        let unlisted = self.lists.iter().map(|list| list.unlisted);
        unlisted.fold(0, u64::saturating_add)
    }

    /// Whether something is not as it should be: what is not known, or not for sure, and what is open.
    pub(super) fn needs_a_look(&self) -> bool {
        self.belief != Belief::Fresh
            || self.open() > 0
            || self.is_partial()
            || self.unlisted() > 0
            || self.is_duplicate
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
    /// Which part of the organisations is watched.
    pub(super) shard: Shard,
    /// How far this machine's clock and one of Rhombus's differ at most.
    pub(super) skew: Duration,
    /// The names under which one organisation is watched, of each that has several.
    pub(super) duplicates: Vec<String>,
    /// What is known not to be seen.
    pub(super) blind_spots: BlindSpots,
    /// Whose clients are among the rows.
    pub(super) partners: Vec<PartnerRow>,
}

impl Standings {
    pub(super) fn new(snapshot: &Snapshot, is_identified: bool, here: Moment) -> Self {
        let view = &snapshot.view;
        let duplicates = snapshot.duplicates();
        let row = |look| Row::new(look, view, &duplicates);
        let mut rows: Vec<_> = snapshot.organizations.iter().map(row).collect();
        // The sort is stable, and the fleet is sorted by name.
        rows.sort_by_key(|row| (row.belief, Reverse(row.links.map(|links| links.open()))));
        let mut kinds: BTreeMap<ShareKind, OfKind> = BTreeMap::new();
        let lists = || rows.iter().flat_map(|row| &row.lists);
        // One that may not be looked at has no list to be read: it is told for itself.
        let may_be_looked_at = rows.iter().filter(|row| row.belief != Belief::NotAllowed);
        for list in may_be_looked_at.flat_map(|row| &row.lists) {
            kinds.entry(list.kind).or_default().add(list);
        }
        let of_kinds = kinds.values().map(|of_kind| of_kind.links);
        let ages = lists().filter(|list| list.links.is_some());
        let skews = snapshot.clock_skews().into_values();
        Self {
            links: of_kinds.fold(Links::default(), Links::with),
            oldest: ages.filter_map(|list| list.age).max(),
            lookback: view
                .lookback
                .filter(|_| view.kinds.iter().any(|kind| kind.has_lookback())),
            watched: view.kinds.clone(),
            shard: view.shard,
            skew: Duration::from_secs(skews.map(i64::unsigned_abs).max().unwrap_or(0)),
            duplicates: duplicates
                .into_values()
                .map(|names| names.join(", "))
                .collect(),
            blind_spots: BlindSpots::new(snapshot, is_identified),
            partners: PartnerRow::all(snapshot, here),
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
            || self.partners_with(PartnerRow::fails) > 0
            || self.partners_with(PartnerRow::is_unknown) > 0
            || self.partners_with(PartnerRow::has_no_client) > 0
            || self.unreadable_clients() > 0
    }

    /// How many partners there are of which this holds.
    pub(super) fn partners_with(&self, holds: impl Fn(&PartnerRow) -> bool) -> u64 {
        self.partners.iter().filter(|row| holds(row)).count() as u64
    }

    /// How many clients can't be asked, since their record can't be read.
    pub(super) fn unreadable_clients(&self) -> u64 {
        self.partners.iter().map(PartnerRow::unreadable).sum()
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
