//! A trail while it is read: the tree over its lines, compared with each seal and each checkpoint from outside.

use std::io::{self, BufRead};

use super::line::{Line, Noticed, millis_between};
use super::reader::{Reader, Unread};
use super::{Events, Evidence, Failure, Report};
use crate::audit::note::{Checkpoint, SignedNote};
use crate::audit::outside::OutsideCheckpoint;
use crate::audit::signature::VerifierKey;
use crate::store::{Hash, Tree};

/// For how long lines may wait for a seal: it comes each hour.
const LONGEST_WAIT_MILLIS: i64 = 2 * 60 * 60 * 1000;

/// Why the reading ends.
pub(super) enum Stop {
    Io(io::Error),
    Failure(Failure),
    /// An event is not the next one.
    Sequence {
        found: u64,
    },
}

impl From<Unread> for Stop {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Io(error) => Self::Io(error),
            Unread::Failure(failure) => Self::Failure(failure),
        }
    }
}

/// A trail, as far as it was read.
pub(super) struct Trail<'a> {
    key: Option<&'a VerifierKey>,
    /// Those that are not reached yet, the smallest last.
    checkpoints: Vec<&'a OutsideCheckpoint>,
    tree: Tree,
    pub(super) report: Report,
    /// The last size at which a root was right.
    compared_to: u64,
    /// How many lines the last seal is of.
    sealed_to: u64,
    unsealed: Unsealed,
}

/// What is known of the lines after the last seal.
#[derive(Default)]
struct Unsealed {
    has_dropped: bool,
    noticed: Option<(Noticed, Noticed)>,
}

impl<'a> Trail<'a> {
    pub(super) fn new(evidence: &'a Evidence) -> Self {
        let key = evidence.key.as_ref();
        // One of an empty trail says nothing.
        let checkpoints = evidence.checkpoints.iter().filter(|it| it.size > 0);
        let mut checkpoints: Vec<_> = checkpoints.collect();
        checkpoints.sort_by(|a, b| b.cmp(a));
        Self {
            key,
            checkpoints,
            tree: Tree::default(),
            report: Report {
                signed_to: key.map(|_| 0),
                ..Report::default()
            },
            compared_to: 0,
            sealed_to: 0,
            unsealed: Unsealed::default(),
        }
    }

    /// The number of the next event.
    pub(super) const fn expected(&self) -> u64 {
        self.report.lines + 1
    }

    pub(super) fn read(&mut self, reader: &mut Reader<impl BufRead>) -> Result<(), Stop> {
        while let Some(line) = reader.next()? {
            match line {
                Line::Event { seq, .. } if seq != self.expected() => {
                    return Err(Stop::Sequence { found: seq });
                }
                Line::Event { leaf, noticed, .. } => self.event(leaf, noticed),
                Line::Seal { number, note } => self.seal(reader.number, number, &note),
            }
            .map_err(Stop::Failure)?;
        }
        Ok(())
    }

    fn event(&mut self, leaf: Hash, noticed: Option<Noticed>) -> Result<(), Failure> {
        self.tree.push(leaf);
        self.report.lines += 1;
        self.unsealed.add(noticed);
        self.report.dropped += u64::from(noticed.is_none());
        self.reached(self.report.lines)
    }

    /// Compares the tree with every checkpoint from outside that is of so many lines.
    fn reached(&mut self, lines: u64) -> Result<(), Failure> {
        let mut is_proved = false;
        while let Some(checkpoint) = self.checkpoints.pop_if(|it| it.size == lines) {
            is_proved = true;
            if checkpoint.root != self.tree.root() {
                let altered = Events::after(self.compared_to, lines);
                return Err(Failure::Checkpoint {
                    size: lines,
                    altered,
                });
            }
        }
        if is_proved {
            (self.report.proved_to, self.compared_to) = (lines, lines);
        }
        Ok(())
    }

    /// A seal, which is in this line of the file.
    fn seal(&mut self, line: u64, seal: u64, note: &str) -> Result<(), Failure> {
        let expected = self.report.seals + 1;
        if seal != expected {
            return Err(Failure::SealOrder {
                line,
                seal,
                expected,
            });
        }
        let note = SignedNote::parse(note).map_err(|_| Failure::SealForm { line, seal })?;
        if self.key.is_some_and(|key| note.verified(key).is_err()) {
            return Err(Failure::SealSignature { line, seal });
        }
        self.compare(line, seal, note.unverified())?;
        self.sealed(note.unverified().size);
        Ok(())
    }

    /// Whether a seal is of the lines before it.
    fn compare(&self, line: u64, seal: u64, checkpoint: &Checkpoint) -> Result<(), Failure> {
        let size = checkpoint.size;
        let (lines, sealed) = (self.report.lines, self.sealed_to);
        if size != lines || size <= sealed {
            return Err(Failure::SealPlace {
                line,
                seal,
                size,
                lines,
                sealed,
            });
        }
        if checkpoint.root != self.tree.root() {
            return Err(Failure::SealRoot {
                line,
                seal,
                altered: Events::after(self.compared_to.min(size - 1), size),
            });
        }
        Ok(())
    }

    fn sealed(&mut self, size: u64) {
        self.report.seals += 1;
        self.report.signed_to = self.key.map(|_| size);
        self.compared_to = size;
        self.sealed_to = size;
        self.unsealed = Unsealed::default();
    }

    /// What is seen at the end only.
    pub(super) fn finish(&self) -> Result<(), Stop> {
        let lines = self.report.lines;
        let failure = if let Some(checkpoint) = self.checkpoints.first() {
            let size = checkpoint.size;
            Failure::Short { size, lines }
        } else if lines == 0 {
            Failure::Empty
        } else if self.sealed_to == 0 || self.unsealed.has_waited_too_long() {
            let unsealed = Events::after(self.sealed_to, lines);
            Failure::SealMissing { unsealed }
        } else {
            return Ok(());
        };
        Err(Stop::Failure(failure))
    }
}

impl Unsealed {
    fn add(&mut self, noticed: Option<Noticed>) {
        let Some(noticed) = noticed else {
            self.has_dropped = true;
            return;
        };
        let (earliest, latest) = self.noticed.unwrap_or((noticed, noticed));
        self.noticed = Some((earliest.min(noticed), latest.max(noticed)));
    }

    /// A line that was dropped is older than any that may wait.
    fn has_waited_too_long(&self) -> bool {
        let is_long = |(earliest, latest): &(Noticed, Noticed)| {
            millis_between(earliest, latest) > LONGEST_WAIT_MILLIS
        };
        self.has_dropped || self.noticed.as_ref().is_some_and(is_long)
    }
}
