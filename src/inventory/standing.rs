//! How believable an inventory is: when it was obtained, and what has failed since. This is where
//! the first rule lives: nothing that fails may look like "no open links".

use std::sync::Arc;
use std::time::Duration;

use super::{Inventory, Violations};
use crate::share::{Id, Listing, Moment, Reason, Share, ShareKey, ShareKind, UnixMillis};

/// What is known of one organisation's list right now. Replaced whole after each poll.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The last good one. It is kept, unseen, when it is withdrawn: a list that is empty afterwards is
    /// compared with it.
    inventory: Option<Arc<Inventory>>,
    withdrawn: bool,
    /// What rules say of it; none until a good answer was judged. It outlasts the picture.
    violations: Option<Arc<Violations>>,
    /// The shares of open violations that the inventory does not have, sorted by id.
    missing: Arc<[Missing]>,
    polls: Polls,
    partial: bool,
    emptied: bool,
    was_forbidden: bool,
}

/// A share with an open violation that the last good look does not show: that look was not whole, or what it
/// lacks may be among those whose uuid could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What was known of it when it was last seen; where that is nothing, it is read so that it hides
    /// nothing.
    pub share: Share,
    /// When it was last seen, or its violation was.
    pub seen: UnixMillis,
}

/// How the polls of one list went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polls {
    last: Option<Poll>,
    last_success: Option<Moment>,
    succeeded: u64,
    failed: u64,
}

/// How the last poll went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// When it ended.
    pub ended: Moment,
    /// How long it took, with its retries.
    pub took: Duration,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
}

/// Why a poll failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The value of the label `reason`.
    pub reason: Reason,
    /// One sentence for a person, free of secrets and of what people wrote.
    pub message: String,
}

impl Missing {
    fn without_title(&self) -> Self {
        let share = Share {
            title: None,
            ..self.share.clone()
        };
        Self { share, ..*self }
    }
}

impl Polls {
    /// After one more that took `took`, ended at `ended` and gave an answer that can be used.
    #[must_use]
    pub fn succeeded(&self, took: Duration, ended: Moment) -> Self {
        Self {
            last: Some(Poll {
                ended,
                took,
                failure: None,
            }),
            last_success: Some(ended),
            succeeded: self.succeeded + 1,
            failed: self.failed,
        }
    }

    /// After one more that failed.
    #[must_use]
    pub fn failed(&self, took: Duration, ended: Moment, failure: Failure) -> Self {
        Self {
            last: Some(Poll {
                ended,
                took,
                failure: Some(failure),
            }),
            failed: self.failed + 1,
            ..self.clone()
        }
    }

    /// How the last one went; none before the first.
    pub const fn last(&self) -> Option<&Poll> {
        self.last.as_ref()
    }

    /// Why the last one failed, if it did.
    pub fn failure(&self) -> Option<&Failure> {
        self.last.as_ref()?.failure.as_ref()
    }

    /// When the last one that succeeded ended.
    pub const fn last_success(&self) -> Option<Moment> {
        self.last_success
    }

    /// How many have succeeded, and how many have failed.
    pub const fn counts(&self) -> (u64, u64) {
        (self.succeeded, self.failed)
    }
}

impl Standing {
    /// What was kept of a list when the process ended: its last good look, which was judged so. It is not
    /// shown.
    pub fn restored(shares: Vec<Share>, seen: UnixMillis, violations: Violations) -> Self {
        let listing = Listing {
            shares,
            // That all was there is not known any more: only another look closes what it showed.
            partial: true,
            ..Listing::default()
        };
        let seen = Moment {
            time: seen,
            uptime: Duration::ZERO,
        };
        Self {
            inventory: Some(Inventory::new(listing, seen)),
            withdrawn: true,
            violations: Some(Arc::new(violations)),
            ..Self::default()
        }
    }

    /// What outlasts that the list is asked for in another way: what rules say of it, and what they said
    /// it of.
    #[must_use]
    pub fn asked_anew(&self) -> Self {
        Self {
            inventory: self.inventory.clone(),
            withdrawn: true,
            violations: self.violations.clone(),
            missing: self.missing.clone(),
            ..Self::default()
        }
    }

    /// The same without what people called the shares.
    #[must_use]
    pub fn without_titles(&self) -> Self {
        let inventory = self.inventory.as_ref();
        let untitled = inventory.map(|it| it.without_titles().unwrap_or_else(|| it.clone()));
        Self {
            inventory: untitled,
            missing: self.missing.iter().map(Missing::without_title).collect(),
            ..self.clone()
        }
    }

    /// The same, of which rules say this.
    #[must_use]
    pub fn judged(self, violations: Violations) -> Self {
        Self {
            violations: Some(Arc::new(violations)),
            ..self
        }
    }

    /// What rules say of it, which is gone here then: made without a copy where nothing else holds it.
    pub fn take_violations(&mut self) -> Option<Violations> {
        self.violations.take().map(Arc::unwrap_or_clone)
    }

    /// What rules say of it; none until a good answer was judged.
    pub const fn violations(&self) -> Option<&Arc<Violations>> {
        self.violations.as_ref()
    }

    /// The last good answer, however old it is and whether it is shown or not.
    pub const fn last_look(&self) -> Option<&Arc<Inventory>> {
        self.inventory.as_ref()
    }

    /// After a poll that took `took` and ended with this list.
    ///
    /// Where there were active links and now none is, the last good answer stays up until the next one
    /// says so too: an answer that has lost everything is more often wrong than right.
    #[must_use]
    pub fn succeeded(&self, took: Duration, inventory: Arc<Inventory>) -> Self {
        let (partial, ended) = (inventory.is_partial(), inventory.obtained());
        let is_empty = |inventory: &Inventory| inventory.active(ended.time) == 0;
        let had_some = self.inventory.as_deref().is_some_and(|had| !is_empty(had));
        let emptied = had_some && is_empty(&inventory) && !self.emptied;
        let mut next = Self {
            polls: self.polls.succeeded(took, ended),
            partial,
            emptied,
            ..self.clone()
        };
        if !emptied {
            next.inventory = Some(inventory);
            next.withdrawn = false;
        }
        next
    }

    /// After a poll that failed. The last good answer stays up until it is older than
    /// `max_staleness`; then it is withdrawn, and only a success brings one back.
    #[must_use]
    pub fn failed(
        &self,
        ended: Moment,
        took: Duration,
        failure: Failure,
        max_staleness: Duration,
    ) -> Self {
        let mut next = self.withdrawn(ended, max_staleness);
        next.was_forbidden |= failure.reason == Reason::Forbidden;
        next.polls = self.polls.failed(took, ended, failure);
        next
    }

    /// Without the inventory if at `now` it is older than `max_staleness`; only a success brings one
    /// back.
    #[must_use]
    pub fn withdrawn(&self, now: Moment, max_staleness: Duration) -> Self {
        let mut next = self.clone();
        if self.inventory(now, max_staleness).is_none() {
            next.withdrawn = true;
        }
        next
    }

    /// The last good inventory, unless at `now` it is older than `max_staleness`. How old it is does
    /// not depend on what any clock was set to since.
    pub fn inventory(&self, now: Moment, max_staleness: Duration) -> Option<&Inventory> {
        let inventory = self.inventory.as_deref().filter(|_| !self.withdrawn)?;
        (now.since(inventory.obtained()) <= max_staleness).then_some(inventory)
    }

    /// Without the inventory, however young: it may not be looked at any more.
    #[must_use]
    pub fn hidden(&self) -> Self {
        Self {
            withdrawn: true,
            ..self.clone()
        }
    }

    /// The same with what was known `before` of the shares of open violations that the last good look does not
    /// show. `kind` is that of the list.
    #[must_use]
    pub fn remembering(self, before: &Self, kind: ShareKind) -> Self {
        let Some(violations) = &self.violations else {
            return self;
        };
        let named = violations.open.iter().filter_map(|it| match &it.share {
            ShareKey::Id(id) => Some((id, it.since)),
            ShareKey::Nameless(_) => None,
        });
        let mut absent: Vec<_> = named.filter(|(id, _)| self.share(id).is_none()).collect();
        // An answer that lacks one link may lack most of them.
        absent.sort_by_key(|(id, _)| *id);
        absent.dedup_by_key(|(id, _)| *id);
        let missing = absent.into_iter().map(|(id, since)| {
            let unknown = || Missing {
                share: Share::unknown(kind, id.clone()),
                seen: since,
            };
            before.last_known(id).unwrap_or_else(unknown)
        });
        let missing: Vec<_> = missing.collect();
        Self {
            missing: missing.into(),
            ..self
        }
    }

    /// The shares of open violations that the last good look does not show, sorted by id.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    fn share(&self, id: &Id) -> Option<&Share> {
        let shares = self.inventory.as_deref()?.shares();
        let place = shares.binary_search_by(|share| share.id.as_ref().cmp(&Some(id)));
        place.ok().map(|place| &shares[place])
    }

    fn last_known(&self, id: &Id) -> Option<Missing> {
        let seen = self.inventory.as_deref().map(|it| it.obtained().time);
        let listed = self.share(id).zip(seen);
        let listed = listed.map(|(share, seen)| Missing {
            share: share.clone(),
            seen,
        });
        listed.or_else(|| {
            let missing = &self.missing;
            let place = missing.binary_search_by(|it| it.share.id.as_ref().cmp(&Some(id)));
            place.ok().map(|place| missing[place].clone())
        })
    }

    /// How its polls went.
    pub const fn polls(&self) -> &Polls {
        &self.polls
    }

    /// How the last poll went; none before the first.
    pub fn last_poll(&self) -> Option<&Poll> {
        self.polls.last()
    }

    /// Why the last poll failed, if it did.
    pub fn failure(&self) -> Option<&Failure> {
        self.polls.failure()
    }

    /// When the last poll that succeeded ended.
    pub fn last_success(&self) -> Option<Moment> {
        self.polls.last_success()
    }

    /// Whether Rhombus has ever listed it, or said that the key may not read it.
    pub fn is_answered(&self) -> bool {
        self.last_success().is_some() || self.was_forbidden
    }

    /// Whether the last answer that could be used warned that it is not whole.
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// Whether the last answer that could be used had no active link any more, and is not believed yet.
    pub const fn is_emptied(&self) -> bool {
        self.emptied
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::share;
    use crate::share::{Expiry, UnixMillis};

    const STALENESS: Duration = Duration::from_secs(600);
    const MILLISECOND: Duration = Duration::from_millis(1);
    const T0: Moment = Moment {
        time: UnixMillis::from_secs(1_000),
        uptime: Duration::from_secs(50),
    };

    fn listing(expiries: &[Expiry]) -> Listing {
        Listing {
            shares: expiries.iter().copied().map(share).collect(),
            ..Listing::default()
        }
    }

    fn after(standing: &Standing, expiries: &[Expiry], at: Moment) -> Standing {
        standing.succeeded(Duration::ZERO, Inventory::new(listing(expiries), at))
    }

    fn good() -> Standing {
        after(&Standing::default(), &[], T0)
    }

    fn fail(standing: &Standing, at: Moment) -> Standing {
        let failure = Failure {
            reason: Reason::Server,
            message: "500".into(),
        };
        standing.failed(at, Duration::ZERO, failure, STALENESS)
    }

    #[test]
    fn a_failure_keeps_the_last_good_answer_until_it_is_too_old() {
        let edge = T0.after(STALENESS);
        let standing = fail(&good(), edge);
        assert!(standing.inventory(edge, STALENESS).is_some());
        let beyond = edge.after(MILLISECOND);
        assert!(standing.inventory(beyond, STALENESS).is_none());
        assert_eq!(standing.last_success(), Some(T0));
        assert_eq!(standing.polls().counts(), (1, 1));
    }

    #[test]
    fn what_was_withdrawn_stays_withdrawn() {
        let late = T0.after(STALENESS + MILLISECOND);
        assert!(fail(&good(), late).inventory(T0, STALENESS).is_none());
        assert!(good().inventory(late, 2 * STALENESS).is_some());
        let standing = good().withdrawn(late, STALENESS);
        assert!(standing.inventory(late, 2 * STALENESS).is_none());
        assert_eq!(standing.last_success(), Some(T0));
    }

    #[test]
    fn no_clock_that_is_set_makes_an_answer_older_or_younger() {
        for time in [UnixMillis(0), UnixMillis(i64::MAX)] {
            let at = |age| Moment {
                time,
                ..T0.after(age)
            };
            assert!(good().inventory(at(STALENESS), STALENESS).is_some());
            let beyond = at(STALENESS + MILLISECOND);
            assert!(good().inventory(beyond, STALENESS).is_none());
        }
    }

    #[test]
    fn a_success_brings_the_picture_back_and_keeps_the_counts() {
        let standing = fail(&good(), T0.after(2 * STALENESS));
        let later = T0.after(3 * STALENESS);
        let standing = after(&standing, &[], later);
        assert!(standing.inventory(later, STALENESS).is_some());
        assert_eq!(standing.polls().counts(), (2, 1));
        assert_eq!(standing.failure(), None);
    }

    #[test]
    fn a_list_that_is_suddenly_empty_is_believed_the_second_time() {
        let minute = Duration::from_secs(60);
        let active = |standing: &Standing, at: Moment| {
            let inventory = standing.inventory(at, STALENESS).unwrap();
            (inventory.active(at.time), standing.is_emptied())
        };
        let (t1, t2, t3) = (T0.after(minute), T0.after(2 * minute), T0.after(3 * minute));
        let ended = Expiry::At(t1.time);
        let open = after(&Standing::default(), &[Expiry::Never], T0);
        for gone in [&[][..], &[ended]] {
            let once = after(&open, gone, t1);
            assert_eq!(active(&once, t1), (1, true));
            assert_eq!(once.polls().counts(), (2, 0));
            // Nor does a failure say so too.
            let failed = fail(&once, t2);
            assert_eq!(active(&failed, t2), (1, true));
            assert_eq!(active(&after(&failed, gone, t3), t3), (0, false));
            // What comes back was there all the time, and may go again.
            let back = after(&once, &[Expiry::Never], t2);
            assert_eq!(active(&back, t2), (1, false));
            assert_eq!(active(&after(&back, gone, t3), t3), (1, true));
        }
        // One that ended by itself is no surprise, nor is one of several that went.
        let ending = after(&Standing::default(), &[ended], T0);
        assert_eq!(active(&after(&ending, &[], t1), t1), (0, false));
        let two = after(&Standing::default(), &[Expiry::Never, Expiry::Never], T0);
        assert_eq!(active(&after(&two, &[Expiry::Never], t1), t1), (1, false));
    }

    #[test]
    fn a_list_that_is_empty_after_a_withdrawal_is_looked_at_twice() {
        let late = T0.after(STALENESS + MILLISECOND);
        let gone = fail(&after(&good(), &[Expiry::Never], T0), late);
        assert!(gone.inventory(late, STALENESS).is_none());
        let once = after(&gone, &[], late);
        assert!(once.inventory(late, STALENESS).is_none());
        // Nor does it come back where more is allowed meanwhile.
        assert!(once.inventory(late, 2 * STALENESS).is_none());
        let twice = after(&once, &[], late);
        let active = |standing: &Standing| {
            let inventory = standing.inventory(late, STALENESS).unwrap();
            inventory.active(late.time)
        };
        assert_eq!(active(&twice), 0);
        // What is still there is believed at once.
        assert_eq!(active(&after(&gone, &[Expiry::Never], late)), 1);
    }

    #[test]
    fn a_warning_holds_until_an_answer_comes_without() {
        let warned = Listing {
            partial: true,
            ..listing(&[Expiry::Never])
        };
        let warned = Inventory::new(warned, T0);
        let standing = good().succeeded(Duration::ZERO, warned);
        assert!(standing.is_partial());
        assert!(fail(&standing, T0).is_partial());
        assert!(!after(&standing, &[], T0).is_partial());
    }
}
