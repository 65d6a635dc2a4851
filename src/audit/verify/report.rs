//! What can be said of a trail that was verified.

use std::fmt;

use super::{Events, Failure};

/// What was found. Displayed as lines for people, each of which is ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many lines of the trail were read, without seals: all, or those before the failure.
    pub lines: u64,
    /// Of how many of them only the hash is there.
    pub dropped: u64,
    /// How many seals were read.
    pub seals: u64,
    /// Up to which line a checkpoint from outside proves that nothing has changed; 0 where none does.
    pub proved_to: u64,
    /// Up to which line the key that was given has sealed them; none without a key.
    pub signed_to: Option<u64>,
    /// The first thing that is wrong; none where all is as it should be.
    pub failure: Option<Failure>,
}

impl Report {
    /// Whether nothing is wrong.
    pub const fn is_right(&self) -> bool {
        self.failure.is_none()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lines,
            dropped,
            seals,
            proved_to,
            ..
        } = *self;
        let signed_to = self.signed_to.unwrap_or(0).max(proved_to);
        writeln!(
            f,
            "{lines} lines, {dropped} of them dropped after their time, {seals} seals"
        )?;
        writeln!(
            f,
            "proved by a checkpoint from outside: {}",
            Events::after(0, proved_to)
        )?;
        match self.signed_to {
            Some(_) => writeln!(
                f,
                "signed only by the exporter: {}",
                Events::after(proved_to, signed_to)
            )?,
            None => writeln!(f, "signed only by the exporter: not known without its key")?,
        }
        writeln!(f, "neither: {}", Events::after(signed_to, lines))?;
        match &self.failure {
            Some(failure) => writeln!(f, "NO: {failure}"),
            None => writeln!(f, "YES"),
        }
    }
}
