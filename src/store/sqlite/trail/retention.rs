//! Dropping what is too old: of a line its hash stays, so that all that was sealed can still be checked.

use rusqlite::Connection;

use crate::share::UnixMillis;
use crate::store::sqlite::schema;

/// Drops what lines say that were noticed before this moment, at most so many. Gives how many.
///
/// A line that is newer than one behind it, since a clock was set back, waits for that one: lines are dropped
/// from the first one on, so that what is left has no holes.
pub(in crate::store::sqlite) fn drop_before(
    connection: &mut Connection,
    moment: UnixMillis,
    most: u32,
) -> rusqlite::Result<u64> {
    let tx = schema::begin(connection)?;
    let kept: Option<i64> = tx.query_row(
        "SELECT min(seq) FROM lines WHERE line IS NOT NULL",
        [],
        |row| row.get(0),
    )?;
    let Some(first) = kept else { return Ok(0) };
    let end = first.saturating_add(most.into());
    let until: i64 = tx.query_row(
        "SELECT coalesce(min(seq), ?2) FROM lines WHERE seq >= ?1 AND seq < ?2 AND noticed >= ?3",
        (first, end, moment.0),
        |row| row.get(0),
    )?;
    let range = (first, until);
    tx.execute("DELETE FROM texts WHERE seq >= ?1 AND seq < ?2", range)?;
    let dropped = tx.execute(
        "UPDATE lines SET line = NULL, event = NULL, org = NULL, kind = NULL, share = NULL
         WHERE seq >= ?1 AND seq < ?2",
        range,
    )?;
    tx.commit()?;
    Ok(dropped as u64)
}

/// Deletes what people called links, of which digests stand in lines.
pub(in crate::store::sqlite) fn forget_titles(tx: &Connection) -> rusqlite::Result<()> {
    let sql = "DELETE FROM texts WHERE field IN ('is.title', 'target_name')";
    tx.execute(sql, []).map(|_| ())
}
