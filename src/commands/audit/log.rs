//! `audit log`: events that were noticed, as a log has them.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::asked::{check_organization, period};
use super::lines::{Line, found};
use crate::audit::{Event, Record};
use crate::cli::{AuditLogArgs, AuditLogFormat};
use crate::clock::Clock;
use crate::commands::output::{self, escaped};
use crate::commands::status::Status;
use crate::share::UnixMillis;
use crate::store::{LineQuery, TrailReader};
use crate::view::csv_cell;

/// Between two columns.
const GAP: usize = 2;
/// The headings of the table.
const HEADINGS: [&str; 6] = ["NOTICED", "#", "ORG", "REF", "EVENT", "WHAT"];
/// The names of the columns of a file for a spreadsheet.
const COLUMNS: [&str; 14] = [
    "seq",
    "noticed",
    "org",
    "kind",
    "ref",
    "n",
    "event",
    "looked_from",
    "looked_to",
    "while_unwatched",
    "policy",
    "severity",
    "exception",
    "what",
];

pub(super) fn run(args: &AuditLogArgs) -> anyhow::Result<()> {
    let query = query(args, Clock::system().now())?;
    let reader = TrailReader::open(&args.trail.directory)?;
    let lines = found(&reader, &query, args.with_texts)?;
    if lines.is_empty() {
        if let Some(org) = &args.org {
            check_organization(&reader, org)?;
        }
        output::complain("no event of the trail is so");
    }
    output::print(match args.format {
        AuditLogFormat::Table => table(&lines),
        AuditLogFormat::Jsonl => jsonl(&lines)?,
        AuditLogFormat::Csv => csv(&lines)?,
    })?;
    if lines.len() == args.limit as usize {
        let which = if args.oldest_first {
            "oldest"
        } else {
            "newest"
        };
        let limit = args.limit;
        output::complain(format_args!(
            "these are the {which} {limit}: there may be more (--limit)"
        ));
    }
    Ok(())
}

fn query(args: &AuditLogArgs, now: UnixMillis) -> Result<LineQuery, Status> {
    let (since, until) = period(args.since, args.until, now)?;
    let mut events: Vec<_> = args.events.iter().map(|it| Event::label(*it)).collect();
    events.sort_unstable();
    events.dedup();
    Ok(LineQuery {
        org: args.org.clone(),
        kinds: args.kinds.clone(),
        share: args.share,
        events,
        actor: args.actor.clone(),
        since,
        until,
        beyond: None,
        is_oldest_first: args.oldest_first,
        limit: args.limit,
    })
}

fn jsonl(lines: &[Line]) -> serde_json::Result<String> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.json()?);
        text.push('\n');
    }
    Ok(text)
}

/// A line an event, below the headings; nothing is cut.
fn table(lines: &[Line]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let rows: Vec<_> = lines.iter().map(row).collect();
    let headings = HEADINGS.map(str::to_owned);
    let rows: Vec<_> = std::iter::once(&headings).chain(&rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max();
    let widths: [_; HEADINGS.len()] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let pad = width - cell.width() + GAP;
            let _ = write!(line, "{cell}{:pad$}", "");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn row(line: &Line) -> [String; HEADINGS.len()] {
    let Record {
        seq,
        org,
        share,
        event,
        ..
    } = &line.record;
    let of = |text: &Option<String>| escaped(text.as_deref().unwrap_or("-"));
    let unwatched = match line.record.while_unwatched {
        true => " (while nobody looked)",
        false => "",
    };
    [
        line.noticed(),
        seq.to_string(),
        of(org),
        of(share),
        escaped(event),
        escaped(&line.words()) + unwatched,
    ]
}

fn csv(lines: &[Line]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for line in lines {
        writer.write_record(record(line))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn record(line: &Line) -> [String; COLUMNS.len()] {
    let it = &line.record;
    let text = |text: &Option<String>| csv_cell(text.as_deref().unwrap_or_default());
    let look = |end: usize| it.between.as_ref().map_or("", |looks| &looks[end]);
    [
        it.seq.to_string(),
        it.noticed.clone(),
        text(&it.org),
        text(&it.kind),
        text(&it.share),
        it.n.map(|n| n.to_string()).unwrap_or_default(),
        csv_cell(&it.event),
        look(0).to_owned(),
        look(1).to_owned(),
        it.while_unwatched.to_string(),
        text(&it.policy),
        text(&it.severity),
        text(&it.exception),
        csv_cell(&line.words()),
    ]
}
