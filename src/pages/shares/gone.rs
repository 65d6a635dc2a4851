//! A link that is not listed, of which the trail tells: it was taken down, or its list can't be seen.

use crate::inventory::{Look, Snapshot};
use crate::pages::trail::History;
use crate::view::not_seen;

/// Such a link.
pub(super) struct Gone {
    /// What it was last called, as far as its newest events tell.
    pub(super) title: Option<String>,
    /// What is known of where it is, in a word or two.
    pub(super) state: &'static str,
    /// The same in a sentence.
    pub(super) detail: &'static str,
}

impl Gone {
    /// None where the trail tells nothing of it.
    pub(super) fn new(snapshot: &Snapshot, history: &History) -> Option<Self> {
        if history.lines.is_empty() {
            return None;
        }
        let (state, detail) = state(snapshot, history.org());
        Some(Self {
            title: history.title.clone(),
            state,
            detail,
        })
    }
}

/// Whether it is known to be listed no longer. What could not be read may have it still.
fn state(snapshot: &Snapshot, org: Option<&str>) -> (&'static str, &'static str) {
    let is_watched = snapshot
        .organizations
        .iter()
        .map(Look::name)
        .any(|name| Some(name) == org);
    let is_of = |unseen: Option<&str>| unseen.is_none() || unseen == org;
    let mut unseen = not_seen(snapshot).into_iter();
    if !is_watched {
        let detail = "Its organisation is not watched under that name any more: whether the link is still there \
                      is not known.";
        ("not watched", detail)
    } else if unseen.any(|it| is_of(it.org.as_deref())) {
        let detail = "It is in no list that could be read; it may be in one that could not.";
        ("not known to be listed", detail)
    } else {
        let detail = "It is no longer in the lists that are watched.";
        ("no longer listed", detail)
    }
}
