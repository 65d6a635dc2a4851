//! Whether an exported trail is what was sealed, and what others have kept checkpoints of. It reads the file once,
//! in constant memory, and stops at the first thing that is wrong. `docs/verify_audit.py` does the same from the
//! format alone: a judgement that changes here changes there, and `tests/audit_proof` compares them.

mod failure;
mod line;
mod order;
mod reader;
mod report;
#[cfg(test)]
mod tests;
mod trail;

use std::io::{self, BufRead};

pub use failure::{Disorder, Events, Failure};
pub use report::Report;

use self::order::out_of_order;
use self::reader::Reader;
use self::trail::{Stop, Trail};
use super::outside::OutsideCheckpoint;
use super::signature::VerifierKey;

/// What a trail is verified against.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The key that seals have to be signed by. Without one a seal proves nothing, and its root is compared only.
    pub key: Option<VerifierKey>,
    /// Checkpoints that were kept elsewhere, in any order, each of one line at least.
    pub checkpoints: Vec<OutsideCheckpoint>,
}

/// Verifies an exported trail: a line for each event, and a seal after those that it seals.
///
/// # Errors
/// When the file can't be read. Whatever is wrong with the trail is in the report.
pub fn verify(export: impl BufRead, evidence: &Evidence) -> io::Result<Report> {
    let mut reader = Reader::new(export);
    let mut trail = Trail::new(evidence);
    let found = trail.read(&mut reader).and_then(|()| trail.finish());
    trail.report.failure = match found {
        Ok(()) => None,
        Err(Stop::Failure(failure)) => Some(failure),
        Err(Stop::Sequence { found }) => Some(out_of_order(&mut reader, trail.expected(), found)?),
        Err(Stop::Io(error)) => return Err(error),
    };
    Ok(trail.report)
}
