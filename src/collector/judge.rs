//! Judging what is known by the policy in use: after each good answer, when the audit feed tells something
//! new that it goes by, when time alone changes what it says, and when the policy is another. All that changes
//! a list's violations goes through here.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tracing::{info, warn};

use super::memory::{Changed, Memory, key_of};
use crate::inventory::{FleetHandle, Inventory, Organization, Standing, Violations};
use crate::policy::{Assessment, Policy, Seen};
use crate::share::{
    ExceptionUse, MalformedCounts, Moment, Share, ShareKind, UnixMillis, Violation,
};

/// How often it is looked whether time has changed what is said of some list.
pub(super) const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Judges every list of the fleet.
pub(super) struct Judge {
    policy: Arc<ArcSwap<Policy>>,
    fleet: Arc<FleetHandle>,
    memory: Arc<Memory>,
    /// How many violations have a series of their own, in all. Locked while some are given one.
    series: Mutex<usize>,
    /// Whether what cameras are called is asked for in any case.
    awaits_names: AtomicBool,
}

/// One list of an organisation.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub(super) organization: &'a Organization,
    pub(super) kind: ShareKind,
}

/// What is told of a poll beside what became of the list.
#[derive(Clone, Copy)]
pub(super) struct Polled<'a> {
    /// What could not be understood.
    pub(super) malformed: &'a MalformedCounts,
    /// Only shares that were made since then were asked for.
    pub(super) made_since: Option<UnixMillis>,
}

impl Judge {
    pub(super) fn new(
        policy: Arc<ArcSwap<Policy>>,
        fleet: Arc<FleetHandle>,
        memory: Arc<Memory>,
    ) -> Self {
        fleet.set_exceptions(memory.exceptions());
        Self {
            policy,
            fleet,
            memory,
            series: Mutex::new(0),
            awaits_names: AtomicBool::new(false),
        }
    }

    /// Publishes what a poll has made of a list, and what the policy says of that. `after` may be asked
    /// more than once.
    pub(super) fn publish_poll(
        &self,
        list: List<'_>,
        polled: Polled<'_>,
        after: impl Fn(&Standing) -> Standing,
    ) {
        self.change(list, polled.made_since, |before| {
            let next = after(before);
            let judged = looked(before, &next)
                .map(|look| self.judge_look(list, before, look, polled.made_since));
            let next = match judged {
                Some(violations) => next.judged(violations),
                None => next,
            };
            Some((next, Some(polled.malformed)))
        });
    }

    /// Judges anew what time alone has changed, where it has.
    pub(super) fn look_at_time(&self, here: Moment) {
        let fleet = self.fleet.load();
        for organization in &fleet.organizations {
            let now = organization.now(here);
            for (kind, standing) in organization.standings() {
                let due = standing.violations().and_then(|known| known.next_change);
                if due.is_some_and(|due| due <= now.time) {
                    let list = List { organization, kind };
                    self.pass_time(list, now, fleet.view.max_staleness);
                }
            }
        }
    }

    /// Takes in which lists are watched at `uptime`.
    pub(super) fn note_watched(&self, uptime: Duration) {
        let fleet = self.fleet.load();
        let lists = fleet.organizations.iter().flat_map(|organization| {
            let kinds = organization.standings();
            kinds.filter_map(|(kind, _)| key_of(organization, kind))
        });
        self.memory.watch(&lists.collect(), uptime);
    }

    /// Takes in which exceptions are of use now.
    pub(super) fn note_exceptions(&self, now: UnixMillis) {
        let (policy, fleet) = (self.policy.load(), self.fleet.load());
        let known = self.fleet.exceptions();
        if policy.exceptions().is_empty() && known.is_empty() {
            return;
        }
        let lists = fleet.organizations.iter().flat_map(|it| it.standings());
        let violations: Vec<_> = lists
            .filter_map(|(_, standing)| standing.violations().cloned())
            .collect();
        let covered = Violations::covered(violations.iter().map(|known| &**known));
        let uses = policy.exceptions().iter().map(|exception| {
            let name = &*exception.name;
            let first = ExceptionUse {
                first_seen: now,
                last_match: now,
            };
            let known = known.get(name).copied().unwrap_or(first);
            let last_match = match covered.contains_key(name) {
                true => now,
                false => known.last_match,
            };
            (
                name.to_owned(),
                ExceptionUse {
                    last_match,
                    ..known
                },
            )
        });
        let uses = uses.collect();
        self.memory.keep_exceptions(&uses);
        self.fleet.set_exceptions(uses);
    }

    /// Judges everything by another policy, where it is another.
    pub(super) fn use_policy(&self, policy: &Arc<Policy>, here: Moment) {
        if **self.policy.load() == **policy {
            self.note_exceptions(here.time);
            return;
        }
        self.policy.store(policy.clone());
        let fleet = self.fleet.load();
        for organization in &fleet.organizations {
            self.judge_lists_anew(organization, here);
        }
        self.note_exceptions(here.time);
    }

    /// Whether a list is of use only once it is known what cameras are called.
    pub(super) fn awaits_camera_names(&self) -> bool {
        self.awaits_names.load(Ordering::Relaxed) || self.policy.load().needs_camera_names()
    }

    /// Takes in that the audit feed has told something new of an organisation's shares.
    pub(super) fn note_attributions(&self, organization: &Organization, here: Moment) {
        if self.policy.load().needs_attributions() {
            self.judge_lists_anew(organization, here);
        }
    }

    /// From now on each list awaits what cameras are called, also where the policy doesn't ask.
    pub(super) fn always_await_camera_names(&self) {
        self.awaits_names.store(true, Ordering::Relaxed);
    }

    /// Judges each list of an organisation by what is known now: its cameras may have got names, or the
    /// audit feed may have told who made a link.
    pub(super) fn judge_lists_anew(&self, organization: &Organization, here: Moment) {
        let now = organization.now(here);
        let max_staleness = self.fleet.load().view.max_staleness;
        for (kind, _) in organization.standings() {
            self.judge_anew(List { organization, kind }, now, max_staleness);
        }
    }

    /// Judges a list by the policy in use, as of its last good look. What has opened since then, by time
    /// alone, is not for that look to close.
    fn judge_anew(&self, list: List<'_>, now: Moment, max_staleness: Duration) {
        self.change(list, None, |before| {
            let known = before.violations()?;
            let look = before.last_look()?;
            if before.inventory(now, max_staleness).is_none() {
                let violations = self.after_time(list, before, known, (now, max_staleness))?;
                return Some((before.clone().judged(violations), None));
            }
            let then = look.obtained().time;
            let (older, newer) = opened_by(known, then);
            let attributions = list.organization.known_attributions();
            let seen = Seen {
                org: list.organization.name(),
                shares: look.shares(),
                cameras: &list.organization.camera_names(),
                attributions: attributions.as_deref(),
                now: then,
                closes: !look.is_partial(),
                made_since: None,
                before: &[],
            };
            let as_of_then = with(self.assess(list, &seen, &older), newer);
            let is_due = as_of_then.next_change.is_some_and(|due| due <= now.time);
            let violations = match is_due {
                true => self.after_time(list, before, &as_of_then, (now, max_staleness))?,
                false => as_of_then,
            };
            Some((before.clone().judged(violations), None))
        });
    }

    /// Takes in that time has passed.
    fn pass_time(&self, list: List<'_>, now: Moment, max_staleness: Duration) {
        self.change(list, None, |before| {
            let known = before.violations()?;
            let violations = self.after_time(list, before, known, (now, max_staleness))?;
            Some((before.clone().judged(violations), None))
        });
    }

    /// What the passing of time makes of `known`: an old picture closes nothing, and one that is shown no
    /// more opens nothing either.
    fn after_time(
        &self,
        list: List<'_>,
        standing: &Standing,
        known: &Violations,
        (now, max_staleness): (Moment, Duration),
    ) -> Option<Violations> {
        let look = standing.last_look()?;
        let is_shown = standing.inventory(now, max_staleness).is_some();
        let shares: &[Share] = if is_shown { look.shares() } else { &[] };
        let attributions = list.organization.known_attributions();
        let seen = Seen {
            org: list.organization.name(),
            shares,
            cameras: &list.organization.camera_names(),
            attributions: attributions.as_deref(),
            now: now.time,
            closes: false,
            made_since: None,
            before: look.shares(),
        };
        let mut violations = self.assess(list, &seen, known);
        if !is_shown {
            violations.errors.clone_from(&known.errors);
        }
        Some(violations)
    }

    fn judge_look(
        &self,
        list: List<'_>,
        before: &Standing,
        look: &Inventory,
        made_since: Option<UnixMillis>,
    ) -> Violations {
        let uuid = list.organization.identity().uuid.clone();
        let known = before.violations().cloned().unwrap_or_default();
        let is_others = known.org_uuid.is_some() && uuid.is_some() && known.org_uuid != uuid;
        if is_others {
            tell_unwatched(list.organization);
        }
        let known = if is_others { Arc::default() } else { known };
        let look_before = before.last_look().filter(|_| !is_others);
        let attributions = list.organization.known_attributions();
        let seen = Seen {
            org: list.organization.name(),
            shares: look.shares(),
            cameras: &list.organization.camera_names(),
            attributions: attributions.as_deref(),
            now: look.obtained().time,
            closes: !look.is_partial(),
            made_since,
            before: look_before.map_or(&[], |look| look.shares()),
        };
        Violations {
            org_uuid: uuid.or(known.org_uuid.clone()),
            ..self.assess(list, &seen, &known)
        }
    }

    fn assess(&self, list: List<'_>, seen: &Seen<'_>, known: &Violations) -> Violations {
        let Assessment { violations, ended } = self.policy.load().assess(seen, known);
        if ended.unwatched > 0 {
            info!(
                org = list.organization.name(),
                source = list.kind.list(),
                violations = ended.unwatched,
                "no longer watched, which is not mended: a rule is gone, or the links are older than what is \
                 asked for"
            );
        }
        violations
    }

    /// Puts in place of what is known of a list what `next` makes of it, with what could not be understood
    /// where that comes of a poll, and gives series to what is open.
    fn change<'a>(
        &self,
        list: List<'_>,
        made_since: Option<UnixMillis>,
        next: impl Fn(&Standing) -> Option<(Standing, Option<&'a MalformedCounts>)>,
    ) {
        loop {
            let before = list.organization.standing(list.kind);
            let Some((mut standing, malformed)) = next(&before) else {
                return;
            };
            let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
            let had = before.violations().map_or(0, |known| known.series());
            let mut has = had;
            if let Some(mut violations) = standing.take_violations() {
                has = self.give_series(list, &mut violations, series.saturating_sub(had));
                standing = standing.judged(violations);
            }
            standing = standing.remembering(&before, list.kind);
            let (next, list) = (standing.clone(), (list.organization, list.kind));
            let is_published = match malformed {
                Some(malformed) => self.fleet.publish_poll(list, &before, standing, malformed),
                None => self.fleet.publish_after(list, &before, standing),
            };
            if is_published {
                // Whoever counted anew in between may have left this list out.
                *series = series.saturating_sub(had) + has;
                // While no other change of the list comes between.
                let changed = Changed {
                    before: &before,
                    now: &next,
                    policy: &self.policy.load(),
                    made_since,
                    max_staleness: self.fleet.load().view.max_staleness,
                };
                self.memory.keep(list, changed);
                return;
            }
        }
    }

    /// Gives series to violations of a list, where others have so many. Gives how many have one.
    fn give_series(&self, list: List<'_>, violations: &mut Violations, others: usize) -> usize {
        let policy = self.policy.load();
        let of_org = list.organization.standings();
        let of_org = series_of(of_org.filter(|(kind, _)| *kind != list.kind));
        let limit = policy.series_limit;
        let free = limit.organization.saturating_sub(of_org);
        let free = free.min(limit.total.saturating_sub(others));
        // In place, where they were just made: there may be several of each of 100,000 links.
        policy.give_series(Arc::make_mut(&mut violations.open), free)
    }

    /// Counts the series anew, since other organisations are watched.
    pub(super) fn recount_series(&self) {
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let fleet = self.fleet.load();
        *series = series_of(fleet.organizations.iter().flat_map(|it| it.standings()));
    }
}

/// How many violations of these lists have a series of their own.
fn series_of(lists: impl Iterator<Item = (ShareKind, Arc<Standing>)>) -> usize {
    lists
        .filter_map(|(_, standing)| Some(standing.violations()?.series()))
        .sum()
}

/// The look that a poll has added; none where it failed, or what it said is not believed yet.
fn looked<'a>(before: &Standing, next: &'a Standing) -> Option<&'a Inventory> {
    let look = next.last_look()?;
    let is_old = before.last_look().is_some_and(|old| Arc::ptr_eq(old, look));
    (!is_old).then_some(look)
}

/// Says that what was open of an organisation is no longer looked at, since its key is another one's.
pub(super) fn tell_unwatched(organization: &Organization) {
    let standings = organization.standings();
    let open: usize = standings
        .filter_map(|(_, standing)| Some(standing.violations()?.open.len()))
        .sum();
    if open > 0 {
        warn!(
            org = organization.name(),
            violations = open,
            "no longer watched, which is not mended: the key is of another organisation"
        );
    }
}

/// Those that had opened by this moment, and those that have since.
fn opened_by(known: &Violations, moment: UnixMillis) -> (Violations, Vec<Violation>) {
    let (older, newer): (Vec<_>, Vec<_>) = known
        .open
        .iter()
        .cloned()
        .partition(|violation| violation.since <= moment);
    let older = Violations {
        open: older.into(),
        ..known.clone()
    };
    (older, newer)
}

/// These and `more`, each once: what was known before stays as it was.
fn with(violations: Violations, more: Vec<Violation>) -> Violations {
    let key = |it: &Violation| (it.rule.clone(), it.share.clone());
    let known: BTreeSet<_> = more.iter().map(key).collect();
    let found = violations.open.iter().cloned();
    let mut open: Vec<_> = found.filter(|it| !known.contains(&key(it))).collect();
    open.extend(more);
    open.sort();
    Violations {
        open: open.into(),
        ..violations
    }
}
