//! What could not be seen, in words, on top of pages about links.

use crate::inventory::Snapshot;
use crate::pages::words;
use crate::share::UnixMillis;
use crate::view::{NotSeen, Row, not_seen};

/// So many of them are named.
const MAX: usize = 8;

/// What could not be seen.
pub(super) struct Blind {
    /// In one sentence; empty: all was seen.
    pub(super) summary: String,
    pub(super) lines: Vec<BlindLine>,
    /// How many more there are.
    pub(super) more: usize,
}

/// One list, or all of an organisation.
pub(super) struct BlindLine {
    pub(super) what: String,
    pub(super) reason: &'static str,
    pub(super) detail: String,
    pub(super) seen: String,
}

impl Blind {
    pub(super) fn new(snapshot: &Snapshot, now: UnixMillis) -> Self {
        Self::of(&not_seen(snapshot), now)
    }

    /// Of the lists of these links alone.
    pub(super) fn of_rows(snapshot: &Snapshot, rows: &[Row<'_>], now: UnixMillis) -> Self {
        let is_of = |not_seen: &NotSeen| {
            let mut rows = rows.iter();
            rows.any(|row| {
                let is_list = |source| source == row.share.kind.list();
                not_seen.org.as_deref() == Some(row.org()) && not_seen.source.is_none_or(is_list)
            })
        };
        let of_them: Vec<_> = not_seen(snapshot).into_iter().filter(is_of).collect();
        Self::of(&of_them, now)
    }

    fn of(all: &[NotSeen], now: UnixMillis) -> Self {
        let lines = all.iter().take(MAX).map(|it| BlindLine::new(it, now));
        Self {
            summary: summary(all),
            lines: lines.collect(),
            more: all.len().saturating_sub(MAX),
        }
    }

    pub(super) const fn is_none(&self) -> bool {
        self.summary.is_empty()
    }
}

impl BlindLine {
    fn new(not_seen: &NotSeen, now: UnixMillis) -> Self {
        let names = [&not_seen.org, &not_seen.partner].into_iter().flatten();
        let mut what: Vec<_> = names.map(|name| words::visible(name)).collect();
        what.extend(not_seen.source.map(|source| source.replace('_', " ")));
        let seen = not_seen.last_seen.map(|seen| words::span(now.since(seen)));
        Self {
            what: what.join(": "),
            reason: not_seen.reason,
            detail: words::visible(&not_seen.detail),
            seen: seen.map_or_else(
                || "never seen".to_owned(),
                |ago| format!("last seen {ago} ago"),
            ),
        }
    }
}

fn summary(all: &[NotSeen]) -> String {
    let (lists, them) = match all.len() as u64 {
        0 => return String::new(),
        1 => ("1 list".to_owned(), "it"),
        number => (format!("{} lists", words::count(number)), "them"),
    };
    format!(
        "{lists} could not be read, or not all of {them}. Links of {them} may be missing here, or have \
         changed since."
    )
}
