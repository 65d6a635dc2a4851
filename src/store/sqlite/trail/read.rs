//! Reading what is kept of the trail at the start: all but its lines, which are as many as they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Head, ListRow, feeds, head_sum, peaks, picture_sum};
use crate::share::{Id, Ref, ShareKind, UnixMillis};
use crate::store::sqlite::read::{Read, mismatch};
use crate::store::sqlite::record;
use crate::store::sqlite::sums::Sum;
use crate::store::{Checkpoint, KeptPicture, KeptTrail, LastOf, ListKey, Looks, TrailList, Tree};

pub(super) use crate::store::sqlite::read::Unreadable;

/// How far the trail has got.
pub(super) fn head(connection: &Connection) -> Read<Head> {
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let sql = "SELECT origin, size, peaks, sum FROM trail WHERE id = 1";
    let (origin, size, bytes, sum): (String, i64, Vec<u8>, Sum) =
        connection.query_row(sql, [], columns)?;
    let tree = u64::try_from(size)
        .ok()
        .zip(peaks(&bytes))
        .and_then(|(size, peaks)| Tree::of_peaks(size, peaks));
    let head = tree.map(|tree| Head { origin, tree });
    match head.filter(|head| head_sum(head) == sum) {
        Some(head) => Ok(head),
        None => Err(mismatch(format_args!("the head of the audit trail"))),
    }
}

/// All that is kept of it but its lines.
pub(in crate::store::sqlite) fn kept(connection: &Connection) -> Read<KeptTrail> {
    let head = head(connection)?;
    check_lines(connection, &head)?;
    check_pictures(connection)?;
    let last_noticed = connection
        .query_row(
            "SELECT noticed FROM lines ORDER BY seq DESC LIMIT 1",
            [],
            |row| row.get(0).map(UnixMillis),
        )
        .optional()?;
    Ok(KeptTrail {
        size: head.tree.size(),
        origin: head.origin,
        last_noticed,
        lists: lists(connection)?
            .into_iter()
            .map(|(id, key, list)| Ok((key, (list, pictures(connection, id)?))))
            .collect::<Read<_>>()?,
        counts: counts(connection)?,
        last: last(connection)?,
        views: feeds::views(connection)?,
        findings: feeds::findings(connection)?,
        feeds: feeds::feeds(connection)?
            .into_iter()
            .map(|(id, key, position)| Ok((key, (position, feeds::attributions(connection, id)?))))
            .collect::<Read<_>>()?,
        checkpoint: checkpoint(connection)?.map(|(checkpoint, _)| checkpoint),
        seals: checkpoints(connection)?
            .into_iter()
            .map(|seal| (seal.size, seal.root))
            .collect(),
    })
}

/// There must be as many lines as the head says, since the next one gets the next number.
fn check_lines(connection: &Connection, head: &Head) -> Read<()> {
    let sql = "SELECT coalesce(max(seq), 0) FROM lines";
    let last: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    let expected = head.tree.size();
    if u64::try_from(last) != Ok(expected) {
        let what =
            format!("the last line of the audit trail is {last}, and its head says {expected}");
        return Err(Unreadable::Row(what));
    }
    Ok(())
}

/// A list that is not there gets a number anew, which must not be that of others' shares.
fn check_pictures(connection: &Connection) -> Read<()> {
    let sql = "SELECT count(*) FROM pictures WHERE list NOT IN (SELECT id FROM trail_lists)";
    let others: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if others > 0 {
        let what = format!("{others} shares of the audit trail are of no list");
        return Err(Unreadable::Row(what));
    }
    Ok(())
}

/// The lists with their numbers.
pub(in crate::store::sqlite) fn lists(
    connection: &Connection,
) -> Read<Vec<(i64, ListKey, TrailList)>> {
    let mut statement = connection.prepare(
        "SELECT id, partner, organization, kind, name, org_uuid, watched, first, last, looks, nameless, sum
         FROM trail_lists ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let mut lists = Vec::new();
    while let Some(row) = rows.next()? {
        lists.push(list(row)?);
    }
    Ok(lists)
}

fn list(row: &Row<'_>) -> Read<(i64, ListKey, TrailList)> {
    let id = row.get(0)?;
    let key = ListKey {
        partner: row.get(1)?,
        organization: row.get(2)?,
        kind: kind(&row.get::<_, String>(3)?)?,
    };
    let name: String = row.get(4)?;
    let org_uuid: Option<String> = row.get(5)?;
    let list = TrailList {
        name: name.into(),
        org_uuid: org_uuid.as_deref().map(Id::parse),
        is_watched: row.get(6)?,
        looks: Looks {
            first: UnixMillis(row.get(7)?),
            last: UnixMillis(row.get(8)?),
            count: u64::try_from(row.get::<_, i64>(9)?).unwrap_or_default(),
        },
        nameless: row.get(10)?,
    };
    let sum: Sum = row.get(11)?;
    if ListRow::new(id, &key, &list).sum() != sum {
        return Err(mismatch(format_args!("list {id} of the audit trail")));
    }
    Ok((id, key, list))
}

fn pictures(connection: &Connection, list: i64) -> Read<Vec<KeptPicture>> {
    let sql = "SELECT share, number, content, sum FROM pictures WHERE list = ?1 ORDER BY share";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([list])?;
    let mut pictures = Vec::new();
    while let Some(row) = rows.next()? {
        let (share, number, content): (i64, u32, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let picture = Ref::of_number(share).map(|reference| KeptPicture {
            reference,
            number,
            content: content.into(),
        });
        let sum: Sum = row.get(3)?;
        let picture = picture.filter(|picture| picture_sum(list, picture) == sum);
        let what = || {
            mismatch(format_args!(
                "share {share:012x} of list {list} of the audit trail"
            ))
        };
        pictures.push(picture.ok_or_else(what)?);
    }
    Ok(pictures)
}

fn counts(connection: &Connection) -> Read<BTreeMap<(Option<ShareKind>, String), u64>> {
    let mut statement = connection.prepare("SELECT kind, event, count FROM event_counts")?;
    let mut rows = statement.query([])?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let count: i64 = row.get(2)?;
        let kind = kind(&row.get::<_, String>(0)?)?;
        counts.insert((Some(kind), row.get(1)?), u64::try_from(count).unwrap_or(0));
    }
    Ok(counts)
}

fn last(connection: &Connection) -> Read<BTreeMap<LastOf, UnixMillis>> {
    let mut statement = connection.prepare("SELECT org, kind, event, noticed FROM last_events")?;
    let mut rows = statement.query([])?;
    let mut last = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (org, label): (String, String) = (row.get(0)?, row.get(1)?);
        let of = LastOf {
            org: (!org.is_empty()).then(|| Arc::from(org)),
            kind: match label.is_empty() {
                true => None,
                false => Some(kind(&label)?),
            },
            event: row.get(2)?,
        };
        last.insert(of, UnixMillis(row.get(3)?));
    }
    Ok(last)
}

fn kind(label: &str) -> Read<ShareKind> {
    let unknown = || Unreadable::Row("a row of the audit trail is of no known kind".to_owned());
    record::kind(label).ok_or_else(unknown)
}

/// The newest seal, and the tree that it is over.
pub(super) fn checkpoint(connection: &Connection) -> Read<Option<(Checkpoint, Tree)>> {
    let sql =
        "SELECT number, size, peaks, made, note FROM checkpoints ORDER BY number DESC LIMIT 1";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    rows.next()?.map(seal).transpose()
}

/// Every seal, in the order in which they were made.
pub(super) fn checkpoints(connection: &Connection) -> Read<Vec<Checkpoint>> {
    let sql = "SELECT number, size, peaks, made, note FROM checkpoints ORDER BY number";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut checkpoints = Vec::new();
    while let Some(row) = rows.next()? {
        checkpoints.push(seal(row)?.0);
    }
    Ok(checkpoints)
}

fn seal(row: &Row<'_>) -> Read<(Checkpoint, Tree)> {
    let (number, size): (i64, i64) = (row.get(0)?, row.get(1)?);
    let bytes: Vec<u8> = row.get(2)?;
    let tree = u64::try_from(size)
        .ok()
        .zip(peaks(&bytes))
        .and_then(|(size, peaks)| Tree::of_peaks(size, peaks));
    let Some(tree) = tree else {
        return Err(mismatch(format_args!("seal {number} of the audit trail")));
    };
    let checkpoint = Checkpoint {
        number: number.unsigned_abs(),
        size: tree.size(),
        root: tree.root(),
        made: UnixMillis(row.get(3)?),
        note: row.get(4)?,
    };
    Ok((checkpoint, tree))
}
