//! What is asked of the feed, and what of all events has to be looked at for it.

use std::collections::BTreeSet;

use super::event::Event;
use crate::clock::UnixMillis;
use crate::world::unstated::{AuditPage, Unstated};

/// What a request asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The actions that are wanted; empty: all.
    pub(crate) include: BTreeSet<String>,
    /// Those that are not. Ignored where the others say something.
    pub(crate) exclude: BTreeSet<String>,
    /// Bounds in epoch milliseconds.
    pub(crate) after: Option<i64>,
    pub(crate) before: Option<i64>,
    /// What they have to be about.
    pub(crate) target: Option<String>,
    /// How many; none: as many as there are on a page.
    pub(crate) most: Option<usize>,
}

impl Wanted {
    pub(super) fn wants(&self, action: &str) -> bool {
        match self.include.is_empty() {
            true => !self.exclude.contains(action),
            false => self.include.contains(action),
        }
    }

    /// Whether what happened at this moment is within the bounds.
    pub(super) fn covers(&self, at: i64, unstated: Unstated) -> bool {
        let (from, to) = self.bounds(unstated);
        (from..=to).contains(&at)
    }

    fn bounds(&self, unstated: Unstated) -> (i64, i64) {
        let margin = i64::from(unstated.audit_excludes_bounds);
        let after = self.after.unwrap_or(i64::MIN).saturating_add(margin);
        let before = self.before.unwrap_or(i64::MAX).saturating_sub(margin);
        (after, before)
    }
}

/// What has to be looked at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) wanted: &'a Wanted,
    /// From when to when, both included: epoch milliseconds.
    pub(super) from: i64,
    pub(super) to: i64,
    /// How many can be told, of which share ever.
    pub(super) most: usize,
    /// Whether the oldest of them are told, and not the newest.
    pub(super) oldest: bool,
    pub(super) unstated: Unstated,
}

impl<'a> Look<'a> {
    /// What is known `now` of what is wanted.
    pub(super) fn new(wanted: &'a Wanted, unstated: Unstated, now: UnixMillis) -> Self {
        let (from, to) = wanted.bounds(unstated);
        let late = 1000 * i64::from(unstated.audit_late_seconds);
        let (most, oldest) = match unstated.audit_page {
            AuditPage::Newest(most) => (most.get(), false),
            AuditPage::Oldest(most) => (most.get(), true),
        };
        Self {
            wanted,
            from,
            to: to.min(now.0 - late),
            most: wanted.most.unwrap_or(most).min(most),
            oldest,
            unstated,
        }
    }

    /// Whether something of this target can be wanted.
    pub(super) fn concerns(&self, uuid: &str) -> bool {
        let target = self.wanted.target.as_deref();
        target.is_none_or(|target| target == uuid)
    }

    pub(super) fn wants(&self, event: &Event) -> bool {
        let target = self.wanted.target.as_deref();
        (self.from..=self.to).contains(&event.at)
            && self.wanted.wants(event.action)
            && target.is_none_or(|target| event.told_target(self.unstated) == Some(target))
    }

    /// These, from the end that is told.
    pub(super) fn ordered<'i, T: 'i>(
        self,
        all: impl DoubleEndedIterator<Item = T> + 'i,
    ) -> Box<dyn Iterator<Item = T> + 'i> {
        match self.oldest {
            true => Box::new(all),
            false => Box::new(all.rev()),
        }
    }
}
