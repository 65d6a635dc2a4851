//! What is entered in the trail, and how it is written: one JSON object a line. Members are only ever added, and
//! always in one order, so that a line reads the same for ever.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::rand;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::compare::Change;
use super::event::Event;
use super::picture::State;
use crate::share::{Expiry, Id, Maker, Private, Share, Traits, UnixMillis};
use crate::store::{Change as Kept, Entry, ListKey, Looks, NewLine, Place, SALT, Text};

/// So many cameras are named in a line.
const CAMERAS: usize = 100;

/// Where in a line the digest of a link's title stands.
pub(super) const TITLE: &str = "is.title";

/// Which list a line is about.
#[derive(Debug)]
pub(super) struct ListName {
    pub(super) key: ListKey,
    /// The value of the label `org`.
    pub(super) org: Arc<str>,
}

/// Something that has happened to a link.
#[derive(Debug)]
pub(super) struct LinkEntry {
    pub(super) noticed: UnixMillis,
    pub(super) list: Arc<ListName>,
    pub(super) event: Event,
    /// None where it has no ref of its own.
    pub(super) change: Option<Change>,
    /// Between which two looks it happened.
    pub(super) between: Option<[UnixMillis; 2]>,
    /// Whether nobody looked for long between the two.
    pub(super) is_after_gap: bool,
    pub(super) shown: Option<Box<Shown>>,
    pub(super) rule: Option<Box<BrokenRule>>,
}

/// What a link shows, and what it is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shown {
    cameras: Box<[Id]>,
    footage: Option<[UnixMillis; 2]>,
    traits: Traits,
    stream_type: Option<Box<str>>,
    title: Option<Private>,
    /// The rules that it broke when it was first seen, by name.
    pub(super) breaks: Vec<Arc<str>>,
}

/// The rule that is broken, or no longer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BrokenRule {
    pub(super) policy: Arc<str>,
    pub(super) severity: Option<&'static str>,
    pub(super) exception: Option<Arc<str>>,
}

/// Something that is about no link.
#[derive(Debug)]
pub(super) struct PlainEntry {
    pub(super) noticed: UnixMillis,
    pub(super) list: Option<Arc<ListName>>,
    pub(super) org: Option<Arc<str>>,
    pub(super) event: Event,
    /// What else is said of it.
    pub(super) members: Map<String, Value>,
}

impl Shown {
    pub(super) fn of(share: &Share) -> Self {
        let clips = share.media.footage.iter();
        let start = clips.clone().filter_map(|clip| clip.start()).min();
        let end = clips.filter_map(|clip| clip.end().or(clip.start())).max();
        let cameras = share.media.cameras.iter().take(CAMERAS);
        Self {
            cameras: cameras.cloned().collect(),
            footage: start.zip(end).map(|(start, end)| [start, end]),
            traits: share.traits,
            stream_type: share.stream_type.clone(),
            title: share.title.clone(),
            breaks: Vec::new(),
        }
    }
}

impl Entry for LinkEntry {
    fn line(&self) -> NewLine {
        let mut texts = Vec::new();
        let change = self.change.as_ref();
        let line = Line {
            noticed: self.noticed.rfc3339_millis(),
            org: Some(&self.list.org),
            kind: Some(self.list.key.kind.label()),
            share: change.map(|it| it.after.reference.to_string()),
            n: change.map(|it| it.after.number),
            event: self.event.label(),
            between: self.between.map(|looks| looks.map(UnixMillis::rfc3339)),
            while_unwatched: self.is_after_gap,
            was: change.and_then(|it| self.was(it)),
            is: change.and_then(|it| self.is(it, &mut texts)),
            policy: self.rule.as_ref().map(|rule| &*rule.policy),
            severity: self.rule.as_ref().and_then(|rule| rule.severity),
            exception: self
                .rule
                .as_ref()
                .and_then(|rule| rule.exception.as_deref()),
            more: None,
        };
        NewLine {
            noticed: self.noticed,
            place: Place {
                org: Some(self.list.org.clone()),
                kind: Some(self.list.key.kind),
                share: change.map(|it| it.after.reference),
            },
            event: self.event.label(),
            is_counted: self.event.is_counted(),
            is_news: self.event != Event::Baseline,
            members: members_of(&line),
            texts,
            picture: change.map(|it| (self.list.key.clone(), it.after.kept())),
            viewer: None,
            findings: Vec::new(),
        }
    }
}

impl LinkEntry {
    fn was<'a>(&self, change: &Change) -> Option<Described<'a>> {
        let was = change.was?;
        Some(match self.event {
            Event::Unsecured | Event::Secured => Described::protection(was),
            Event::ExpiryExtended | Event::ExpiryShortened => Described::end(was),
            Event::ContentChanged => Described::content(was),
            Event::Renamed => return None,
            _ => Described::whole(was),
        })
    }

    fn is<'a>(&'a self, change: &Change, texts: &mut Vec<Text>) -> Option<Described<'a>> {
        let is = change.after.state;
        let described = match self.event {
            Event::Unsecured | Event::Secured => Described::protection(is),
            Event::ExpiryExtended | Event::ExpiryShortened => Described::end(is),
            Event::ContentChanged => Described::content(is),
            Event::Renamed => Described::default(),
            Event::Created | Event::Baseline => Described {
                has_ended: change.after.has_ended,
                ..Described::whole(is)
            },
            _ => return None,
        };
        Some(match &self.shown {
            Some(shown) => described.with(shown, self.event, texts),
            None => described,
        })
    }
}

impl Entry for PlainEntry {
    fn line(&self) -> NewLine {
        let list = self.list.as_ref();
        let org = list.map(|list| &list.org).or(self.org.as_ref());
        let kind = list.map(|list| list.key.kind);
        let line = Line {
            noticed: self.noticed.rfc3339_millis(),
            org: org.map(|org| &**org),
            kind: kind.map(|kind| kind.label()),
            event: self.event.label(),
            more: Some(&self.members),
            ..Line::default()
        };
        NewLine {
            noticed: self.noticed,
            place: Place {
                org: org.cloned(),
                kind,
                share: None,
            },
            event: self.event.label(),
            is_counted: self.event.is_counted(),
            is_news: self.event != Event::Baseline,
            members: members_of(&line),
            texts: Vec::new(),
            picture: None,
            viewer: None,
            findings: Vec::new(),
        }
    }
}

/// When a list was looked at, as a line has it.
pub(super) fn looks(looks: Looks) -> Value {
    json!({
        "first": looks.first.rfc3339(),
        "last": looks.last.rfc3339(),
        "count": looks.count,
    })
}

/// An entry that is about no link.
pub(super) fn plain(
    noticed: UnixMillis,
    list: Option<&Arc<ListName>>,
    event: Event,
    members: Value,
) -> PlainEntry {
    let Value::Object(members) = members else {
        unreachable!("it is made as an object")
    };
    PlainEntry {
        noticed,
        list: list.cloned(),
        org: None,
        event,
        members,
    }
}

/// The change of the store that this entry is.
pub(super) fn entered(entry: impl Entry + 'static) -> Kept {
    Kept::Entry(Arc::new(entry))
}

/// A line, but for its number.
#[derive(Default, Serialize)]
struct Line<'a> {
    noticed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<[String; 2]>,
    #[serde(skip_serializing_if = "is_false")]
    while_unwatched: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<&'a str>,
    #[serde(flatten)]
    more: Option<&'a Map<String, Value>>,
}

/// What a line says after its number: the members of this object.
pub(super) fn members_of(line: &impl Serialize) -> String {
    let object = serde_json::to_string(line).expect("it is written to memory");
    object[1..object.len() - 1].to_owned()
}

/// What a link was like.
#[derive(Default, Serialize)]
struct Described<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    protection: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    has_ended: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    clips: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    camera_count: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cameras: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    footage: Option<[String; 2]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gives: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Digest>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaks: Vec<&'a str>,
}

/// What stands for a private text.
#[derive(Serialize)]
pub(super) struct Digest {
    digest: String,
}

impl<'a> Described<'a> {
    fn protection(state: State) -> Self {
        Self {
            protection: Some(state.protection.label()),
            ..Self::default()
        }
    }

    fn end(state: State) -> Self {
        Self {
            ends: Some(match state.expiry {
                Expiry::At(at) => at.rfc3339(),
                Expiry::Never => "never".to_owned(),
            }),
            ..Self::default()
        }
    }

    fn content(state: State) -> Self {
        Self {
            clips: Some(state.clips),
            seconds: Some(state.seconds),
            camera_count: Some(state.cameras),
            ..Self::default()
        }
    }

    fn whole(state: State) -> Self {
        Self {
            protection: Self::protection(state).protection,
            created: state.created.map(UnixMillis::rfc3339),
            ends: Self::end(state).ends,
            ..Self::content(state)
        }
    }

    fn with(self, shown: &'a Shown, event: Event, texts: &mut Vec<Text>) -> Self {
        // What it is called has an event of its own.
        let title = shown
            .title
            .as_ref()
            .filter(|_| event != Event::ContentChanged);
        let title = title.map(|title| digest_of(TITLE, title, texts));
        if event == Event::Renamed {
            return Self { title, ..self };
        }
        Self {
            cameras: shown.cameras.iter().map(ToString::to_string).collect(),
            footage: shown
                .footage
                .map(|moments| moments.map(UnixMillis::rfc3339)),
            gives: gives(shown.traits),
            stream_type: shown.stream_type.as_deref(),
            title,
            breaks: shown.breaks.iter().map(|rule| &**rule).collect(),
            ..self
        }
    }
}

/// The digest of a private text, which is put beside the line with its salt.
pub(super) fn digest_of(field: &'static str, text: &Private, texts: &mut Vec<Text>) -> Digest {
    let mut salt = [0; SALT];
    rand::fill(&mut salt).expect("the system gives randomness");
    let mut context = Context::new(&SHA256);
    context.update(&salt);
    context.update(text.reveal().as_bytes());
    let digest = context.finish();
    let digest = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    texts.push(Text {
        field,
        salt,
        text: text.clone(),
    });
    Digest { digest }
}

/// What a link gives beside what its cameras see.
fn gives(traits: Traits) -> Vec<&'static str> {
    let Traits {
        past_footage,
        sound,
        talk,
        scheduled,
        monitored,
        maker,
    } = traits;
    let all = [
        (past_footage, "past_footage"),
        (sound, "sound"),
        (talk, "talk"),
        (scheduled, "schedule"),
        (monitored, "monitoring"),
        (maker == Maker::Service, "service"),
    ];
    let given = all.into_iter().filter(|(is_given, _)| *is_given);
    given.map(|(_, name)| name).collect()
}

/// For a member that is only there where it is true.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
pub(super) const fn is_false(value: &bool) -> bool {
    !*value
}
