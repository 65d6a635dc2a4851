//! What is kept, in a SQLite database in a directory of its own: WAL, on the disk at commit, one process at
//! a time. This file knows the order of things; `directory` the files, `schema` their form, `record` what a
//! piece holds, `read` and `write` the rows.

mod directory;
mod read;
mod record;
mod schema;
mod sums;
mod trail;
mod write;

use std::fmt;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Change, Kept, Sealing, Store, StoreError, TrailHandler, TrailStore, WrittenLine};
use crate::share::UnixMillis;
use directory::Directory;
pub use trail::{Exported, FoundLine, FoundText, LineQuery, TrailEditor, TrailReader};
use write::Index;

/// How many shares or violations are in a piece.
const PIECE: usize = 1_000;

/// What is kept in a directory.
pub struct Sqlite {
    /// The database.
    path: PathBuf,
    connection: Connection,
    /// What was in it when it was opened, until somebody asks.
    kept: Option<Kept>,
    /// What is in it, as far as that is known: not after a failure.
    index: Option<Index>,
    /// Which file that is.
    file: (u64, u64),
    /// Let go of last.
    _directory: Directory,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sqlite").field(&self.path).finish()
    }
}

impl Sqlite {
    /// Opens the database in this directory, and reads all of it. Both are made where they are missing.
    ///
    /// # Errors
    /// When the directory can't be used, another process uses it, or the database is not ours, of a later
    /// version, damaged, or can't be written. Then nothing in it has changed.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let directory = Directory::take(directory)?;
        let path = directory.database(schema::make)?;
        let read = |connection: &Connection| read::all(connection).map_err(|why| why.of(&path));
        let (connection, kept) = schema::open(&path, read)?;
        let file =
            identity(&path).map_err(|why| StoreError::file(&path, "look for the file", why))?;
        Ok(Self {
            path,
            connection,
            kept: Some(kept),
            index: None,
            file,
            _directory: directory,
        })
    }

    /// Looks whether a start with this directory would find a database that is ours and of no later form. Nothing of
    /// what is kept is changed. Where there is none yet, or one of an earlier form, all is well.
    ///
    /// # Errors
    /// When it would be refused, or can't be read by who asks.
    pub fn check(directory: &Path) -> Result<(), StoreError> {
        match TrailReader::open(directory) {
            Ok(_) | Err(StoreError::Missing { .. } | StoreError::Older { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// SQLite goes on writing to a file that has been removed, or has had another put in its place.
    fn check_file(&self) -> Result<(), StoreError> {
        let failed = |why| StoreError::file(&self.path, "look for the file", why);
        let file = identity(&self.path).map_err(failed)?;
        if file != self.file {
            let what = "another file is in its place: start anew, so that it is opened";
            return Err(failed(io::Error::other(what)));
        }
        Ok(())
    }
}

/// What tells a file from any other.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let file = std::fs::metadata(path)?;
    Ok((file.dev(), file.ino()))
}

impl Store for Sqlite {
    fn load(&mut self) -> Result<Kept, StoreError> {
        match self.kept.take() {
            Some(kept) => Ok(kept),
            None => read::all(&self.connection).map_err(|why| why.of(&self.path)),
        }
    }

    fn commit(&mut self, changes: Vec<Change>) -> Result<Vec<WrittenLine>, StoreError> {
        self.kept = None;
        self.check_file()?;
        // Where this fails, it is not put back, and is read anew the next time.
        let mut index = match self.index.take() {
            Some(index) => index,
            None => read::index(&self.connection).map_err(|why| why.of(&self.path))?,
        };
        let written = write::all(&mut self.connection, &mut index, changes)
            .map_err(|why| StoreError::database(&self.path, "write the file", why))?;
        self.index = Some(index);
        Ok(written)
    }
}

impl TrailStore for Sqlite {
    fn seal(&mut self, handler: &dyn TrailHandler, now: UnixMillis) -> Result<Sealing, StoreError> {
        self.check_file()?;
        trail::seal(&mut self.connection, handler, now).map_err(|why| why.of(&self.path))
    }

    fn drop_before(&mut self, moment: UnixMillis, most: u32) -> Result<u64, StoreError> {
        self.check_file()?;
        trail::drop_before(&mut self.connection, moment, most)
            .map_err(|why| StoreError::database(&self.path, "write the file", why))
    }
}

#[cfg(test)]
mod tests;
