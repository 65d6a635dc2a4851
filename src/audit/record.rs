//! A line of the trail, read to be shown. What a later version has added is kept as it is written, so that it can
//! be shown too; nothing here judges what a line says.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::event::Event;
use crate::store::{FoundLine, FoundText};

/// What a line says. Moments are as they are written, in RFC 3339.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Record {
    /// Its number, from 1.
    pub seq: u64,
    /// When it was noticed.
    pub noticed: String,
    /// The organisation: the value of the label `org`.
    #[serde(default)]
    pub org: Option<String>,
    /// The kind of the list: the value of the label `kind`.
    #[serde(default)]
    pub kind: Option<String>,
    /// The ref of the link.
    #[serde(default)]
    pub share: Option<String>,
    /// Which change of the link it is.
    #[serde(default)]
    pub n: Option<u32>,
    /// What happened, as a line calls it.
    pub event: String,
    /// Between which two looks it happened.
    #[serde(default)]
    pub between: Option<[String; 2]>,
    /// Whether nobody looked for long between the two.
    #[serde(default)]
    pub while_unwatched: bool,
    /// What the link was like before.
    #[serde(default)]
    pub was: Option<LinkState>,
    /// What it is like since then.
    #[serde(default)]
    pub is: Option<LinkState>,
    /// The rule that is broken, or no longer.
    #[serde(default)]
    pub policy: Option<String>,
    /// How severe that is.
    #[serde(default)]
    pub severity: Option<String>,
    /// The exception that covers it.
    #[serde(default)]
    pub exception: Option<String>,
    /// All else, by its name.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// What a line says that a link is like; what it leaves out is not said.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LinkState {
    /// The value of the label `protection`.
    pub protection: Option<String>,
    /// When it was made.
    pub created: Option<String>,
    /// When it ends, or `never`.
    pub ends: Option<String>,
    /// Whether it had ended already.
    pub has_ended: bool,
    /// How many clips it shows.
    pub clips: Option<u64>,
    /// How long they play, in seconds.
    pub seconds: Option<u64>,
    /// How many cameras it shows.
    pub camera_count: Option<u64>,
    /// Their uuids, at most 100.
    pub cameras: Vec<String>,
    /// From when to when its footage is.
    pub footage: Option<[String; 2]>,
    /// What it gives beside what its cameras see.
    pub gives: Vec<String>,
    /// Who streams, as Rhombus has it.
    pub stream_type: Option<String>,
    /// The digest of what it is called.
    pub title: Option<Value>,
    /// The rules that it broke when it was first seen.
    pub breaks: Vec<String>,
}

impl Record {
    /// What this line says. Of one that is written in another way than ours, all is in `more`.
    pub fn of(line: &FoundLine) -> Self {
        serde_json::from_str(&line.line).unwrap_or_else(|_| {
            let whole = serde_json::from_str(&line.line).unwrap_or(Value::Null);
            Self {
                seq: line.seq,
                noticed: line.noticed.rfc3339(),
                more: [("line".to_owned(), whole)].into_iter().collect(),
                ..Self::default()
            }
        })
    }

    /// What happened, where that is something we know.
    pub fn known_event(&self) -> Option<Event> {
        Event::of_label(&self.event)
    }

    /// What else it says under this name, where that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.more.get(name)?.as_str()
    }

    /// What else it says under this name, where that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.more.get(name)?.as_u64()
    }
}

/// The private text of a field, such as `is.title`, among those that are still there.
pub fn text_of<'a>(texts: &'a [FoundText], field: &str) -> Option<&'a str> {
    let found = texts.iter().find(|text| text.field == field)?;
    Some(found.text.reveal())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::UnixMillis;

    fn line(line: &str) -> FoundLine {
        FoundLine {
            seq: 7,
            noticed: UnixMillis(0),
            line: line.to_owned(),
        }
    }

    #[test]
    fn what_is_new_in_a_line_is_kept() {
        let text = r#"{"seq":7,"noticed":"1970-01-01T00:00:00Z","event":"created","is":{"clips":2,"new":1},
                       "actor":{"name":"x"},"times":3}"#;
        let record = Record::of(&line(text));
        assert_eq!(record.known_event(), Some(Event::Created));
        assert_eq!(record.is.as_ref().unwrap().clips, Some(2));
        assert_eq!(record.number("times"), Some(3));
        assert_eq!((record.text("times"), record.more.len()), (None, 2));
    }

    #[test]
    fn a_line_of_another_form_is_shown_all_the_same() {
        let record = Record::of(&line(r#"{"seq":7,"event":8}"#));
        assert_eq!((record.seq, &*record.noticed), (7, "1970-01-01T00:00:00Z"));
        assert_eq!(record.more["line"]["event"], 8);
    }
}
