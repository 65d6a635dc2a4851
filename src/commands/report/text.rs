//! A report for a terminal, a pipe or a log: the table, and what is said beside it.

use std::fmt::Write as _;

use super::Report;
use super::listing::{Screen, listing};
use crate::commands::output::escaped;
use crate::share::UnixMillis;

/// All of it.
pub(super) fn text(report: &Report<'_>, screen: Screen) -> String {
    let several = report.seen.snapshot.organizations.len() > 1;
    let mut text = match report.rows.is_empty() {
        true => String::new(),
        false => listing(report.rows, several, screen) + "\n",
    };
    let totals = &report.totals;
    let _ = writeln!(text, "{}", totals.links);
    if let Some(violations) = &totals.violations {
        let _ = writeln!(text, "{violations}");
    }
    if let Some(filtered) = &totals.filtered {
        let _ = writeln!(text, "asked for: {}", escaped(filtered));
    }
    for note in &totals.notes {
        let _ = writeln!(text, "{note}");
    }
    if let Some(as_of) = totals.as_of {
        let _ = writeln!(text, "as of {}", as_of.whole_second().rfc3339());
    }
    if !totals.not_seen.is_empty() {
        let count = totals.not_seen.len();
        let _ = writeln!(text, "\nNOT SEEN ({count}): this is not all that is shared");
    }
    for it in &totals.not_seen {
        let last = it.last_seen.map(UnixMillis::rfc3339);
        let last = last.map_or_else(String::new, |last| format!("; last seen {last}"));
        let _ = writeln!(text, "  {}{last}", escaped(&it.to_string()));
    }
    text
}
