//! What Rhombus's audit feed has told, in words: what was done, by whom, from where.

use serde_json::Value;

use super::ERASED;
use crate::audit::event::Event;
use crate::audit::record::{Record, text_of};
use crate::store::FoundText;

/// What such an event is; none of one that the feed doesn't tell.
pub(super) const fn what(event: Event) -> Option<&'static str> {
    Some(match event {
        Event::MadeBy => "was made",
        Event::RemovedBy => "was taken down",
        Event::ChangedBy => "was changed",
        Event::LinkSent => "was sent on",
        Event::Viewed => "was viewed",
        Event::AccessGranted => "access was granted",
        Event::AccessRevoked => "access was revoked",
        Event::KeyMade => "a key was made",
        Event::KeyRevoked => "a key was revoked",
        Event::IntegrationChanged => "an integration was changed",
        Event::Exported => "something was exported",
        Event::KioskOpened => "a kiosk was opened",
        Event::RoleChanged => "a role was changed",
        Event::Reported => "Rhombus reports",
        _ => return None,
    })
}

/// All that is told of it.
pub(super) fn words(what: &str, record: &Record, texts: Option<&[FoundText]>) -> String {
    let mut words = what.to_owned();
    if record.more.get("failed") == Some(&Value::Bool(true)) {
        words.push_str(" (which failed)");
    }
    words = format!("{words} by {}", by_whom(record, texts));
    let parts = [
        ("viewer", "as viewer"),
        ("client", "with"),
        ("action", "action"),
        ("at", "at"),
    ];
    for (name, before) in parts {
        if let Some(text) = record.text(name) {
            words = format!("{words}, {before} {text}");
        }
    }
    if let Some(place) = from_where(record, texts) {
        words = format!("{words}, from {place}");
    }
    let findings = record.more.get("findings").and_then(Value::as_array);
    let findings = findings.into_iter().flatten().filter_map(Value::as_str);
    let findings: Vec<_> = findings.collect();
    match findings.is_empty() {
        true => words,
        false => format!("{words}; to look into: {}", findings.join(", ")),
    }
}

/// Who has done what the feed tells: what sort of principal, and what it is called where that is to be shown.
pub fn by_whom(record: &Record, texts: Option<&[FoundText]>) -> String {
    let by = record.more.get("by");
    let sort = by.and_then(|by| by["type"].as_str());
    let sort = sort.unwrap_or("someone").to_owned();
    match private(by, "name", "by.name", texts) {
        Some(name) => format!("{name} ({sort})"),
        None => sort,
    }
}

/// From where, as far as that is told and to be shown.
fn from_where(record: &Record, texts: Option<&[FoundText]>) -> Option<String> {
    let from = record.more.get("from");
    let country = from.and_then(|from| from["country"].as_str());
    let private = |name, field| private(from, name, field, texts).map(str::to_owned);
    let parts = [
        private("city", "from.city"),
        private("state", "from.state"),
        country.map(str::to_owned),
        private("ip", "from.ip"),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A private text, where a line has its digest and it is to be shown.
fn private<'a>(
    whole: Option<&Value>,
    name: &str,
    field: &str,
    texts: Option<&'a [FoundText]>,
) -> Option<&'a str> {
    whole?.get(name)?;
    Some(text_of(texts?, field).unwrap_or(ERASED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::UnixMillis;
    use crate::store::FoundLine;

    #[test]
    fn who_and_where_are_named_only_for_who_asks() {
        let line = r#"{"seq":1,"noticed":"2026-11-29T12:00:00.000Z","share":"3f9a0c51d2e7","event":"viewed",
            "at":"2026-11-29T11:59:00Z","action":"VIEW_SHARE_CLIP","by":{"type":"USER","name":{"digest":"00"}},
            "viewer":"sso","from":{"country":"NL","ip":{"digest":"00"}},"findings":["many_views"]}"#;
        let record = Record::of(&FoundLine {
            seq: 1,
            noticed: UnixMillis(0),
            line: line.to_owned(),
        });
        let told = |texts| super::super::words(&record, texts);
        assert_eq!(
            told(None),
            "was viewed by USER, as viewer sso, action VIEW_SHARE_CLIP, at 2026-11-29T11:59:00Z, from NL; to \
             look into: many_views"
        );
        let ann = FoundText {
            field: "by.name".to_owned(),
            text: "Ann".into(),
        };
        let with_name = told(Some(&[ann]));
        assert!(
            with_name.starts_with("was viewed by Ann (USER)"),
            "{with_name}"
        );
        assert!(
            with_name.contains(&format!("from NL, {ERASED};")),
            "{with_name}"
        );
    }
}
