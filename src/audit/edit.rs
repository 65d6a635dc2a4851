//! What a person enters in the trail by a command: a note about a link, that texts were erased, that the trail
//! goes on as it is. Written as `entry` writes what was noticed; what the person wrote is private.

use serde::Serialize;

use super::entry::{Digest, digest_of, members_of};
use super::event::Event;
use crate::share::{Private, UnixMillis};
use crate::store::{Entry, NewLine, Place, Text};

/// Whom a link was given to, and why, as a person has noted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Who got it.
    pub recipient: Private,
    /// What for.
    pub purpose: Private,
    /// The number of the case or ticket, where there is one.
    pub case: Option<Private>,
}

/// What is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// A note about a link.
    Annotated(Annotation),
    /// So many private texts were forgotten: those of the link, or those with one wording.
    Erased {
        /// How many.
        texts: u64,
    },
    /// The trail goes on as it is.
    Reanchored {
        /// What contradicted that.
        contradiction: String,
        /// Over how many lines the newest seal in the store was; 0: there was none.
        sealed: u64,
        /// Why it goes on all the same, as the person says.
        reason: Option<Private>,
    },
}

/// An entry by a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// When it was made.
    pub noticed: UnixMillis,
    /// What it is about.
    pub place: Place,
    /// What it says.
    pub edited: Edited,
}

/// A line, but for its number.
#[derive(Serialize)]
struct Line<'a> {
    noticed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<String>,
    event: &'static str,
    #[serde(flatten)]
    members: Members<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Members<'a> {
    Annotated {
        recipient: Digest,
        purpose: Digest,
        #[serde(skip_serializing_if = "Option::is_none")]
        case: Option<Digest>,
    },
    Erased {
        texts: u64,
    },
    Reanchored {
        contradiction: &'a str,
        sealed: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Digest>,
    },
}

impl Edited {
    const fn event(&self) -> Event {
        match self {
            Self::Annotated(_) => Event::Annotated,
            Self::Erased { .. } => Event::Erased,
            Self::Reanchored { .. } => Event::Reanchored,
        }
    }

    fn members(&self, texts: &mut Vec<Text>) -> Members<'_> {
        let mut digest = |field, text| digest_of(field, text, texts);
        match self {
            Self::Annotated(note) => Members::Annotated {
                recipient: digest("recipient", &note.recipient),
                purpose: digest("purpose", &note.purpose),
                case: note.case.as_ref().map(|case| digest("case", case)),
            },
            Self::Erased { texts } => Members::Erased { texts: *texts },
            Self::Reanchored {
                contradiction,
                sealed,
                reason,
            } => Members::Reanchored {
                contradiction,
                sealed: *sealed,
                reason: reason.as_ref().map(|reason| digest("reason", reason)),
            },
        }
    }
}

impl Entry for Edit {
    fn line(&self) -> NewLine {
        let mut texts = Vec::new();
        let event = self.edited.event();
        let line = Line {
            noticed: self.noticed.rfc3339_millis(),
            org: self.place.org.as_deref(),
            kind: self.place.kind.map(|kind| kind.label()),
            share: self.place.share.map(|share| share.to_string()),
            event: event.label(),
            members: self.edited.members(&mut texts),
        };
        NewLine {
            noticed: self.noticed,
            place: self.place.clone(),
            event: event.label(),
            is_counted: event.is_counted(),
            is_news: true,
            members: members_of(&line),
            texts,
            picture: None,
            viewer: None,
            findings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_is_no_part_of_the_line() {
        let note = Annotation {
            recipient: "Ann Example".into(),
            purpose: "claim".into(),
            case: None,
        };
        let edit = Edit {
            noticed: UnixMillis(0),
            place: Place {
                share: Some("3f9a0c51d2e7".parse().unwrap()),
                ..Place::default()
            },
            edited: Edited::Annotated(note),
        };
        let line = edit.line();
        let begins = r#""noticed":"1970-01-01T00:00:00.000Z","share":"3f9a0c51d2e7","event":"annotated","recipient":{"digest":""#;
        assert!(line.members.starts_with(begins), "{}", line.members);
        assert!(!line.members.contains("Ann") && !line.members.contains("claim"));
        let texts: Vec<_> = line
            .texts
            .iter()
            .map(|it| (it.field, it.text.reveal()))
            .collect();
        assert_eq!(texts, [("recipient", "Ann Example"), ("purpose", "claim")]);
        assert!(!line.is_counted);
    }
}
