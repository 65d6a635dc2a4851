//! The file that gets each seal, on another disk or machine: what is in it, a store that was put back to an
//! earlier state can't take back. Signed notes, one after another, only ever added to.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::note::{NoteError, SignedNote};

/// Room for a note each hour of a hundred years.
const MAX_BYTES: u64 = 512 << 20;

/// Such a file.
#[derive(Clone, Debug)]
pub struct Anchor {
    path: PathBuf,
}

/// Why an anchor can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// The system says so.
    #[error(
        "audit.anchor_file: {}: can't {doing} it ({why}); expected a file that this user may read and add to",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What was attempted.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
    /// It holds something else.
    #[error(
        "audit.anchor_file: {}: {why}; expected signed checkpoints, one after another. It is left as it is: name \
         another file, or move it away", path.display()
    )]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: NoteError,
    },
}

impl Anchor {
    /// The anchor in this file, which may be missing.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// The notes that are in it, in the order in which they were added.
    ///
    /// # Errors
    /// When it can't be read, or holds anything else.
    pub fn notes(&self) -> Result<Vec<SignedNote>, AnchorError> {
        let failed = |why| self.failed("read", why);
        let file = match File::open(&self.path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened.map_err(failed)?,
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        // One that was cut short may end within a character.
        let text = String::from_utf8_lossy(&bytes);
        let is_ended = text.is_empty() || text.ends_with('\n');
        let all = match SignedNote::parse_all(&text) {
            Ok(notes) if is_ended => return Ok(notes),
            read => read,
        };
        // A note that was cut short while it was added has no blank line after it, though its signature may look
        // like a shorter one.
        let ends = text.rmatch_indices("\n\n").take(2);
        let mut whole = ends.map(|(end, _)| SignedNote::parse_all(&text[..end + 2]));
        let path = self.path.clone();
        let content = |why| AnchorError::Content { path, why };
        whole
            .find_map(Result::ok)
            .map_or_else(|| all.map_err(content), Ok)
    }

    /// Adds a note, on the disk when this returns.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn add(&self, note: &str) -> Result<(), AnchorError> {
        let failed = |why| self.failed("add to", why);
        let open = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.path);
        let mut file = open.map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        // In one piece: whoever reads it sees all of a note or nothing. The first blank line ends one that was
        // cut short.
        let entry = format!("\n{note}\n");
        let written = file.write_all(entry.as_bytes());
        if written.is_err() {
            // What a full disk has taken of it would make of the file one that can't be read.
            let _ = file.set_len(length);
        }
        written.and_then(|()| file.sync_all()).map_err(failed)
    }

    fn failed(&self, doing: &'static str, why: io::Error) -> AnchorError {
        AnchorError::File {
            path: self.path.clone(),
            doing,
            why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{KeyFile, Signer};

    fn signer(directory: &Path) -> Signer {
        let file = KeyFile::load_or_make(&directory.join("key"), "trail.example/1");
        file.unwrap().signer
    }

    #[test]
    fn what_was_added_is_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let signer = signer(directory.path());
        let anchor = Anchor::new(&directory.path().join("anchor"));
        assert!(anchor.notes().unwrap().is_empty());
        for size in [1, 2, 9] {
            anchor.add(&signer.sign(size, [7; 32]).to_string()).unwrap();
        }
        let sizes = |anchor: &Anchor| {
            let notes = anchor.notes().unwrap();
            let sizes = notes.iter().map(|note| note.unverified().size);
            sizes.collect::<Vec<_>>()
        };
        assert_eq!(sizes(&anchor), [1, 2, 9]);
        // Cut anywhere in the last one, the others are there.
        let whole = std::fs::read_to_string(&anchor.path).unwrap();
        let third = whole.rfind("trail.example/1\n9").unwrap();
        for cut in third..whole.len() - 4 {
            std::fs::write(&anchor.path, &whole.as_bytes()[..cut]).unwrap();
            assert_eq!(sizes(&anchor), [1, 2], "cut at {cut}");
        }
    }

    #[test]
    fn a_file_of_something_else_is_refused_and_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notes.txt");
        std::fs::write(&path, "a note to myself\n\nand another\n\n").unwrap();
        let why = Anchor::new(&path).notes().unwrap_err().to_string();
        assert!(why.contains("notes.txt") && why.contains("line 2"), "{why}");
        let why = Anchor::new(directory.path())
            .notes()
            .unwrap_err()
            .to_string();
        assert!(why.contains("can't read"), "{why}");
    }
}
