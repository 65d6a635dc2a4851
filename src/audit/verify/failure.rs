//! What may be wrong with a trail, as an auditor reads it. `docs/verify_audit.py` says the same in the same words.

use std::fmt;

/// The first thing that is wrong. Lines of the file are counted from 1, with seals; `#1` is the number that an event
/// bears.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing is there.
    #[error("the file is empty")]
    Empty,
    /// A line has no end.
    #[error("line {line} of the file is altered or cut off: nothing ends it")]
    Cut {
        /// Of the file.
        line: u64,
    },
    /// A line is none of those that an export has, or is too long for one.
    #[error(
        "line {line} of the file is altered or cut off: it is neither an event, nor a dropped one, nor a seal"
    )]
    Unreadable {
        /// Of the file.
        line: u64,
    },
    /// An event is not the next one.
    #[error("line {line} of the file is #{found}, where #{expected} should be: {what}")]
    Sequence {
        /// Of the file.
        line: u64,
        /// The number of the event there.
        found: u64,
        /// The number that should be there.
        expected: u64,
        /// What has happened, as far as the rest of the file tells.
        what: Disorder,
    },
    /// Seals are not one after the other.
    #[error("line {line} of the file: seal {seal} is where seal {expected} should be")]
    SealOrder {
        /// Of the file.
        line: u64,
        /// The number of the seal there.
        seal: u64,
        /// The number that should be there.
        expected: u64,
    },
    /// What a seal holds is no checkpoint.
    #[error("line {line} of the file: seal {seal} is no signed checkpoint")]
    SealForm {
        /// Of the file.
        line: u64,
        /// Which seal.
        seal: u64,
    },
    /// A seal is not by the key.
    #[error("line {line} of the file: seal {seal} is not signed by the public key that was given")]
    SealSignature {
        /// Of the file.
        line: u64,
        /// Which seal.
        seal: u64,
    },
    /// A seal stands elsewhere than after the lines that it seals, or there was one already.
    #[error(
        "line {line} of the file: seal {seal} is of {size} lines, but stands after {lines} and a seal of {sealed}"
    )]
    SealPlace {
        /// Of the file.
        line: u64,
        /// Which seal.
        seal: u64,
        /// How many lines it seals.
        size: u64,
        /// How many stand before it.
        lines: u64,
        /// How many the seal before it seals.
        sealed: u64,
    },
    /// What was sealed is not what is there.
    #[error(
        "line {line} of the file: seal {seal} differs from the lines before it, somewhere in {altered}"
    )]
    SealRoot {
        /// Of the file, the seal.
        line: u64,
        /// Which seal.
        seal: u64,
        /// Where the change is.
        altered: Events,
    },
    /// Lines are not sealed, though it was time.
    #[error("a seal is missing: {unsealed} should be sealed, and are not")]
    SealMissing {
        /// Which are not.
        unsealed: Events,
    },
    /// The trail was another one when someone else kept a checkpoint of it.
    #[error("a checkpoint from outside of {size} lines differs, somewhere in {altered}")]
    Checkpoint {
        /// How many lines it is of.
        size: u64,
        /// Where the change is.
        altered: Events,
    },
    /// The trail was longer.
    #[error(
        "the end is missing: a checkpoint from outside is of {size} lines, and here are {lines}"
    )]
    Short {
        /// How many there were.
        size: u64,
        /// How many there are.
        lines: u64,
    },
}

/// What has happened to events that are not one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disorder {
    /// They are nowhere.
    #[error("missing: {0}")]
    Missing(Events),
    /// What is found belongs further down.
    #[error("#{0} has been moved here")]
    MovedHere(u64),
    /// What is expected is further down.
    #[error("#{seq} has been moved to line {line}")]
    MovedAway {
        /// Which.
        seq: u64,
        /// Of the file.
        line: u64,
    },
    /// What is found was there before.
    #[error("#{0} is there twice")]
    Doubled(u64),
    /// The right one bears another number, or another one is in its place.
    #[error("#{0} is altered")]
    Altered(u64),
}

/// Events one after the other. Displayed as `#1 to #30`, or as `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Events {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
}

impl Events {
    /// Those after one and up to another.
    pub(super) const fn after(before: u64, last: u64) -> Self {
        let first = before + 1;
        Self { first, last }
    }
}

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last } = self;
        match last.checked_sub(*first) {
            None => f.write_str("none"),
            Some(0) => write!(f, "#{last}"),
            Some(_) => write!(f, "#{first} to #{last}"),
        }
    }
}
