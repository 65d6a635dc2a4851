//! How believable an inventory is: when it was obtained, and what has failed since. This is where
//! the first rule lives: nothing that fails may look like "no open links".

use std::sync::Arc;
use std::time::Duration;

use super::Inventory;
use crate::share::{Id, Malformed, Reason, Source, UnixMillis};

/// What is known of one organisation's source right now. Replaced whole after each poll.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The last good one. It is kept, unseen, when it is withdrawn: a list that is empty afterwards is
    /// compared with it.
    inventory: Option<Arc<Inventory>>,
    withdrawn: bool,
    last_poll: Option<Poll>,
    last_success: Option<UnixMillis>,
    /// As the last answer that said it had it: an empty list says none, and is of the same
    /// organisation.
    org_uuid: Option<Id>,
    errors: [u64; Reason::ALL.len()],
    malformed: Malformed,
    partial: bool,
    emptied: bool,
}

/// How the last poll went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// When it ended.
    pub ended: UnixMillis,
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

impl Standing {
    /// Before the first poll.
    pub fn new(source: Source) -> Self {
        Self {
            inventory: None,
            withdrawn: false,
            last_poll: None,
            last_success: None,
            org_uuid: None,
            errors: [0; Reason::ALL.len()],
            malformed: source.fields().iter().map(|field| (*field, 0)).collect(),
            partial: false,
            emptied: false,
        }
    }

    /// After a poll that took `took` and gave `inventory`.
    ///
    /// Where there were active links and now none is, the last picture stays up until the next answer
    /// says so too: an answer that has lost everything is more often wrong than right.
    #[must_use]
    pub fn succeeded(&self, took: Duration, inventory: Inventory, malformed: &Malformed) -> Self {
        let ended = inventory.obtained();
        let mut next = self.clone();
        for (field, count) in malformed {
            *next.malformed.entry(field).or_default() += count;
        }
        if let Some(uuid) = inventory.org_uuid() {
            next.org_uuid = Some(uuid.clone());
        }
        let is_empty = |inventory: &Inventory| inventory.active(ended) == 0;
        let had_some = self.inventory.as_deref().is_some_and(|had| !is_empty(had));
        next.emptied = had_some && is_empty(&inventory) && !self.emptied;
        if !next.emptied {
            next.inventory = Some(Arc::new(inventory));
            next.withdrawn = false;
        }
        next.last_poll = Some(Poll {
            ended,
            took,
            failure: None,
        });
        next.last_success = Some(ended);
        next
    }

    /// After a poll that failed. The last good picture stays up until it is older than
    /// `max_staleness`; then it is dropped, and only a success brings one back.
    #[must_use]
    pub fn failed(
        &self,
        ended: UnixMillis,
        took: Duration,
        failure: Failure,
        max_staleness: Duration,
    ) -> Self {
        let mut next = self.withdrawn(ended, max_staleness);
        next.errors[failure.reason as usize] += 1;
        next.last_poll = Some(Poll {
            ended,
            took,
            failure: Some(failure),
        });
        next
    }

    /// Without the picture if at `now` it is older than `max_staleness`; only a success brings one
    /// back.
    #[must_use]
    pub fn withdrawn(&self, now: UnixMillis, max_staleness: Duration) -> Self {
        let mut next = self.clone();
        if self.inventory(now, max_staleness).is_none() {
            next.withdrawn = true;
        }
        next
    }

    /// The last good picture, unless at `now` it is older than `max_staleness`.
    pub fn inventory(&self, now: UnixMillis, max_staleness: Duration) -> Option<&Inventory> {
        let inventory = self.inventory.as_deref().filter(|_| !self.withdrawn)?;
        // A picture from the future is of no known age: the clock has been set back since.
        let obtained = inventory.obtained();
        let age = now.since(obtained).max(obtained.since(now));
        (age <= max_staleness).then_some(inventory)
    }

    /// The organisation's uuid, where an answer has said it.
    pub fn org_uuid(&self) -> Option<&Id> {
        self.org_uuid.as_ref()
    }

    /// The same, after an answer that warned that it is not whole, or did not.
    #[must_use]
    pub fn with_partial(self, partial: bool) -> Self {
        Self { partial, ..self }
    }

    /// Whether the last answer that could be used warned that it is not whole.
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// Whether the last answer that could be used had no active link any more, and is not believed yet.
    pub const fn is_emptied(&self) -> bool {
        self.emptied
    }

    /// How the last poll went; none before the first.
    pub fn last_poll(&self) -> Option<&Poll> {
        self.last_poll.as_ref()
    }

    /// When the last poll that succeeded ended.
    pub fn last_success(&self) -> Option<UnixMillis> {
        self.last_success
    }

    /// How many polls have failed for `reason`.
    pub fn errors(&self, reason: Reason) -> u64 {
        self.errors[reason as usize]
    }

    /// How many values of each field could not be understood, in all polls.
    pub fn malformed(&self) -> &Malformed {
        &self.malformed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::samples::share;
    use crate::share::Expiry;

    const STALENESS: Duration = Duration::from_secs(600);
    const T0: UnixMillis = UnixMillis::from_secs(1_000);

    fn after(standing: &Standing, expiries: &[Expiry], at: UnixMillis) -> Standing {
        let shares = expiries.iter().copied().map(share).collect();
        let inventory = Inventory::new(shares, None, at);
        standing.succeeded(Duration::ZERO, inventory, &Malformed::new())
    }

    fn good() -> Standing {
        after(&Standing::new(Source::ClipGroups), &[], T0)
    }

    fn fail(standing: &Standing, at: UnixMillis) -> Standing {
        let failure = Failure {
            reason: Reason::Server,
            message: "500".into(),
        };
        standing.failed(at, Duration::ZERO, failure, STALENESS)
    }

    #[test]
    fn a_failure_keeps_the_last_good_picture_until_it_is_too_old() {
        let edge = T0.after(STALENESS);
        let standing = fail(&good(), edge);
        assert!(standing.inventory(edge, STALENESS).is_some());
        assert!(
            standing
                .inventory(UnixMillis(edge.0 + 1), STALENESS)
                .is_none()
        );
        assert_eq!(standing.last_success(), Some(T0));
        assert_eq!(standing.errors(Reason::Server), 1);
    }

    #[test]
    fn what_was_withdrawn_stays_withdrawn_even_if_the_clock_goes_back() {
        let standing = fail(&good(), UnixMillis(T0.after(STALENESS).0 + 1));
        assert!(standing.inventory(T0, STALENESS).is_none());
    }

    #[test]
    fn what_was_withdrawn_stays_withdrawn_even_if_more_is_allowed_later() {
        let late = UnixMillis(T0.after(STALENESS).0 + 1);
        assert!(good().inventory(late, 2 * STALENESS).is_some());
        let standing = good().withdrawn(late, STALENESS);
        assert!(standing.inventory(late, 2 * STALENESS).is_none());
        assert_eq!(standing.last_success(), Some(T0));
    }

    #[test]
    fn a_clock_that_was_set_far_back_makes_the_picture_unbelievable() {
        let standing = good();
        assert!(
            standing
                .inventory(T0.before(STALENESS), STALENESS)
                .is_some()
        );
        let before = UnixMillis(T0.before(STALENESS).0 - 1);
        assert!(standing.inventory(before, STALENESS).is_none());
    }

    #[test]
    fn an_empty_list_does_not_make_the_organisation_another() {
        let known = Inventory::new(vec![], Some(Id::parse("uuid")), T0);
        let standing = good().succeeded(Duration::ZERO, known, &Malformed::new());
        let empty = Inventory::new(vec![], None, T0);
        let standing = standing.succeeded(Duration::ZERO, empty, &Malformed::new());
        assert_eq!(standing.org_uuid(), Some(&Id::parse("uuid")));
    }

    #[test]
    fn a_list_that_is_suddenly_empty_is_believed_the_second_time() {
        let minute = |minutes: u64| T0.after(Duration::from_secs(60 * minutes));
        let active = |standing: &Standing, at| {
            let inventory = standing.inventory(at, STALENESS).unwrap();
            (inventory.active(at), standing.is_emptied())
        };
        let ended = Expiry::At(minute(1));
        let open = after(&good(), &[Expiry::Never], T0);
        for gone in [&[][..], &[ended]] {
            let once = after(&open, gone, minute(1));
            assert_eq!(active(&once, minute(1)), (1, true));
            // A failure does not say so too.
            let failed = fail(&once, minute(2));
            assert_eq!(active(&failed, minute(2)), (1, true));
            let twice = after(&failed, gone, minute(3));
            assert_eq!(active(&twice, minute(3)), (0, false));
            // What comes back was there all the time, and may go again.
            let back = after(&once, &[Expiry::Never], minute(2));
            assert_eq!(active(&back, minute(2)), (1, false));
            assert_eq!(active(&after(&back, gone, minute(3)), minute(3)), (1, true));
        }
        // One that ended by itself is no surprise, nor is one of several that went.
        let ending = after(&good(), &[ended], T0);
        assert_eq!(
            active(&after(&ending, &[], minute(1)), minute(1)),
            (0, false)
        );
        let two = after(&good(), &[Expiry::Never, Expiry::Never], T0);
        let one = after(&two, &[Expiry::Never], minute(1));
        assert_eq!(active(&one, minute(1)), (1, false));
    }

    #[test]
    fn a_list_that_is_empty_after_a_withdrawal_is_looked_at_twice() {
        let late = UnixMillis(T0.after(STALENESS).0 + 1);
        let gone = fail(&after(&good(), &[Expiry::Never], T0), late);
        assert!(gone.inventory(late, STALENESS).is_none());
        let once = after(&gone, &[], late);
        assert!(once.inventory(late, STALENESS).is_none());
        // Nor does it come back where more is allowed meanwhile.
        assert!(once.inventory(late, 2 * STALENESS).is_none());
        let twice = after(&once, &[], late);
        assert_eq!(twice.inventory(late, STALENESS).unwrap().active(late), 0);
        // What is still there is believed at once.
        let back = after(&gone, &[Expiry::Never], late);
        assert_eq!(back.inventory(late, STALENESS).unwrap().active(late), 1);
    }

    #[test]
    fn a_success_brings_the_picture_back_and_keeps_the_counts() {
        let standing = fail(&good(), T0);
        let malformed = Malformed::from([("uuid", 2)]);
        let inventory = Inventory::new(vec![], None, T0);
        let standing = standing.succeeded(Duration::ZERO, inventory, &malformed);
        assert_eq!(standing.errors(Reason::Server), 1);
        assert_eq!(standing.malformed()["uuid"], 2);
        assert_eq!(standing.malformed()["record"], 0);
        assert_eq!(standing.last_poll().unwrap().failure, None);
    }
}
