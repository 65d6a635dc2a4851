//! What outlasts the process: of each list the last good look and the violations that were open then.
//! Without `--storage.path` nothing does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::warn;

use crate::inventory::{ExceptionUse, Organization, Standing, Violations};
use crate::share::ShareKind;
use crate::store::{Keeper, KeptException, KeptList, ListKey, Storage};

/// Remembers, where there is a place for it.
pub(super) struct Memory {
    keeper: Option<Arc<Keeper>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What was there at the start, and is not in use yet.
    kept: BTreeMap<ListKey, KeptList>,
    /// Every list of which something is kept.
    lists: BTreeSet<ListKey>,
    /// When each exception was of use, as it is kept.
    exceptions: BTreeMap<String, KeptException>,
}

impl Memory {
    pub(super) fn new(storage: Option<Storage>) -> Self {
        let (keeper, kept) = storage.map_or_else(Default::default, |storage| {
            (Some(storage.keeper), storage.kept)
        });
        let state = State {
            lists: kept.lists.keys().cloned().collect(),
            kept: kept.lists,
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

    /// What was known of a list when the last process ended, once.
    pub(super) fn recall(&self, organization: &Organization, kind: ShareKind) -> Option<Standing> {
        let kept = self.state().kept.remove(&key_of(organization, kind)?)?;
        let violations = Violations {
            open: kept.violations,
            errors: BTreeMap::new(),
            // Exceptions may have ended meanwhile.
            next_change: Some(kept.seen),
        };
        let shares = kept.shares.to_vec();
        Some(Standing::restored(shares, kept.seen, violations))
    }

    /// Keeps what is known of a list now, where that is not what was known before.
    pub(super) fn keep(
        &self,
        (organization, kind): (&Organization, ShareKind),
        before: &Standing,
        now: &Standing,
    ) {
        let Some(keeper) = &self.keeper else { return };
        let (Some(look), Some(violations)) = (now.last_look(), now.violations()) else {
            return;
        };
        let was_so = before.last_look().is_some_and(|old| {
            Arc::ptr_eq(old.shares(), look.shares()) || old.shares() == look.shares()
        });
        let open = |standing: &Standing| standing.violations().map(|known| known.open.clone());
        if was_so && open(before).as_ref() == Some(&violations.open) {
            return;
        }
        let Some(key) = key_of(organization, kind) else {
            return;
        };
        self.state().lists.insert(key.clone());
        let kept = KeptList {
            seen: look.obtained().time,
            shares: look.shares().clone(),
            violations: violations.open.clone(),
        };
        keeper.list(key, kept);
    }

    /// Forgets the lists that nobody watches any more; `may_go` says of those that are not `watched`
    /// whether that is sure.
    pub(super) fn forget(&self, watched: &BTreeSet<ListKey>, may_go: impl Fn(&ListKey) -> bool) {
        let mut state = self.state();
        let is_gone = |key: &&ListKey| !watched.contains(*key) && may_go(key);
        let gone: Vec<_> = state.lists.iter().filter(is_gone).cloned().collect();
        for key in gone {
            state.lists.remove(&key);
            if let Some(kept) = state.kept.remove(&key)
                && !kept.violations.is_empty()
            {
                warn!(
                    organization = key.organization,
                    source = key.kind.list(),
                    violations = kept.violations.len(),
                    "no longer watched since the restart, which is not mended"
                );
            }
            if let Some(keeper) = &self.keeper {
                keeper.list_gone(key);
            }
        }
    }

    /// When each exception was of use until the last process ended.
    pub(super) fn exceptions(&self) -> BTreeMap<String, ExceptionUse> {
        let state = self.state();
        let uses = state.exceptions.iter().map(|(name, kept)| {
            let KeptException {
                first_seen,
                last_match,
            } = *kept;
            (
                name.clone(),
                ExceptionUse {
                    first_seen,
                    last_match,
                },
            )
        });
        uses.collect()
    }

    /// Keeps when exceptions were of use; of one that still is, once an hour.
    pub(super) fn keep_exceptions(&self, uses: &BTreeMap<String, ExceptionUse>) {
        const OFTEN: std::time::Duration = std::time::Duration::from_secs(60 * 60);
        let Some(keeper) = &self.keeper else { return };
        let mut state = self.state();
        let gone = state
            .exceptions
            .keys()
            .filter(|name| !uses.contains_key(*name));
        for name in gone.cloned().collect::<Vec<_>>() {
            state.exceptions.remove(&name);
            keeper.exception_gone(name);
        }
        for (name, used) in uses {
            let known = state.exceptions.get(name);
            if known.is_some_and(|known| used.last_match.since(known.last_match) < OFTEN) {
                continue;
            }
            let kept = KeptException {
                first_seen: used.first_seen,
                last_match: used.last_match,
            };
            state.exceptions.insert(name.clone(), kept);
            keeper.exception(name.clone(), kept);
        }
    }
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
