//! How far what is known of an organisation can be believed: one word for pages and metrics alike.

use std::time::Duration;

use super::{Poll, Standing, View};
use crate::share::Moment;

/// How far the last good answer can be believed. The worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Belief {
    /// There was one, but it grew too old.
    Withdrawn,
    /// It was asked for, and there never was one.
    Never,
    /// It may not be looked at: a partner's client that has withdrawn access.
    NotAllowed,
    /// Not asked for yet.
    Waiting,
    /// The last poll failed, or the next one is overdue, or what it said is not believed yet.
    Stale,
    /// As new as it can be.
    Fresh,
}

impl Belief {
    /// All, the worst first.
    pub const ALL: [Self; 6] = [
        Self::Withdrawn,
        Self::Never,
        Self::NotAllowed,
        Self::Waiting,
        Self::Stale,
        Self::Fresh,
    ];

    /// How far `standing` can be believed at `now`.
    pub fn of(standing: &Standing, view: &View, now: Moment) -> Self {
        let inventory = standing.inventory(now, view.max_staleness);
        match (inventory, standing.last_poll(), standing.last_success()) {
            (Some(inventory), Some(poll), _)
                if poll.failure.is_none()
                    && !standing.is_emptied()
                    && now.since(inventory.obtained()) <= overdue(view, poll) =>
            {
                Self::Fresh
            }
            (Some(_), ..) => Self::Stale,
            (None, _, Some(_)) => Self::Withdrawn,
            (None, Some(_), None) => Self::Never,
            (None, None, None) => Self::Waiting,
        }
    }

    /// What it is called.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Never => "failing",
            Self::NotAllowed => "not_allowed",
            Self::Waiting => "waiting",
            Self::Stale => "stale",
            Self::Fresh => "fresh",
        }
    }

    /// Whether there is something to believe.
    pub const fn is_known(self) -> bool {
        matches!(self, Self::Stale | Self::Fresh)
    }
}

/// A poll may take as long as the interval, or as the last one where that took longer; an answer that
/// is older than two has missed one.
fn overdue(view: &View, last: &Poll) -> Duration {
    view.interval.max(last.took).saturating_mul(2)
}

/// What an organisation counts as, once, by its worst list. The value of the label `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Another name is the same organisation, so that its links count twice.
    Duplicate,
    /// As new as it can be.
    Fresh,
    /// It may not be looked at: a partner's client that has withdrawn access.
    NotAllowed,
    /// Shown, and older than it should be.
    Stale,
    /// Not asked yet.
    Waiting,
    /// Asked, and there is nothing, or nothing that can still be believed.
    Withdrawn,
}

impl State {
    /// Every state, in the order of their labels.
    pub const ALL: [Self; 6] = [
        Self::Duplicate,
        Self::Fresh,
        Self::NotAllowed,
        Self::Stale,
        Self::Waiting,
        Self::Withdrawn,
    ];

    /// The value of the label `state`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Fresh => "fresh",
            Self::NotAllowed => "not_allowed",
            Self::Stale => "stale",
            Self::Waiting => "waiting",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of an organisation whose worst list can be believed so far, and which may have
    /// another name beside this one.
    pub(super) const fn new(worst: Belief, is_duplicate: bool) -> Self {
        match worst {
            Belief::Withdrawn | Belief::Never => Self::Withdrawn,
            Belief::NotAllowed => Self::NotAllowed,
            Belief::Waiting => Self::Waiting,
            Belief::Stale | Belief::Fresh if is_duplicate => Self::Duplicate,
            Belief::Stale => Self::Stale,
            Belief::Fresh => Self::Fresh,
        }
    }
}
