//! A row: one share as one look showed it, with what rules say of it.

use super::filter::{Broken, Filter, State};
use crate::inventory::{Inventory, Look, Snapshot, Standing, View};
use crate::policy::Subject;
use crate::share::{CameraNames, Protection, Ref, Share, ShareKind, UnixMillis, Violation};

/// One share.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Its organisation.
    pub look: &'a Look,
    /// What is known of its list.
    pub standing: &'a Standing,
    /// The last good look at that list, which may be old.
    pub inventory: &'a Inventory,
    /// The share.
    pub share: &'a Share,
    /// What names it outside; none where it has no uuid.
    pub reference: Option<Ref>,
    /// How to read all of them.
    view: &'a View,
    /// Its place in the list.
    pub(super) place: u32,
}

/// Rows that were asked for.
pub struct Rows<'a> {
    /// Those that the filter lets through, sorted by organisation, kind and ref.
    pub rows: Vec<Row<'a>>,
    /// How many links there are in all.
    pub total: usize,
}

/// How bad it is that a link is there, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Open to anyone, for ever.
    OpenForEver,
    /// Open to anyone, with past footage or sound.
    OpenWithMore,
    /// Open to anyone.
    Open,
    /// Protected, for ever.
    ProtectedForEver,
    /// Protected.
    Protected,
    /// Ended.
    Expired,
}

impl<'a> Rows<'a> {
    /// What `filter` lets through of all that is known.
    pub fn new(snapshot: &'a Snapshot, filter: &Filter) -> Self {
        let mut total = 0;
        let mut rows = Vec::new();
        for list in lists(snapshot) {
            total += list.inventory.shares().len();
            let Some(matcher) = filter.of_list(list.look, list.kind, list.standing) else {
                continue;
            };
            rows.extend(list.rows().filter(|row| matcher.matches(row)));
        }
        Self { rows, total }
    }
}

/// A list that was read.
pub(super) struct List<'a> {
    view: &'a View,
    pub(super) look: &'a Look,
    pub(super) kind: ShareKind,
    pub(super) standing: &'a Standing,
    pub(super) inventory: &'a Inventory,
}

/// Every list that was read, however long ago, sorted by organisation and kind.
pub(super) fn lists(snapshot: &Snapshot) -> impl Iterator<Item = List<'_>> {
    // What a client that has shut its partner out shared is not the partner's to see.
    let looks = snapshot.organizations.iter();
    let looks = looks.filter(|look| look.organization.is_allowed());
    looks.flat_map(move |look| {
        let standings = look.standings.iter();
        standings.filter_map(move |(kind, standing)| {
            Some(List {
                view: &snapshot.view,
                look,
                kind: *kind,
                standing,
                inventory: standing.last_look()?,
            })
        })
    })
}

impl<'a> List<'a> {
    /// Its shares, sorted by ref.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        self.rows_from(None)
    }

    /// The same from this ref on.
    pub(super) fn rows_from(&self, from: Option<Ref>) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let (view, look) = (self.view, self.look);
        let (standing, inventory) = (self.standing, self.inventory);
        let rows = inventory.from_ref(from);
        rows.map(move |(reference, place, share)| Row {
            look,
            standing,
            inventory,
            share,
            reference,
            view,
            place,
        })
    }
}

impl<'a> Row<'a> {
    /// The value of the label `org`.
    pub fn org(&self) -> &'a str {
        self.look.name()
    }

    /// The moment as of which it is shown.
    pub const fn now(&self) -> UnixMillis {
        self.look.now.time
    }

    /// When it was last seen.
    pub fn seen(&self) -> UnixMillis {
        self.inventory.obtained().time
    }

    /// Whether the look that showed it can still be believed.
    pub fn is_current(&self) -> bool {
        self.look.inventory(self.standing, self.view).is_some()
    }

    /// Where the console of its organisation is, in which people manage links.
    pub fn console(&self) -> Option<&'a str> {
        let endpoint = self.look.organization.server_clock().endpoint();
        self.view.console.of(endpoint)
    }

    /// Whether it works.
    pub fn is_active(&self) -> bool {
        self.share.expiry.is_active(self.now())
    }

    /// Whether it works, in a word.
    pub fn state(&self) -> State {
        match self.is_active() {
            true => State::Active,
            false => State::Expired,
        }
    }

    /// How bad it is.
    pub fn rank(&self) -> Rank {
        let traits = self.share.traits;
        let is_for_ever = self.share.expiry == crate::share::Expiry::Never;
        let is_open = self.share.protection == Protection::None;
        match (is_open, is_for_ever) {
            _ if !self.is_active() => Rank::Expired,
            (true, true) => Rank::OpenForEver,
            (true, false) if traits.past_footage || traits.sound => Rank::OpenWithMore,
            (true, false) => Rank::Open,
            (false, true) => Rank::ProtectedForEver,
            (false, false) => Rank::Protected,
        }
    }

    /// The rules that it breaks, of those that were judged.
    pub fn violations(&self) -> Vec<&'a Violation> {
        let known = self.standing.violations();
        let of_it = known.map(|known| known.of_share(self.share.id.as_ref(), self.place));
        of_it.into_iter().flatten().collect()
    }

    /// What its cameras are called.
    pub fn camera_names(&self) -> &'a CameraNames {
        &self.look.camera_names
    }

    /// It as rules see it.
    pub fn subject(&self) -> Subject<'a> {
        Subject {
            org: self.org(),
            share: self.share,
            cameras: self.camera_names(),
        }
    }

    /// Whether it is one of these.
    pub(super) fn is_in(&self, broken: &Broken<'_>) -> bool {
        broken.contains(self.share.id.as_ref(), self.place)
    }
}
