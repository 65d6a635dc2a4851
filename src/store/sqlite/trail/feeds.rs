//! What is kept of audit feeds: how far each was read, what is known of shares from it, and how often links were
//! looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::TrailIndex;
use crate::share::{ActivityKey, Id, Ref, UnixMillis};
use crate::store::sqlite::read::{Read, mismatch};
use crate::store::sqlite::sums::{Sum, Summing};
use crate::store::{FeedKey, FeedPosition, KeptAttribution};

type Counts<T> = BTreeMap<(Arc<str>, &'static str), T>;

/// An event that was taken in: its key, and when it happened.
const SEEN: usize = 16 + 8;

/// Writes how far a feed was read.
pub(in crate::store::sqlite) fn position(
    tx: &Connection,
    index: &mut TrailIndex,
    key: FeedKey,
    position: &FeedPosition,
) -> rusqlite::Result<()> {
    let id = index.feed(key.clone());
    let seen = position.seen.iter();
    let seen = seen.flat_map(|(key, at)| {
        let at = at.0.to_be_bytes();
        key.to_bytes().into_iter().chain(at)
    });
    let seen: Vec<u8> = seen.collect();
    let uuid = position.org_uuid.as_ref().map(ToString::to_string);
    let sum = sum((id, &key, uuid.as_deref()), position.read_until.0, &seen);
    let FeedKey {
        partner,
        organization,
    } = key;
    tx.execute(
        "INSERT INTO feeds (id, partner, organization, org_uuid, read_until, seen, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET org_uuid = excluded.org_uuid, read_until = excluded.read_until,
         seen = excluded.seen, sum = excluded.sum",
        params![id, partner, organization, uuid, position.read_until.0, seen, sum],
    )
    .map(|_| ())
}

/// Writes what is known of a share.
pub(in crate::store::sqlite) fn attribution(
    tx: &Connection,
    index: &mut TrailIndex,
    key: FeedKey,
    kept: &KeptAttribution,
) -> rusqlite::Result<()> {
    let id = index.feed(key);
    tx.execute(
        "INSERT INTO attributions (feed, share, content) VALUES (?1, ?2, ?3)
         ON CONFLICT (feed, share) DO UPDATE SET content = excluded.content",
        params![id, kept.reference.number(), kept.content],
    )
    .map(|_| ())
}

/// Adds to what is counted.
pub(super) fn count(
    tx: &Connection,
    views: &Counts<i64>,
    findings: &Counts<UnixMillis>,
) -> rusqlite::Result<()> {
    for ((org, viewer), count) in views {
        tx.execute(
            "INSERT INTO view_counts (org, viewer, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (org, viewer) DO UPDATE SET count = count + excluded.count",
            params![&**org, viewer, count],
        )?;
    }
    for ((org, finding), at) in findings {
        tx.execute(
            "INSERT INTO last_findings (org, finding, at) VALUES (?1, ?2, ?3)
             ON CONFLICT (org, finding) DO UPDATE SET at = max(at, excluded.at)",
            params![&**org, finding, at.0],
        )?;
    }
    Ok(())
}

/// How often links were looked at.
pub(super) fn views(connection: &Connection) -> Read<BTreeMap<(String, String), u64>> {
    let mut statement = connection.prepare("SELECT org, viewer, count FROM view_counts")?;
    let rows = statement.query_map([], |row| {
        let count: i64 = row.get(2)?;
        Ok(((row.get(0)?, row.get(1)?), count.unsigned_abs()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When what should be looked into last happened.
pub(super) fn findings(connection: &Connection) -> Read<BTreeMap<(String, String), UnixMillis>> {
    let mut statement = connection.prepare("SELECT org, finding, at FROM last_findings")?;
    let rows = statement.query_map([], |row| {
        Ok(((row.get(0)?, row.get(1)?), UnixMillis(row.get(2)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The feeds with their numbers.
pub(in crate::store::sqlite) fn feeds(
    connection: &Connection,
) -> Read<Vec<(i64, FeedKey, FeedPosition)>> {
    let sql =
        "SELECT id, partner, organization, org_uuid, read_until, seen, sum FROM feeds ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut feeds = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, uuid, read_until): (i64, Option<String>, i64) =
            (row.get(0)?, row.get(3)?, row.get(4)?);
        let key = FeedKey {
            partner: row.get(1)?,
            organization: row.get(2)?,
        };
        let (seen, found): (Vec<u8>, Sum) = (row.get(5)?, row.get(6)?);
        let whose = (id, &key, uuid.as_deref());
        let events = seen_of(&seen).filter(|_| sum(whose, read_until, &seen) == found);
        let what = || mismatch(format_args!("audit feed {id}"));
        let position = FeedPosition {
            org_uuid: uuid.as_deref().map(Id::parse),
            read_until: UnixMillis(read_until),
            seen: events.ok_or_else(what)?,
        };
        feeds.push((id, key, position));
    }
    Ok(feeds)
}

/// What is known of shares from a feed.
pub(super) fn attributions(connection: &Connection, feed: i64) -> Read<Vec<KeptAttribution>> {
    let sql = "SELECT share, content FROM attributions WHERE feed = ?1 ORDER BY share";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([feed])?;
    let mut attributions = Vec::new();
    while let Some(row) = rows.next()? {
        let share = row.get(0)?;
        let reference = Ref::of_number(share);
        let what = || mismatch(format_args!("share {share:012x} of audit feed {feed}"));
        attributions.push(KeptAttribution {
            reference: reference.ok_or_else(what)?,
            content: row.get(1)?,
        });
    }
    Ok(attributions)
}

/// What is known of one share from a feed.
pub(super) fn told_of(
    connection: &Connection,
    feed: i64,
    share: Ref,
) -> Read<Option<KeptAttribution>> {
    let sql = "SELECT content FROM attributions WHERE feed = ?1 AND share = ?2";
    let mut statement = connection.prepare(sql)?;
    let content = statement.query_row(params![feed, share.number()], |row| row.get(0));
    Ok(content.optional()?.map(|content| KeptAttribution {
        reference: share,
        content,
    }))
}

fn seen_of(bytes: &[u8]) -> Option<BTreeMap<ActivityKey, UnixMillis>> {
    let (events, rest) = bytes.as_chunks::<SEEN>();
    let event = |event: &[u8; SEEN]| {
        let (key, at) = event.split_at(16);
        let key = ActivityKey::from_bytes(key.try_into().ok()?);
        let at = i64::from_be_bytes(at.try_into().ok()?);
        Some((key, UnixMillis(at)))
    };
    events
        .iter()
        .map(event)
        .collect::<Option<_>>()
        .filter(|_| rest.is_empty())
}

fn sum((id, key, org_uuid): (i64, &FeedKey, Option<&str>), read_until: i64, seen: &[u8]) -> Sum {
    let FeedKey {
        partner,
        organization,
    } = key;
    Summing::new()
        .number(id)
        .number(partner.is_some().into())
        .text(partner.as_deref().unwrap_or_default())
        .text(organization)
        .number(org_uuid.is_some().into())
        .text(org_uuid.unwrap_or_default())
        .number(read_until)
        .bytes(seen)
        .sum()
}
