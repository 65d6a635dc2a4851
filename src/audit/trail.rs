//! The trail while it grows: what it last said of every list, in memory as in the store, and what becomes an
//! entry. A look is compared where it was taken, so that what waits for the disk is small; nobody waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use serde_json::{Map, Value, json};
use tracing::warn;

use super::activity::{ActivityEntry, kind_of};
use super::attribution::{self, Attributions};
use super::entry::{ListName, PlainEntry, entered, looks, plain};
use super::event::Event;
use super::findings::{Expected, RecentViews};
use super::known::{KnownList, has_more_than_looks};
use super::picture::Picture;
use super::progress::Progress;
use crate::clock::Clock;
use crate::inventory::{Inventory, Violations};
use crate::policy::Policy;
use crate::share::{Activity, Id, Moment, Ref, ShareKind, UnixMillis};
use crate::store::{Change, FeedKey, FeedPosition, Kept, KeptAttribution, KeptTrail, ListKey};

/// So many entries may wait for the disk. One look may bring more, where none waits.
pub const QUEUE: usize = 100_000;
/// How often it is kept until when lists were looked at.
const KEEP_LOOKS: Duration = Duration::from_secs(5 * 60);
/// From one heartbeat to the next.
const HEARTBEAT: Duration = Duration::from_secs(24 * 60 * 60);
/// A clock that is off by more than this from where it would be has been set.
pub(super) const CLOCK_STEP: Duration = Duration::from_secs(60);
/// So many lists are named in a line.
const NAMED: usize = 100;

/// What is noticed of a list.
#[derive(Clone, Copy)]
pub struct Noticed<'a> {
    /// The list.
    pub key: &'a ListKey,
    /// The value of the label `org`.
    pub org: &'a str,
    /// The organisation, as Rhombus calls it, where that is known.
    pub org_uuid: Option<&'a Id>,
    /// The new look at it, good and whole; none where there was none.
    pub look: Option<&'a Inventory>,
    /// Only shares that were made since then were asked for; none: all.
    pub made_since: Option<UnixMillis>,
    /// What rules say of it now.
    pub violations: Option<&'a Violations>,
    /// The rules.
    pub policy: &'a Policy,
    /// From this on, nobody has looked for long.
    pub max_staleness: Duration,
}

/// What is entered in the trail is made here.
#[derive(Debug)]
pub struct Trail {
    clock: Clock,
    progress: Arc<Progress>,
    attributions: Arc<Attributions>,
    expected: ArcSwap<Expected>,
    state: Mutex<State>,
}

/// What an audit feed has told.
#[derive(Debug)]
pub struct Heard<'a> {
    /// Whose feed.
    pub key: &'a FeedKey,
    /// The value of the label `org`.
    pub org: &'a str,
    /// What was done, each once.
    pub activities: Vec<Activity>,
    /// How far the feed has been read with them.
    pub position: FeedPosition,
}

#[derive(Debug, Default)]
struct State {
    lists: BTreeMap<ListKey, KnownList>,
    /// Those of which not all that is known is kept.
    changed: BTreeSet<ListKey>,
    /// How many looks were not compared since there was last room, and when the first of them was taken.
    dropped: Option<(u64, UnixMillis)>,
    feeds: BTreeMap<FeedKey, FeedPosition>,
    recent_views: RecentViews,
    /// When something was last done from time to time.
    looks_kept: Duration,
    heartbeat: Duration,
    last_read: Option<Moment>,
}

impl Trail {
    /// The trail of which this was kept.
    ///
    /// # Errors
    /// With what was kept that is not what we have written.
    pub fn new(kept: &mut Kept, clock: Clock, progress: Arc<Progress>) -> Result<Self, String> {
        let KeptTrail { lists, feeds, .. } = std::mem::take(&mut kept.trail);
        let (feeds, attributions) = read_feeds(feeds)?;
        let mut known = BTreeMap::new();
        for (key, (list, pictures)) in lists {
            let read = pictures.iter().map(Picture::read).collect::<Option<_>>();
            let Some(pictures) = read else {
                let kind = key.kind.label();
                return Err(format!(
                    "what the audit trail knows of a list ({kind}) is not understood"
                ));
            };
            let name = ListName {
                key: key.clone(),
                org: list.name.clone(),
            };
            let open = kept.lists.get(&key).map(|kept| kept.violations.clone());
            let list = KnownList {
                name: Arc::new(name),
                list,
                pictures,
                violations: open.unwrap_or_default(),
            };
            known.insert(key, list);
        }
        let state = State {
            lists: known,
            feeds,
            ..State::default()
        };
        Ok(Self {
            clock,
            progress,
            attributions: Arc::new(attributions),
            expected: ArcSwap::default(),
            state: Mutex::new(state),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be entered now that this was noticed, where so many entries wait for the disk; none where no
    /// more can wait. Then the trail has taken in nothing of it, and what is kept of the list has to stay as it is
    /// too.
    pub fn notice(&self, noticed: Noticed<'_>, waiting: usize) -> Option<Vec<Change>> {
        let now = self.clock.now();
        let mut state = self.state();
        let is_known = state.lists.contains_key(noticed.key);
        if !is_known && noticed.look.is_none() {
            // Until all of it was seen, nothing is said of it.
            return Some(Vec::new());
        }
        let known = state.lists.remove(noticed.key);
        let known = known.unwrap_or_else(|| KnownList::new(&noticed));
        let (next, entries) = known.after(&noticed, now);
        let has_room = waiting == 0 || waiting + entries.len() <= QUEUE;
        if !has_room {
            if state.dropped.is_none() {
                warn!(
                    "the audit trail can't be written, and no more can wait: looks are not compared"
                );
            }
            self.progress.dropped(entries.len());
            let (count, since) = state.dropped.unwrap_or((0, now));
            state.dropped = Some((count + 1, since));
            if is_known {
                state.lists.insert(noticed.key.clone(), known);
            }
            return None;
        }
        let mut changes = Vec::with_capacity(entries.len() + 2);
        if waiting == 0 || !entries.is_empty() {
            changes.extend(state.tell_dropped(now));
        }
        if !entries.is_empty() || !is_known || has_more_than_looks(&known.list, &next.list) {
            let list = Change::TrailList(noticed.key.clone(), next.list.clone());
            changes.push(list);
            changes.extend(entries.into_iter().map(Change::Entry));
        } else if next.list != known.list {
            state.changed.insert(noticed.key.clone());
        }
        state.lists.insert(noticed.key.clone(), next);
        Some(changes)
    }

    /// What is to be entered now that the audit feed of an organisation has told this; none where no more can
    /// wait, so that it must be told again.
    pub fn hear(&self, heard: Heard<'_>, waiting: usize) -> Option<Vec<Change>> {
        let Heard {
            key,
            org,
            activities,
            position,
        } = heard;
        if waiting > 0 && waiting + activities.len() > QUEUE {
            return None;
        }
        let now = self.clock.now();
        let expected = self.expected.load();
        let mut state = self.state();
        let known = state.known_shares(key);
        let placed: Vec<_> = activities
            .iter()
            .map(|activity| place_of(activity, &known))
            .collect();
        let about = placed.iter().zip(&activities);
        let about = about.filter_map(|((share, _), activity)| Some(((*share)?, activity)));
        let kept = self.attributions.take(key, about);
        let org: Arc<str> = org.into();
        let mut changes = Vec::with_capacity(activities.len() + kept.len() + 1);
        for (activity, (share, kind)) in activities.into_iter().zip(placed) {
            let findings = expected.findings(&activity, share, &mut state.recent_views);
            changes.push(entered(ActivityEntry {
                noticed: now,
                org: org.clone(),
                share,
                kind,
                activity,
                findings,
            }));
        }
        let kept = kept
            .into_iter()
            .map(|kept| Change::Attribution(key.clone(), kept));
        changes.extend(kept);
        changes.push(Change::Feed(key.clone(), position.clone()));
        state.feeds.insert(key.clone(), position);
        Some(changes)
    }

    /// How far the feed of an organisation was read; none where it never was.
    pub fn position(&self, key: &FeedKey) -> Option<FeedPosition> {
        self.state().feeds.get(key).cloned()
    }

    /// What is known of shares from audit feeds.
    pub const fn attributions(&self) -> &Arc<Attributions> {
        &self.attributions
    }

    /// Takes in what is expected from now on.
    pub fn expect(&self, expected: Expected) {
        self.expected.store(Arc::new(expected));
    }

    /// What is to be entered now that a list is looked at no more.
    pub fn unwatch(&self, key: &ListKey, why: &str) -> Vec<Change> {
        let now = self.clock.now();
        let mut state = self.state();
        let Some(known) = state.lists.get_mut(key).filter(|it| it.list.is_watched) else {
            return Vec::new();
        };
        let entries = known.unwatch(now, why);
        let list = Change::TrailList(key.clone(), known.list.clone());
        [list]
            .into_iter()
            .chain(entries.into_iter().map(Change::Entry))
            .collect()
    }

    /// Takes in that what rules said of a list is forgotten.
    pub fn forget_violations(&self, key: &ListKey) {
        if let Some(known) = self.state().lists.get_mut(key) {
            known.violations = Arc::default();
        }
    }

    /// What is to be entered now that the exporter has started.
    pub fn start(&self, version: &str) -> Vec<Change> {
        let mut members = Map::new();
        members.insert("version".into(), version.into());
        vec![self.plain(Event::Started, members)]
    }

    /// What is to be entered now that it ends.
    pub fn stop(&self) -> Vec<Change> {
        let now = self.clock.now();
        let mut state = self.state();
        let mut changes = state.take_changed();
        changes.extend(state.tell_dropped(now));
        changes.push(self.plain(Event::Stopped, Map::new()));
        changes
    }

    /// What is to be entered now that other lists are watched than before, or by other settings.
    pub fn reload(&self, watched: &BTreeSet<ListKey>, before: &BTreeSet<ListKey>) -> Vec<Change> {
        let named = |keys: BTreeSet<&ListKey>| -> Value {
            let names = keys.into_iter().take(NAMED).map(|key| {
                let partner = key.partner.as_ref().map(|partner| format!("{partner}/"));
                let (partner, kind) = (partner.unwrap_or_default(), key.kind.label());
                Value::from(format!("{partner}{}/{kind}", key.organization))
            });
            names.collect()
        };
        let mut members = Map::new();
        members.insert("lists".into(), watched.len().into());
        let differences = [("more", watched, before), ("fewer", before, watched)];
        for (name, these, those) in differences {
            let these: BTreeSet<_> = these.difference(those).collect();
            if !these.is_empty() {
                members.insert(name.into(), named(these));
            }
        }
        vec![self.plain(Event::Reloaded, members)]
    }

    /// What is to be entered since time has passed.
    pub fn tick(&self, here: Moment) -> Vec<Change> {
        let mut state = self.state();
        let mut changes = Vec::new();
        if let Some(set) = state.clock_set(here) {
            changes.push(set);
        }
        if here.uptime.saturating_sub(state.looks_kept) >= KEEP_LOOKS {
            state.looks_kept = here.uptime;
            changes.extend(state.take_changed());
        }
        state.recent_views.forget_before(here.time);
        if here.uptime.saturating_sub(state.heartbeat) >= HEARTBEAT {
            state.heartbeat = here.uptime;
            changes.extend(state.heartbeat(here.time));
        }
        changes
    }

    fn plain(&self, event: Event, members: Map<String, Value>) -> Change {
        entered(PlainEntry {
            noticed: self.clock.now(),
            list: None,
            org: None,
            event,
            members,
        })
    }
}

/// What was kept of feeds.
fn read_feeds(
    kept: BTreeMap<FeedKey, (FeedPosition, Vec<KeptAttribution>)>,
) -> Result<(BTreeMap<FeedKey, FeedPosition>, Attributions), String> {
    let mut positions = BTreeMap::new();
    let mut known = BTreeMap::new();
    for (key, (position, kept)) in kept {
        let read = kept
            .iter()
            .map(|kept| Some((kept.reference, attribution::read(kept)?)));
        let Some(shares) = read.collect::<Option<BTreeMap<_, _>>>() else {
            return Err("what is known of shares from an audit feed is not understood".to_owned());
        };
        known.insert(key.clone(), shares);
        positions.insert(key, position);
    }
    Ok((positions, Attributions::new(known)))
}

/// The share that something is about, and its kind: one that is known, or else the first that it may be.
fn place_of(
    activity: &Activity,
    known: &BTreeMap<ShareKind, &[Picture]>,
) -> (Option<Ref>, Option<ShareKind>) {
    let named = kind_of(&activity.action);
    let refs = || activity.shares().map(Ref::of);
    for reference in refs() {
        for (kind, pictures) in known {
            if pictures
                .binary_search_by_key(&reference, |it| it.reference)
                .is_ok()
            {
                return (Some(reference), Some(*kind));
            }
        }
    }
    // Of what is no share, the target is something else.
    (refs().next().filter(|_| named.is_some()), named)
}

impl State {
    /// What is known of the lists of an organisation.
    fn known_shares(&self, key: &FeedKey) -> BTreeMap<ShareKind, &[Picture]> {
        let of_it = ShareKind::ALL.into_iter().filter_map(|kind| {
            let list = ListKey {
                partner: key.partner.clone(),
                organization: key.organization.clone(),
                kind,
            };
            Some((kind, &*self.lists.get(&list)?.pictures))
        });
        of_it.collect()
    }

    /// The entry for the looks that were not compared, where there were any.
    fn tell_dropped(&mut self, now: UnixMillis) -> Option<Change> {
        let (looks, since) = self.dropped.take()?;
        let members = json!({ "looks": looks, "since": since.rfc3339() });
        Some(entered(plain(now, None, Event::Dropped, members)))
    }

    /// What is known of lists and not kept yet.
    fn take_changed(&mut self) -> Vec<Change> {
        let changed = std::mem::take(&mut self.changed);
        let lists = changed.into_iter().filter_map(|key| {
            let list = self.lists.get(&key)?.list.clone();
            Some(Change::TrailList(key, list))
        });
        lists.collect()
    }

    /// The entry for a clock that was set since it was last read.
    fn clock_set(&mut self, here: Moment) -> Option<Change> {
        let last = self.last_read.replace(here)?;
        let expected = last.time.after(here.since(last));
        let off = here.time.since(expected).max(expected.since(here.time));
        let members = json!({ "was": expected.rfc3339(), "is": here.time.rfc3339() });
        let set = || entered(plain(here.time, None, Event::ClockSet, members));
        (off > CLOCK_STEP).then(set)
    }

    /// That the exporter runs, and until when it has looked at what.
    fn heartbeat(&mut self, now: UnixMillis) -> Vec<Change> {
        let watched = self.lists.values().filter(|it| it.list.is_watched);
        let members = json!({ "lists": watched.clone().count() });
        let mut changes = vec![entered(plain(now, None, Event::Heartbeat, members))];
        let mut by_org: BTreeMap<Arc<str>, Map<String, Value>> = BTreeMap::new();
        for known in watched {
            let kinds = by_org.entry(known.list.name.clone()).or_default();
            let kind = known.name.key.kind.label();
            kinds.insert(kind.into(), looks(known.list.looks));
        }
        for (org, kinds) in by_org {
            let members = json!({ "looks": kinds });
            changes.push(entered(PlainEntry {
                org: Some(org),
                ..plain(now, None, Event::Watched, members)
            }));
        }
        changes
    }
}

#[cfg(test)]
mod bench;
#[cfg(test)]
mod tests;
