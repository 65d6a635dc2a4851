//! Why what is kept can't be read or written, as the one who runs the exporter reads it: where, what was
//! found, what to do. No message holds what is kept.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// At the start, each of them is a refusal. Later the same commit may succeed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no directory, and none can be made.
    #[error(
        "--storage.path: {}: no directory can be made there ({why}); expected a directory that this user may \
         write to: give another, or set its owner", path.display()
    )]
    Directory {
        /// Where.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// There is none to read.
    #[error(
        "--storage.path: {}: there is no such file; expected the directory that an exporter keeps what it remembers \
         in: give the --storage.path of `serve`", path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Another process has it.
    #[error(
        "--storage.path: {}: another process uses this directory; expected one exporter a directory: end the \
         other one, or give this one a directory of its own", path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// It is not ours.
    #[error(
        "--storage.path: {}: {found}; expected a file that this exporter has written. It is left as it is: \
         give another directory, or move the file away", path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: String,
    },
    /// A later version has written it.
    #[error(
        "--storage.path: {}: a later version of the exporter has written it (format {found}, expected at most \
         {known}). It is left as it is: run that version, or give another directory", path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The last format that is known here.
        known: i64,
    },
    /// An earlier version has written it, and who only reads can't bring it to the present form.
    #[error(
        "--storage.path: {}: an earlier version of the exporter has written it, and there is no audit trail in \
         it yet: start `serve` of this version with it once", path.display()
    )]
    Older {
        /// The file.
        path: PathBuf,
    },
    /// It is damaged.
    #[error(
        "--storage.path: {}: the file is damaged ({what}). It is left as it is: put a backup in its place, or \
         move it away and begin anew, without what is remembered of open violations", path.display()
    )]
    Torn {
        /// The file.
        path: PathBuf,
        /// What was found, and where.
        what: String,
    },
    /// It can't be read or written.
    #[error("--storage.path: {}: can't {doing} ({why}); {}", path.display(), remedy(why))]
    Database {
        /// The file.
        path: PathBuf,
        /// What was attempted.
        doing: &'static str,
        /// What SQLite said.
        why: rusqlite::Error,
    },
    /// A file can't be read or written, or the system refuses something else.
    #[error(
        "--storage.path: {}: can't {doing} ({why}); expected a local disk with free space that this user may \
         read and write", path.display()
    )]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What was attempted.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
    /// What writes has crashed.
    #[error("--storage.path: what writes there has crashed: report it")]
    Crashed,
}

impl StoreError {
    pub(crate) fn file(path: &Path, doing: &'static str, why: io::Error) -> Self {
        let path = path.to_owned();
        Self::File { path, doing, why }
    }

    pub(crate) fn torn(path: &Path, what: impl Into<String>) -> Self {
        Self::Torn {
            path: path.to_owned(),
            what: what.into(),
        }
    }

    /// What SQLite said while it did this.
    pub(super) fn database(path: &Path, doing: &'static str, why: rusqlite::Error) -> Self {
        match why.sqlite_error_code() {
            // SQLite says that the file is not right, or a value or a table is not what we have written.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown)
            | None => Self::torn(path, why.to_string()),
            Some(_) => Self::Database {
                path: path.to_owned(),
                doing,
                why,
            },
        }
    }
}

/// What helps.
fn remedy(why: &rusqlite::Error) -> &'static str {
    match why.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full: make room",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds the file: end it"
        }
        _ => "expected a local disk with free space that this user may read and write",
    }
}
