//! `audit show`: the life of one link, from the first time it was seen on.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::lines::{Line, found};
use crate::audit::{Event, by_whom, text_of};
use crate::cli::{AuditShowArgs, AuditShowFormat};
use crate::commands::output::{self, escaped};
use crate::commands::status::Status;
use crate::store::{LineQuery, TrailReader};

/// So many events of one link are told. More can be had by `audit log`.
const MOST: u32 = 100_000;

pub(super) fn run(args: &AuditShowArgs) -> anyhow::Result<()> {
    let reader = TrailReader::open(&args.trail.directory)?;
    let query = LineQuery {
        share: Some(args.share),
        is_oldest_first: true,
        limit: MOST,
        ..LineQuery::default()
    };
    let lines = found(&reader, &query, true)?;
    if lines.is_empty() {
        let text = format!(
            "no line of the trail is about a link with the ref {}: it was never seen, or what was noticed is \
             older than audit.retention",
            args.share
        );
        return Err(Status::Failed(text).into());
    }
    output::print(match args.format {
        AuditShowFormat::Table => life(&lines),
        AuditShowFormat::Jsonl => jsonl(&lines)?,
    })
}

fn jsonl(lines: &[Line]) -> serde_json::Result<String> {
    let lines = lines.iter().map(|line| Ok(line.json()? + "\n"));
    lines.collect()
}

/// What is said of it before its events, then these.
fn life(lines: &[Line]) -> String {
    let mut text = String::new();
    // One link may be watched under two names.
    for whose in lines.iter().map(whose).collect::<BTreeSet<_>>() {
        let _ = writeln!(text, "{whose}");
    }
    let titles = lines.iter().rev();
    let mut titles = titles.filter_map(|line| text_of(line.texts.as_deref()?, "is.title"));
    if let Some(title) = titles.next() {
        let _ = writeln!(text, "called \"{}\"", escaped(title));
    }
    text.push_str(&made_by(lines));
    lines.iter().for_each(|line| event(&mut text, line));
    text
}

/// Who made it, where the feed has told that.
fn made_by(lines: &[Line]) -> String {
    let is_it = |line: &&Line| line.record.known_event() == Some(Event::MadeBy);
    let made = lines.iter().find(is_it);
    let by = made.map(|made| by_whom(&made.record, made.texts.as_deref()));
    match by {
        Some(by) => format!(
            "made by {}\nwho changed it is not stated by Rhombus\n\n",
            escaped(&by)
        ),
        None => "who made or changed it is not stated by Rhombus\n\n".to_owned(),
    }
}

fn whose(line: &Line) -> String {
    let it = &line.record;
    let or_none = |text: &Option<String>| escaped(text.as_deref().unwrap_or("-"));
    let (share, kind, org) = (or_none(&it.share), or_none(&it.kind), or_none(&it.org));
    format!("{share}  {kind} of {org}")
}

fn event(text: &mut String, line: &Line) {
    let it = &line.record;
    let words = escaped(&line.words());
    let _ = writeln!(
        text,
        "{}  #{}  {}: {words}",
        line.noticed(),
        it.seq,
        escaped(&it.event)
    );
    let Some([from, to]) = &it.between else {
        return;
    };
    let nobody = match it.while_unwatched {
        true => ", while nobody looked",
        false => "",
    };
    let _ = writeln!(text, "    between the looks of {from} and {to}{nobody}");
}
