//! The organisations on the landing page, in words: which are shown, and how to find the others.

use std::cmp::Reverse;

use super::filter::{Filter, Show};
use super::links::Links;
use super::rows::{Linked, RowLinks};
use super::standings::{List, Row};
use super::words;
use crate::inventory::Belief;
use crate::share::Moment;

/// More rows than this are of no use to a person, and slow to load.
const MAX_ROWS: usize = 500;
/// As many of them are for what has the most open links: however many polls fail, they must not hide
/// it.
const ROWS_FOR_OPEN: usize = 250;
/// So many organisations need no filter: all are shown.
const FEW: usize = 20;

/// The part of the page with a row an organisation.
pub(super) struct Listing {
    pub(super) caption: &'static str,
    pub(super) form: Option<Form>,
    pub(super) lines: Vec<Line>,
    /// How many organisations have no row; none where each has one.
    pub(super) hidden: Option<String>,
}

/// The filter as it is shown.
pub(super) struct Form {
    pub(super) text: String,
    pub(super) choices: Vec<Choice>,
    /// Whether there is something to go back from.
    pub(super) is_filtered: bool,
    /// What it found, and what to do where that is too much.
    pub(super) found: String,
}

/// One of what can be shown.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) is_chosen: bool,
}

/// One organisation, in words.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) belief: &'static str,
    pub(super) tone: &'static str,
    pub(super) age: String,
    pub(super) poll: String,
    pub(super) failures: Vec<FailedLists>,
    /// What else is to be said, such as which links are open.
    pub(super) notes: Vec<String>,
    /// Whether the counts are of some lists only.
    pub(super) in_part: bool,
    pub(super) counts: Option<Counts>,
}

/// Why some lists could not be read.
pub(super) struct FailedLists {
    pub(super) lists: String,
    pub(super) reason: &'static str,
    pub(super) message: String,
}

/// Numbers of links.
pub(super) struct Counts {
    pub(super) open: Linked,
    pub(super) any_open: bool,
    pub(super) total: Linked,
    pub(super) without_expiry: Linked,
    pub(super) expiring: Linked,
}

impl Listing {
    /// What `filter` asks for of these rows, the worst of which come first; all where they are few.
    pub(super) fn new(rows: &[Row], filter: &Filter, here: Moment, of: Of<'_>) -> Self {
        let all = Filter::all();
        let is_short = rows.len() <= FEW;
        let filter = if is_short { &all } else { filter };
        let found = filter.of(rows);
        let shown = shown(&found);
        let hidden = (rows.len() - shown.len()) as u64;
        Self {
            caption: match filter.show {
                Show::Attention => "Organisations that need attention, the worst first",
                Show::Open => "Organisations with open links, the worst first",
                Show::All => "Organisations, those that need attention first",
            },
            form: (!is_short).then(|| Form::new(filter, rows, found.len(), shown.len())),
            lines: shown.iter().map(|row| Line::new(row, here, of)).collect(),
            hidden: (hidden > 0).then(|| words::counted(hidden, "more organisation")),
        }
    }

    /// After how many seconds the page reads itself again: later where someone may be typing.
    pub(super) const fn refresh(&self) -> u32 {
        match self.form {
            Some(_) => 60,
            None => 15,
        }
    }
}

/// The rows that are shown, in their order: the worst, and of the others those with the most open
/// links.
fn shown<'a>(rows: &[&'a Row]) -> Vec<&'a Row> {
    let (worst, others) = rows.split_at(rows.len().min(MAX_ROWS - ROWS_FOR_OPEN));
    let mut others: Vec<_> = others.iter().enumerate().collect();
    // Stable: among equals the worse one is shown.
    others.sort_by_key(|(_, row)| Reverse(row.open()));
    others.truncate(ROWS_FOR_OPEN);
    others.sort_by_key(|(index, _)| *index);
    let others = others.into_iter().map(|(_, row)| row);
    worst.iter().chain(others).copied().collect()
}

impl Form {
    fn new(filter: &Filter, rows: &[Row], found: usize, shown: usize) -> Self {
        let choice = |show: Show| Choice {
            value: show.value(),
            label: show.label(),
            is_chosen: show == filter.show,
        };
        Self {
            text: filter.text.clone(),
            choices: Show::ALL.map(choice).into(),
            is_filtered: !filter.is_default(),
            found: found_in_words(filter, rows, found, shown),
        }
    }
}

fn found_in_words(filter: &Filter, rows: &[Row], found: usize, shown: usize) -> String {
    let count = |number: usize| words::count(number as u64);
    let mut text = format!("{} of {} organisations", count(found), count(rows.len()));
    let elsewhere = filter.named(rows) - found;
    if !filter.text.is_empty() && elsewhere > 0 {
        text += &format!("; {} more with such a name among all", count(elsewhere));
    }
    if shown < found {
        let shown = count(shown);
        text += &format!(", of which {shown} are shown. Filter by a part of the name");
    }
    text + "."
}

impl Line {
    fn new(row: &Row, here: Moment, of: Of<'_>) -> Self {
        let of = Of {
            filter: Some(("org", row.organization.name())),
            ..of
        };
        let (belief, tone) = match row.belief {
            _ if row.is_seen_in_part() => ("Partly read", "bad"),
            Belief::Withdrawn => ("Withdrawn", "bad"),
            Belief::Never => ("Never seen", "bad"),
            Belief::Stale if row.has_lost_all() => ("Not confirmed yet", "warn"),
            Belief::Stale => ("Stale", "warn"),
            Belief::NotAllowed => ("No access", "warn"),
            Belief::Waiting => ("Waiting", "warn"),
            Belief::Fresh if row.is_partial() => ("Incomplete", "warn"),
            Belief::Fresh => ("Fresh", "good"),
        };
        let age = row.age().map(words::span);
        let age = match (row.links.is_some(), age) {
            (true, Some(age)) => format!("{age} old"),
            (false, Some(age)) => format!("last seen {age} ago"),
            (_, None) => String::new(),
        };
        Self {
            name: row.organization.name().to_owned(),
            belief,
            tone,
            age,
            poll: polls(row, here),
            failures: failures(&row.lists),
            notes: notes(row),
            in_part: row.is_seen_in_part(),
            counts: row.links.map(|links| Counts::new(links, of)),
        }
    }
}

/// How the last poll of each list went: the oldest of them, and how long the longest took.
fn polls(row: &Row, here: Moment) -> String {
    if row.belief == Belief::NotAllowed {
        return "not asked while access is withdrawn".to_owned();
    }
    let Some(oldest) = row.polls().map(|poll| here.since(poll.ended)).max() else {
        return "not asked yet".to_owned();
    };
    let all = row.polls().count();
    let failed = row.polls().filter(|poll| poll.failure.is_some()).count();
    let verb = match failed {
        0 => "succeeded in".to_owned(),
        failed if failed == all => "failed after".to_owned(),
        failed => format!("{failed} of {all} failed, after"),
    };
    let longest = row.polls().map(|poll| poll.took).max().unwrap_or_default();
    format!(
        "{} ago, {verb} {}",
        words::span(oldest),
        words::took(longest)
    )
}

/// What is to be said of an organisation beside its numbers.
fn notes(row: &Row) -> Vec<String> {
    let mut notes = Vec::new();
    if row.open() > 0 {
        notes.push(format!("Open: {}", open_by_kind(&row.lists)));
    }
    if row.unlisted() > 0 {
        let unlisted = words::counted(row.unlisted(), "link");
        notes.push(format!("Not listed: {unlisted}"));
    }
    if row.is_duplicate {
        notes.push("Also watched under another name".to_owned());
    }
    notes
}

/// `3 clip pages, 1 live stream`: those that are open.
fn open_by_kind(lists: &[List]) -> String {
    let open = lists.iter().filter_map(|list| {
        let open = list.links?.open();
        (open > 0).then(|| words::counted(open, list.kind.noun()))
    });
    open.collect::<Vec<_>>().join(", ")
}

/// Why lists could not be read: those that failed in one way together.
fn failures(lists: &[List]) -> Vec<FailedLists> {
    let mut failures: Vec<FailedLists> = Vec::new();
    for list in lists {
        let Some(failure) = list.failure() else {
            continue;
        };
        let name = list.kind.list();
        let (reason, message) = (failure.reason.label(), words::visible(&failure.message));
        let same = |it: &&mut FailedLists| it.reason == reason && it.message == message;
        match failures.iter_mut().find(same) {
            Some(failed) => failed.lists.extend([", ", name]),
            None => failures.push(FailedLists {
                lists: name.to_owned(),
                reason,
                message,
            }),
        }
    }
    failures
}

impl Counts {
    /// Of what is let through by these filters: of an organisation, or of a kind.
    pub(super) fn new(links: Links, of: Of<'_>) -> Self {
        Self {
            open: of.to(links.open(), &[("protection", "none")]),
            any_open: links.open() > 0,
            total: of.to(links.total(), &[]),
            without_expiry: of.to(links.without_expiry, &[("ends", "never")]),
            expiring: of.to(links.expiring, &[("ends", of.soon)]),
        }
    }
}

/// What is counted.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    /// How to lead to the rows of it.
    pub(super) rows: RowLinks,
    /// The filter that lets them through.
    pub(super) filter: Option<(&'a str, &'a str)>,
    /// Within which time links count as ending soon.
    pub(super) soon: &'a str,
}

impl Of<'_> {
    /// A number of links that work, with what else is asked of them.
    pub(super) fn to(self, number: u64, more: &[(&str, &str)]) -> Linked {
        self.named(words::count(number), more)
    }

    /// The same as a text that has been made of it.
    pub(super) fn named(self, text: String, more: &[(&str, &str)]) -> Linked {
        let filters = self.filter.into_iter().chain([("state", "active")]);
        let filters: Vec<_> = filters.chain(more.iter().copied()).collect();
        self.rows.to(text, &filters)
    }
}
