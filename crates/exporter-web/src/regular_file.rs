//! Reading a file that must be a regular one. Anything else is refused before it is opened: a pipe
//! would block, and a device would never end. Every file that a person names is read through here.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a file was not read.
#[derive(Debug)]
pub enum Unreadable {
    /// The operating system says no.
    Io(io::Error),
    /// A directory, a pipe, a device.
    NotAFile,
}

/// The content of a regular file, cut one byte after `limit`, so that the caller sees the excess.
///
/// # Errors
/// When it can't be read, or is none.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Unreadable> {
    if !path.metadata().map_err(Unreadable::Io)?.is_file() {
        return Err(Unreadable::NotAFile);
    }
    let file = File::open(path).map_err(Unreadable::Io)?;
    let mut content = Vec::new();
    file.take(limit as u64 + 1)
        .read_to_end(&mut content)
        .map_err(Unreadable::Io)?;
    Ok(content)
}
