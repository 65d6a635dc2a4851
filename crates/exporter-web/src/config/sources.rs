//! The files that a configuration is made of, and a fingerprint of what they held.

use std::io;
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};

use crate::regular_file::{self, Unreadable};

/// Far above any certificate bundle; a file that is larger is the wrong file.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Of all that was read, in that order. The files may hold secrets, so that it is a digest.
#[derive(PartialEq, Eq)]
pub(super) struct Fingerprint(Vec<u8>);

/// Reads files, and remembers what they held.
pub(super) struct Sources(Context);

impl Sources {
    pub(super) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(super) fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let content = read(path)?;
        self.0.update(&(content.len() as u64).to_be_bytes());
        self.0.update(&content);
        Ok(content)
    }

    /// Of what was read until now.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        Fingerprint(self.0.clone().finish().as_ref().to_vec())
    }
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
