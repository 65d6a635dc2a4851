//! `show`: one link whole.

use std::fmt::Write as _;
use std::sync::Arc;

use super::look::{Seen, look};
use super::status::Status;
use super::{facts, output};
use crate::audit::told_of;
use crate::cli::{ShowArgs, ShowOutput};
use crate::clock::Clock;
use crate::collector::feed_of;
use crate::config::{self, Environment};
use crate::inventory::Look;
use crate::policy::Policy;
use crate::share::{Clip, Maker, Private, Ref};
use crate::store::{StoreError, TrailReader};
use crate::view::{Filter, OneShare, Reader, Row, Rows, views, who};

/// So many clips are listed.
const MAX_CLIPS: usize = 50;

pub(super) async fn run(args: &ShowArgs, env: &Environment) -> anyhow::Result<()> {
    let loaded = config::load(&args.config, env, Clock::system().now())?;
    output::warn(&loaded.warnings);
    let mut seen = look(&loaded.config, env, None).await?;
    if let Some(directory) = &args.storage {
        attribute(&mut seen, &TrailReader::open(directory)?, args.share)?;
    }
    let filter = Filter {
        refs: vec![args.share],
        ..Filter::default()
    };
    let policy = &loaded.config.policy.policy;
    let rows = Rows::new(&seen.snapshot, policy, &filter).rows;
    if rows.is_empty() {
        let text = seen.not_found(args.share);
        return Err(match seen.not_seen.is_empty() {
            true => Status::Failed(text).into(),
            false => Status::NotAllSeen(text).into(),
        });
    }
    output::print(match args.output {
        ShowOutput::Text => text(&rows, args, policy),
        ShowOutput::Json => json(&seen, &rows, args, policy)?,
    })
}

/// Adds what the exporter that runs has read of the audit feed about the share.
///
/// # Errors
/// When its trail can't be read.
fn attribute(seen: &mut Seen, reader: &TrailReader, share: Ref) -> Result<(), StoreError> {
    for (key, position, told) in told_of(reader, share)? {
        let is_it = |look: &&mut Look| {
            let uuid = position.org_uuid.as_ref().zip(look.identity.uuid.as_ref());
            // Under this name, it may have read another's.
            let is_same = uuid.is_none_or(|(read, uuid)| read == uuid);
            is_same && feed_of(&look.organization).as_ref() == Some(&key)
        };
        if let Some(look) = seen.snapshot.organizations.iter_mut().find(is_it) {
            look.attributions = Arc::new([(share, told)].into());
        }
    }
    Ok(())
}

fn json(seen: &Seen, rows: &[Row<'_>], args: &ShowArgs, policy: &Policy) -> anyhow::Result<String> {
    let reader = Reader {
        sees_addresses: args.address,
        policy,
    };
    let share = OneShare::new(&seen.snapshot, rows, reader);
    Ok(serde_json::to_string_pretty(&share)? + "\n")
}

fn text(rows: &[Row<'_>], args: &ShowArgs, policy: &Policy) -> String {
    let mut text = String::new();
    if rows.len() > 1 {
        let count = rows.len();
        let _ = writeln!(text, "{count} links have this ref:\n");
    }
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        text.push_str(&facts::table(all_facts(row, args)));
        text.push_str(&violations(row, policy));
        text.push_str(&clips(row));
    }
    text
}

fn all_facts(row: &Row<'_>, args: &ShowArgs) -> Vec<(&'static str, String)> {
    let (share, traits) = (row.share, row.share.traits);
    let mut facts = facts::facts(row.subject(), row.now());
    let mut fact = |name, text: String| facts.push((name, text));
    fact("talk", facts::yes_or_no(traits.talk));
    fact("scheduled", facts::yes_or_no(traits.scheduled));
    fact("monitored", facts::yes_or_no(traits.monitored));
    fact("made by", maker(traits.maker).to_owned());
    if share.kind.has_clips() {
        let length = std::time::Duration::from_secs(share.media.duration_secs);
        let length = facts::span(length);
        fact(
            "footage",
            format!("clips: {}, {length} in all", share.media.clips),
        );
    }
    told(row, args.storage.is_some())
        .into_iter()
        .for_each(|(name, text)| fact(name, text));
    fact("seen", facts::moment(row.seen()));
    if let Some(console) = row.console() {
        fact("console", console.to_owned());
    }
    if args.address {
        let address = row.address();
        let address = address.as_ref().map(Private::reveal);
        fact("address", output::escaped(address.unwrap_or("not known")));
    }
    facts
}

/// What the audit feed has told of it, or why that is not known.
fn told(row: &Row<'_>, is_asked: bool) -> Vec<(&'static str, String)> {
    let told = match row.attributed() {
        Ok(told) => told,
        Err(_) if !is_asked => {
            return vec![("created by", "not asked for (--storage.path)".to_owned())];
        }
        Err(why) => return vec![("created by", why.to_string())],
    };
    let by = told.made.as_ref().map(|act| {
        let who = output::escaped(&who(act));
        format!("{who}, {}", facts::moment(act.at))
    });
    let last = told.last_view.map(facts::moment);
    vec![
        (
            "created by",
            by.unwrap_or_else(|| "not stated by Rhombus".to_owned()),
        ),
        ("views", views(told)),
        ("last view", last.unwrap_or_else(|| "never".to_owned())),
        ("sent on", format!("{} times", told.sent)),
    ]
}

const fn maker(maker: Maker) -> &'static str {
    match maker {
        Maker::Unknown => "not said",
        Maker::Person => "a person",
        Maker::Service => "a service that watches or alarms",
    }
}

/// A line for each rule that it breaks.
fn violations(row: &Row<'_>, policy: &Policy) -> String {
    let mut text = String::new();
    for violation in row.violations() {
        let rule = policy.rule(violation.rule);
        let severity = rule.map_or("not known", |rule| rule.severity.label());
        let _ = write!(text, "breaks {} ({severity})", violation.rule);
        if let Some(exception) = violation.exception {
            let _ = write!(text, ", excepted by {exception}");
        }
        text.push('\n');
    }
    if text.is_empty() {
        text
    } else {
        format!("\n{text}")
    }
}

fn clips(row: &Row<'_>) -> String {
    let footage = &row.share.media.footage;
    let mut text = String::new();
    for clip in footage.iter().take(MAX_CLIPS) {
        let start = clip
            .start()
            .map_or_else(|| "start not said".to_owned(), facts::moment);
        let length = std::time::Duration::from_secs(clip.duration_secs().into());
        let length = facts::span(length);
        let _ = writeln!(text, "clip {start}, {length}{}", camera(row, clip));
    }
    if let more @ 1.. = footage.len().saturating_sub(MAX_CLIPS) {
        let _ = writeln!(text, "and {more} more");
    }
    if text.is_empty() {
        text
    } else {
        format!("\n{text}")
    }
}

fn camera(row: &Row<'_>, clip: &Clip) -> String {
    let cameras = &row.share.media.cameras;
    let camera = clip
        .camera()
        .and_then(|place| cameras.get(usize::from(place)));
    camera.map_or_else(String::new, |camera| {
        format!(", {}", facts::one_camera(row.subject(), camera))
    })
}
