//! The words for what a rule says of a share: a violation, which outlasts the look that saw it.

use std::sync::Arc;

use super::{Id, Ref, UnixMillis};

/// Which share of a list breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareKey {
    /// One of which nothing is known to tell it from others without a uuid: the how-manieth of these.
    Nameless(u32),
    /// The one of this id.
    Id(Id),
}

impl ShareKey {
    /// What names it outside; none where it has no uuid.
    pub fn reference(&self) -> Option<Ref> {
        match self {
            Self::Nameless(_) => None,
            Self::Id(id) => Some(Ref::of(id)),
        }
    }
}

/// A rule that a share breaks, from the good look that saw it to the good look, whole and not partial,
/// that saw it mended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The name of the rule.
    pub rule: Arc<str>,
    /// Which share.
    pub share: ShareKey,
    /// When it was first seen.
    pub since: UnixMillis,
    /// The name of the exception that covers it, if one does.
    pub exception: Option<Arc<str>>,
    /// Whether it has a series of its own. It keeps that until it is closed or excepted.
    pub has_series: bool,
}

impl Violation {
    /// Whether it may have one: nothing covers it, and its share has a uuid by which a series names it.
    pub const fn may_have_series(&self) -> bool {
        self.exception.is_none() && matches!(self.share, ShareKey::Id(_))
    }
}

/// When an exception was of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionUse {
    /// When it was first read.
    pub first_seen: UnixMillis,
    /// When it last covered a share; when it was first read, if it never has.
    pub last_match: UnixMillis,
}
