//! Writing what has changed, and only that: of a list that is as it was, the moment at which it was seen.

use std::collections::BTreeMap;

use rusqlite::{Connection, Statement, Transaction};

use super::read::ListRow;
use super::record::{Record, kind_label};
use super::sums::{Sum, Summing};
use super::trail::{TrailIndex, TrailWriter, feeds, forget_titles};
use super::{PIECE, schema};
use crate::share::{ExceptionUse, Share, Violation};
use crate::store::{Change, KeptList, ListKey, WrittenLine};

/// What is in the database.
#[derive(Debug, Default)]
pub(super) struct Index {
    lists: BTreeMap<ListKey, IndexedList>,
    /// The id of the list that comes next.
    next: i64,
    pub(super) trail: TrailIndex,
}

/// A list that is there: its number, and the checksums of its pieces.
#[derive(Debug, Default)]
pub(super) struct IndexedList {
    pub(super) id: i64,
    pub(super) shares: Vec<Sum>,
    pub(super) violations: Vec<Sum>,
}

impl Index {
    /// Takes in a list that is there.
    pub(super) fn add(&mut self, key: ListKey, list: IndexedList) {
        self.next = self.next.max(list.id.saturating_add(1));
        self.lists.insert(key, list);
    }

    /// The list of this key, which may be a new one.
    fn list(&mut self, key: &ListKey) -> &mut IndexedList {
        let next = &mut self.next;
        self.lists.entry(key.clone()).or_insert_with(|| {
            let id = *next;
            *next += 1;
            IndexedList {
                id,
                ..IndexedList::default()
            }
        })
    }
}

/// Writes all changes, or none. Gives the lines that the trail has got. Where it fails, `index` is of no use
/// any more.
pub(super) fn all(
    connection: &mut Connection,
    index: &mut Index,
    changes: Vec<Change>,
) -> rusqlite::Result<Vec<WrittenLine>> {
    let tx = schema::begin(connection)?;
    let mut writer = Writer::new(&tx)?;
    let mut trail = TrailWriter::new(&tx)?;
    for change in changes {
        match change {
            Change::List(key, kept) => writer.list(index.list(&key), key, &kept)?,
            Change::Gone(key) => writer.gone(index.lists.remove(&key))?,
            Change::Exception(name, kept) => writer.exception(&name, kept)?,
            Change::ExceptionGone(name) => writer.exception_gone(&name)?,
            Change::TrailList(key, list) => trail.list(&mut index.trail, &key, &list)?,
            Change::Entry(entry) => trail.enter(&mut index.trail, &*entry)?,
            Change::ForgetTitles => forget_titles(&tx)?,
            Change::Feed(key, position) => feeds::position(&tx, &mut index.trail, key, &position)?,
            Change::Attribution(key, kept) => {
                feeds::attribution(&tx, &mut index.trail, key, &kept)?;
            }
        }
    }
    drop(writer);
    let written = trail.finish()?;
    tx.commit()?;
    Ok(written)
}

/// The statements of one transaction.
struct Writer<'tx> {
    list: Statement<'tx>,
    piece: Statement<'tx>,
    cut: Statement<'tx>,
    gone: Statement<'tx>,
    exception: Statement<'tx>,
    exception_gone: Statement<'tx>,
    /// The piece at hand.
    content: Vec<u8>,
}

impl<'tx> Writer<'tx> {
    fn new(tx: &'tx Transaction<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            list: tx.prepare(
                "INSERT INTO lists (id, partner, organization, kind, name, org_uuid, seen, shares, violations,
                 sum)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, org_uuid = excluded.org_uuid,
                 seen = excluded.seen, shares = excluded.shares, violations = excluded.violations,
                 sum = excluded.sum",
            )?,
            piece: tx.prepare(
                "INSERT INTO pieces (list, what, part, sum, content) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (list, what, part) DO UPDATE SET sum = excluded.sum,
                 content = excluded.content",
            )?,
            cut: tx.prepare("DELETE FROM pieces WHERE list = ?1 AND what = ?2 AND part >= ?3")?,
            gone: tx.prepare("DELETE FROM lists WHERE id = ?1")?,
            exception: tx.prepare(
                "INSERT INTO exceptions (name, first_seen, last_match, sum) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name) DO UPDATE SET first_seen = excluded.first_seen,
                 last_match = excluded.last_match, sum = excluded.sum",
            )?,
            exception_gone: tx.prepare("DELETE FROM exceptions WHERE name = ?1")?,
            content: Vec::new(),
        })
    }

    fn list(
        &mut self,
        known: &mut IndexedList,
        key: ListKey,
        kept: &KeptList,
    ) -> rusqlite::Result<()> {
        let row = ListRow {
            id: known.id,
            key,
            name: kept.name.clone(),
            org_uuid: kept.org_uuid.as_ref().map(ToString::to_string),
            seen: kept.seen.0,
            shares: count(&kept.shares),
            violations: count(&kept.violations),
        };
        let ListKey {
            partner,
            organization,
            kind,
        } = &row.key;
        let (kind, sum) = (kind_label(*kind), list_sum(&row));
        let numbers = (row.seen, row.shares, row.violations);
        self.list.execute((
            row.id,
            partner,
            organization,
            kind,
            &row.name,
            &row.org_uuid,
            numbers.0,
            numbers.1,
            numbers.2,
            sum,
        ))?;
        self.pieces(row.id, &kept.shares, &mut known.shares)?;
        self.pieces(row.id, &kept.violations, &mut known.violations)
    }

    /// Writes those pieces of a list whose checksums are not the ones that are there.
    fn pieces<T: Record>(
        &mut self,
        list: i64,
        records: &[T],
        known: &mut Vec<Sum>,
    ) -> rusqlite::Result<()> {
        let before = known.len();
        let mut sums = Vec::with_capacity(before);
        for (part, piece) in (0..).zip(records.chunks(PIECE)) {
            self.content.clear();
            T::write(piece, &mut self.content).expect("it is written to memory");
            let sum = piece_sum(list, T::WHAT, part, &self.content);
            if known.get(sums.len()) != Some(&sum) {
                self.piece
                    .execute((list, T::WHAT, part, sum, &self.content))?;
            }
            sums.push(sum);
        }
        if sums.len() < before {
            self.cut.execute((list, T::WHAT, count(&sums)))?;
        }
        *known = sums;
        Ok(())
    }

    fn gone(&mut self, known: Option<IndexedList>) -> rusqlite::Result<()> {
        let Some(known) = known else { return Ok(()) };
        for what in [Share::WHAT, Violation::WHAT] {
            self.cut.execute((known.id, what, 0))?;
        }
        self.gone.execute([known.id]).map(|_| ())
    }

    fn exception(&mut self, name: &str, kept: ExceptionUse) -> rusqlite::Result<()> {
        let sum = exception_sum(name, kept);
        let ExceptionUse {
            first_seen,
            last_match,
        } = kept;
        self.exception
            .execute((name, first_seen.0, last_match.0, sum))
            .map(|_| ())
    }

    fn exception_gone(&mut self, name: &str) -> rusqlite::Result<()> {
        self.exception_gone.execute([name]).map(|_| ())
    }
}

/// Exact: no list has so many.
fn count<T>(of: &[T]) -> i64 {
    i64::try_from(of.len()).unwrap_or(i64::MAX)
}

/// The checksum of a list's row.
pub(super) fn list_sum(list: &ListRow) -> Sum {
    let ListKey {
        partner,
        organization,
        kind,
    } = &list.key;
    let partner = partner.as_deref();
    Summing::new()
        .number(list.id)
        .number(partner.is_some().into())
        .text(partner.unwrap_or_default())
        .text(organization)
        .text(kind_label(*kind))
        .text(&list.name)
        .number(list.org_uuid.is_some().into())
        .text(list.org_uuid.as_deref().unwrap_or_default())
        .number(list.seen)
        .number(list.shares)
        .number(list.violations)
        .sum()
}

/// The checksum of a piece.
pub(super) fn piece_sum(list: i64, what: &str, part: i64, content: &[u8]) -> Sum {
    Summing::new()
        .number(list)
        .text(what)
        .number(part)
        .bytes(content)
        .sum()
}

/// The checksum of an exception's row.
pub(super) fn exception_sum(name: &str, kept: ExceptionUse) -> Sum {
    let ExceptionUse {
        first_seen,
        last_match,
    } = kept;
    Summing::new()
        .text(name)
        .number(first_seen.0)
        .number(last_match.0)
        .sum()
}
