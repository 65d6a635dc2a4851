//! A row: one share as one look showed it, with what rules say of it.

use super::filter::{Filter, State};
use crate::inventory::{Inventory, Look, Missing, Snapshot, Standing, View, Violations};
use crate::policy::{Policy, Subject};
use crate::share::{
    CameraNames, Protection, Ref, Share, ShareKey, ShareKind, UnixMillis, Violation,
};

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
    /// By what it is judged.
    policy: &'a Policy,
    /// When it was last seen.
    seen: UnixMillis,
    /// Whether the last good look shows it.
    is_listed: bool,
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
    /// What `filter` lets through of all that is known, where it is judged by `policy`.
    pub fn new(snapshot: &'a Snapshot, policy: &'a Policy, filter: &Filter) -> Self {
        let mut total = 0;
        let mut rows = Vec::new();
        for list in lists(snapshot, policy) {
            total += list.inventory.shares().len() + list.standing.missing().len();
            let Some(matcher) = filter.of_list(list.look, list.kind, list.standing) else {
                continue;
            };
            rows.extend(list.rows().filter(|row| matcher.matches(row)));
        }
        Self { rows, total }
    }
}

/// Every list that was read, however long ago.
pub(super) fn every_list(snapshot: &Snapshot) -> impl Iterator<Item = &Inventory> {
    read(snapshot).map(|(.., inventory)| inventory)
}

/// The same with its organisation, its kind and what is known of it, sorted by the first two.
fn read(snapshot: &Snapshot) -> impl Iterator<Item = (&Look, ShareKind, &Standing, &Inventory)> {
    // What a client that has shut its partner out shared is not the partner's to see.
    let looks = snapshot.organizations.iter();
    let looks = looks.filter(|look| look.organization.is_allowed());
    looks.flat_map(|look| {
        let standings = look.standings.iter();
        standings.filter_map(move |(kind, standing)| {
            let inventory = standing.last_look()?;
            Some((look, *kind, &**standing, &**inventory))
        })
    })
}

/// A list that was read.
pub(super) struct List<'a> {
    view: &'a View,
    policy: &'a Policy,
    pub(super) look: &'a Look,
    pub(super) kind: ShareKind,
    pub(super) standing: &'a Standing,
    pub(super) inventory: &'a Inventory,
}

/// Every list that was read, however long ago, sorted by organisation and kind.
pub(super) fn lists<'a>(
    snapshot: &'a Snapshot,
    policy: &'a Policy,
) -> impl Iterator<Item = List<'a>> {
    read(snapshot).map(move |(look, kind, standing, inventory)| List {
        view: &snapshot.view,
        policy,
        look,
        kind,
        standing,
        inventory,
    })
}

impl<'a> List<'a> {
    /// Its shares, sorted by ref.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        self.rows_from(None)
    }

    /// The same from this ref on.
    pub(super) fn rows_from(&self, from: Option<Ref>) -> Box<dyn Iterator<Item = Row<'a>> + 'a> {
        let listed = self.listed(from);
        let missing = self.standing.missing();
        if missing.is_empty() {
            return Box::new(listed);
        }
        let missing = missing.iter().map(|it| self.row_of(it));
        let missing = missing.filter(|row| row.reference >= from);
        let mut rows: Vec<_> = listed.chain(missing).collect();
        rows.sort_by_key(|row| row.reference);
        Box::new(rows.into_iter())
    }

    fn listed(&self, from: Option<Ref>) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let (view, policy, look) = (self.view, self.policy, self.look);
        let (standing, inventory) = (self.standing, self.inventory);
        let rows = inventory.from_ref(from);
        rows.map(move |(reference, place, share)| Row {
            look,
            standing,
            inventory,
            share,
            reference,
            view,
            policy,
            seen: inventory.obtained().time,
            is_listed: true,
            place,
        })
    }

    /// One that the last good look does not show.
    fn row_of(&self, missing: &'a Missing) -> Row<'a> {
        Row {
            look: self.look,
            standing: self.standing,
            inventory: self.inventory,
            share: &missing.share,
            reference: missing.share.reference(),
            view: self.view,
            policy: self.policy,
            seen: missing.seen,
            is_listed: false,
            place: u32::MAX,
        }
    }
}

/// A rule that a share breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach<'a> {
    /// The name of the rule.
    pub rule: &'a str,
    /// When that was first seen.
    pub since: UnixMillis,
    /// The exception that covers it, if one does.
    pub exception: Option<&'a str>,
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
    pub const fn seen(&self) -> UnixMillis {
        self.seen
    }

    /// Whether the last good look shows it: else its violation is why it is here.
    pub const fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// Whether the look that showed it can still be believed.
    pub fn is_current(&self) -> bool {
        self.is_listed && self.look.inventory(self.standing, self.view).is_some()
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

    /// The rules that it breaks, of those that were judged. What can't be told from others without a uuid is
    /// judged here: of its violations it is only known how many there are.
    pub fn violations(&self) -> Vec<Breach<'a>> {
        let Some(known) = self.standing.violations() else {
            return Vec::new();
        };
        match &self.share.id {
            Some(id) => known.of_share(id).map(Breach::from).collect(),
            None => self.judged(known),
        }
    }

    fn judged(&self, known: &'a Violations) -> Vec<Breach<'a>> {
        let judged = self.policy.judge(self.subject(), self.now()).into_iter();
        let broken = judged.filter(|it| it.verdict.is_violation());
        let since = |rule: &str| {
            let nameless = known.of_rule(rule).iter();
            let nameless = nameless.filter(|it| matches!(it.share, ShareKey::Nameless(_)));
            nameless.map(|it| it.since).min()
        };
        broken
            .map(|it| Breach {
                rule: &it.rule.name,
                since: since(&it.rule.name).unwrap_or_else(|| self.seen()),
                exception: it.exception.map(|exception| &*exception.name),
            })
            .collect()
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
            attributions: self.look.known_attributions(),
        }
    }
}

impl<'a> From<&'a Violation> for Breach<'a> {
    fn from(violation: &'a Violation) -> Self {
        Self {
            rule: &violation.rule,
            since: violation.since,
            exception: violation.exception.as_deref(),
        }
    }
}
