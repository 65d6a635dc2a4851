//! What is to be written. Of a list and an exception, the newest wins: as much as there are of them, however
//! long the disk takes nothing. Of what is entered in the trail, all: whoever enters it keeps to a limit.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use super::{Change, Entry, FeedKey, FeedPosition, KeptAttribution, KeptList, ListKey, TrailList};
use crate::share::{ExceptionUse, Ref};

/// What is to be written of each list and exception; none where it is to be forgotten.
#[derive(Debug, Default)]
pub(super) struct Pending {
    lists: BTreeMap<ListKey, Option<KeptList>>,
    exceptions: BTreeMap<String, Option<ExceptionUse>>,
    trail_lists: BTreeMap<ListKey, TrailList>,
    entries: Vec<Arc<dyn Entry>>,
    feeds: BTreeMap<FeedKey, FeedPosition>,
    attributions: BTreeMap<(FeedKey, Ref), KeptAttribution>,
    forgets_titles: bool,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty()
            && self.exceptions.is_empty()
            && self.trail_lists.is_empty()
            && self.entries.is_empty()
            && self.feeds.is_empty()
            && self.attributions.is_empty()
            && !self.forgets_titles
    }

    /// How much is to be entered in the trail.
    pub(super) fn entries(&self) -> usize {
        self.entries.len()
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
            Change::TrailList(key, list) => {
                self.trail_lists.insert(key, list);
                return None;
            }
            Change::Entry(entry) => {
                self.entries.push(entry);
                return None;
            }
            Change::ForgetTitles => {
                self.forgets_titles = true;
                return None;
            }
            Change::Feed(key, position) => {
                self.feeds.insert(key, position);
                return None;
            }
            Change::Attribution(key, kept) => {
                self.attributions.insert((key, kept.reference), kept);
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
        self.trail_lists.extend(newer.trail_lists);
        self.entries.extend(newer.entries);
        self.feeds.extend(newer.feeds);
        self.attributions.extend(newer.attributions);
        self.forgets_titles |= newer.forgets_titles;
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
        let trail_lists = self.trail_lists.iter();
        // An entry may be of a list that is new.
        let trail_lists =
            trail_lists.map(|(key, list)| Change::TrailList(key.clone(), list.clone()));
        let entries = self.entries.iter().cloned().map(Change::Entry);
        let feeds = self.feeds.iter();
        let feeds = feeds.map(|(key, position)| Change::Feed(key.clone(), position.clone()));
        let attributions = self.attributions.iter();
        let attributions =
            attributions.map(|((key, _), kept)| Change::Attribution(key.clone(), kept.clone()));
        let trail = trail_lists.chain(entries).chain(feeds).chain(attributions);
        let titles = self.forgets_titles.then_some(Change::ForgetTitles);
        lists.chain(exceptions).chain(trail).chain(titles).collect()
    }
}
