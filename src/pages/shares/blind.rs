//! What could not be seen, or is not asked for, in words, on top of pages about links: first that where links
//! that are asked for may be; of the rest, how much there is.

use crate::inventory::Snapshot;
use crate::pages::words;
use crate::share::UnixMillis;
use crate::view::{Filter, NotSeen, Row, limits, not_seen};

/// So many of them are named.
const MAX: usize = 8;

/// What could not be seen.
pub(super) struct Blind {
    /// In one sentence; empty: all was seen.
    pub(super) summary: String,
    /// The class of that.
    pub(super) tone: &'static str,
    pub(super) lines: Vec<BlindLine>,
    /// How many more there are.
    pub(super) more: usize,
    /// How many there are where no link that is asked for may be.
    pub(super) elsewhere: usize,
}

/// One list, or all of an organisation.
pub(super) struct BlindLine {
    pub(super) what: String,
    pub(super) reason: &'static str,
    pub(super) detail: String,
    pub(super) seen: Option<String>,
}

impl Blind {
    /// For those who ask this.
    pub(super) fn new(snapshot: &Snapshot, filter: &Filter, now: UnixMillis) -> Self {
        let (here, elsewhere): (Vec<_>, Vec<_>) = not_seen(snapshot)
            .into_iter()
            .partition(|it| it.concerns(filter));
        let limits = limits(snapshot, filter).into_iter();
        let limits: Vec<_> = limits.filter(|it| it.concerns(filter)).collect();
        Self::of(snapshot, (&here, &limits), elsewhere.len(), now)
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
        Self::of(snapshot, (&of_them, &[]), 0, now)
    }

    /// Of all lists: a link may be in any of them.
    pub(super) fn of_all(snapshot: &Snapshot) -> Self {
        let all = not_seen(snapshot);
        Self::of(snapshot, (&all, &[]), 0, snapshot.here().time)
    }

    fn of(
        snapshot: &Snapshot,
        (unread, limits): (&[NotSeen], &[NotSeen]),
        elsewhere: usize,
        now: UnixMillis,
    ) -> Self {
        let all: Vec<_> = unread.iter().chain(limits).collect();
        let line = |it: &&NotSeen| BlindLine::new(it, now_of(snapshot, it).unwrap_or(now));
        let lines = all.iter().take(MAX).map(line);
        Self {
            summary: summary(unread.len(), limits.len()),
            tone: if unread.is_empty() { "warn" } else { "bad" },
            lines: lines.collect(),
            more: all.len().saturating_sub(MAX),
            elsewhere,
        }
    }

    pub(super) const fn is_none(&self) -> bool {
        self.summary.is_empty()
    }
}

/// The moment as of which it is shown, by the clock that said when it was last seen: that of the rows.
fn now_of(snapshot: &Snapshot, not_seen: &NotSeen) -> Option<UnixMillis> {
    if let Some(org) = &not_seen.org {
        let mut looks = snapshot.organizations.iter();
        return looks
            .find(|look| look.name() == org)
            .map(|look| look.now.time);
    }
    let mut looks = snapshot.partners.iter();
    let look = looks.find(|look| Some(look.partner.name()) == not_seen.partner.as_deref())?;
    let seen = look.standing.polls.last_success()?;
    Some(seen.time.after(snapshot.here().since(seen)))
}

impl BlindLine {
    fn new(not_seen: &NotSeen, now: UnixMillis) -> Self {
        let names = [&not_seen.org, &not_seen.partner].into_iter().flatten();
        let mut what: Vec<_> = names.map(|name| words::visible(name)).collect();
        what.extend(not_seen.source.map(|source| source.replace('_', " ")));
        let seen = not_seen.last_seen.map(|seen| words::span(now.since(seen)));
        Self {
            what: match what.is_empty() {
                true => String::new(),
                false => format!("{}:", what.join(": ")),
            },
            reason: not_seen.reason,
            detail: words::visible(&not_seen.detail),
            seen: seen.map(|ago| format!("last seen {ago} ago")),
        }
    }
}

fn summary(unread: usize, limits: usize) -> String {
    let (lists, their) = match unread as u64 {
        0 if limits == 0 => return String::new(),
        0 => return "Some links are not asked for, or not shown to the key:".to_owned(),
        1 => ("1 list".to_owned(), "Its"),
        number => (format!("{} lists", words::count(number)), "Their"),
    };
    format!(
        "{lists} could not be read completely. {their} links may be missing here, or have changed since."
    )
}
