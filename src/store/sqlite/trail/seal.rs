//! Sealing the trail. Nothing is signed that does not go on from what was signed before: the lines since then
//! must make of the tree of that time the one of now.

use rusqlite::{Connection, params};

use super::read;
use super::{Head, seq_of};
use crate::share::UnixMillis;
use crate::store::sqlite::read::Read;
use crate::store::sqlite::schema;
use crate::store::{Checkpoint, Hash, Sealing, TrailHandler, Tree};

/// Seals all lines, unless the last seal does.
pub(in crate::store::sqlite) fn seal(
    connection: &mut Connection,
    handler: &dyn TrailHandler,
    now: UnixMillis,
) -> Read<Sealing> {
    let tx = schema::begin(connection)?;
    let head = read::head(&tx)?;
    let last = read::checkpoint(&tx)?;
    if let Some(why) = last
        .as_ref()
        .map_or(Ok(None), |last| contradiction(&tx, &head, last, handler))?
    {
        return Ok(Sealing::Broken(why));
    }
    let last = last.map(|(checkpoint, _)| checkpoint);
    if last.as_ref().map_or(0, |last| last.size) == head.tree.size() {
        return Ok(Sealing::Nothing);
    }
    let Some(note) = handler.sign(&head.origin, &head.tree, last.as_ref()) else {
        return Ok(Sealing::Nothing);
    };
    let checkpoint = Checkpoint {
        number: last.map_or(0, |last| last.number) + 1,
        size: head.tree.size(),
        root: head.tree.root(),
        made: now,
        note,
    };
    tx.execute(
        "INSERT INTO checkpoints (number, size, peaks, made, note) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            seq_of(checkpoint.number),
            seq_of(checkpoint.size),
            head.tree.peaks().concat(),
            now.0,
            checkpoint.note
        ],
    )?;
    tx.commit()?;
    Ok(Sealing::Sealed(checkpoint))
}

/// Why the trail is not what the last seal says; none where it is.
fn contradiction(
    connection: &Connection,
    head: &Head,
    (last, then): &(Checkpoint, Tree),
    handler: &dyn TrailHandler,
) -> Read<Option<String>> {
    if !handler.is_ours(last) {
        let why = format!("seal {} is not signed by the key in use", last.number);
        return Ok(Some(why));
    }
    if last.size > head.tree.size() {
        let (size, had) = (head.tree.size(), last.size);
        return Ok(Some(format!(
            "it has {size} lines, of which {had} were sealed"
        )));
    }
    let mut tree = then.clone();
    if let Some(missing) = for_each_hash(connection, last.size, |hash| tree.push(hash))? {
        return Ok(Some(format!("line {missing} is missing")));
    }
    let is_as_sealed = tree == head.tree;
    let (from, to) = (last.size + 1, head.tree.size());
    Ok((!is_as_sealed).then(|| format!("its lines {from} to {to} are not those that were added")))
}

/// Gives the hashes of the lines after this one; of which the first is missing, if one is.
fn for_each_hash(
    connection: &Connection,
    after: u64,
    mut take: impl FnMut(Hash),
) -> Read<Option<i64>> {
    let mut statement =
        connection.prepare("SELECT seq, hash FROM lines WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = statement.query([seq_of(after)])?;
    let mut next = seq_of(after);
    while let Some(row) = rows.next()? {
        next += 1;
        if row.get::<_, i64>(0)? != next {
            return Ok(Some(next));
        }
        take(row.get(1)?);
    }
    Ok(None)
}
