//! The files that a configuration is made of, and whether they have changed since they were read.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};

use crate::regular_file::{self, Unreadable};

/// Far above any certificate bundle; a file that is larger is the wrong file.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A fingerprint of what was read; none where nothing could be.
type Fingerprint = Option<Vec<u8>>;

/// Every file that was read, those included that could not be.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<PathBuf, Fingerprint>);

impl Sources {
    /// Of a configuration that could not be read at all: it has changed as soon as it can be.
    pub(super) fn unread(file: &Path) -> Self {
        Self(BTreeMap::from([(file.to_owned(), None)]))
    }

    /// Reads a file, and remembers what it held.
    pub(super) fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let content = read(path);
        self.0.insert(path.to_owned(), fingerprint(&content));
        content
    }

    /// Whether a file holds something else than when it was read.
    pub(super) fn changed(&self) -> bool {
        self.0
            .iter()
            .any(|(path, before)| fingerprint(&read(path)) != *before)
    }
}

fn fingerprint(content: &io::Result<Vec<u8>>) -> Fingerprint {
    let content = content.as_ref().ok()?;
    Some(digest(&SHA256, content).as_ref().to_vec())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let content = regular_file::read(path, MAX_BYTES).map_err(|why| match why {
        Unreadable::Io(error) => error,
        Unreadable::NotAFile => io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"),
    })?;
    if content.len() > MAX_BYTES {
        let message = format!("larger than {MAX_BYTES} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(content)
}
