//! The register of what was disclosed by links, as data protection asks for it: made of the lines of the trail
//! alone, one entry a link. Pure: who reads the lines hands them in, in their order.

use super::entry::TITLE;
use super::event::Event;
use super::record::{LinkState, Record, text_of};
use super::words::by_whom;
use crate::share::Private;
use crate::store::FoundText;

/// What the register says of a link. Moments are in RFC 3339; what is not known is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disclosure {
    /// When the link was made, as Rhombus says; where it doesn't, when it was first seen.
    pub shared: String,
    /// When it was first seen.
    pub noticed: String,
    /// The organisation: the value of the label `org`.
    pub org: String,
    /// The value of the label `kind`.
    pub kind: String,
    /// The ref of the link.
    pub share: String,
    /// What it was last called, where that is kept.
    pub title: Option<Private>,
    /// From when to when its footage is.
    pub footage: Option<[String; 2]>,
    /// How many cameras it shows.
    pub camera_count: u64,
    /// Their uuids, at most 100.
    pub cameras: Vec<String>,
    /// The value of the label `protection`.
    pub protection: String,
    /// When it ends, or `never`.
    pub ends: String,
    /// Who made it, where Rhombus has told that.
    pub shared_by: Option<Private>,
    /// How often it was looked at, as Rhombus has told.
    pub views: u64,
    /// Whom it was given to, as a person has noted it last.
    pub recipient: Option<Private>,
    /// What for.
    pub purpose: Option<Private>,
    /// The number of the case.
    pub case: Option<Private>,
    /// What has become of it.
    pub end: End,
}

/// What has become of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It is still open, as far as the trail goes.
    #[default]
    Open,
    /// It has ended by itself then.
    Expired(String),
    /// It is not listed any more; this was noticed then.
    Removed(String),
    /// Nobody has looked at it since then.
    Unwatched(String),
}

impl End {
    /// How, in a word or two.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Open => "still open",
            Self::Expired(_) => "expired",
            Self::Removed(_) => "removed",
            Self::Unwatched(_) => "no longer watched",
        }
    }

    /// When; none of one that is open.
    pub fn when(&self) -> Option<&str> {
        match self {
            Self::Open => None,
            Self::Expired(when) | Self::Removed(when) | Self::Unwatched(when) => Some(when),
        }
    }
}

impl Disclosure {
    /// What these lines say of one link, with the texts beside them; none where it was never seen.
    pub fn of<'a>(life: impl IntoIterator<Item = (&'a Record, &'a [FoundText])>) -> Option<Self> {
        let mut disclosure: Option<Self> = None;
        // The feed may tell of a link before its list does.
        let mut known = (None, 0);
        for (record, texts) in life {
            match record.known_event() {
                Some(Event::MadeBy) => known.0 = Some(by_whom(record, Some(texts)).into()),
                Some(Event::Viewed) => known.1 += u64::from(!record.more.contains_key("failed")),
                _ => {}
            }
            if disclosure.is_none()
                && matches!(record.known_event(), Some(Event::Baseline | Event::Created))
            {
                disclosure = Some(Self::begin(record));
            }
            if let Some(disclosure) = &mut disclosure {
                disclosure.take(record, texts);
            }
        }
        let (shared_by, views) = known;
        disclosure.map(|disclosure| Self {
            shared_by,
            views,
            ..disclosure
        })
    }

    fn begin(record: &Record) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let created = record.is.as_ref().and_then(|is| is.created.clone());
        Self {
            shared: created.unwrap_or_else(|| record.noticed.clone()),
            noticed: record.noticed.clone(),
            org: text(&record.org),
            kind: text(&record.kind),
            share: text(&record.share),
            ..Self::default()
        }
    }

    fn take(&mut self, record: &Record, texts: &[FoundText]) {
        let noticed = || record.noticed.clone();
        match record.known_event() {
            Some(Event::Removed) => self.removed(noticed()),
            Some(Event::Expired) => self.end = End::Expired(self.ended_at(record)),
            Some(Event::Unwatched) if record.policy.is_none() => self.unwatched(noticed()),
            Some(Event::Baseline | Event::Created | Event::ExpiryExtended) => self.end = End::Open,
            Some(Event::Annotated) => self.annotated(texts),
            _ => {}
        }
        if let Some(is) = &record.is {
            self.is(is, texts);
            if is.has_ended {
                self.end = End::Expired(self.ends.clone());
            }
        }
    }

    /// One that has ended has not ended again when it is taken from the list.
    fn removed(&mut self, noticed: String) {
        if !matches!(self.end, End::Expired(_)) {
            self.end = End::Removed(noticed);
        }
    }

    fn unwatched(&mut self, noticed: String) {
        if self.end == End::Open {
            self.end = End::Unwatched(noticed);
        }
    }

    /// When it has ended, as the line says; else when that was noticed.
    fn ended_at(&self, record: &Record) -> String {
        let was = record.was.as_ref().and_then(|was| was.ends.clone());
        was.unwrap_or_else(|| record.noticed.clone())
    }

    fn annotated(&mut self, texts: &[FoundText]) {
        let note = |field| text_of(texts, field).map(Private::from);
        (self.recipient, self.purpose) = (note("recipient"), note("purpose"));
        self.case = note("case");
    }

    fn is(&mut self, is: &LinkState, texts: &[FoundText]) {
        let replace = |known: &mut String, said: &Option<String>| {
            if let Some(said) = said {
                known.clone_from(said);
            }
        };
        replace(&mut self.protection, &is.protection);
        replace(&mut self.ends, &is.ends);
        if let Some(count) = is.camera_count {
            self.camera_count = count;
            self.cameras.clone_from(&is.cameras);
            self.footage.clone_from(&is.footage);
        }
        if is.title.is_some() {
            self.title = text_of(texts, TITLE).map(Private::from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::UnixMillis;
    use crate::store::FoundLine;

    fn record(seq: u64, members: &str) -> Record {
        let noticed = UnixMillis::from_secs(i64::try_from(seq).unwrap());
        let line = format!(
            r#"{{"seq":{seq},"noticed":"{}","org":"acme","kind":"clip_group","share":"3f9a0c51d2e7",{members}}}"#,
            noticed.rfc3339()
        );
        Record::of(&FoundLine { seq, noticed, line })
    }

    fn disclosure(lines: &[&str]) -> Option<Disclosure> {
        let records = lines.iter().zip(1..);
        let records: Vec<_> = records.map(|(line, seq)| record(seq, line)).collect();
        Disclosure::of(records.iter().map(|it| (it, &[][..])))
    }

    const CREATED: &str = r#""event":"created","is":{"protection":"none","created":"1969-12-31T00:00:00Z",
        "ends":"1970-01-01T00:00:03Z","camera_count":1,"cameras":["a"],"footage":["f","t"]}"#;
    const REMOVED: &str = r#""event":"removed","was":{"protection":"none"}"#;
    const EXPIRED: &str = r#""event":"expired","was":{"ends":"1970-01-01T00:00:03Z"}"#;

    fn end(lines: &[&str]) -> (&'static str, Option<String>) {
        let end = disclosure(lines).unwrap().end;
        (end.label(), end.when().map(str::to_owned))
    }

    #[test]
    fn how_it_has_ended_is_told_by_what_came_last() {
        let at = |secs: u32| Some(format!("1970-01-01T00:00:0{secs}Z"));
        assert_eq!(end(&[CREATED]), ("still open", None));
        assert_eq!(end(&[CREATED, REMOVED]), ("removed", at(2)));
        assert_eq!(end(&[CREATED, EXPIRED, REMOVED]), ("expired", at(3)));
        assert_eq!(end(&[CREATED, REMOVED, CREATED]), ("still open", None));
        let unwatched = r#""event":"unwatched""#;
        assert_eq!(end(&[CREATED, unwatched]), ("no longer watched", at(2)));
        let of_a_rule = r#""event":"unwatched","policy":"unsecured""#;
        assert_eq!(end(&[CREATED, of_a_rule]), ("still open", None));
        let extended = r#""event":"expiry_extended","is":{"ends":"never"}"#;
        assert_eq!(end(&[CREATED, EXPIRED, extended]), ("still open", None));
    }

    #[test]
    fn it_is_as_it_was_last() {
        let secured = r#""event":"secured","is":{"protection":"password"}"#;
        let changed = r#""event":"content_changed","is":{"camera_count":2,"cameras":["a","b"]}"#;
        let it = disclosure(&[CREATED, secured, changed]).unwrap();
        assert_eq!(it.shared, "1969-12-31T00:00:00Z");
        assert_eq!(it.noticed, "1970-01-01T00:00:01Z");
        assert_eq!((&*it.protection, it.camera_count), ("password", 2));
        assert_eq!((it.cameras.len(), it.footage), (2, None));
        assert_eq!((it.shared_by, it.views), (None, 0));
        assert_eq!(disclosure(&[secured]), None);
        let made = r#""event":"made_by","by":{"type":"USER"}"#;
        let (viewed, failed) = (r#""event":"viewed""#, r#""event":"viewed","failed":true"#);
        let it = disclosure(&[made, CREATED, viewed, failed, viewed]).unwrap();
        assert_eq!((it.shared_by, it.views), (Some("USER".into()), 2));
    }
}
