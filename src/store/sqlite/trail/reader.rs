//! Reading the trail beside the process that writes it: for commands, for pages and for the check in the
//! background. A reader sees the trail as it was when it began to read, and holds up nobody.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Row, params_from_iter};

use super::{feeds, read, seq_of};
use crate::share::{Private, Ref, ShareKind, UnixMillis};
use crate::store::sqlite::read::Read;
use crate::store::sqlite::record::kind_label;
use crate::store::sqlite::{directory, schema};
use crate::store::{Checkpoint, FeedKey, FeedPosition, Hash, KeptAttribution, StoreError};

/// Reads a trail.
pub struct TrailReader {
    path: PathBuf,
    connection: Connection,
}

/// Which lines are wanted. They come by the time at which they were noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineQuery {
    /// Only those of this organisation: the value of the label `org`.
    pub org: Option<String>,
    /// Only those of these kinds; empty: all.
    pub kinds: Vec<ShareKind>,
    /// Only those of this share.
    pub share: Option<Ref>,
    /// Only these events; empty: all.
    pub events: Vec<&'static str>,
    /// Only those of what someone of this name has done, as long as the name is kept.
    pub actor: Option<String>,
    /// Only those that were noticed from this moment on.
    pub since: Option<UnixMillis>,
    /// Only those that were noticed until this moment.
    pub until: Option<UnixMillis>,
    /// Only those beyond this one, by when it was noticed and its number, in the order that is asked for.
    pub beyond: Option<(UnixMillis, u64)>,
    /// Whether the oldest come first, and not the newest.
    pub is_oldest_first: bool,
    /// At most so many.
    pub limit: u32,
}

/// A line that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLine {
    /// Its number, from 1.
    pub seq: u64,
    /// When it was noticed.
    pub noticed: UnixMillis,
    /// The bytes that are hashed.
    pub line: String,
}

/// A private text of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundText {
    /// Where in the line its digest stands, such as `is.title`.
    pub field: String,
    /// The text.
    pub text: Private,
}

/// What an export has.
#[derive(Debug, PartialEq, Eq)]
pub enum Exported<'a> {
    /// A line.
    Line(u64, &'a str),
    /// The hash of a line whose text was dropped.
    Dropped(u64, Hash),
    /// A seal, after the lines that it is over.
    Seal(&'a Checkpoint),
}

impl TrailReader {
    /// Opens the trail of a directory. Nothing is written there.
    ///
    /// # Errors
    /// When there is none, it is not ours, of another version, or can't be read.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory::existing(directory)?;
        let failed = |why| StoreError::database(&path, "read the file", why);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
        schema::prepare_reader(&connection).map_err(failed)?;
        schema::check_version(&connection, &path)?;
        Ok(Self { path, connection })
    }

    /// What seals call the trail, and how many lines it has.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn head(&self) -> Result<(String, u64), StoreError> {
        let head = self.told(read::head(&self.connection))?;
        Ok((head.origin, head.tree.size()))
    }

    /// What the organisations are called whose lists the trail knows, in order, each once.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn organizations(&self) -> Result<Vec<String>, StoreError> {
        let lists = self.told(read::lists(&self.connection))?;
        let names = lists.into_iter().map(|(_, _, list)| list.name.to_string());
        Ok(names.collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// The newest seal.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let newest = self.told(read::checkpoint(&self.connection))?;
        Ok(newest.map(|(checkpoint, _)| checkpoint))
    }

    /// The root of each seal, by its size.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn seals(&self) -> Result<BTreeMap<u64, Hash>, StoreError> {
        let seals = self.told(read::checkpoints(&self.connection))?;
        Ok(seals
            .into_iter()
            .map(|seal| (seal.size, seal.root))
            .collect())
    }

    /// The lines that are wanted.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn lines(&self, query: &LineQuery) -> Result<Vec<FoundLine>, StoreError> {
        // Each event has its own place in an index, from which its lines come in order.
        let events: Vec<_> = match query.events.is_empty() {
            true => vec![None],
            false => query.events.iter().copied().map(Some).collect(),
        };
        let mut found = Vec::new();
        for event in events {
            found.extend(self.told(self.lines_of(query, event))?);
        }
        found.sort_by_key(|line| (line.noticed, line.seq));
        if !query.is_oldest_first {
            found.reverse();
        }
        found.truncate(query.limit as usize);
        Ok(found)
    }

    fn lines_of(&self, query: &LineQuery, event: Option<&str>) -> Read<Vec<FoundLine>> {
        let (sql, values) = sql_of(query, event);
        let mut statement = self.connection.prepare(&sql)?;
        let line = |row: &Row<'_>| {
            Ok(FoundLine {
                seq: row.get::<_, i64>(0)?.unsigned_abs(),
                noticed: UnixMillis(row.get(1)?),
                line: row.get(2)?,
            })
        };
        let rows = statement.query_map(params_from_iter(values), line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The private texts of a line that are still there.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn texts(&self, seq: u64) -> Result<Vec<FoundText>, StoreError> {
        let texts = || -> Read<Vec<FoundText>> {
            let sql = "SELECT field, text FROM texts WHERE seq = ?1 ORDER BY field";
            let mut statement = self.connection.prepare(sql)?;
            let text = |row: &Row<'_>| {
                Ok(FoundText {
                    field: row.get(0)?,
                    text: row.get::<_, String>(1)?.into(),
                })
            };
            let rows = statement.query_map([seq_of(seq)], text)?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.told(texts())
    }

    /// The audit feeds that were read, each with what it has told of a share.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn told_of(
        &self,
        share: Ref,
    ) -> Result<Vec<(FeedKey, FeedPosition, Option<KeptAttribution>)>, StoreError> {
        let told = || -> Read<Vec<_>> {
            let feeds = feeds::feeds(&self.connection)?.into_iter();
            feeds
                .map(|(id, key, position)| {
                    Ok((key, position, feeds::told_of(&self.connection, id, share)?))
                })
                .collect()
        };
        self.told(told())
    }

    /// Gives all of it in order, as it is at this moment, until `each` ends it with an error.
    ///
    /// # Errors
    /// When it can't be read; or that of `each`.
    pub fn export<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(Exported<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.export_with_hashes(|exported, _| each(exported))
    }

    /// The same, each line with the hash that stands beside it: that which it had when it was added.
    ///
    /// # Errors
    /// When it can't be read; or that of `each`.
    pub fn export_with_hashes<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(Exported<'_>, Option<Hash>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut ended = None;
        let exported = self.export_rows(|exported, hash| match each(exported, hash) {
            Ok(()) => true,
            Err(error) => {
                ended = Some(error);
                false
            }
        });
        self.told(exported)?;
        ended.map_or(Ok(()), Err)
    }

    /// As long as `each` wants more.
    fn export_rows(&self, mut each: impl FnMut(Exported<'_>, Option<Hash>) -> bool) -> Read<()> {
        // One transaction, so that both are of one moment.
        let tx = self.connection.unchecked_transaction()?;
        let mut seals = read::checkpoints(&tx)?.into_iter().peekable();
        let mut lines = tx.prepare("SELECT seq, hash, line FROM lines ORDER BY seq")?;
        let mut rows = lines.query([])?;
        while let Some(row) = rows.next()? {
            let seq = row.get::<_, i64>(0)?.unsigned_abs();
            let line = row.get_ref(2)?.as_str_or_null();
            let hash = row.get(1)?;
            let exported = match line.map_err(rusqlite::Error::from)? {
                Some(line) => Exported::Line(seq, line),
                None => Exported::Dropped(seq, hash),
            };
            if !each(exported, Some(hash)) {
                return Ok(());
            }
            while let Some(seal) = seals.next_if(|seal| seal.size <= seq) {
                if !each(Exported::Seal(&seal), None) {
                    return Ok(());
                }
            }
        }
        // Seals over more lines than there are: whoever reads them sees that lines are missing.
        for seal in seals {
            if !each(Exported::Seal(&seal), None) {
                break;
            }
        }
        Ok(())
    }

    fn told<T>(&self, read: Read<T>) -> Result<T, StoreError> {
        read.map_err(|why| why.of(&self.path))
    }
}

/// The statement for the lines of one event, or of any, and its values.
fn sql_of(query: &LineQuery, event: Option<&str>) -> (String, Vec<Value>) {
    let mut conditions = vec!["line IS NOT NULL".to_owned()];
    let mut values = Vec::new();
    let mut holds = |condition: &str, value: Value| {
        values.push(value);
        let place = format!("?{}", values.len());
        conditions.push(condition.replacen('?', &place, 1));
    };
    if let Some(share) = query.share {
        holds("share = ?", share.number().into());
    }
    if let Some(org) = &query.org {
        holds("org = ?", org.clone().into());
    }
    if let Some(event) = event {
        holds("event = ?", event.to_owned().into());
    }
    if let Some(actor) = &query.actor {
        let of_actor = "seq IN (SELECT seq FROM texts WHERE field = 'by.name' AND text = ?)";
        holds(of_actor, actor.clone().into());
    }
    if let Some(since) = query.since {
        holds("noticed >= ?", since.0.into());
    }
    if let Some(until) = query.until {
        holds("noticed <= ?", until.0.into());
    }
    let (order, further) = match query.is_oldest_first {
        true => ("ASC", ">"),
        false => ("DESC", "<"),
    };
    if let Some((noticed, seq)) = query.beyond {
        values.extend([noticed.0.into(), seq_of(seq).into()]);
        let [one, two] = [values.len() - 1, values.len()];
        conditions.push(format!("(noticed, seq) {further} (?{one}, ?{two})"));
    }
    let kinds: Vec<_> = query.kinds.iter().map(|kind| kind_label(*kind)).collect();
    if !kinds.is_empty() {
        // The index by kind has one kind in order, and is of use only where no other narrows it down more.
        let is_narrow = query.share.is_some() || query.org.is_some() || event.is_some();
        let plus = if kinds.len() > 1 || is_narrow {
            "+"
        } else {
            ""
        };
        conditions.push(format!("{plus}kind IN ('{}')", kinds.join("', '")));
    }
    let sql = format!(
        "SELECT seq, noticed, line FROM lines WHERE {} ORDER BY noticed {order}, seq {order} LIMIT {}",
        conditions.join(" AND "),
        query.limit
    );
    (sql, values)
}
