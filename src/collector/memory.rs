//! What outlasts the process: of each list the last good look and the violations that were open then, and the
//! audit trail of what has changed. Without `--storage.path` nothing does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::warn;

use super::feed::ActivitySink;
use crate::audit::{Expected, Heard, Noticed, Remembering, Trail};
use crate::inventory::{Inventory, Organization, Standing, Violations};
use crate::policy::Policy;
use crate::share::{Activity, AttributedShares, ExceptionUse, Moment, ShareKind, UnixMillis};
use crate::store::{Change, FeedKey, FeedPosition, Keeper, KeptList, ListKey};

/// What is known of each list of clients, by uuid and name.
pub(super) type Clients = BTreeMap<(String, String), BTreeMap<ShareKind, Standing>>;

/// Remembers, where there is a place for it.
pub(super) struct Memory {
    keeper: Option<(Arc<Keeper>, Arc<Trail>)>,
    state: Mutex<State>,
}

/// How a list has changed.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    pub(super) before: &'a Standing,
    pub(super) now: &'a Standing,
    /// The rules by which it was judged.
    pub(super) policy: &'a Policy,
    /// Only shares that were made since then were asked for; none: all.
    pub(super) made_since: Option<UnixMillis>,
    pub(super) max_staleness: Duration,
}

#[derive(Default)]
struct State {
    /// What is known of lists that nobody watches: since the start, or since they left.
    kept: BTreeMap<ListKey, KeptList>,
    /// Every list of which something is kept.
    lists: BTreeSet<ListKey>,
    /// Those of which less is kept than is known, since the trail had no room.
    behind: BTreeSet<ListKey>,
    /// Since when those of them are watched by nobody, by the uptime.
    unwatched: BTreeMap<ListKey, Duration>,
    /// When each exception was of use, as it is kept.
    exceptions: BTreeMap<String, ExceptionUse>,
}

impl Memory {
    pub(super) fn new(remembering: Option<Remembering>) -> Self {
        let (keeper, kept) = remembering.map_or_else(Default::default, |it| {
            (Some((it.keeper, it.trail)), it.kept)
        });
        let state = State {
            lists: kept.lists.keys().cloned().collect(),
            kept: kept.lists,
            behind: BTreeSet::new(),
            unwatched: BTreeMap::new(),
            exceptions: kept.exceptions,
        };
        Self {
            keeper,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was known of a list when it was last watched, by this process or the one before; once.
    pub(super) fn recall(&self, organization: &Organization, kind: ShareKind) -> Option<Standing> {
        let kept = self.state().kept.remove(&key_of(organization, kind)?)?;
        Some(restored(kept))
    }

    /// What is known of the clients of a partner that nobody watches: of each list, by uuid and what the
    /// client was called.
    pub(super) fn clients_of(&self, partner: &str) -> Clients {
        let state = self.state();
        let mut clients = Clients::new();
        let of_it = |key: &&ListKey| key.partner.as_deref() == Some(partner);
        for key in state.kept.keys().filter(of_it) {
            let kept = &state.kept[key];
            let client = (key.organization.clone(), kept.name.clone());
            let lists = clients.entry(client).or_default();
            lists.insert(key.kind, restored(kept.clone()));
        }
        clients
    }

    /// Keeps what is known of a list now, where that is not what was known before, and enters in the trail what
    /// has changed.
    pub(super) fn keep(
        &self,
        (organization, kind): (&Organization, ShareKind),
        changed: Changed<'_>,
    ) {
        let Some((keeper, trail)) = &self.keeper else {
            return;
        };
        let Some(key) = key_of(organization, kind) else {
            return;
        };
        let noticed = Noticed {
            key: &key,
            org: organization.name(),
            org_uuid: changed.now.violations().and_then(|it| it.org_uuid.as_ref()),
            look: changed.whole_look(),
            made_since: changed.made_since,
            violations: changed.now.violations().map(|known| &**known),
            policy: changed.policy,
            max_staleness: changed.max_staleness,
        };
        let Some(mut changes) = trail.notice(noticed, keeper.stats().entries) else {
            // What is open of it and what the trail has told of that must not part.
            self.state().behind.insert(key);
            return;
        };
        let is_behind = self.state().behind.remove(&key);
        if let Some(kept) = changed.kept(organization, is_behind) {
            self.state().lists.insert(key.clone());
            changes.push(Change::List(key, kept));
        }
        if !changes.is_empty() {
            keeper.keep(changes);
        }
    }

    /// Takes in which lists are watched at `uptime`. One that is not any more is told of, and forgotten a day
    /// later: a mistake in the configuration, or in a partner's list of clients, must not cost what is known.
    pub(super) fn watch(&self, watched: &BTreeSet<ListKey>, uptime: Duration) {
        let mut state = self.state();
        let State {
            kept,
            lists,
            unwatched,
            ..
        } = &mut *state;
        unwatched.retain(|key, _| !watched.contains(key));
        for key in lists.iter().filter(|key| !watched.contains(*key)) {
            unwatched.entry(key.clone()).or_insert_with(|| {
                tell(key, kept.get(key));
                if let Some((keeper, trail)) = &self.keeper {
                    keeper.keep(trail.unwatch(key, "it is watched no more"));
                }
                uptime
            });
        }
        let is_over = |since: &Duration| uptime.saturating_sub(*since) >= REMEMBERED;
        let over = unwatched.iter().filter(|(_, since)| is_over(since));
        for key in over.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
            unwatched.remove(&key);
            lists.remove(&key);
            kept.remove(&key);
            if let Some((keeper, trail)) = &self.keeper {
                trail.forget_violations(&key);
                keeper.keep([Change::Gone(key)]);
            }
        }
    }

    /// Sets aside what is known of a list that is watched no more, for when it is again.
    pub(super) fn set_aside(&self, organization: &Organization, kind: ShareKind) {
        let standing = organization.standing(kind);
        let known = key_of(organization, kind).zip(kept(organization, &standing));
        if let Some((key, kept)) = known {
            let mut state = self.state();
            state.lists.insert(key.clone());
            state.kept.insert(key, kept);
        }
    }

    /// When each exception was of use until the last process ended.
    pub(super) fn exceptions(&self) -> BTreeMap<String, ExceptionUse> {
        self.state().exceptions.clone()
    }

    /// Keeps when exceptions were of use; of one that still is, once an hour.
    pub(super) fn keep_exceptions(&self, uses: &BTreeMap<String, ExceptionUse>) {
        const OFTEN: Duration = Duration::from_secs(60 * 60);
        let Some((keeper, _)) = &self.keeper else {
            return;
        };
        let mut state = self.state();
        let gone = state
            .exceptions
            .keys()
            .filter(|name| !uses.contains_key(*name));
        for name in gone.cloned().collect::<Vec<_>>() {
            state.exceptions.remove(&name);
            keeper.keep([Change::ExceptionGone(name)]);
        }
        for (name, used) in uses {
            let known = state.exceptions.get(name);
            if known.is_some_and(|known| used.last_match.since(known.last_match) < OFTEN) {
                continue;
            }
            state.exceptions.insert(name.clone(), *used);
            keeper.keep([Change::Exception(name.clone(), *used)]);
        }
    }

    /// Takes in what is expected of those who make links and look at them.
    pub(super) fn expect(&self, expected: &Expected) {
        if let Some((_, trail)) = &self.keeper {
            trail.expect(expected.clone());
        }
    }

    /// Forgets what people called links, where the trail has it.
    pub(super) fn forget_titles(&self) {
        if let Some((keeper, _)) = &self.keeper {
            keeper.keep([Change::ForgetTitles]);
        }
    }

    /// Whether there is a trail, in which it can be entered what an audit feed tells.
    pub(super) const fn has_trail(&self) -> bool {
        self.keeper.is_some()
    }

    /// Enters in the trail what time alone brings.
    pub(super) fn tick(&self, here: Moment) {
        if let Some((keeper, trail)) = &self.keeper {
            let changes = trail.tick(here);
            if !changes.is_empty() {
                keeper.keep(changes);
            }
        }
    }

    /// Enters in the trail that other lists are watched than before, or by other settings.
    pub(super) fn reloaded(&self, watched: &BTreeSet<ListKey>, before: &BTreeSet<ListKey>) {
        if let Some((keeper, trail)) = &self.keeper {
            keeper.keep(trail.reload(watched, before));
        }
    }
}

impl ActivitySink for Memory {
    fn position(&self, organization: &Organization) -> Option<FeedPosition> {
        let (_, trail) = self.keeper.as_ref()?;
        let position = trail.position(&feed_of(organization)?)?;
        let uuid = organization.identity().uuid.clone();
        let known = position.org_uuid.as_ref().zip(uuid.as_ref());
        // Of another organisation under this name, nothing was read.
        known
            .is_none_or(|(known, uuid)| known == uuid)
            .then_some(position)
    }

    fn take(
        &self,
        organization: &Organization,
        activities: Vec<Activity>,
        position: FeedPosition,
    ) -> bool {
        let Some(((keeper, trail), key)) = self.keeper.as_ref().zip(feed_of(organization)) else {
            return false;
        };
        let heard = Heard {
            key: &key,
            org: organization.name(),
            activities,
            position: FeedPosition {
                org_uuid: organization.identity().uuid.clone(),
                ..position
            },
        };
        let changes = trail.hear(heard, keeper.stats().entries);
        changes.is_some_and(|changes| {
            keeper.keep(changes);
            true
        })
    }

    fn attributions(&self, organization: &Organization) -> Arc<AttributedShares> {
        let known = self.keeper.as_ref().zip(feed_of(organization));
        let known = known.map(|((_, trail), key)| trail.attributions().of(&key));
        known.unwrap_or_default()
    }
}

impl<'a> Changed<'a> {
    /// The new look at the list, if there is one that shows all of it.
    fn whole_look(&self) -> Option<&'a Inventory> {
        let look = self.now.last_look()?;
        let is_new = self
            .before
            .last_look()
            .is_none_or(|old| !Arc::ptr_eq(old, look));
        (is_new && !look.is_partial()).then_some(&**look)
    }

    /// What is to be kept of it; none where that is as it was before, and that is kept.
    fn kept(&self, organization: &Organization, is_behind: bool) -> Option<KeptList> {
        let kept = kept(organization, self.now)?;
        let are_as_before = self.before.last_look().is_some_and(|old| {
            Arc::ptr_eq(old.shares(), &kept.shares) || *old.shares() == kept.shares
        });
        let known = self.before.violations();
        let is_open_as_before = known.is_some_and(|known| known.open == kept.violations);
        (is_behind || !are_as_before || !is_open_as_before).then_some(kept)
    }
}

/// What was known of a list that is kept.
fn restored(kept: KeptList) -> Standing {
    let violations = Violations {
        open: kept.violations,
        errors: BTreeMap::new(),
        org_uuid: kept.org_uuid,
        // Exceptions may have ended meanwhile.
        next_change: Some(kept.seen),
    };
    let shares = Arc::unwrap_or_clone(kept.shares).into_vec();
    Standing::restored(shares, kept.seen, violations)
}

/// How long what is known of a list is kept while nobody watches it.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// What is kept of what is known of a list.
fn kept(organization: &Organization, standing: &Standing) -> Option<KeptList> {
    let (look, violations) = (standing.last_look()?, standing.violations()?);
    Some(KeptList {
        seen: look.obtained().time,
        name: organization.name().to_owned(),
        org_uuid: violations.org_uuid.clone(),
        shares: look.shares().clone(),
        violations: violations.open.clone(),
    })
}

fn tell(key: &ListKey, kept: Option<&KeptList>) {
    let open = kept.map_or(0, |kept| kept.violations.len());
    if open > 0 {
        warn!(
            organization = key.organization,
            source = key.kind.list(),
            violations = open,
            "no longer watched, which is not mended"
        );
    }
}

/// By what the feed of an organisation is found again, as its lists are.
pub(crate) fn feed_of(organization: &Organization) -> Option<FeedKey> {
    let any = key_of(organization, ShareKind::ClipGroup)?;
    Some(FeedKey {
        partner: any.partner,
        organization: any.organization,
    })
}

/// By what a list is found again. None for a client whose uuid is not known: there is none.
pub(super) fn key_of(organization: &Organization, kind: ShareKind) -> Option<ListKey> {
    let Some(client) = organization.client() else {
        return Some(ListKey {
            partner: None,
            organization: organization.name().to_owned(),
            kind,
        });
    };
    Some(ListKey {
        partner: Some(client.partner.to_string()),
        organization: organization.identity().uuid.as_ref()?.to_string(),
        kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ServerClock;
    use crate::share::UnixMillis;

    const KIND: ShareKind = ShareKind::ClipGroup;

    #[test]
    fn what_nobody_watches_is_remembered_for_a_day() {
        let clock = Arc::new(ServerClock::new("https://rhombus.example".into()));
        let known = || Standing::restored(Vec::new(), UnixMillis(7), Violations::default());
        let organization = Organization::new("acme", &[KIND], clock).knowing(|_| Some(known()));
        let memory = Memory::new(None);
        let nobody = BTreeSet::new();
        let after = |uptime| {
            memory.set_aside(&organization, KIND);
            memory.watch(&nobody, Duration::ZERO);
            memory.watch(&nobody, uptime);
            memory.recall(&organization, KIND).is_some()
        };
        assert!(after(REMEMBERED - Duration::from_secs(1)));
        assert!(!after(REMEMBERED));
        // One that is watched in between begins anew.
        memory.set_aside(&organization, KIND);
        memory.watch(&nobody, Duration::ZERO);
        let watched = key_of(&organization, KIND).into_iter().collect();
        memory.watch(&watched, REMEMBERED);
        memory.watch(&nobody, REMEMBERED);
        assert!(memory.recall(&organization, KIND).is_some());
    }
}
