//! What is kept, in a SQLite database in a directory of its own: WAL, on the disk at commit, one process at
//! a time. This file knows the order of things; `directory` the files, `schema` their form, `record` what a
//! piece holds, `read` and `write` the rows.

mod directory;
mod read;
mod record;
mod schema;
mod sums;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Change, Kept, Store, StoreError};
use directory::Directory;
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
        Ok(Self {
            path,
            connection,
            kept: Some(kept),
            index: None,
            _directory: directory,
        })
    }
}

impl Store for Sqlite {
    fn load(&mut self) -> Result<Kept, StoreError> {
        match self.kept.take() {
            Some(kept) => Ok(kept),
            None => read::all(&self.connection).map_err(|why| why.of(&self.path)),
        }
    }

    fn commit(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.kept = None;
        // Where this fails, it is not put back, and is read anew the next time.
        let mut index = match self.index.take() {
            Some(index) => index,
            None => read::index(&self.connection).map_err(|why| why.of(&self.path))?,
        };
        write::all(&mut self.connection, &mut index, changes)
            .map_err(|why| StoreError::database(&self.path, "write the file", why))?;
        self.index = Some(index);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
