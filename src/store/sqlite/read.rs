//! Reading what is kept. What can't be understood is an error that says which row, since to leave it out
//! would be to forget it. A row is named by its number: whose it is, and what it holds, is in no message.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Row, Statement};

use super::record::{self, Record};
use super::sums::Sum;
use super::trail;
use super::write::{Index, IndexedList, exception_sum, list_sum, piece_sum};
use crate::share::{ExceptionUse, Id, Share, ShareKind, UnixMillis, Violation};
use crate::store::{Kept, KeptList, ListKey, StoreError};

/// Why it can't be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// SQLite says so.
    Sql(rusqlite::Error),
    /// A row is not what we have written.
    Row(String),
}

impl From<rusqlite::Error> for Unreadable {
    fn from(why: rusqlite::Error) -> Self {
        Self::Sql(why)
    }
}

impl Unreadable {
    /// The same of this database.
    pub(super) fn of(self, path: &Path) -> StoreError {
        match self {
            Self::Sql(why) => StoreError::database(path, "read the file", why),
            Self::Row(what) => StoreError::torn(path, what),
        }
    }

    /// The same as SQLite would say it.
    pub(super) fn into_sql(self) -> rusqlite::Error {
        match self {
            Self::Sql(why) => why,
            Self::Row(what) => rusqlite::Error::ToSqlConversionFailure(what.into()),
        }
    }
}

pub(super) type Read<T> = Result<T, Unreadable>;

/// A row of the table of lists.
pub(super) struct ListRow {
    pub(super) id: i64,
    pub(super) key: ListKey,
    pub(super) name: String,
    pub(super) org_uuid: Option<String>,
    pub(super) seen: i64,
    pub(super) shares: i64,
    pub(super) violations: i64,
}

/// All of it.
pub(super) fn all(connection: &Connection) -> Read<Kept> {
    let mut kept = Kept::default();
    let mut pieces = connection.prepare(
        "SELECT part, sum, content FROM pieces WHERE list = ?1 AND what = ?2 ORDER BY part",
    )?;
    for row in lists(connection)? {
        let list = KeptList {
            name: row.name.clone(),
            org_uuid: row.org_uuid.as_deref().map(Id::parse),
            seen: UnixMillis(row.seen),
            shares: Arc::new(records(&mut pieces, &row, row.shares)?.into_boxed_slice()),
            violations: records(&mut pieces, &row, row.violations)?.into(),
        };
        if kept.lists.insert(row.key, list).is_some() {
            return Err(Unreadable::Row(format!("list {} is there twice", row.id)));
        }
    }
    let others: i64 = connection.query_row(
        "SELECT count(*) FROM pieces
         WHERE list NOT IN (SELECT id FROM lists) OR what NOT IN ('shares', 'violations')",
        [],
        |row| row.get(0),
    )?;
    if others > 0 {
        return Err(Unreadable::Row(format!("{others} pieces are of no list")));
    }
    exceptions(connection, &mut kept)?;
    kept.trail = trail::kept(connection)?;
    Ok(kept)
}

/// What is where.
pub(super) fn index(connection: &Connection) -> Read<Index> {
    let mut index = Index::default();
    let mut sums =
        connection.prepare("SELECT sum FROM pieces WHERE list = ?1 AND what = ?2 ORDER BY part")?;
    let mut sums = |list: i64, what| {
        let rows = sums.query_map((list, what), |row| row.get(0))?;
        rows.collect::<rusqlite::Result<Vec<Sum>>>()
    };
    for row in lists(connection)? {
        let list = IndexedList {
            id: row.id,
            shares: sums(row.id, Share::WHAT)?,
            violations: sums(row.id, Violation::WHAT)?,
        };
        index.add(row.key, list);
    }
    for (id, key, _) in trail::lists(connection)? {
        index.trail.add(key, id);
    }
    for (id, key, _) in trail::feeds::feeds(connection)? {
        index.trail.add_feed(key, id);
    }
    Ok(index)
}

fn lists(connection: &Connection) -> Read<Vec<ListRow>> {
    let mut statement = connection.prepare(
        "SELECT id, partner, organization, kind, name, org_uuid, seen, shares, violations,
                sum
         FROM lists ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let mut lists = Vec::new();
    while let Some(row) = rows.next()? {
        lists.push(list(row)?);
    }
    Ok(lists)
}

fn list(row: &Row<'_>) -> Read<ListRow> {
    let id = row.get(0)?;
    let label: String = row.get(3)?;
    let Some(kind) = record::kind(&label) else {
        return Err(Unreadable::Row(format!("list {id} is of no known kind")));
    };
    let list = ListRow {
        id,
        key: ListKey {
            partner: row.get(1)?,
            organization: row.get(2)?,
            kind,
        },
        name: row.get(4)?,
        org_uuid: row.get(5)?,
        seen: row.get(6)?,
        shares: row.get(7)?,
        violations: row.get(8)?,
    };
    let sum: Sum = row.get(9)?;
    if list_sum(&list) != sum {
        return Err(mismatch(format_args!("list {id} ({})", name(kind))));
    }
    Ok(list)
}

/// The shares or violations of a list, of which there must be so many.
fn records<T: Record>(pieces: &mut Statement<'_>, list: &ListRow, count: i64) -> Read<Vec<T>> {
    let what = format!("{} of list {} ({})", T::WHAT, list.id, name(list.key.kind));
    let mut rows = pieces.query((list.id, T::WHAT))?;
    let mut records = Vec::new();
    let mut next = 0;
    while let Some(row) = rows.next()? {
        let (part, sum): (i64, Sum) = (row.get(0)?, row.get(1)?);
        let content = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        if part != next || piece_sum(list.id, T::WHAT, part, content) != sum {
            return Err(mismatch(format_args!("piece {next} of the {what}")));
        }
        // What serde says may repeat a text.
        let piece = T::read(content).map_err(|why| {
            Unreadable::Row(format!(
                "piece {part} of the {what} is not understood at byte {}",
                why.column()
            ))
        })?;
        records.extend(piece);
        next += 1;
    }
    if i64::try_from(records.len()) != Ok(count) {
        let found = records.len();
        return Err(Unreadable::Row(format!(
            "there are {found} {what}, expected {count}"
        )));
    }
    Ok(records)
}

fn exceptions(connection: &Connection, kept: &mut Kept) -> Read<()> {
    let mut statement = connection.prepare(
        "SELECT rowid, name, first_seen, last_match, sum FROM exceptions ORDER BY rowid",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, name): (i64, String) = (row.get(0)?, row.get(1)?);
        let exception = ExceptionUse {
            first_seen: UnixMillis(row.get(2)?),
            last_match: UnixMillis(row.get(3)?),
        };
        let sum: Sum = row.get(4)?;
        if exception_sum(&name, exception) != sum {
            return Err(mismatch(format_args!("exception {id}")));
        }
        kept.exceptions.insert(name, exception);
    }
    Ok(())
}

pub(super) fn mismatch(what: std::fmt::Arguments<'_>) -> Unreadable {
    Unreadable::Row(format!("the checksum of {what} is wrong"))
}

fn name(kind: ShareKind) -> &'static str {
    record::kind_label(kind)
}
