//! What the audit feed has told of each share: who made it, who took it down, who looked. Rhombus has no event for
//! sharing a timelapse, nor for changing a share: of those nobody is known.

use std::collections::BTreeMap;

use super::{Activity, Doing, Private, Ref, UnixMillis, Viewer};

/// What is known of the shares of an organisation.
pub type AttributedShares = BTreeMap<Ref, Attribution>;

/// What is known of a share from the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    /// Who made it.
    pub made: Option<Act>,
    /// Who took it down.
    pub removed: Option<Act>,
    /// How often it was looked at, by the viewer.
    pub views: BTreeMap<&'static str, u64>,
    /// When it was last looked at.
    pub last_view: Option<UnixMillis>,
    /// How often its link was sent on.
    pub sent: u64,
}

/// Something that someone has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: UnixMillis,
    /// What sort of principal has done it, in Rhombus's word: `USER`, `API_TOKEN`.
    pub principal: Box<str>,
    /// What it is called.
    pub name: Option<Private>,
}

impl Attribution {
    /// How often it was looked at.
    pub fn all_views(&self) -> u64 {
        self.views.values().sum()
    }

    /// Takes in what was done. Whether that has changed anything.
    pub fn take(&mut self, activity: &Activity) -> bool {
        if activity.failure {
            return false;
        }
        let act = || {
            Some(Act {
                at: activity.at,
                principal: activity.principal.kind.as_str().into(),
                name: activity.principal.name.clone(),
            })
        };
        match activity.doing() {
            Doing::Created => self.made = act(),
            Doing::Deleted => self.removed = act(),
            Doing::Sent => self.sent += 1,
            Doing::Viewed => {
                let viewer = activity.viewer().map_or("other", Viewer::label);
                *self.views.entry(viewer).or_default() += 1;
                self.last_view = self.last_view.max(Some(activity.at));
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::activity;

    #[test]
    fn who_made_it_and_how_often_it_was_looked_at_is_known() {
        let mut known = Attribution::default();
        let mut made = activity("SHARED_CLIP_CREATE", 5);
        made.principal.name = Some("Ann Other".into());
        let mut view = activity("VIEW_SHARE_CLIP", 9);
        view.client_type = Some("SHARE_ANONYMOUS".into());
        let mut failed = view.clone();
        failed.failure = true;
        let changes = [&made, &view, &view, &failed, &activity("ROLE_UPDATE", 9)];
        let changes = changes.map(|activity| known.take(activity));
        assert_eq!(changes, [true, true, true, false, false]);
        assert_eq!(known.made.as_ref().unwrap().name, Some("Ann Other".into()));
        assert_eq!(
            (known.all_views(), known.last_view),
            (2, Some(UnixMillis(9)))
        );
    }
}
