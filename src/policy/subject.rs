//! A share as rules and exceptions see it.

use crate::share::{
    Act, AttributedShares, Attribution, CameraName, CameraNames, Id, Patterns, PrincipalKind,
    Private, Share,
};

/// What is judged.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The name of the organisation: the value of the label `org`.
    pub org: &'a str,
    /// The share.
    pub share: &'a Share,
    /// What the organisation's cameras are called, as far as that is known.
    pub cameras: &'a CameraNames,
    /// What the organisation's audit feed has told of its shares; none where it was never read.
    pub attributions: Option<&'a AttributedShares>,
}

impl<'a> Subject<'a> {
    /// Who made it, as far as the audit feed has told.
    pub fn made(&self) -> Option<&'a Act> {
        self.attribution()?.made.as_ref()
    }

    /// How often it was looked at, by whomever, since the audit feed is read; none where it was never read, or
    /// the share has no uuid.
    pub fn views(&self) -> Option<u64> {
        let is_known = self.attributions.is_some() && self.share.id.is_some();
        is_known.then(|| self.attribution().map_or(0, Attribution::all_views))
    }

    fn attribution(&self) -> Option<&'a Attribution> {
        self.attributions?.get(&self.share.reference()?)
    }

    /// Whether who made it is one of these, or may be.
    pub(super) fn may_be_made_by(&self, patterns: &Patterns) -> bool {
        let unknown = PrincipalKind::Unknown;
        self.made().is_none_or(|act| {
            act.name.is_none() || *act.principal == *unknown.as_str() || is_maker(patterns, act)
        })
    }

    /// Whether who made it is known to be one of these.
    pub(super) fn is_made_by(&self, patterns: &Patterns) -> bool {
        self.made().is_some_and(|act| is_maker(patterns, act))
    }

    /// Whether some camera that it shows is so. One of which it is not known what it is called may be, and
    /// so may those that could not be understood.
    pub(super) fn any_camera(&self, is_so: impl Fn(&Id, &CameraName) -> bool) -> bool {
        let cameras = &self.share.media.cameras;
        let may_be = |id: &Id| match self.cameras.get(id) {
            Some(name) => is_so(id, name),
            None => true,
        };
        self.share.unread.cameras || cameras.is_empty() || cameras.iter().any(may_be)
    }

    /// Whether each camera that it shows is known to be so, and there is one.
    pub(super) fn all_cameras(&self, is_so: impl Fn(&Id, &CameraName) -> bool) -> bool {
        let cameras = &self.share.media.cameras;
        let nameless = CameraName::default();
        let is = |id: &Id| is_so(id, self.cameras.get(id).unwrap_or(&nameless));
        !self.share.unread.cameras && !cameras.is_empty() && cameras.iter().all(is)
    }
}

/// Whether the name or the sort of who has done it is one of these.
fn is_maker(patterns: &Patterns, act: &Act) -> bool {
    let name = act.name.as_ref().map(Private::reveal);
    patterns.any_is(&act.principal) || name.is_some_and(|name| patterns.any_is(name))
}
