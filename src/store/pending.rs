//! What is to be written, newest wins: as much as there are lists and exceptions, however long the disk
//! takes nothing.

use std::collections::BTreeMap;
use std::mem;

use super::{Change, KeptList, ListKey};
use crate::share::ExceptionUse;

/// What is to be written of each list and exception; none where it is to be forgotten.
#[derive(Debug, Default)]
pub(super) struct Pending {
    lists: BTreeMap<ListKey, Option<KeptList>>,
    exceptions: BTreeMap<String, Option<ExceptionUse>>,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.exceptions.is_empty()
    }

    /// How many lists it has.
    pub(super) fn lists(&self) -> usize {
        self.lists.len()
    }

    /// Takes in a change, in place of what was to be written of the same thing before. That is given back,
    /// since it may be large to drop.
    pub(super) fn add(&mut self, change: Change) -> Option<KeptList> {
        let (key, kept) = match change {
            Change::List(key, kept) => (key, Some(kept)),
            Change::Gone(key) => (key, None),
            Change::Exception(name, kept) => {
                self.exceptions.insert(name, Some(kept));
                return None;
            }
            Change::ExceptionGone(name) => {
                self.exceptions.insert(name, None);
                return None;
            }
        };
        self.lists.insert(key, kept).flatten()
    }

    /// Takes in what could not be written: what has come since is newer.
    pub(super) fn put_back(&mut self, older: Self) {
        let newer = mem::replace(self, older);
        self.lists.extend(newer.lists);
        self.exceptions.extend(newer.exceptions);
    }

    /// The changes that bring it about.
    pub(super) fn changes(&self) -> Vec<Change> {
        let lists = self.lists.iter().map(|(key, kept)| match kept {
            Some(kept) => Change::List(key.clone(), kept.clone()),
            None => Change::Gone(key.clone()),
        });
        let exceptions = self.exceptions.iter().map(|(name, kept)| match kept {
            Some(kept) => Change::Exception(name.clone(), *kept),
            None => Change::ExceptionGone(name.clone()),
        });
        lists.chain(exceptions).collect()
    }
}
