//! Which open violations have a series of their own, where there is no room for all. One keeps its place
//! until it is closed or covered; new ones take what is free, the most severe first.

use std::cmp::Reverse;

use super::Policy;
use crate::share::Violation;

/// How many violations have a series of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesLimit {
    /// In one organisation.
    pub organization: usize,
    /// In all together.
    pub total: usize,
}

impl Default for SeriesLimit {
    fn default() -> Self {
        Self::of_organization(100)
    }
}

impl SeriesLimit {
    /// So many in one organisation, and a hundred times as many in all.
    pub const fn of_organization(organization: usize) -> Self {
        Self {
            organization,
            total: 100 * organization,
        }
    }
}

impl Policy {
    /// Gives places to violations of one list that have none, of which `free` are left; takes them from
    /// those that are covered. Gives how many have one.
    pub fn give_series(&self, open: &mut [Violation], free: usize) -> usize {
        let mut held = 0;
        let mut waiting = Vec::new();
        for (index, violation) in open.iter_mut().enumerate() {
            violation.has_series &= violation.exception.is_none();
            if violation.has_series {
                held += 1;
            } else if violation.may_have_series() {
                waiting.push(index);
            }
        }
        let free = free.saturating_sub(held);
        if free < waiting.len() {
            waiting.sort_by_key(|index| self.urgency(&open[*index]));
            waiting.truncate(free);
        }
        for index in &waiting {
            open[*index].has_series = true;
        }
        held + waiting.len()
    }

    /// The most severe first; of these, the oldest.
    fn urgency(&self, violation: &Violation) -> impl Ord + use<> {
        let severity = self.rule(&violation.rule).map(|rule| rule.severity);
        (Reverse(severity), violation.since)
    }
}
