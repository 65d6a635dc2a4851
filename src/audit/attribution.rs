//! What the audit feed has told of shares, for all organisations, and as it is kept.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use crate::share::{
    Act, Activity, AttributedShares, Attribution, Private, Ref, UnixMillis, Viewer,
};
use crate::store::{FeedKey, FeedPosition, KeptAttribution, StoreError, TrailReader};

/// What is known of the shares of all organisations.
#[derive(Debug, Default)]
pub struct Attributions(RwLock<BTreeMap<FeedKey, Arc<AttributedShares>>>);

impl Attributions {
    pub(super) fn new(known: BTreeMap<FeedKey, AttributedShares>) -> Self {
        let known = known
            .into_iter()
            .map(|(key, shares)| (key, Arc::new(shares)));
        Self(RwLock::new(known.collect()))
    }

    /// What is known of the shares of one organisation.
    pub fn of(&self, key: &FeedKey) -> Arc<AttributedShares> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned().unwrap_or_default()
    }

    /// Takes in what was done to shares of an organisation. Gives what is to be kept of that.
    pub(super) fn take<'a>(
        &self,
        key: &FeedKey,
        activities: impl Iterator<Item = (Ref, &'a Activity)>,
    ) -> Vec<KeptAttribution> {
        let mut activities = activities.peekable();
        if activities.peek().is_none() {
            return Vec::new();
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut changed = BTreeMap::new();
        let shares = Arc::make_mut(known.entry(key.clone()).or_default());
        for (reference, activity) in activities {
            let share = shares.entry(reference).or_default();
            if share.take(activity) {
                changed.insert(reference, kept(share, reference));
            }
        }
        changed.into_values().collect()
    }
}

/// As it is on the disk.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made: Option<StoredAct>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed: Option<StoredAct>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    views: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_view: Option<i64>,
    #[serde(default)]
    sent: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAct {
    at: i64,
    principal: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Box<str>>,
}

impl From<&Attribution> for Stored {
    fn from(known: &Attribution) -> Self {
        let views = known.views.iter();
        Self {
            made: known.made.as_ref().map(StoredAct::from),
            removed: known.removed.as_ref().map(StoredAct::from),
            views: views
                .map(|(viewer, count)| ((*viewer).to_owned(), *count))
                .collect(),
            last_view: known.last_view.map(|at| at.0),
            sent: known.sent,
        }
    }
}

impl From<&Act> for StoredAct {
    fn from(act: &Act) -> Self {
        Self {
            at: act.at.0,
            principal: act.principal.clone(),
            name: act.name.as_ref().map(|name| name.reveal().into()),
        }
    }
}

impl Stored {
    fn into_attribution(self) -> Attribution {
        let act = |act: StoredAct| Act {
            at: UnixMillis(act.at),
            principal: act.principal,
            name: act.name.map(Private::from),
        };
        let viewers = Viewer::ALL.map(Viewer::label);
        let views = viewers
            .into_iter()
            .filter_map(|label| Some((label, *self.views.get(label)?)));
        Attribution {
            views: views.collect(),
            made: self.made.map(act),
            removed: self.removed.map(act),
            last_view: self.last_view.map(UnixMillis),
            sent: self.sent,
        }
    }
}

/// As it is kept.
pub(super) fn kept(known: &Attribution, reference: Ref) -> KeptAttribution {
    let stored = Stored::from(known);
    KeptAttribution {
        reference,
        content: serde_json::to_string(&stored).unwrap_or_default(),
    }
}

/// One that was kept; none where it is not one that we have written.
pub(super) fn read(kept: &KeptAttribution) -> Option<Attribution> {
    let stored: Stored = serde_json::from_str(&kept.content).ok()?;
    Some(stored.into_attribution())
}

/// What the audit feed of each organisation has told of a share, as a trail keeps it: for those that were read.
///
/// # Errors
/// When the trail can't be read.
pub fn told_of(
    reader: &TrailReader,
    share: Ref,
) -> Result<Vec<(FeedKey, FeedPosition, Attribution)>, StoreError> {
    let told = reader.told_of(share)?.into_iter();
    let known = told.map(|(key, position, kept)| {
        let known = kept.as_ref().and_then(read).unwrap_or_default();
        (key, position, known)
    });
    Ok(known.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::activity;

    #[test]
    fn it_is_read_as_it_was_kept() {
        let mut known = Attribution::default();
        let mut made = activity("SHARED_CLIP_CREATE", 5);
        made.principal.name = Some("Ann Other".into());
        for activity in [
            made,
            activity("VIEW_SHARE_CLIP", 9),
            activity("SHARED_LINK_SENT", 7),
        ] {
            assert!(known.take(&activity));
        }
        let reference = "3f9a0c51d2e7".parse().unwrap();
        assert_eq!(read(&kept(&known, reference)), Some(known));
    }
}
