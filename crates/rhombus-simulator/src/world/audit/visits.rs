//! When a share is looked at. The moments are worked out, not kept: those of any hour are found without
//! those before it.

use fastrand::Rng;

use super::mixed;

/// Once in each period from a moment on, at a moment of its own within that.
#[derive(Clone, Copy)]
pub(super) struct Visits {
    /// Epoch milliseconds.
    pub(super) first: i64,
    /// In milliseconds, above 0.
    pub(super) period: i64,
    /// How many there are at most.
    pub(super) most: i64,
    pub(super) seed: u64,
}

impl Visits {
    /// Those from `from` to `to`, both included: their numbers, and when they are.
    pub(super) fn within(
        self,
        from: i64,
        to: i64,
    ) -> impl DoubleEndedIterator<Item = (i64, i64)> + use<> {
        let number = |at: i64| at.saturating_sub(self.first).div_euclid(self.period);
        let numbers = number(from).max(0)..number(to).saturating_add(1).min(self.most);
        let all = numbers.map(move |number| (number, self.at(number)));
        all.filter(move |(_, at)| (from..=to).contains(at))
    }

    fn at(self, number: i64) -> i64 {
        let seed = mixed([self.seed, number.unsigned_abs(), 0]);
        let within = Rng::with_seed(seed).i64(0..self.period);
        self.first + number * self.period + within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISITS: Visits = Visits {
        first: 1_000_000,
        period: 1_000,
        most: 50,
        seed: 7,
    };

    #[test]
    fn there_is_one_in_each_period() {
        let all: Vec<_> = VISITS.within(i64::MIN, 1_050_000).collect();
        let periods = all.iter().map(|(_, at)| (at - 1_000_000) / 1_000);
        assert!(periods.eq(0..50));
        let offsets: std::collections::HashSet<_> = all.iter().map(|(_, at)| at % 1_000).collect();
        assert!(offsets.len() > 40, "{offsets:?}");
    }

    #[test]
    fn any_part_of_them_is_found_by_itself() {
        let all: Vec<_> = VISITS.within(0, 1_050_000).collect();
        for (from, to) in [
            (0, 1_020_500),
            (1_010_500, 1_030_000),
            (1_049_000, 2_000_000),
        ] {
            let part = VISITS.within(from, to);
            let expected = all.iter().filter(|(_, at)| (from..=to).contains(at));
            assert!(part.eq(expected.copied()), "{from} to {to}");
        }
        let (_, at) = all[20];
        assert_eq!(VISITS.within(at, at).collect::<Vec<_>>(), [(20, at)]);
        assert_eq!(VISITS.within(0, 999_999).count(), 0);
        assert_eq!(VISITS.within(5, 4).count(), 0);
    }
}
