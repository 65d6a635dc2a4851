//! What rules say of one list: the violations that are open. They outlast the picture that showed them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::share::{Id, ShareKey, UnixMillis, Violation};

/// The open violations of one list, as of the last good look that judged them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// Sorted by rule, then share.
    pub open: Arc<[Violation]>,
    /// On how many shares the expression of a rule failed, in the last assessment; none where on none.
    pub errors: BTreeMap<Arc<str>, u64>,
    /// The organisation of which they are, as Rhombus calls it, where that is known.
    pub org_uuid: Option<Id>,
    /// When time alone will next change what is open or covered; none: never.
    pub next_change: Option<UnixMillis>,
}

impl Violations {
    /// Those of one rule.
    pub fn of_rule(&self, rule: &str) -> &[Violation] {
        let from = self.open.partition_point(|it| &*it.rule < rule);
        let rest = &self.open[from..];
        &rest[..rest.partition_point(|it| &*it.rule == rule)]
    }

    /// Those of the share of this id.
    pub fn of_share<'a>(&'a self, id: &'a Id) -> impl Iterator<Item = &'a Violation> {
        let mut rest = &*self.open;
        std::iter::from_fn(move || {
            while let Some(first) = rest.first() {
                let of_rule = rest.partition_point(|it| it.rule <= first.rule);
                let (rule, others) = rest.split_at(of_rule);
                rest = others;
                if let Ok(found) = rule.binary_search_by(|it| compare(&it.share, id)) {
                    return Some(&rule[found]);
                }
            }
            None
        })
    }

    /// How many have a series of their own.
    pub fn series(&self) -> usize {
        self.open.iter().filter(|it| it.has_series).count()
    }

    /// How many shares of all of these each exception covers, by its name.
    pub fn covered<'a>(all: impl Iterator<Item = &'a Self>) -> BTreeMap<&'a str, u64> {
        let mut counts = BTreeMap::new();
        for (exception, count) in all.flat_map(Self::covered_here) {
            *counts.entry(exception).or_default() += count;
        }
        counts
    }

    fn covered_here(&self) -> BTreeMap<&str, u64> {
        let covered = self.open.iter();
        let covered = covered.filter_map(|it| Some((it.exception.as_deref()?, &it.share)));
        let shares: BTreeSet<(&str, &ShareKey)> = covered.collect();
        let mut counts = BTreeMap::new();
        for (exception, _) in shares {
            *counts.entry(exception).or_default() += 1;
        }
        counts
    }
}

/// How the key of a share stands to that of the share of this id.
fn compare(key: &ShareKey, id: &Id) -> Ordering {
    match key {
        ShareKey::Nameless(_) => Ordering::Less,
        ShareKey::Id(known) => known.cmp(id),
    }
}
