//! What a person adds to the trail, or wants forgotten, by a command beside the process that writes it. Each is
//! a short transaction that waits for the other one, as it waits for this. Lines are only added, never changed.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::{TrailIndex, TrailWriter, feeds, picture_sum, read, seal};
use crate::share::{Ref, UnixMillis};
use crate::store::sqlite::read::{Read, Unreadable, mismatch};
use crate::store::sqlite::sums::Sum;
use crate::store::sqlite::{directory, schema};
use crate::store::{
    Entry, Erased, Erasure, Forget, KeptAttribution, KeptPicture, Sealing, StoreError,
    TrailHandler, WrittenLine,
};

/// Which texts are those of a share, or those with a wording.
const OF_SHARE: &str = "seq IN (SELECT seq FROM lines WHERE share = ?1)";
const OF_WORDING: &str = "text = ?1";

/// Edits a trail, which another process may be writing.
pub struct TrailEditor {
    path: PathBuf,
    connection: Connection,
}

impl TrailEditor {
    /// Opens the trail of a directory, which is not taken from whoever has it.
    ///
    /// # Errors
    /// When there is none, it is not ours, of another version, or can't be read.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory::existing(directory)?;
        let failed = |why| StoreError::database(&path, "open the file", why);
        let connection = schema::connect(&path).map_err(failed)?;
        schema::check_version(&connection, &path)?;
        Ok(Self { path, connection })
    }

    /// Enters something in the trail. Gives the line.
    ///
    /// # Errors
    /// When it can't be read or written. Then nothing is entered.
    pub fn enter(&mut self, entry: &dyn Entry) -> Result<Vec<WrittenLine>, StoreError> {
        let entered = (|| -> Read<_> {
            let tx = schema::begin(&mut self.connection)?;
            let written = enter(&tx, entry)?;
            tx.commit()?;
            Ok(written)
        })();
        self.told(entered)
    }

    /// How many texts an erasure would forget.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn erasable(&self, what: &Erasure) -> Result<u64, StoreError> {
        let counted = (|| -> Read<i64> {
            let (condition, value) = condition(what);
            let sql = format!("SELECT count(*) FROM texts WHERE {condition}");
            Ok(self.connection.query_row(&sql, [value], |row| row.get(0))?)
        })();
        Ok(self.told(counted)?.unsigned_abs())
    }

    /// Forgets texts, and of what is known of the shares what `forget` takes from it; enters what `entry` makes
    /// of how many texts they were.
    ///
    /// # Errors
    /// When it can't be read or written. Then nothing is forgotten.
    pub fn erase<E: Entry>(
        &mut self,
        what: &Erasure,
        forget: &dyn Forget,
        entry: impl FnOnce(u64) -> E,
    ) -> Result<Erased, StoreError> {
        let erased = (|| -> Read<u64> {
            let tx = schema::begin(&mut self.connection)?;
            for share in shares(&tx, what)? {
                forget_in_pictures(&tx, share, forget)?;
                forget_in_attributions(&tx, share, forget)?;
            }
            let (condition, value) = condition(what);
            let sql = format!("DELETE FROM texts WHERE {condition}");
            let texts = tx.execute(&sql, [value])? as u64;
            enter(&tx, &entry(texts))?;
            tx.commit()?;
            Ok(texts)
        })();
        let texts = self.told(erased)?;
        Ok(Erased {
            texts,
            is_overwritten: self.empty_log(),
        })
    }

    /// Seals all lines.
    ///
    /// # Errors
    /// When it can't be read or written. Then there is no new seal.
    pub fn seal(
        &mut self,
        handler: &dyn TrailHandler,
        now: UnixMillis,
    ) -> Result<Sealing, StoreError> {
        let sealed = seal::seal(&mut self.connection, handler, now);
        self.told(sealed)
    }

    /// Brings what the log beside the database has into it, and empties the log: pages as they were before are
    /// in it. Gives whether that was possible now.
    fn empty_log(&self) -> bool {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy = self
            .connection
            .query_row(sql, [], |row| row.get::<_, i64>(0));
        is_busy == Ok(0)
    }

    fn told<T>(&self, read: Read<T>) -> Result<T, StoreError> {
        read.map_err(|why| match why {
            Unreadable::Sql(why) => StoreError::database(&self.path, "write the file", why),
            why @ Unreadable::Row(_) => why.of(&self.path),
        })
    }
}

fn enter(tx: &Transaction<'_>, entry: &dyn Entry) -> rusqlite::Result<Vec<WrittenLine>> {
    let mut writer = TrailWriter::new(tx)?;
    writer.enter(&mut TrailIndex::default(), entry)?;
    writer.finish()
}

/// Which rows of `texts` are meant.
fn condition(what: &Erasure) -> (&'static str, rusqlite::types::Value) {
    match what {
        Erasure::Share(share) => (OF_SHARE, share.number().into()),
        Erasure::Text(text) => (OF_WORDING, text.reveal().to_owned().into()),
    }
}

/// The shares that have such texts.
fn shares(tx: &Transaction<'_>, what: &Erasure) -> Read<Vec<Ref>> {
    let text = match what {
        Erasure::Share(share) => return Ok(vec![*share]),
        Erasure::Text(text) => text.reveal(),
    };
    let mut statement = tx.prepare(
        "SELECT DISTINCT share FROM lines
         WHERE share IS NOT NULL AND seq IN (SELECT seq FROM texts WHERE text = ?1)",
    )?;
    let shares = statement.query_map([text], |row| row.get(0))?;
    let shares: Vec<i64> = shares.collect::<Result<_, _>>()?;
    Ok(shares.into_iter().filter_map(Ref::of_number).collect())
}

/// Takes from what is known of a share in each list what `forget` takes from it.
fn forget_in_pictures(tx: &Transaction<'_>, share: Ref, forget: &dyn Forget) -> Read<()> {
    for (list, ..) in read::lists(tx)? {
        let Some(picture) = picture(tx, list, share)? else {
            continue;
        };
        if let Some(forgotten) = forget.picture(&picture) {
            tx.execute(
                "UPDATE pictures SET content = ?1, sum = ?2 WHERE list = ?3 AND share = ?4",
                (
                    &forgotten.content,
                    picture_sum(list, &forgotten),
                    list,
                    share.number(),
                ),
            )?;
        }
    }
    Ok(())
}

/// The same of what is known of it from each feed.
fn forget_in_attributions(tx: &Transaction<'_>, share: Ref, forget: &dyn Forget) -> Read<()> {
    for (feed, ..) in feeds::feeds(tx)? {
        let sql = "SELECT content FROM attributions WHERE feed = ?1 AND share = ?2";
        let content = tx.query_row(sql, (feed, share.number()), |row| row.get(0));
        let kept = content.optional()?.map(|content| KeptAttribution {
            reference: share,
            content,
        });
        if let Some(forgotten) = kept.and_then(|kept| forget.attribution(&kept)) {
            tx.execute(
                "UPDATE attributions SET content = ?1 WHERE feed = ?2 AND share = ?3",
                (&forgotten.content, feed, share.number()),
            )?;
        }
    }
    Ok(())
}

fn picture(tx: &Transaction<'_>, list: i64, share: Ref) -> Read<Option<KeptPicture>> {
    let sql = "SELECT number, content, sum FROM pictures WHERE list = ?1 AND share = ?2";
    let row = tx.query_row(sql, (list, share.number()), |row| {
        Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?))
    });
    let Some((number, content, sum)) = row.optional()? else {
        return Ok(None);
    };
    let sum: Sum = sum;
    let picture = KeptPicture {
        reference: share,
        number,
        content: content.into(),
    };
    if picture_sum(list, &picture) != sum {
        let what = format_args!("share {share} of list {list} of the audit trail");
        return Err(mismatch(what));
    }
    Ok(Some(picture))
}
