//! What a line of the trail says, in words for people: the same in commands and on pages. What people wrote is in
//! them as it is: whoever shows them escapes it.

mod doing;

use std::time::Duration;

use serde_json::Value;

pub use doing::by_whom;

use super::entry::TITLE;
use super::event::Event;
use super::record::{LinkState, Record, text_of};
use crate::share::span;
use crate::store::FoundText;

/// What stands for a private text that is there no more.
const ERASED: &str = "(a text that is not kept any more)";

/// What a record says. With `texts`, private ones are in it, those that are still kept; without, none is.
pub fn words(record: &Record, texts: Option<&[FoundText]>) -> String {
    let Some(event) = record.known_event() else {
        return unknown(record);
    };
    if let Some(what) = doing::what(event) {
        return doing::words(what, record, texts);
    }
    if record.share.is_some() || record.policy.is_some() {
        of_link(event, record, texts)
    } else {
        of_watching(event, record, texts)
    }
}

/// What happened to a link.
fn of_link(event: Event, record: &Record, texts: Option<&[FoundText]>) -> String {
    let (was, is) = (record.was.as_ref(), record.is.as_ref());
    let change = |name: &str, of: fn(&LinkState) -> Option<&str>| from_to(name, was, is, of);
    match event {
        Event::Baseline => told("was there when watching began", is, texts),
        Event::Created => told("is new", is, texts),
        Event::Removed => told("is not listed any more; it was", was, texts),
        Event::Expired => told("has ended; it was", was, texts),
        Event::Secured => change("is better protected", |it| it.protection.as_deref()),
        Event::Unsecured => change("is less protected", |it| it.protection.as_deref()),
        Event::ExpiryExtended => change("ends later", |it| it.ends.as_deref()),
        Event::ExpiryShortened => change("ends earlier", |it| it.ends.as_deref()),
        Event::ContentChanged => content_changed(was, is),
        Event::Renamed => format!("was renamed{}", title(is, texts, ": ")),
        Event::ViolationOpened => format!("breaks {}", rule(record)),
        Event::ViolationClosed => format!("no longer breaks {}", rule(record)),
        Event::Unwatched if record.policy.is_some() => {
            format!("is no longer judged by {}", rule(record))
        }
        Event::Unwatched => "is no longer looked at, whatever becomes of it".to_owned(),
        Event::Annotated => format!("a person noted: {}", notes(record, texts)),
        Event::Erased => format!("private texts of it were erased: {}", erased(record)),
        _ => unknown(record),
    }
}

/// What happened to the watching itself.
fn of_watching(event: Event, record: &Record, texts: Option<&[FoundText]>) -> String {
    let number = |name| record.number(name).unwrap_or(0);
    let text = |name| record.text(name).unwrap_or("?");
    match event {
        Event::Started => format!("the exporter started, version {}", text("version")),
        Event::Reloaded => format!("other lists or settings are in use; {}", unknown(record)),
        Event::Nameless => format!(
            "links without a uuid, which can't be told apart: from {} to {}",
            number("was"),
            number("is")
        ),
        Event::Stopped => "the exporter was stopped".to_owned(),
        Event::Heartbeat => format!("the exporter runs; lists watched: {}", number("lists")),
        Event::Watched => format!("looked at without a gap: {}", looks(record)),
        Event::Unwatched => format!(
            "no longer looked at: {}; links known: {}, violations open: {}",
            text("why"),
            number("links"),
            number("violations")
        ),
        Event::ClockSet => format!("the clock was set from {} to {}", text("was"), text("is")),
        Event::Erased => format!(
            "private texts of one wording were erased: {}",
            erased(record)
        ),
        Event::Reanchored => format!(
            "a person says that the trail goes on, though {}; sealed lines then: {}{}",
            text("contradiction"),
            number("sealed"),
            note(record, texts, "reason", "; reason: ")
        ),
        Event::Dropped => format!(
            "looks that were not compared, since nothing could be written: {}, from {} on",
            number("looks"),
            text("since")
        ),
        _ => unknown(record),
    }
}

/// What a line says that we have no words for.
fn unknown(record: &Record) -> String {
    let members = record.more.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name} {text}"),
        value => format!("{name} {value}"),
    });
    members.collect::<Vec<_>>().join("; ")
}

fn told(what: &str, state: Option<&LinkState>, texts: Option<&[FoundText]>) -> String {
    let Some(state) = state else {
        return what.to_owned();
    };
    format!(
        "{what}: {}{}",
        described(state),
        title(Some(state), texts, ", called ")
    )
}

/// From what to what one side of a link has changed.
fn from_to(
    what: &str,
    was: Option<&LinkState>,
    is: Option<&LinkState>,
    of: fn(&LinkState) -> Option<&str>,
) -> String {
    let side = |state: Option<&LinkState>| state.and_then(of).unwrap_or("?").to_owned();
    format!("{what}: from {} to {}", side(was), side(is))
}

fn content_changed(was: Option<&LinkState>, is: Option<&LinkState>) -> String {
    let side = |state: Option<&LinkState>| state.map(content).unwrap_or_default().join(", ");
    let (was, is) = (side(was), side(is));
    match was == is {
        true => format!("shows something else: {is}, as before"),
        false => format!("shows something else: from {was} to {is}"),
    }
}

/// What a link is like, in a few words.
fn described(state: &LinkState) -> String {
    let mut parts = Vec::new();
    let mut add = |name: &str, value: Option<&str>| {
        parts.extend(value.map(|value| format!("{name} {value}")));
    };
    add("protection", state.protection.as_deref());
    add("made", state.created.as_deref());
    let ends = if state.has_ended { "ended" } else { "ends" };
    add(ends, state.ends.as_deref());
    parts.extend(content(state));
    if !state.gives.is_empty() {
        parts.push(format!("gives {}", state.gives.join(" and ")));
    }
    if !state.breaks.is_empty() {
        parts.push(format!("breaks {}", state.breaks.join(" and ")));
    }
    parts.join(", ")
}

/// How much it shows.
fn content(state: &LinkState) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(clips @ 1..) = state.clips {
        let length = Duration::from_secs(state.seconds.unwrap_or(0));
        parts.push(format!("clips {clips} of {}", span::show(length)));
    }
    parts.extend(
        state
            .camera_count
            .map(|cameras| format!("cameras {cameras}")),
    );
    parts
}

/// What it is called, after this; nothing where that is not said or not to be shown.
fn title(state: Option<&LinkState>, texts: Option<&[FoundText]>, before: &str) -> String {
    let has_title = state.is_some_and(|state| state.title.is_some());
    match texts {
        Some(texts) if has_title => match text_of(texts, TITLE) {
            Some(title) => format!("{before}\"{title}\""),
            None => format!("{before}{ERASED}"),
        },
        _ => String::new(),
    }
}

/// What a person has noted of a link.
fn notes(record: &Record, texts: Option<&[FoundText]>) -> String {
    let notes = [
        note(record, texts, "recipient", "given to "),
        note(record, texts, "purpose", "purpose "),
        note(record, texts, "case", "case "),
    ];
    let notes: Vec<_> = notes.into_iter().filter(|it| !it.is_empty()).collect();
    match notes.is_empty() {
        true => "to whom and what for".to_owned(),
        false => notes.join("; "),
    }
}

/// A private text that a person wrote, after this; nothing where it is not said or not to be shown.
fn note(record: &Record, texts: Option<&[FoundText]>, field: &str, before: &str) -> String {
    match texts {
        Some(texts) if record.more.contains_key(field) => {
            format!("{before}{}", text_of(texts, field).unwrap_or(ERASED))
        }
        _ => String::new(),
    }
}

fn erased(record: &Record) -> u64 {
    record.number("texts").unwrap_or(0)
}

fn rule(record: &Record) -> String {
    let rule = record.policy.as_deref().unwrap_or("?");
    let severity = record.severity.as_deref();
    let severity = severity.map_or_else(String::new, |it| format!(" ({it})"));
    let exception = record.exception.as_deref();
    let exception = exception.map_or_else(String::new, |it| format!(", which {it} excepts"));
    format!("{rule}{severity}{exception}")
}

/// When which lists were looked at.
fn looks(record: &Record) -> String {
    let lists = record.more.get("looks").and_then(Value::as_object);
    let lists = lists.into_iter().flatten().map(|(kind, looks)| {
        let text = |name: &str| looks[name].as_str().unwrap_or("?").to_owned();
        let count = looks["count"].as_u64().unwrap_or(0);
        format!(
            "{kind} {count} times from {} to {}",
            text("first"),
            text("last")
        )
    });
    lists.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::UnixMillis;
    use crate::store::FoundLine;

    fn record(members: &str) -> Record {
        let line = format!(r#"{{"seq":1,"noticed":"2026-11-29T12:00:00Z",{members}}}"#);
        Record::of(&FoundLine {
            seq: 1,
            noticed: UnixMillis(0),
            line,
        })
    }

    #[test]
    fn each_event_has_words_of_its_own() {
        let share = r#""share":"3f9a0c51d2e7""#;
        for (members, expected) in [
            (
                r#""event":"created","is":{"protection":"none","ends":"never","clips":2,"seconds":780,"camera_count":1}"#,
                "is new: protection none, ends never, clips 2 of 13m, cameras 1",
            ),
            (
                r#""event":"unsecured","was":{"protection":"password"},"is":{"protection":"none"}"#,
                "is less protected: from password to none",
            ),
            (
                r#""event":"expiry_extended","was":{"ends":"2026-12-01T00:00:00Z"},"is":{"ends":"never"}"#,
                "ends later: from 2026-12-01T00:00:00Z to never",
            ),
            (
                r#""event":"violation_opened","policy":"unsecured","severity":"warning","exception":"dock""#,
                "breaks unsecured (warning), which dock excepts",
            ),
            (
                r#""event":"content_changed","was":{"camera_count":1},"is":{"camera_count":1}"#,
                "shows something else: cameras 1, as before",
            ),
            (r#""event":"a_new_one","how":"so","n":2"#, "how so"),
        ] {
            let record = record(&format!("{share},{members}"));
            assert_eq!(words(&record, None), expected);
        }
        let watched =
            r#""event":"watched","looks":{"clip_group":{"first":"a","last":"b","count":3}}"#;
        assert_eq!(
            words(&record(watched), None),
            "looked at without a gap: clip_group 3 times from a to b"
        );
    }

    #[test]
    fn no_event_is_without_words() {
        for event in Event::ALL {
            let bare = record(&format!(r#""event":"{}""#, event.label()));
            let of_link = Record {
                share: Some("3f9a0c51d2e7".to_owned()),
                ..bare.clone()
            };
            let words = [bare, of_link].map(|record| words(&record, None));
            assert!(words.iter().any(|it| !it.is_empty()), "{event:?}");
        }
    }

    #[test]
    fn a_title_is_there_only_for_who_asks_and_as_long_as_it_is_kept() {
        let renamed =
            record(r#""share":"3f9a0c51d2e7","event":"renamed","is":{"title":{"digest":"00"}}"#);
        let text = FoundText {
            field: "is.title".to_owned(),
            text: "Front door".into(),
        };
        assert_eq!(words(&renamed, None), "was renamed");
        assert_eq!(
            words(&renamed, Some(&[text])),
            "was renamed: \"Front door\""
        );
        let erased = format!("was renamed: {ERASED}");
        assert_eq!(words(&renamed, Some(&[])), erased);
    }
}
