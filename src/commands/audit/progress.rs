//! How far a long reading is, on a terminal; nothing elsewhere.

use std::io::{self, IsTerminal, Read, Write};

/// From one word about it to the next, in bytes.
const STEP: u64 = 64 << 20;

/// What is read, and how much of it.
pub(super) struct Progress<R> {
    from: R,
    read: u64,
    shown: u64,
    is_shown: bool,
}

impl<R: Read> Progress<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            read: 0,
            shown: 0,
            is_shown: io::stderr().is_terminal(),
        }
    }

    fn show(&mut self) {
        self.shown = self.read;
        let mut stderr = io::stderr();
        let _ =
            write!(stderr, "\r{} MiB read\u{1b}[K", self.read >> 20).and_then(|()| stderr.flush());
    }
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(room)?;
        self.read += count as u64;
        if self.is_shown && self.read - self.shown >= STEP {
            self.show();
        }
        Ok(count)
    }
}

impl<R> Drop for Progress<R> {
    fn drop(&mut self) {
        if self.shown > 0 {
            let mut stderr = io::stderr();
            let _ = write!(stderr, "\r\u{1b}[K").and_then(|()| stderr.flush());
        }
    }
}
