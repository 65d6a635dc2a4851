//! The arithmetic of now. A [`Timeline`] is built once a poll and asked at each scrape: every
//! question is a binary search over sorted expiries, so that what depends on now costs a scrape
//! next to nothing and is right to the millisecond.

use std::time::Duration;

use crate::share::{Expiry, Share, UnixMillis};

/// Shares in the order in which they end, with the totals of what is left at each end.
#[derive(Debug, PartialEq, Eq)]
pub struct Timeline {
    /// When shares end, ascending. Those that never end are in [`Self::never`].
    ends: Box<[UnixMillis]>,
    /// `left[i]`: the totals of all shares but the `i` that end first. One longer than `ends`.
    left: Box<[Totals]>,
    /// How many never end.
    never: u64,
}

/// What some shares hand out together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Clips.
    pub clips: u64,
    /// Their duration, in seconds.
    pub duration_secs: u64,
    /// When the oldest share was made; none where no share says.
    pub oldest: Option<UnixMillis>,
}

/// What a [`Timeline`] shows at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Shares that have not ended.
    pub active: u64,
    /// Of these, the ones that never end.
    pub without_expiry: u64,
    /// Shares that have ended and are still listed.
    pub expired: u64,
    /// What the active ones hand out.
    pub totals: Totals,
    /// When the next active share ends.
    pub next_expiry: Option<UnixMillis>,
}

impl Totals {
    fn with(self, share: &Share) -> Self {
        Self {
            clips: self.clips.saturating_add(share.media.clips.into()),
            duration_secs: self.duration_secs.saturating_add(share.media.duration_secs),
            oldest: [self.oldest, share.created].into_iter().flatten().min(),
        }
    }
}

impl Timeline {
    /// Sorts `shares` by their ends and adds up what is left at each.
    pub fn new<'a>(shares: impl IntoIterator<Item = &'a Share>) -> Self {
        let mut ending = Vec::new();
        let mut never = 0;
        let mut totals = Totals::default();
        for share in shares {
            match share.expiry {
                Expiry::At(at) => ending.push((at, share)),
                Expiry::Never => {
                    never += 1;
                    totals = totals.with(share);
                }
            }
        }
        ending.sort_unstable_by_key(|(at, _)| *at);

        let mut left = vec![totals; ending.len() + 1];
        for (index, (_, share)) in ending.iter().enumerate().rev() {
            totals = totals.with(share);
            left[index] = totals;
        }
        Self {
            ends: ending.into_iter().map(|(at, _)| at).collect(),
            left: left.into_boxed_slice(),
            never,
        }
    }

    /// What there is to see at `now`. A share that ends at exactly `now` has ended.
    pub fn at(&self, now: UnixMillis) -> Tally {
        let ended = self.ended_by(now);
        Tally {
            active: (self.ends.len() - ended) as u64 + self.never,
            without_expiry: self.never,
            expired: ended as u64,
            totals: self.left[ended],
            next_expiry: self.ends.get(ended).copied(),
        }
    }

    /// How many shares that are active at `now` will have ended once `within` has passed.
    pub fn expiring(&self, now: UnixMillis, within: Duration) -> u64 {
        (self.ended_by(now.after(within)) - self.ended_by(now)) as u64
    }

    fn ended_by(&self, moment: UnixMillis) -> usize {
        self.ends.partition_point(|end| *end <= moment)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::share::samples::share;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn nothing_shared_is_all_zero() {
        let timeline = Timeline::new([]);
        let now = UnixMillis::from_secs(1);
        assert_eq!(
            timeline.at(now),
            Tally {
                active: 0,
                without_expiry: 0,
                expired: 0,
                totals: Totals::default(),
                next_expiry: None
            }
        );
    }

    #[test]
    fn a_share_that_ends_exactly_now_has_ended() {
        let end = UnixMillis::from_secs(1_000);
        let shares = [share(Expiry::At(end))];
        let timeline = Timeline::new(&shares);
        assert_eq!(timeline.at(UnixMillis(end.0 - 1)).active, 1);
        assert_eq!(timeline.at(end).active, 0);
        assert_eq!(timeline.at(end).expired, 1);
    }

    #[test]
    fn a_window_counts_its_last_moment_and_not_the_one_after() {
        let now = UnixMillis::from_secs(1_000);
        let shares = [share(Expiry::At(now.after(HOUR)))];
        let timeline = Timeline::new(&shares);
        assert_eq!(timeline.expiring(now, HOUR), 1);
        assert_eq!(timeline.expiring(UnixMillis(now.0 - 1), HOUR), 0);
    }

    fn moments() -> impl Strategy<Value = UnixMillis> {
        // Small numbers, so that equal moments and exact boundaries do come up.
        prop_oneof![
            (0i64..50).prop_map(UnixMillis),
            any::<i64>().prop_map(UnixMillis)
        ]
    }

    fn expiries() -> impl Strategy<Value = Expiry> {
        prop_oneof![Just(Expiry::Never), moments().prop_map(Expiry::At)]
    }

    proptest! {
        #[test]
        fn it_agrees_with_counting_by_hand(
            expiries in proptest::collection::vec(expiries(), 0..40),
            now in moments(),
            within in 0u64..60,
        ) {
            let shares: Vec<_> = expiries.iter().copied().map(share).collect();
            let timeline = Timeline::new(&shares);
            let within = Duration::from_millis(within);
            let active: Vec<_> = shares.iter().filter(|s| s.expiry.is_active(now)).collect();
            let soon = |s: &&&Share| matches!(s.expiry, Expiry::At(at) if at <= now.after(within));

            let seen = timeline.at(now);
            prop_assert_eq!(seen.active, active.len() as u64);
            prop_assert_eq!(seen.active + seen.expired, shares.len() as u64);
            prop_assert_eq!(timeline.expiring(now, within), active.iter().filter(soon).count() as u64);
            prop_assert_eq!(
                seen.totals.clips,
                active.iter().map(|s| u64::from(s.media.clips)).sum::<u64>()
            );
            prop_assert_eq!(
                seen.next_expiry.map(Expiry::At),
                active.iter().map(|s| s.expiry).filter(|e| *e != Expiry::Never).min()
            );
        }

        #[test]
        fn the_parts_add_up_to_the_whole(
            expiries in proptest::collection::vec(expiries(), 0..40),
            cut in any::<prop::sample::Index>(),
            now in moments(),
        ) {
            let shares: Vec<_> = expiries.iter().copied().map(share).collect();
            let (a, b) = shares.split_at(if shares.is_empty() { 0 } else { cut.index(shares.len()) });
            let whole = Timeline::new(&shares).at(now);
            let (a, b) = (Timeline::new(a).at(now), Timeline::new(b).at(now));
            prop_assert_eq!(whole.active, a.active + b.active);
            prop_assert_eq!(whole.expired, a.expired + b.expired);
            prop_assert_eq!(whole.without_expiry, a.without_expiry + b.without_expiry);
            prop_assert_eq!(whole.totals.duration_secs, a.totals.duration_secs + b.totals.duration_secs);
        }
    }
}
