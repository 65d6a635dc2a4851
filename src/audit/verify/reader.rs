//! The lines of a file one after the other, in memory for one.

use std::io::{self, BufRead, Read as _};

use super::Failure;
use super::line::Line;

/// The longest line that can be one of a trail, with what ends it.
pub(super) const MAX_LINE_BYTES: usize = 1 << 20;

/// Why there is no next line.
pub(super) enum Unread {
    /// The file can't be read.
    Io(io::Error),
    /// It is no line of a trail.
    Failure(Failure),
}

/// A file, as far as it was read.
pub(super) struct Reader<R> {
    file: R,
    buffer: Vec<u8>,
    /// How many lines were read.
    pub(super) number: u64,
}

impl<R: BufRead> Reader<R> {
    pub(super) const fn new(file: R) -> Self {
        Self {
            file,
            buffer: Vec::new(),
            number: 0,
        }
    }

    /// The next line; none after the last one.
    pub(super) fn next(&mut self) -> Result<Option<Line>, Unread> {
        self.buffer.clear();
        let mut limited = (&mut self.file).take(MAX_LINE_BYTES as u64);
        let read = limited.read_until(b'\n', &mut self.buffer);
        if read.map_err(Unread::Io)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let line = self.number;
        let is_cut = self.buffer.len() < MAX_LINE_BYTES && !self.buffer.ends_with(b"\n");
        if is_cut {
            return Err(Unread::Failure(Failure::Cut { line }));
        }
        let read = self.buffer.strip_suffix(b"\n").and_then(Line::read);
        let read = read.ok_or(Unread::Failure(Failure::Unreadable { line }));
        read.map(Some)
    }

    /// The next event; none after the last one, or where the rest can't be read.
    pub(super) fn next_seq(&mut self) -> Result<Option<u64>, io::Error> {
        loop {
            match self.next() {
                Ok(Some(Line::Event { seq, .. })) => return Ok(Some(seq)),
                Ok(Some(Line::Seal { .. })) => {}
                Ok(None) | Err(Unread::Failure(_)) => return Ok(None),
                Err(Unread::Io(error)) => return Err(error),
            }
        }
    }
}
