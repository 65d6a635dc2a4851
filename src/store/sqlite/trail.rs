//! The trail in the database: its head, and how lines are added. `read` reads what is kept of it, `seal` seals
//! it, `retention` takes from it what is too old, `editor` what a person wants forgotten.

mod editor;
pub(super) mod feeds;
mod read;
mod reader;
mod retention;
mod seal;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::rand;
use rusqlite::{Connection, Statement, Transaction, params};

use super::record::kind_label;
use super::sums::{Sum, Summing};
use crate::share::UnixMillis;
use crate::store::{
    Entry, FeedKey, Hash, KeptPicture, LastOf, ListKey, NewLine, Place, TrailList, Tree,
    WrittenLine, leaf_hash,
};

pub use editor::TrailEditor;
pub(super) use read::{kept, lists};
pub use reader::{Exported, FoundLine, FoundText, LineQuery, TrailReader};
pub(super) use retention::{drop_before, forget_titles};
pub(super) use seal::seal;

/// How far the trail has got.
pub(super) struct Head {
    pub(super) origin: String,
    pub(super) tree: Tree,
}

/// A name for a trail, which nobody else's has.
pub(super) fn new_origin() -> String {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).expect("the system gives randomness");
    let number = u64::from_be_bytes(bytes);
    format!("rhombus-share-exporter/{number:016x}")
}

pub(super) fn insert_head(connection: &Connection, head: &Head) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT INTO trail (id, origin, size, peaks, sum) VALUES (1, ?1, ?2, ?3, ?4)",
            params![
                head.origin,
                size_of_tree(&head.tree),
                head.tree.peaks().concat(),
                head_sum(head)
            ],
        )
        .map(|_| ())
}

/// The lists that the trail knows, by their numbers.
#[derive(Debug, Default)]
pub(super) struct TrailIndex {
    lists: BTreeMap<ListKey, i64>,
    feeds: BTreeMap<FeedKey, i64>,
}

impl TrailIndex {
    pub(super) fn add(&mut self, key: ListKey, id: i64) {
        self.lists.insert(key, id);
    }

    pub(super) fn add_feed(&mut self, key: FeedKey, id: i64) {
        self.feeds.insert(key, id);
    }

    fn feed(&mut self, key: FeedKey) -> i64 {
        let next = self.feeds.len() as i64 + 1;
        *self.feeds.entry(key).or_insert(next)
    }

    fn id(&mut self, key: &ListKey) -> i64 {
        let next = self.lists.len() as i64 + 1;
        *self.lists.entry(key.clone()).or_insert(next)
    }
}

/// Adds lines within one transaction.
pub(super) struct TrailWriter<'tx> {
    tx: &'tx Transaction<'tx>,
    line: Statement<'tx>,
    text: Statement<'tx>,
    picture: Statement<'tx>,
    list: Statement<'tx>,
    head: Option<Head>,
    written: Vec<WrittenLine>,
    counts: BTreeMap<(&'static str, &'static str), i64>,
    last: BTreeMap<LastOf, UnixMillis>,
    views: BTreeMap<(Arc<str>, &'static str), i64>,
    findings: BTreeMap<(Arc<str>, &'static str), UnixMillis>,
}

impl<'tx> TrailWriter<'tx> {
    pub(super) fn new(tx: &'tx Transaction<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            tx,
            line: tx.prepare(
                "INSERT INTO lines (seq, hash, noticed, event, org, kind, share, line)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?,
            text: tx.prepare(
                "INSERT INTO texts (seq, field, salt, text) VALUES (?1, ?2, ?3, ?4)",
            )?,
            picture: tx.prepare(
                "INSERT INTO pictures (list, share, number, sum, content) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (list, share) DO UPDATE SET number = excluded.number, sum = excluded.sum,
                 content = excluded.content",
            )?,
            list: tx.prepare(
                "INSERT INTO trail_lists (id, partner, organization, kind, name, org_uuid, watched, first,
                 last, looks, nameless, sum)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, org_uuid = excluded.org_uuid,
                 watched = excluded.watched, first = excluded.first, last = excluded.last,
                 looks = excluded.looks, nameless = excluded.nameless, sum = excluded.sum",
            )?,
            head: None,
            written: Vec::new(),
            counts: BTreeMap::new(),
            last: BTreeMap::new(),
            views: BTreeMap::new(),
            findings: BTreeMap::new(),
        })
    }

    /// Writes what is known of a list.
    pub(super) fn list(
        &mut self,
        index: &mut TrailIndex,
        key: &ListKey,
        list: &TrailList,
    ) -> rusqlite::Result<()> {
        let id = index.id(key);
        let row = ListRow::new(id, key, list);
        self.list
            .execute(params![
                id,
                key.partner,
                key.organization,
                kind_label(key.kind),
                &*list.name,
                row.org_uuid,
                list.is_watched,
                list.looks.first.0,
                list.looks.last.0,
                row.looks,
                list.nameless,
                row.sum()
            ])
            .map(|_| ())
    }

    /// Adds a line.
    pub(super) fn enter(
        &mut self,
        index: &mut TrailIndex,
        entry: &dyn Entry,
    ) -> rusqlite::Result<()> {
        let new = entry.line();
        let written = self.add(&new)?;
        for text in &new.texts {
            self.text.execute(params![
                seq_of(written.seq),
                text.field,
                text.salt,
                text.text.reveal()
            ])?;
        }
        if let Some((list, picture)) = &new.picture {
            let id = index.id(list);
            self.picture.execute(params![
                id,
                picture.reference.number(),
                picture.number,
                picture_sum(id, picture),
                picture.content
            ])?;
        }
        self.count(&new);
        self.written.push(WrittenLine {
            texts: new.texts,
            ..written
        });
        Ok(())
    }

    fn add(&mut self, new: &NewLine) -> rusqlite::Result<WrittenLine> {
        let mut head = match self.head.take() {
            Some(head) => head,
            None => read::head(self.tx).map_err(read::Unreadable::into_sql)?,
        };
        let seq = head.tree.size() + 1;
        let line = format!("{{\"seq\":{seq},{}}}", new.members);
        let hash = leaf_hash(line.as_bytes());
        head.tree.push(hash);
        self.head = Some(head);
        let Place { org, kind, share } = &new.place;
        self.line.execute(params![
            seq_of(seq),
            hash,
            new.noticed.0,
            new.event,
            org.as_deref(),
            kind.map(kind_label),
            share.map(|share| share.number()),
            line
        ])?;
        Ok(WrittenLine {
            seq,
            noticed: new.noticed,
            place: new.place.clone(),
            event: new.event,
            is_counted: new.is_counted,
            is_news: new.is_news,
            line,
            texts: Vec::new(),
            viewer: new.viewer,
            findings: new.findings.clone(),
        })
    }

    fn count(&mut self, new: &NewLine) {
        if let Some(kind) = new.place.kind.filter(|_| new.is_counted) {
            *self
                .counts
                .entry((kind_label(kind), new.event))
                .or_default() += 1;
        }
        let of = LastOf {
            org: new.place.org.clone(),
            kind: new.place.kind,
            event: new.event.to_owned(),
        };
        self.last.insert(of, new.noticed);
        let Some(org) = &new.place.org else { return };
        if let Some(viewer) = new.viewer {
            *self.views.entry((org.clone(), viewer)).or_default() += 1;
        }
        for (finding, at) in &new.findings {
            let last = self.findings.entry((org.clone(), finding)).or_insert(*at);
            *last = (*last).max(*at);
        }
    }

    /// Writes what all lines together have changed. Gives them.
    pub(super) fn finish(self) -> rusqlite::Result<Vec<WrittenLine>> {
        let Some(head) = self.head else {
            return Ok(self.written);
        };
        self.tx.execute(
            "UPDATE trail SET size = ?1, peaks = ?2, sum = ?3 WHERE id = 1",
            params![
                size_of_tree(&head.tree),
                head.tree.peaks().concat(),
                head_sum(&head)
            ],
        )?;
        let mut counts = self.tx.prepare(
            "INSERT INTO event_counts (kind, event, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (kind, event) DO UPDATE SET count = count + excluded.count",
        )?;
        for ((kind, event), count) in self.counts {
            counts.execute((kind, event, count))?;
        }
        let mut last = self.tx.prepare(
            "INSERT INTO last_events (org, kind, event, noticed) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (org, kind, event) DO UPDATE SET noticed = excluded.noticed",
        )?;
        for (of, noticed) in self.last {
            // What is about all has no name, which no organisation's is.
            let org = of.org.as_deref().unwrap_or_default();
            last.execute((org, of.kind.map_or("", kind_label), of.event, noticed.0))?;
        }
        feeds::count(self.tx, &self.views, &self.findings)?;
        Ok(self.written)
    }
}

/// The number of a line in the database. Exact: no trail has so many.
fn seq_of(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn size_of_tree(tree: &Tree) -> i64 {
    seq_of(tree.size())
}

/// What a list's row says beside what is told of it.
struct ListRow<'a> {
    id: i64,
    key: &'a ListKey,
    list: &'a TrailList,
    org_uuid: Option<String>,
    looks: i64,
}

impl<'a> ListRow<'a> {
    fn new(id: i64, key: &'a ListKey, list: &'a TrailList) -> Self {
        Self {
            id,
            key,
            list,
            org_uuid: list.org_uuid.as_ref().map(ToString::to_string),
            looks: seq_of(list.looks.count),
        }
    }

    fn sum(&self) -> Sum {
        let ListKey {
            partner,
            organization,
            kind,
        } = self.key;
        Summing::new()
            .number(self.id)
            .number(partner.is_some().into())
            .text(partner.as_deref().unwrap_or_default())
            .text(organization)
            .text(kind_label(*kind))
            .text(&self.list.name)
            .number(self.org_uuid.is_some().into())
            .text(self.org_uuid.as_deref().unwrap_or_default())
            .number(self.list.is_watched.into())
            .number(self.list.looks.first.0)
            .number(self.list.looks.last.0)
            .number(self.looks)
            .number(self.list.nameless.into())
            .sum()
    }
}

fn picture_sum(list: i64, picture: &KeptPicture) -> Sum {
    Summing::new()
        .number(list)
        .number(picture.reference.number())
        .number(picture.number.into())
        .bytes(&picture.content)
        .sum()
}

fn head_sum(head: &Head) -> Sum {
    Summing::new()
        .text(&head.origin)
        .number(size_of_tree(&head.tree))
        .bytes(&head.tree.peaks().concat())
        .sum()
}

/// The peaks that are in a column; none where they are no hashes.
fn peaks(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (peaks, rest) = bytes.as_chunks();
    rest.is_empty().then(|| peaks.to_vec())
}
