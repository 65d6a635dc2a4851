//! What the trail knows of one list: what it last said of its shares, when it was looked at, which rules its links
//! break; and what becomes of that, with what is to be entered.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::compare::{self, Terms};
use super::entry::{BrokenRule, LinkEntry, ListName, PlainEntry, Shown, looks, plain};
use super::event::Event;
use super::picture::{Picture, Presence};
use super::trail::{CLOCK_STEP, Noticed};
use super::violations::{self, RuleChange};
use crate::inventory::{Inventory, Violations};
use crate::share::{Ref, Share, UnixMillis, Violation};
use crate::store::{Entry, Looks, TrailList};

/// What the trail knows of a list.
#[derive(Debug)]
pub(super) struct KnownList {
    pub(super) name: Arc<ListName>,
    pub(super) list: TrailList,
    /// Sorted by ref.
    pub(super) pictures: Vec<Picture>,
    pub(super) violations: Arc<[Violation]>,
}

impl KnownList {
    pub(super) fn new(noticed: &Noticed<'_>) -> Self {
        let org: Arc<str> = noticed.org.into();
        let name = ListName {
            key: noticed.key.clone(),
            org: org.clone(),
        };
        Self {
            name: Arc::new(name),
            list: TrailList {
                name: org,
                org_uuid: noticed.org_uuid.cloned(),
                is_watched: false,
                looks: Looks::default(),
                nameless: 0,
            },
            pictures: Vec::new(),
            violations: Arc::default(),
        }
    }

    /// What is known after this was noticed, and what is to be entered.
    pub(super) fn after(
        &self,
        noticed: &Noticed<'_>,
        now: UnixMillis,
    ) -> (Self, Vec<Arc<dyn Entry>>) {
        let mut next = Self {
            name: self.name.clone(),
            list: self.list.clone(),
            pictures: Vec::new(),
            violations: self.violations.clone(),
        };
        let mut entries = Vec::new();
        if *self.list.name != *noticed.org {
            next.rename(noticed.org);
        }
        if noticed.look.is_none() && self.is_others(noticed) {
            // Its own links are told first.
            next.pictures.clone_from(&self.pictures);
            return (next, entries);
        }
        if let Some(look) = noticed.look {
            next.take_look(self, noticed, look, now, &mut entries);
        } else {
            next.pictures.clone_from(&self.pictures);
        }
        let open = noticed.violations.map(|it| &it.open);
        if let Some(open) = open.filter(|open| !Arc::ptr_eq(open, &self.violations)) {
            next.take_violations(noticed, open, now, &mut entries);
        }
        (next, entries)
    }

    /// Whether what was noticed is of another organisation than what is known.
    fn is_others(&self, noticed: &Noticed<'_>) -> bool {
        let known = self.list.org_uuid.as_ref().zip(noticed.org_uuid);
        known.is_some_and(|(known, noticed)| known != noticed)
    }

    fn rename(&mut self, org: &str) {
        self.list.name = org.into();
        self.name = Arc::new(ListName {
            key: self.name.key.clone(),
            org: self.list.name.clone(),
        });
    }

    fn take_look(
        &mut self,
        before: &Self,
        noticed: &Noticed<'_>,
        look: &Inventory,
        now: UnixMillis,
        entries: &mut Vec<Arc<dyn Entry>>,
    ) {
        let seen = look.obtained().time;
        let was = &before.list;
        let is_others = before.is_others(noticed);
        if is_others {
            entries.extend(before.unwatch_as(now, "the key is of another organisation"));
            self.violations = Arc::default();
        }
        let is_first = was.looks.count == 0 || is_others;
        let gap = seen.since(was.looks.last);
        let is_after_gap = !is_first && (gap > noticed.max_staleness || !was.is_watched);
        // Looks of before a clock was set back are no range with those of after it.
        let is_set_back = !is_first && was.looks.last.since(seen) > CLOCK_STEP;
        if (is_after_gap || is_set_back) && was.is_watched {
            entries.push(watched(before, now));
        }
        let terms = Terms {
            is_first,
            is_others,
            made_since: noticed.made_since,
        };
        let compared = compare::compare(look, &before.pictures, terms);
        let breaks = is_first.then(|| breaks(noticed.violations));
        for change in compared.changes {
            let shown = change.shown.map(|place| {
                let share = &look.shares()[place as usize];
                shown(share, change.after.reference, breaks.as_ref())
            });
            entries.push(Arc::new(LinkEntry {
                noticed: now,
                list: self.name.clone(),
                event: change.event,
                change: Some(change),
                between: (!is_first).then_some([was.looks.last, seen]),
                is_after_gap,
                shown,
                rule: None,
            }));
        }
        if compared.nameless != was.nameless && !is_first {
            let members = json!({ "was": was.nameless, "is": compared.nameless });
            entries.push(Arc::new(plain(
                now,
                Some(&self.name),
                Event::Nameless,
                members,
            )));
        }
        self.pictures = compared.pictures;
        self.list.nameless = compared.nameless;
        self.list.org_uuid = noticed.org_uuid.cloned().or_else(|| was.org_uuid.clone());
        self.list.is_watched = true;
        self.list.looks = match is_first || is_after_gap || is_set_back {
            true => Looks {
                first: seen,
                last: seen,
                count: 1,
            },
            false => Looks {
                last: seen,
                count: was.looks.count + 1,
                ..was.looks
            },
        };
        if is_first {
            // They are told with the links that break them.
            let open = noticed.violations.map(|it| it.open.clone());
            self.violations = open.unwrap_or_default();
        }
    }

    fn take_violations(
        &mut self,
        noticed: &Noticed<'_>,
        open: &Arc<[Violation]>,
        now: UnixMillis,
        entries: &mut Vec<Arc<dyn Entry>>,
    ) {
        let rules = (noticed.policy, noticed.org);
        let changes = violations::compare(&self.violations, open, rules, &mut self.pictures);
        entries.extend(changes.into_iter().map(|it| self.rule_entry(it, now)));
        self.violations = open.clone();
    }

    fn rule_entry(&self, changed: RuleChange, now: UnixMillis) -> Arc<dyn Entry> {
        let RuleChange {
            change,
            event,
            policy,
            severity,
            exception,
        } = changed;
        let rule = BrokenRule {
            policy,
            severity,
            exception,
        };
        Arc::new(LinkEntry {
            noticed: now,
            list: self.name.clone(),
            event,
            change,
            between: None,
            is_after_gap: false,
            shown: None,
            rule: Some(Box::new(rule)),
        })
    }

    pub(super) fn unwatch(&mut self, now: UnixMillis, why: &str) -> Vec<Arc<dyn Entry>> {
        let entries = self.unwatch_as(now, why);
        self.list.is_watched = false;
        entries
    }

    /// The entries for a list that is looked at no more: until when it was, and what was there.
    fn unwatch_as(&self, now: UnixMillis, why: &str) -> Vec<Arc<dyn Entry>> {
        let is_listed = |it: &&Picture| it.presence == Presence::Listed;
        let links = self.pictures.iter().filter(is_listed).count();
        let members = json!({
            "why": why,
            "links": links,
            "violations": self.violations.len(),
        });
        let unwatched = plain(now, Some(&self.name), Event::Unwatched, members);
        vec![watched(self, now), Arc::new(unwatched)]
    }
}

/// Whether more has changed than that a list was looked at once more: by that the next process tells what is news.
pub(super) fn has_more_than_looks(before: &TrailList, now: &TrailList) -> bool {
    let looked = TrailList {
        looks: now.looks,
        ..before.clone()
    };
    looked != *now || before.looks.first != now.looks.first
}

/// The rules that each share breaks, by name.
fn breaks(violations: Option<&Violations>) -> BTreeMap<Ref, Vec<Arc<str>>> {
    let mut rules: BTreeMap<Ref, Vec<Arc<str>>> = BTreeMap::new();
    for violation in violations.iter().flat_map(|it| it.open.iter()) {
        if let Some(reference) = violation.share.reference() {
            rules
                .entry(reference)
                .or_default()
                .push(violation.rule.clone());
        }
    }
    rules
}

fn shown(
    share: &Share,
    reference: Ref,
    breaks: Option<&BTreeMap<Ref, Vec<Arc<str>>>>,
) -> Box<Shown> {
    let breaks = breaks.and_then(|breaks| breaks.get(&reference));
    let mut shown = Shown::of(share);
    shown.breaks = breaks.cloned().unwrap_or_default();
    Box::new(shown)
}

/// The entry for when a list was looked at, without a gap.
fn watched(known: &KnownList, now: UnixMillis) -> Arc<dyn Entry> {
    let kind = known.name.key.kind.label();
    let members = json!({ "looks": { kind: looks(known.list.looks) } });
    Arc::new(PlainEntry {
        org: Some(known.list.name.clone()),
        ..plain(now, None, Event::Watched, members)
    })
}
