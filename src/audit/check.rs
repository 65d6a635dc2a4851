//! The check in the background: once a day all of the trail is read and worked out anew, so that a disk or a person
//! that has changed a line long ago is noticed here, and not by the auditor. It has a thread of its own, reads
//! beside the one that writes, and holds up nobody.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::Duration;
use std::{io, thread};

use tracing::{error, info};

use super::notary::is_signed_by;
use super::progress::Progress;
use super::signature::VerifierKey;
use crate::store::{Checkpoint, Exported, Hash, StoreError, TrailReader, Tree, leaf_hash};

/// After the start, when the first looks at the lists are over.
const FIRST: Duration = Duration::from_secs(60);
/// From the end of one check to the next.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// How far it steps back behind all that serve and collect.
const NICE: i32 = 19;

/// What is checked.
#[derive(Clone, Debug)]
pub struct TrailCheck {
    /// The storage path.
    pub(super) directory: PathBuf,
    /// The key in use.
    pub(super) key: VerifierKey,
    /// Who is told how it has ended.
    pub(super) progress: Arc<Progress>,
}

/// A check that goes on in the background until this is dropped; then it ends at the next line.
#[must_use = "it ends when this is dropped"]
#[derive(Debug)]
pub struct RunningCheck {
    _stop: Sender<()>,
}

/// What was checked and holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Checked {
    lines: u64,
    seals: u64,
}

/// Why a check has not found that all holds: the first thing that is wrong.
#[derive(Debug, thiserror::Error)]
enum CheckError {
    /// The exporter ends.
    #[error("the exporter ends")]
    Stopped,
    /// It can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something else is wrong.
    #[error(transparent)]
    Broken(#[from] Break),
}

/// The first line or seal that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Break {
    #[error("line {0} is altered: it does not have the hash that it had when it was added")]
    Altered(u64),
    #[error("line {expected} is missing: the next one is line {found}")]
    Missing { expected: u64, found: u64 },
    #[error("it has {lines} lines, and its head says {head}")]
    Size { lines: u64, head: u64 },
    #[error("seal {expected} is missing: the next one is seal {found}")]
    NoSeal { expected: u64, found: u64 },
    #[error("seal {number} is over {size} lines, and comes after {lines}")]
    Place { number: u64, size: u64, lines: u64 },
    #[error("seal {0} is not signed by the key in use")]
    Unsigned(u64),
    #[error("lines {first} to {last} are not those that seal {number} is over")]
    Root { number: u64, first: u64, last: u64 },
}

impl TrailCheck {
    /// Begins to check: after a minute, then once a day.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(self) -> io::Result<RunningCheck> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name("audit-check".to_owned());
        thread.spawn(move || self.run(&stopped))?;
        Ok(RunningCheck { _stop: stop })
    }

    fn run(&self, stopped: &Receiver<()>) {
        step_back();
        let mut pause = FIRST;
        while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            self.look(|| stopped.try_recv() == Err(TryRecvError::Disconnected));
            pause = EVERY;
        }
    }

    /// Checks once, and tells how that has ended.
    fn look(&self, is_stopped: impl Fn() -> bool) {
        let is_whole = match self.check(is_stopped) {
            Err(CheckError::Stopped) => return,
            Ok(Checked { lines, seals }) => {
                info!(lines, seals, "the audit trail is what was sealed");
                true
            }
            Err(CheckError::Store(why)) => {
                error!(error = %why, "the audit trail could not be checked");
                false
            }
            Err(CheckError::Broken(why)) => {
                error!(error = %why, "the audit trail is not what was written; see `audit verify`");
                false
            }
        };
        self.progress.checked(is_whole);
    }

    fn check(&self, is_stopped: impl Fn() -> bool) -> Result<Checked, CheckError> {
        let reader = TrailReader::open(&self.directory)?;
        // Lines are only ever added: all that were there before must be, and none that is not there after.
        let (_, before) = reader.head()?;
        let mut walk = Walk::new(&self.key);
        reader.export_with_hashes(|exported, hash| match is_stopped() {
            true => Err(CheckError::Stopped),
            false => Ok(walk.take(exported, hash)?),
        })?;
        let (_, after) = reader.head()?;
        Ok(walk.finish(before, after)?)
    }
}

/// The trail, as far as it was read.
struct Walk<'a> {
    key: &'a VerifierKey,
    tree: Tree,
    seals: u64,
    /// How many lines the last seal is over.
    sealed: u64,
}

impl<'a> Walk<'a> {
    fn new(key: &'a VerifierKey) -> Self {
        Self {
            key,
            tree: Tree::default(),
            seals: 0,
            sealed: 0,
        }
    }

    fn take(&mut self, exported: Exported<'_>, hash: Option<Hash>) -> Result<(), Break> {
        match exported {
            Exported::Line(seq, line) => {
                let leaf = leaf_hash(line.as_bytes());
                self.line(seq, leaf, hash == Some(leaf))
            }
            Exported::Dropped(seq, leaf) => self.line(seq, leaf, true),
            Exported::Seal(seal) => self.seal(seal),
        }
    }

    fn line(&mut self, seq: u64, leaf: Hash, is_as_added: bool) -> Result<(), Break> {
        let expected = self.tree.size() + 1;
        if seq != expected {
            let found = seq;
            return Err(Break::Missing { expected, found });
        }
        if !is_as_added {
            return Err(Break::Altered(seq));
        }
        self.tree.push(leaf);
        Ok(())
    }

    fn seal(&mut self, seal: &Checkpoint) -> Result<(), Break> {
        let (number, size, lines) = (seal.number, seal.size, self.tree.size());
        let expected = self.seals + 1;
        if number != expected {
            let found = number;
            return Err(Break::NoSeal { expected, found });
        }
        if size != lines || size <= self.sealed {
            return Err(Break::Place {
                number,
                size,
                lines,
            });
        }
        if !is_signed_by(self.key, seal) {
            return Err(Break::Unsigned(number));
        }
        if seal.root != self.tree.root() {
            return Err(Break::Root {
                number,
                first: self.sealed + 1,
                last: size,
            });
        }
        (self.seals, self.sealed) = (number, size);
        Ok(())
    }

    /// All was read, of a trail whose head said this before and after.
    fn finish(self, before: u64, after: u64) -> Result<Checked, Break> {
        let lines = self.tree.size();
        let seals = self.seals;
        if lines < before {
            return Err(Break::Size {
                lines,
                head: before,
            });
        }
        if lines > after {
            return Err(Break::Size { lines, head: after });
        }
        Ok(Checked { lines, seals })
    }
}

/// On Linux, it is the thread that becomes nice, not the process.
fn step_back() {
    if cfg!(target_os = "linux") {
        // Nobody may be refused that; if it were, the check would only be in less of a hurry than it could be.
        let _ = rustix::process::nice(NICE);
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
