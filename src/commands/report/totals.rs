//! What a report says beside its links: how many there are, what was not seen, and what it was not asked.

use crate::commands::asked;
use crate::commands::look::Seen;
use crate::config::Config;
use crate::share::{Expiry, Protection, UnixMillis};
use crate::view::{Filter, NotSeen, Query, Row, as_of};

/// What is said beside the links.
pub(super) struct Totals<'a> {
    /// How many links there are in one sentence.
    pub(super) links: String,
    /// How many of them break rules; none where none does.
    pub(super) violations: Option<String>,
    /// By which filters, as flags; none: without any.
    pub(super) filtered: Option<String>,
    /// As of when.
    pub(super) as_of: Option<UnixMillis>,
    /// What could not be seen.
    pub(super) not_seen: Vec<&'a NotSeen>,
    /// What the configuration leaves out, and what could not be understood.
    pub(super) notes: Vec<String>,
}

impl<'a> Totals<'a> {
    /// Those of these `rows`, of `total`.
    pub(super) fn new(
        (seen, config): (&'a Seen, &Config),
        filter: &Filter,
        (rows, total): (&[Row<'_>], usize),
    ) -> Self {
        let mut notes = asked::left_out(config);
        notes.extend(asked::of_keys(seen));
        let unread = rows.iter().filter(|row| row.share.unread.any()).count();
        if unread > 0 {
            notes.push(format!(
                "something could not be understood of {}, and counts as broken",
                links(unread)
            ));
        }
        let not_seen = asked::not_seen(seen, filter);
        let as_of = as_of(&seen.snapshot);
        Self {
            links: match (as_of, not_seen.is_empty()) {
                // 0 links would read as an all-clear.
                (None, false) => "no list could be read: nothing is known of the links".to_owned(),
                (_, false) => format!("at least {}", links_in_words(rows, total)),
                (_, true) => links_in_words(rows, total),
            },
            violations: violations(rows),
            filtered: filtered(filter),
            as_of,
            not_seen,
            notes,
        }
    }
}

/// Those that work, by how bad that is, and those that have ended.
fn links_in_words(rows: &[Row<'_>], total: usize) -> String {
    let active = rows.iter().filter(|row| row.is_active());
    let open = active.filter(|row| row.share.protection == Protection::None);
    let open: Vec<_> = open.collect();
    let for_ever = open.iter().filter(|row| row.share.expiry == Expiry::Never);
    let for_ever = for_ever.count();
    let ended = rows.iter().filter(|row| !row.is_active()).count();
    let open = open.len();
    let of = match total - rows.len() {
        0 => links(total),
        _ => format!("{} of {}", rows.len(), links(total)),
    };
    format!("{of}: {open} open to anyone, {for_ever} of them without expiry; {ended} ended")
}

fn violations(rows: &[Row<'_>]) -> Option<String> {
    let (mut open, mut covered) = (0_usize, 0_usize);
    for row in rows {
        let violations = row.violations();
        let is_open = violations.iter().any(|it| it.exception.is_none());
        open += usize::from(is_open);
        covered += usize::from(!is_open && !violations.is_empty());
    }
    (open + covered > 0).then(|| {
        format!("links that break a rule without an exception: {open}; only with one: {covered}")
    })
}

fn filtered(filter: &Filter) -> Option<String> {
    let query = Query {
        filter: filter.clone(),
        ..Query::default()
    };
    let flags = query.asked().flat_map(|(name, values)| {
        let name = name.replace('_', "-");
        let flags = values
            .into_iter()
            .map(move |value| format!("--{name}={value}"));
        flags.collect::<Vec<_>>()
    });
    let flags: Vec<_> = flags.collect();
    (!flags.is_empty()).then(|| flags.join(" "))
}

/// A number of links.
pub(super) fn links(number: usize) -> String {
    match number {
        1 => "1 link".to_owned(),
        number => format!("{number} links"),
    }
}
