//! A report as one page, to mail or to keep: its own style, no script, nothing from elsewhere. A mail is read
//! by more people than may watch, so that it has no link's address.

use askama::Template;

use super::Report;
use super::cells::Cells;
use crate::commands::output::visible;
use crate::policy::Policy;
use crate::share::UnixMillis;
use crate::view::{Breach, Rank, Row};

const STYLE: &str = include_str!("../../../templates/report.css");

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    style: &'static str,
    links: String,
    violations: Option<String>,
    filtered: Option<String>,
    notes: Vec<String>,
    as_of: Option<String>,
    not_seen: Vec<String>,
    several: bool,
    rows: Vec<Line>,
}

/// A link.
struct Line {
    cells: Cells,
    /// The class that says how bad it is.
    tone: &'static str,
    /// The first and the last moment of it, exactly.
    exact: String,
    breaks: Vec<Broken>,
}

/// A rule that it breaks.
struct Broken {
    rule: String,
    severity: &'static str,
    /// By which exception it may, until when, and why.
    exception: Option<String>,
}

/// The page.
///
/// # Errors
/// None: it is written to memory.
pub(super) fn page(report: &Report<'_>) -> askama::Result<String> {
    let policy = &report.config.policy.policy;
    let totals = &report.totals;
    let not_seen = totals.not_seen.iter().map(|it| visible(&it.to_string()));
    let page = Page {
        style: STYLE,
        links: totals.links.clone(),
        violations: totals.violations.clone(),
        filtered: totals.filtered.as_deref().map(visible),
        notes: totals.notes.clone(),
        as_of: totals.as_of.map(|it| it.whole_second().rfc3339()),
        not_seen: not_seen.collect(),
        several: report.seen.snapshot.organizations.len() > 1,
        rows: report
            .rows
            .iter()
            .map(|row| Line::new(row, policy))
            .collect(),
    };
    Ok(page.render()? + "\n")
}

impl Line {
    fn new(row: &Row<'_>, policy: &Policy) -> Self {
        let cells = Cells::of(row);
        let violations = row.violations().into_iter();
        let broken = |it: Breach<'_>| Broken {
            rule: it.rule.to_string(),
            severity: policy
                .rule(it.rule)
                .map_or("", |rule| rule.severity.label()),
            exception: it.exception.map(|name| excepted(policy, name)),
        };
        Self {
            tone: match row.rank() {
                Rank::OpenForEver => "bad",
                Rank::OpenWithMore | Rank::Open => "warn",
                Rank::ProtectedForEver | Rank::Protected => "",
                Rank::Expired => "dim",
            },
            exact: match row.share.expiry {
                crate::share::Expiry::At(end) => end.whole_second().rfc3339(),
                crate::share::Expiry::Never => String::new(),
            },
            breaks: violations.map(broken).collect(),
            cells: Cells {
                org: visible(&cells.org),
                cameras: visible(&cells.cameras),
                title: visible(&cells.title),
                ..cells
            },
        }
    }
}

fn excepted(policy: &Policy, name: &str) -> String {
    match policy.exception(name) {
        None => name.to_owned(),
        Some(it) => {
            let until = UnixMillis::day(it.until);
            visible(&format!(
                "{name} until {until}: {} ({})",
                it.reason, it.owner
            ))
        }
    }
}
