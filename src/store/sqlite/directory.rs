//! The directory: made where it is missing, one process at a time, and only files that we know.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::schema::APPLICATION_ID;
use crate::store::StoreError;

/// The database. SQLite has two more beside it while it is in use, with `-wal` and `-shm` after the name.
const DATABASE: &str = "store.db";
/// A database that is being made: what is left of it has never been used.
const UNFINISHED: &str = "store.db.new";
/// What a process locks for as long as it runs.
const LOCK: &str = "lock";

/// What every SQLite database begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Its header, in bytes, and where in it the id of the application is, big-endian.
const HEADER: usize = 100;
const APPLICATION_ID_AT: usize = 68;

/// The database of a directory that may be another process's, to read it.
pub(super) fn existing(directory: &Path) -> Result<PathBuf, StoreError> {
    let path = directory.join(DATABASE);
    if matches!(path.try_exists(), Ok(false)) {
        return Err(StoreError::Missing { path });
    }
    check_header(&path)?;
    Ok(path)
}

/// A directory that is ours for as long as this lives.
pub(super) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes it where it is missing, and takes it.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|why| StoreError::Directory {
            path: path.to_owned(),
            why,
        })?;
        let file = path.join(LOCK);
        let lock = create(&file, false)
            .map_err(|why| StoreError::file(&file, "open the lock file", why))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::InUse {
                path: path.to_owned(),
            },
            TryLockError::Error(why) => StoreError::file(&file, "lock the file", why),
        })?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The database: one that is ours, or where none is, one that `make` has made. It gets its name only
    /// when it is whole, so that one that was cut short at the first start is not taken for a damaged one.
    pub(super) fn database(
        &self,
        make: impl FnOnce(&Path) -> Result<(), StoreError>,
    ) -> Result<PathBuf, StoreError> {
        let path = self.path.join(DATABASE);
        let failed = |doing| {
            let path = path.clone();
            move |why| StoreError::file(&path, doing, why)
        };
        if path.try_exists().map_err(failed("look for the file"))? {
            check_header(&path)?;
            return Ok(path);
        }
        let log = self.path.join(format!("{DATABASE}-wal"));
        if log.try_exists().map_err(failed("look for the file"))? {
            return Err(StoreError::torn(
                &log,
                "store.db, which it belongs to, is missing",
            ));
        }
        let new = self.path.join(UNFINISHED);
        self.clear_away(&new).map_err(failed("make the file"))?;
        create(&new, true).map_err(failed("make the file"))?;
        make(&new)?;
        std::fs::rename(&new, &path).map_err(failed("make the file"))?;
        let directory = File::open(&self.path).and_then(|directory| directory.sync_all());
        directory.map_err(failed("write the directory"))?;
        Ok(path)
    }

    /// Removes what a first start that was cut short has left: nobody has used it.
    fn clear_away(&self, new: &Path) -> io::Result<()> {
        let journals =
            ["-wal", "-shm", "-journal"].map(|end| self.path.join(format!("{UNFINISHED}{end}")));
        for file in journals.iter().map(PathBuf::as_path).chain([new]) {
            match std::fs::remove_file(file) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
        }
        Ok(())
    }
}

/// A file that only its owner may read. SQLite gives those beside its database the same mode.
fn create(path: &Path, is_new: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    if is_new {
        options.create_new(true);
    } else {
        options.create(true).truncate(false);
    }
    options.open(path)
}

/// Looks before SQLite does, which may write to what it opens.
fn check_header(path: &Path) -> Result<(), StoreError> {
    let read = |path| {
        let mut header = Vec::with_capacity(HEADER);
        let file = File::open(path)?;
        file.take(HEADER as u64).read_to_end(&mut header)?;
        io::Result::Ok(header)
    };
    let header = read(path).map_err(|why| StoreError::file(path, "read the file", why))?;
    if header.is_empty() {
        return Err(StoreError::torn(path, "it is empty"));
    }
    let foreign = |found: String| StoreError::Foreign {
        path: path.to_owned(),
        found,
    };
    let magic = &header[..header.len().min(MAGIC.len())];
    if !MAGIC.starts_with(magic) {
        return Err(foreign(
            "no SQLite database, or its beginning is damaged".into(),
        ));
    }
    let id = header.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4);
    let Some(id) = id.filter(|_| header.len() == HEADER) else {
        return Err(StoreError::torn(path, "it is cut short"));
    };
    if id != APPLICATION_ID.to_be_bytes() {
        let found = format!("a SQLite database of another program (application_id {id:02x?})");
        return Err(foreign(found));
    }
    Ok(())
}
