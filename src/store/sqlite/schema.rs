//! The form of the database, and how one of an earlier form becomes one of this. Each row has a checksum,
//! since SQLite keeps none: what a disk has bent is noticed, not believed.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::trail::{self, Head};
use crate::store::{StoreError, Tree};

/// What tells our databases from others': `rhse`.
pub(super) const APPLICATION_ID: i32 = 0x7268_7365;
/// The present form. Another one gets its number, and a step in `migrate`.
const VERSION: i64 = 2;

/// A list is in pieces, so that a change of one link is not the writing of a hundred thousand, and no row is
/// large. `sum` comes before `content`: it is read without it.
const TABLES: &str = "
CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    partner TEXT,
    organization TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    org_uuid TEXT,
    seen INTEGER NOT NULL,
    shares INTEGER NOT NULL,
    violations INTEGER NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE TABLE pieces (
    list INTEGER NOT NULL REFERENCES lists (id),
    what TEXT NOT NULL,
    part INTEGER NOT NULL,
    sum BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (list, what, part)
) STRICT;
CREATE TABLE exceptions (
    name TEXT NOT NULL PRIMARY KEY,
    first_seen INTEGER NOT NULL,
    last_match INTEGER NOT NULL,
    sum BLOB NOT NULL
) STRICT;
";

/// The audit trail. A line has no checksum but its hash; what is known beside the lines has one. Lines, texts
/// and seals are only ever added, but for what retention and `audit erase` take from them.
const TRAIL: &str = "
CREATE TABLE trail (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    peaks BLOB NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE TABLE lines (
    seq INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    noticed INTEGER NOT NULL,
    event TEXT,
    org TEXT,
    kind TEXT,
    share INTEGER,
    line TEXT
) STRICT;
CREATE INDEX lines_by_share ON lines (share, noticed) WHERE share IS NOT NULL;
CREATE INDEX lines_by_org_event ON lines (org, event, noticed);
CREATE INDEX lines_by_org ON lines (org, noticed);
CREATE INDEX lines_by_event ON lines (event, noticed);
CREATE INDEX lines_by_kind ON lines (kind, noticed);
CREATE INDEX lines_by_time ON lines (noticed);
CREATE TABLE texts (
    seq INTEGER NOT NULL REFERENCES lines (seq),
    field TEXT NOT NULL,
    salt BLOB NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (seq, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX texts_of_actors ON texts (text) WHERE field = 'by.name';
CREATE TABLE checkpoints (
    number INTEGER PRIMARY KEY,
    size INTEGER NOT NULL UNIQUE,
    peaks BLOB NOT NULL,
    made INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE TABLE trail_lists (
    id INTEGER PRIMARY KEY,
    partner TEXT,
    organization TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    org_uuid TEXT,
    watched INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    looks INTEGER NOT NULL,
    nameless INTEGER NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE TABLE pictures (
    list INTEGER NOT NULL REFERENCES trail_lists (id),
    share INTEGER NOT NULL,
    number INTEGER NOT NULL,
    sum BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (list, share)
) STRICT, WITHOUT ROWID;
CREATE TABLE event_counts (
    kind TEXT NOT NULL,
    event TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (kind, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE view_counts (
    org TEXT NOT NULL,
    viewer TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (org, viewer)
) STRICT, WITHOUT ROWID;
CREATE TABLE last_findings (
    org TEXT NOT NULL,
    finding TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (org, finding)
) STRICT, WITHOUT ROWID;
CREATE TABLE feeds (
    id INTEGER PRIMARY KEY,
    partner TEXT,
    organization TEXT NOT NULL,
    org_uuid TEXT,
    read_until INTEGER NOT NULL,
    seen BLOB NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE TABLE attributions (
    feed INTEGER NOT NULL REFERENCES feeds (id),
    share INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (feed, share)
) STRICT, WITHOUT ROWID;
CREATE TABLE last_events (
    org TEXT NOT NULL,
    kind TEXT NOT NULL,
    event TEXT NOT NULL,
    noticed INTEGER NOT NULL,
    PRIMARY KEY (org, kind, event)
) STRICT, WITHOUT ROWID;
";

/// How long another program may hold the file, such as one that makes a backup.
const BUSY: Duration = Duration::from_secs(5);
/// The log is cut to this many bytes where it was larger for a while.
const LOG_LIMIT: i64 = 64 << 20;

/// Makes a database in an empty file.
pub(super) fn make(path: &Path) -> Result<(), StoreError> {
    let attempt = || {
        let mut connection = connect(path)?;
        let tx = begin(&mut connection)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.execute_batch(TABLES)?;
        add_trail(&tx)?;
        tx.pragma_update(None, "user_version", VERSION)?;
        tx.commit()?;
        keep_log(&connection, false)?;
        // Its log is in it then.
        connection.close().map_err(|(_, why)| why)
    };
    attempt().map_err(|why| StoreError::database(path, "make the file", why))
}

/// Opens a database, looks whether it is whole and of a form that we know, and whether it can be written;
/// gives what `read` finds in it. Where any of it fails, nothing in it has changed.
pub(super) fn open<T>(
    path: &Path,
    read: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<(Connection, T), StoreError> {
    let failed = |doing| move |why| StoreError::database(path, doing, why);
    let mut connection = connect(path).map_err(failed("open the file"))?;
    let version = check(&connection).map_err(failed("check the file"))?;
    let version = version.map_err(|what| StoreError::torn(path, what))?;
    refuse_newer(version, path)?;
    let tx = begin(&mut connection).map_err(failed("write the file"))?;
    migrate(&tx, version).map_err(failed("bring the file to the present form"))?;
    let found = read(&tx)?;
    // It is written in any case: a disk that takes nothing is noticed now.
    tx.pragma_update(None, "user_version", VERSION)
        .and_then(|()| tx.commit())
        .map_err(failed("write the file"))?;
    keep_log(&connection, false).map_err(failed("open the file"))?;
    Ok((connection, found))
}

fn refuse_newer(version: i64, path: &Path) -> Result<(), StoreError> {
    if version <= VERSION {
        return Ok(());
    }
    Err(StoreError::Newer {
        path: path.to_owned(),
        found: version,
        known: VERSION,
    })
}

/// Makes a connection that only reads ready.
pub(super) fn prepare_reader(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "temp_store", "memory")
}

/// Looks whether one who only reads finds the present form.
pub(super) fn check_version(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    let version = version.map_err(|why| StoreError::database(path, "read the file", why))?;
    refuse_newer(version, path)?;
    if version < VERSION {
        return Err(StoreError::Older {
            path: path.to_owned(),
        });
    }
    Ok(())
}

/// The form that it has; or else what is wrong with it.
fn check(connection: &Connection) -> rusqlite::Result<Result<i64, String>> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        // It is said on several lines.
        let found: Vec<_> = found.split_whitespace().collect();
        return Ok(Err(found.join(" ")));
    }
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(if version < 1 {
        Err("it has no version".into())
    } else {
        Ok(version)
    })
}

/// Each step brings it from one form to the next.
fn migrate(tx: &Transaction<'_>, version: i64) -> rusqlite::Result<()> {
    if version < 2 {
        add_trail(tx)?;
    }
    Ok(())
}

/// Makes an empty trail, whose name nobody else's has.
fn add_trail(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(TRAIL)?;
    let head = Head {
        origin: trail::new_origin(),
        tree: Tree::default(),
    };
    trail::insert_head(tx, &head)
}

/// A connection that may write, with all that keeps what is written whole.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // Not CREATE: a file that is missing now was there a moment ago.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // What a process that was killed has left beside a file that is refused is left as it is too. First of all: the
    // next statements read the file, which may be damaged.
    keep_log(&connection, true)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // Nothing is written anywhere else.
    connection.pragma_update(None, "temp_store", "memory")?;
    // What is deleted is overwritten: titles that are to be kept no longer are in no page that is free.
    let overwrite = "secure_delete";
    connection.pragma_update_and_check(None, overwrite, true, |row| row.get::<_, i64>(0))?;
    let journal = "journal_mode";
    connection.pragma_update_and_check(None, journal, "wal", |row| row.get::<_, String>(0))?;
    // On the disk at commit.
    connection.pragma_update(None, "synchronous", "full")?;
    let limit = "journal_size_limit";
    connection.pragma_update_and_check(None, limit, LOG_LIMIT, |row| row.get::<_, i64>(0))?;
    Ok(connection)
}

/// Whether its log stays beside the file when the connection ends.
fn keep_log(connection: &Connection, keep: bool) -> rusqlite::Result<()> {
    let setting = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    connection.set_db_config(setting, keep).map(|_| ())
}

/// A transaction that will not find out halfway that it may not write.
pub(super) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}
