//! `audit register`: what was disclosed by links, to whom and what for, as data protection asks for it.

mod html;

use std::collections::BTreeSet;

use super::asked::{check_organization, period};
use crate::audit::{Disclosure, Event, Record};
use crate::cli::{AuditRegisterArgs, RegisterFormat};
use crate::clock::Clock;
use crate::commands::output;
use crate::share::{Private, Ref, UnixMillis};
use crate::store::{FoundLine, LineQuery, StoreError, TrailReader};
use crate::view::csv_cell;

/// So many lines are read at once.
const PAGE: u32 = 1_000;
/// So many events of one link are read.
const LIFE: u32 = 100_000;
/// Who made a link, where nothing says so.
const SHARED_BY: &str = "not stated by Rhombus";
/// The names of the columns of the file.
const COLUMNS: [&str; 19] = [
    "shared",
    "first_seen",
    "org",
    "kind",
    "ref",
    "title",
    "footage_from",
    "footage_to",
    "cameras",
    "camera_uuids",
    "protection",
    "shared_by",
    "recipient",
    "purpose",
    "case",
    "views",
    "ends",
    "ended",
    "ended_at",
];

/// What is asked for, and what was found.
struct Register<'a> {
    args: &'a AuditRegisterArgs,
    since: Option<UnixMillis>,
    until: Option<UnixMillis>,
    now: UnixMillis,
    rows: Vec<Disclosure>,
}

/// Which link.
type Key = (Option<String>, Ref);

pub(super) fn run(args: &AuditRegisterArgs) -> anyhow::Result<()> {
    let now = Clock::system().now();
    let (since, until) = period(args.since, args.until, now)?;
    let reader = TrailReader::open(&args.trail.directory)?;
    let first_seen = LineQuery {
        org: args.org.clone(),
        events: vec![Event::Baseline.label(), Event::Created.label()],
        since,
        until,
        is_oldest_first: true,
        limit: PAGE,
        ..LineQuery::default()
    };
    let rows = rows(&reader, first_seen)?;
    if let (Some(org), true) = (&args.org, rows.is_empty()) {
        check_organization(&reader, org)?;
    }
    let register = Register {
        args,
        since,
        until,
        now,
        rows,
    };
    output::print(match args.format {
        RegisterFormat::Csv => csv(&register.rows)?,
        RegisterFormat::Html => html::page(&register)?,
    })
}

/// One a link, in the order in which they were first seen in that time.
fn rows(reader: &TrailReader, mut query: LineQuery) -> Result<Vec<Disclosure>, StoreError> {
    let mut known = BTreeSet::new();
    let mut rows = Vec::new();
    loop {
        let lines = reader.lines(&query)?;
        for key in lines.iter().filter_map(key) {
            if known.insert(key.clone()) {
                rows.extend(disclosure(reader, key)?);
            }
        }
        match lines.last() {
            Some(last) if lines.len() == PAGE as usize => {
                query.beyond = Some((last.noticed, last.seq));
            }
            _ => return Ok(rows),
        }
    }
}

fn key(line: &FoundLine) -> Option<Key> {
    let record = Record::of(line);
    Some((record.org, record.share?.parse().ok()?))
}

fn disclosure(reader: &TrailReader, (org, share): Key) -> Result<Option<Disclosure>, StoreError> {
    let life = reader.lines(&LineQuery {
        org,
        share: Some(share),
        is_oldest_first: true,
        limit: LIFE,
        ..LineQuery::default()
    })?;
    let texts = life.iter().map(|line| reader.texts(line.seq));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let records: Vec<_> = life.iter().map(Record::of).collect();
    let life = records.iter().zip(texts.iter().map(Vec::as_slice));
    Ok(Disclosure::of(life))
}

fn csv(rows: &[Disclosure]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(record(row))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn record(row: &Disclosure) -> [String; COLUMNS.len()] {
    let private = |text: &Option<Private>| csv_cell(text.as_ref().map_or("", Private::reveal));
    let shared_by = row.shared_by.as_ref();
    let shared_by = csv_cell(shared_by.map_or(SHARED_BY, Private::reveal));
    let footage = |end: usize| row.footage.as_ref().map_or("", |it| &it[end]).to_owned();
    [
        row.shared.clone(),
        row.noticed.clone(),
        csv_cell(&row.org),
        row.kind.clone(),
        row.share.clone(),
        private(&row.title),
        footage(0),
        footage(1),
        row.camera_count.to_string(),
        csv_cell(&row.cameras.join("; ")),
        row.protection.clone(),
        shared_by,
        private(&row.recipient),
        private(&row.purpose),
        private(&row.case),
        row.views.to_string(),
        row.ends.clone(),
        row.end.label().to_owned(),
        row.end.when().unwrap_or_default().to_owned(),
    ]
}
