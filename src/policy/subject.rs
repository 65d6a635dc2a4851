//! A share as rules and exceptions see it.

use crate::share::{CameraNames, Share};

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
