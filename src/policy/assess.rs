//! One look at a list, judged: which violations are open after it. Here is where one that was seen stays
//! until a good look, whole and not partial, has seen it mended.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rule::EXPRESSION_HOLDS;
use super::{Expression, Policy, Rule, Subject, Verdict, name_of};
use crate::inventory::Violations;
use crate::share::{AttributedShares, CameraNames, Share, ShareKey, UnixMillis, Violation};

/// What was seen of one list.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The name of the organisation.
    pub org: &'a str,
    /// The shares, sorted by id; those without one first.
    pub shares: &'a [Share],
    /// What the organisation's cameras are called, as far as that is known.
    pub cameras: &'a CameraNames,
    /// What the organisation's audit feed has told of its shares; none where it was never read.
    pub attributions: Option<&'a AttributedShares>,
    /// The moment as of which they are judged.
    pub now: UnixMillis,
    /// Whether this closes what it doesn't show: a good look, whole and not partial, taken at `now`.
    pub closes: bool,
    /// Only shares that were made since then were asked for; none: all.
    pub made_since: Option<UnixMillis>,
    /// The shares of the look before, sorted likewise.
    pub before: &'a [Share],
}

/// What came of it.
#[derive(Debug)]
pub struct Assessment {
    /// What is open now.
    pub violations: Violations,
    /// What was open, and is no more.
    pub ended: Ended,
}

/// How many violations have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Because the share is mended or gone.
    pub mended: u64,
    /// Because nobody looks any more: the rule is gone, or the share is older than what is asked for.
    pub unwatched: u64,
}

impl Policy {
    /// Judges a look, where these violations were open before.
    pub fn assess(&self, seen: &Seen<'_>, before: &Violations) -> Assessment {
        let found = Found::by(self, seen, before.open.len());
        let mut next_change = found.next_change;
        let mut ended = Ended::default();
        let mut nameless = Nameless::new(&found.broken, &before.open);
        let mut open = Vec::with_capacity(found.broken.len());
        let mut broken = found.broken.into_iter().peekable();
        for old in before.open.iter() {
            let place = (&old.rule, &old.share);
            while let Some(new) = broken.next_if(|new| (&new.rule, &new.share) < place) {
                open.push(new);
            }
            if let Some(new) = broken.next_if(|new| (&new.rule, &new.share) == place) {
                let exception = new.exception.or_else(|| self.covered_blindly(old, seen));
                open.push(Violation {
                    since: old.since,
                    has_series: old.has_series,
                    exception,
                    ..new
                });
                continue;
            }
            match self.after(old, seen) {
                After::Open(violation) => open.push(violation),
                After::Gone if nameless.may_be(old) => open.push(old.clone()),
                After::Gone | After::Mended => ended.mended += 1,
                After::Unwatched => ended.unwatched += 1,
            }
        }
        open.extend(broken);
        open.retain(|violation| !nameless.stands_for(violation));
        for until in self.ends_of_exceptions(&open, seen.now) {
            next_change = earlier(next_change, until, seen.now);
        }
        Assessment {
            violations: Violations {
                open: open.into(),
                errors: found.errors,
                org_uuid: before.org_uuid.clone(),
                next_change,
            },
            ended,
        }
    }

    /// What becomes of a violation that this look does not show.
    fn after(&self, old: &Violation, seen: &Seen<'_>) -> After {
        let rule = self
            .rule(&old.rule)
            .filter(|rule| rule.applies_to(seen.org));
        let Some(rule) = rule else {
            return After::Unwatched;
        };
        let listed = find(seen.shares, &old.share);
        let known = listed.or_else(|| find(seen.before, &old.share));
        if !seen.closes {
            let exception = match known {
                Some(share) => self
                    .cover(rule, seen, share)
                    .or_else(|| self.covered_blindly(old, seen)),
                None => self.still(old, rule, seen.now),
            };
            return After::Open(Violation {
                exception,
                ..old.clone()
            });
        }
        let is_asked_for = |share: &Share| share.created >= seen.made_since;
        match known {
            Some(share) if listed.is_none() && !is_asked_for(share) => After::Unwatched,
            _ if listed.is_none() => After::Gone,
            _ => After::Mended,
        }
    }

    /// The name of the exception that covers a share which breaks this rule.
    fn cover(&self, rule: &Rule, seen: &Seen<'_>, share: &Share) -> Option<Arc<str>> {
        let subject = seen.subject(share);
        self.covered_by(rule, subject, seen.now).map(name_of)
    }

    /// The exception that covered it by names of cameras or by what the audit feed tells, while none of that is
    /// known: after a start it comes with the first poll.
    fn covered_blindly(&self, old: &Violation, seen: &Seen<'_>) -> Option<Arc<str>> {
        let exception = self.exception(old.exception.as_deref()?)?;
        let rule = self.rule(&old.rule)?;
        let is_blind = seen.cameras.is_empty() && exception.needs_camera_names()
            || seen.attributions.is_none() && exception.needs_attributions();
        is_blind.then(|| self.still(old, rule, seen.now)).flatten()
    }

    /// The exception that covered it, where that may still do so: of the share, nothing is known.
    fn still(&self, old: &Violation, rule: &Rule, now: UnixMillis) -> Option<Arc<str>> {
        let exception = self.exception(old.exception.as_deref()?)?;
        (exception.is_in_force(now) && exception.is_from(rule)).then(|| name_of(exception))
    }

    /// When exceptions that cover some of these may do so no more.
    fn ends_of_exceptions(&self, open: &[Violation], now: UnixMillis) -> Vec<UnixMillis> {
        let mut names: Vec<_> = open
            .iter()
            .filter_map(|it| it.exception.as_deref())
            .collect();
        names.sort_unstable();
        names.dedup();
        let exceptions = names.into_iter().filter_map(|name| self.exception(name));
        let ends = exceptions.flat_map(|exception| {
            let expression = exception.matches.expression.as_ref();
            let depends = expression.is_some_and(Expression::depends_on_time);
            [
                Some(exception.until),
                depends.then(|| now.after(EXPRESSION_HOLDS)),
            ]
        });
        ends.flatten().collect()
    }
}

enum After {
    Open(Violation),
    /// The share is not listed any more.
    Gone,
    Mended,
    Unwatched,
}

/// Shares that break a rule and whose uuid can't be read, which there were not before: each may be one that
/// is listed no more. Such a one stays, in place of the other.
struct Nameless<'a> {
    /// By rule: how many there are, of those how many are new, and how many of these stand for another.
    of_rule: BTreeMap<&'a str, NamelessOfRule>,
}

#[derive(Default)]
struct NamelessOfRule {
    all: u32,
    new: u32,
    taken: u32,
}

impl<'a> Nameless<'a> {
    fn new(found: &[Violation], before: &'a [Violation]) -> Self {
        let mut of_rule: BTreeMap<&str, NamelessOfRule> = BTreeMap::new();
        let is_nameless = |it: &&Violation| matches!(it.share, ShareKey::Nameless(_));
        for known in before {
            of_rule.entry(&known.rule).or_default();
        }
        for it in found.iter().filter(is_nameless) {
            if let Some(of_rule) = of_rule.get_mut(&*it.rule) {
                (of_rule.all, of_rule.new) = (of_rule.all + 1, of_rule.new + 1);
            }
        }
        for known in before.iter().filter(is_nameless) {
            let of_rule = of_rule.entry(&known.rule).or_default();
            of_rule.new = of_rule.new.saturating_sub(1);
        }
        Self { of_rule }
    }

    /// Whether a share that is listed no more may be one of them. Each is at most one.
    fn may_be(&mut self, missing: &Violation) -> bool {
        let is_named = matches!(missing.share, ShareKey::Id(_));
        let of_rule = self.of_rule.get_mut(&*missing.rule);
        let Some(of_rule) = of_rule.filter(|it| is_named && it.taken < it.new) else {
            return false;
        };
        of_rule.taken += 1;
        true
    }

    /// Whether this one is what another stands for: the last ones are.
    fn stands_for(&self, violation: &Violation) -> bool {
        let ShareKey::Nameless(number) = violation.share else {
            return false;
        };
        let of_rule = self.of_rule.get(&*violation.rule);
        of_rule.is_some_and(|it| number > it.all - it.taken && number <= it.all)
    }
}

impl Seen<'_> {
    fn subject<'a>(&'a self, share: &'a Share) -> Subject<'a> {
        Subject {
            org: self.org,
            share,
            cameras: self.cameras,
            attributions: self.attributions,
        }
    }
}

/// What a look shows by itself.
struct Found {
    /// Sorted by rule, then share.
    broken: Vec<Violation>,
    errors: BTreeMap<Arc<str>, u64>,
    next_change: Option<UnixMillis>,
}

impl Found {
    fn by(policy: &Policy, seen: &Seen<'_>, expected: usize) -> Self {
        let mut found = Self {
            // As many as before, most often: a vector that grows would take twice as much.
            broken: Vec::with_capacity(expected),
            errors: BTreeMap::new(),
            next_change: None,
        };
        let rules = policy.rules().iter();
        let mut rules: Vec<_> = rules.filter(|rule| rule.applies_to(seen.org)).collect();
        rules.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for rule in rules {
            found.judge(policy, rule, seen);
        }
        found
    }

    fn judge(&mut self, policy: &Policy, rule: &Rule, seen: &Seen<'_>) {
        let mut nameless = 0;
        for share in seen.shares {
            for moment in rule.moments(share, seen.now) {
                self.next_change = earlier(self.next_change, moment, seen.now);
            }
            let verdict = rule.judge(seen.subject(share), seen.now);
            if verdict == Verdict::Failed {
                *self.errors.entry(rule.name.clone()).or_default() += 1;
            }
            if !verdict.is_violation() {
                continue;
            }
            self.broken.push(Violation {
                rule: rule.name.clone(),
                share: match &share.id {
                    Some(id) => ShareKey::Id(id.clone()),
                    None => {
                        nameless += 1;
                        ShareKey::Nameless(nameless)
                    }
                },
                since: seen.now,
                exception: policy.cover(rule, seen, share),
                has_series: false,
            });
        }
    }
}

/// The earlier of two moments that are still to come.
fn earlier(known: Option<UnixMillis>, moment: UnixMillis, now: UnixMillis) -> Option<UnixMillis> {
    if moment <= now {
        return known;
    }
    Some(known.map_or(moment, |known| known.min(moment)))
}

/// The share of this key in a list that is sorted by id.
fn find<'a>(shares: &'a [Share], key: &ShareKey) -> Option<&'a Share> {
    let ShareKey::Id(id) = key else { return None };
    let place = shares.binary_search_by(|share| share.id.as_ref().cmp(&Some(id)));
    place.ok().map(|index| &shares[index])
}
