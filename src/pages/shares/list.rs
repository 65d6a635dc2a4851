//! `/shares`: the links, a row each, the worst first.

use askama::Template;

use super::blind::Blind;
use super::line::Line;
use crate::inventory::Snapshot;
use crate::pages::form::Form;
use crate::pages::frame::Frame;
use crate::pages::routes::App;
use crate::pages::words;
use crate::view::{BadQuery, Order, Query, Rank, Row, Rows, SortBy, as_of};

/// The page.
#[derive(Template)]
#[template(path = "shares.html")]
pub(super) struct List {
    frame: Frame,
    headline: String,
    /// How many of them are open, and for how long.
    summary: String,
    /// What a filter hides, and which rows these are.
    counts: String,
    as_of: String,
    blind: Blind,
    form: Form,
    lines: Vec<Line>,
    has_several_orgs: bool,
    columns: Vec<Column>,
    pages: Pages,
    /// The part of the address that asks for these rows, all of them.
    asked: String,
}

/// A column by which rows can be sorted, and how.
pub(super) struct Column {
    label: &'static str,
    /// The address that sorts by it; empty: nothing does.
    sort: String,
    /// How it is sorted now, as `aria-sort` has it; empty: it isn't.
    sorted: &'static str,
}

/// Where the other pages are.
#[derive(Default)]
pub(super) struct Pages {
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    last: Option<String>,
}

impl List {
    pub(super) fn new(app: &App, query: &Query) -> Result<Self, BadQuery> {
        let snapshot = Snapshot::new(&app.fleet.load(), app.clock.read());
        let policy = app.policy.load();
        let mut rows = Rows::new(&snapshot, &policy, &query.filter);
        let found = rows.rows.len();
        let summary = Summary::of(&rows.rows);
        let (page, last) = query.page_of(found)?;
        let range = query.rows_of_page(page);
        let from = range.start;
        let part = query.order.part(&mut rows.rows, range);
        let lines: Vec<_> = part.iter().map(|row| Line::new(row, &policy)).collect();
        let blind = Blind::new(&snapshot, &query.filter, snapshot.here().time);
        Ok(Self {
            frame: Frame::new(app, "links", ""),
            headline: headline(found, rows.total, query, &blind),
            summary: summary.text(found),
            counts: counts(found, rows.total, from, lines.len()),
            as_of: as_of(&snapshot).map_or_else(
                || "no list could be read".to_owned(),
                |moment| moment.whole_second().rfc3339(),
            ),
            blind,
            form: Form::of_links(query, &snapshot, &policy),
            has_several_orgs: snapshot.organizations.len() > 1,
            columns: columns(query, snapshot.organizations.len() > 1),
            pages: Pages::new(query, page, last),
            asked: all_of(query),
            lines,
        })
    }
}

/// The answer, as far as it is known.
fn headline(found: usize, total: usize, query: &Query, blind: &Blind) -> String {
    let number = |number: usize| words::count(number as u64);
    let known = if blind.is_none() { "" } else { "known " };
    match (found, query.filter.is_empty()) {
        (0, true) if blind.is_none() => "No links".to_owned(),
        (0, true) => "No link is known".to_owned(),
        (1, true) => format!("1 {known}link"),
        (found, true) => format!("{} {known}links", number(found)),
        (found, false) => format!("{} of {} {known}links", number(found), number(total)),
    }
}

/// How bad the links are that are asked for.
#[derive(Default)]
struct Summary {
    /// Of those that can still be believed.
    open: u64,
    open_for_ever: u64,
    expired: u64,
    /// That were last seen too long ago.
    stale: u64,
}

impl Summary {
    fn of(rows: &[Row<'_>]) -> Self {
        let mut summary = Self::default();
        for row in rows {
            match row.rank() {
                _ if !row.is_current() => summary.stale += 1,
                Rank::OpenForEver => {
                    summary.open += 1;
                    summary.open_for_ever += 1;
                }
                Rank::OpenWithMore | Rank::Open => summary.open += 1,
                Rank::Expired => summary.expired += 1,
                Rank::ProtectedForEver | Rank::Protected => {}
            }
        }
        summary
    }

    fn text(&self, found: usize) -> String {
        if found == 0 {
            return String::new();
        }
        let mut text = match self.open {
            0 => "None of them is open to anyone".to_owned(),
            open => format!("{} open to anyone, ", words::count(open)),
        };
        match (self.open, self.open_for_ever) {
            (0, _) => {}
            (_, 0) => text += "none of them without expiry",
            (_, for_ever) => text += &format!("{} of them without expiry", words::count(for_ever)),
        }
        if self.expired > 0 {
            let verb = if self.expired == 1 { "has" } else { "have" };
            text += &format!(
                "; {} {verb} ended and {verb} not been removed",
                words::count(self.expired)
            );
        }
        if self.stale > 0 {
            let links = words::counted(self.stale, "link");
            text += &format!(
                "; not counted: {links} last seen too long ago, or not in the last answer"
            );
        }
        text + "."
    }
}

fn counts(found: usize, total: usize, from: usize, shown: usize) -> String {
    let number = |number: usize| words::count(number as u64);
    let hidden = total - found;
    let mut text = match shown {
        0 => "None is shown".to_owned(),
        shown => format!(
            "Rows {} to {} of {}",
            number(from + 1),
            number(from + shown),
            number(found)
        ),
    };
    if hidden > 0 {
        let verb = if hidden == 1 { "does" } else { "do" };
        text += &format!(
            "; {} {verb} not match",
            words::counted(hidden as u64, "link")
        );
    }
    text + "."
}

/// The address of all that is asked, on one page.
fn all_of(query: &Query) -> String {
    let all = Query {
        page: None,
        limit: None,
        ..query.clone()
    };
    all.text()
}

impl Pages {
    fn new(query: &Query, here: usize, last: usize) -> Self {
        let page = |page: usize| {
            let query = Query {
                page: (page > 1).then_some(page),
                ..query.clone()
            };
            format!("?{}", query.text())
        };
        Self {
            first: (here > 2).then(|| page(1)),
            previous: (here > 1).then(|| page(here - 1)),
            next: (here < last).then(|| page(here + 1)),
            last: (here + 1 < last).then(|| page(last)),
        }
    }

    const fn are_none(&self) -> bool {
        self.previous.is_none() && self.next.is_none()
    }
}

fn columns(query: &Query, has_several_orgs: bool) -> Vec<Column> {
    let all = [
        ("Link", Some(SortBy::Title)),
        ("Organisation", Some(SortBy::Org)),
        ("Protection", Some(SortBy::Risk)),
        ("Ends", Some(SortBy::Ends)),
        ("Created", Some(SortBy::Created)),
        ("Shows", Some(SortBy::Footage)),
        ("Cameras", Some(SortBy::Cameras)),
        ("Breaks", None),
    ];
    let shown = all
        .into_iter()
        .filter(|(label, _)| has_several_orgs || *label != "Organisation");
    shown
        .map(|(label, by)| Column::new(label, by, query))
        .collect()
}

impl Column {
    fn new(label: &'static str, by: Option<SortBy>, query: &Query) -> Self {
        let order = query.order;
        let is_by_it = by == Some(order.by);
        let sort = by.map(|by| {
            let order = Order {
                by,
                is_reversed: is_by_it && !order.is_reversed,
            };
            let query = Query {
                order,
                page: None,
                ..query.clone()
            };
            format!("?{}", query.text())
        });
        Self {
            label,
            sort: sort.unwrap_or_default(),
            sorted: match (is_by_it, order.is_reversed) {
                (false, _) => "",
                (true, false) => "ascending",
                (true, true) => "descending",
            },
        }
    }
}
