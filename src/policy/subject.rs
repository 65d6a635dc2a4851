//! A share as rules and exceptions see it.

use crate::share::{CameraName, CameraNames, Id, Share};

/// What is judged.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The name of the organisation: the value of the label `org`.
    pub org: &'a str,
    /// The share.
    pub share: &'a Share,
    /// What the organisation's cameras are called, as far as that is known.
    pub cameras: &'a CameraNames,
}

impl Subject<'_> {
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
