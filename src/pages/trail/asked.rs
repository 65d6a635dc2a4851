//! Which events `/audit` is asked for: the part of its address after `?`. All of it is in the address, so that it can
//! be sent to a colleague.

use std::time::Duration;

use url::form_urlencoded::{self, Serializer};

use crate::audit::Event;
use crate::share::{Ref, ShareKind, UnixMillis};
use crate::store::LineQuery;
use crate::view::{BadQuery, moment};

/// So long may a value be, in bytes.
const MAX_VALUE: usize = 500;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MILLISECOND: Duration = Duration::from_millis(1);

/// What may be asked.
const NAMES: [&str; 7] = ["org", "kind", "event", "share", "since", "until", "before"];

/// What is asked for: each value as it was written, in the order of [`NAMES`], and what that means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pairs: Vec<(&'static str, String)>,
    query: LineQuery,
}

impl Asked {
    /// Reads it. An empty value asks for nothing, as that of a form's field that was left empty.
    ///
    /// # Errors
    /// The first thing that can't be asked.
    pub(super) fn parse(text: &str) -> Result<Self, BadQuery> {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            asked.add(&name, &value).map_err(|expected| BadQuery {
                name: name.clone().into_owned(),
                value: value.clone().into_owned(),
                expected,
            })?;
        }
        let place = |name| NAMES.iter().position(|it| *it == name);
        asked.pairs.sort_by_key(|(name, _)| place(*name));
        Ok(asked)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), String> {
        let Some(name) = NAMES.into_iter().find(|it| *it == name) else {
            return Err(format!("expected one of {}", NAMES.join(", ")));
        };
        if value.is_empty() {
            return Ok(());
        }
        if !self.value(name).is_empty() {
            return Err("expected at most 1 of it".to_owned());
        }
        if value.len() > MAX_VALUE {
            return Err(format!("expected at most {MAX_VALUE} bytes"));
        }
        self.take(name, value)?;
        self.pairs.push((name, value.to_owned()));
        Ok(())
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        let query = &mut self.query;
        match name {
            "org" => query.org = Some(value.to_owned()),
            "kind" => query.kinds = vec![kind(value)?],
            "event" => query.events = vec![event(value)?],
            "share" => query.share = Some(value.parse::<Ref>().map_err(|it| it.to_string())?),
            "since" => query.since = Some(moment(value)?),
            "until" => query.until = Some(end(value)?),
            _ => query.beyond = Some(place(value)?),
        }
        Ok(())
    }

    /// What it means for the store.
    pub(super) fn query(&self) -> LineQuery {
        self.query.clone()
    }

    /// The value of this name; empty: it is not asked.
    pub(super) fn value(&self, name: &str) -> &str {
        let mut pairs = self.pairs.iter();
        pairs
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// What is asked but where to begin.
    pub(super) fn filters(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter().map(|(name, value)| (*name, &**value));
        pairs.filter(|(name, _)| *name != "before")
    }

    /// It as it is in an address.
    pub(super) fn text(&self) -> String {
        address(self.pairs.iter().map(|(name, value)| (*name, &**value)))
    }

    /// The same without one filter, from the newest event on.
    pub(super) fn without(&self, name: &str) -> String {
        address(self.filters().filter(|(known, _)| *known != name))
    }

    /// The same from the events on that were noticed before this one.
    pub(super) fn before(&self, (noticed, seq): (UnixMillis, u64)) -> String {
        let mut text = self.without("before");
        if !text.is_empty() {
            text.push('&');
        }
        format!("{text}before={}.{seq}", noticed.0)
    }

    /// Whether the newest events are asked for.
    pub(super) fn is_from_the_newest(&self) -> bool {
        self.query.beyond.is_none()
    }
}

fn address<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = Serializer::new(String::new());
    text.extend_pairs(pairs);
    text.finish()
}

fn kind(value: &str) -> Result<ShareKind, String> {
    let known = ShareKind::ALL.into_iter().find(|it| it.label() == value);
    known.ok_or_else(|| {
        let known = ShareKind::ALL.map(ShareKind::label).join(", ");
        format!("expected one of {known}")
    })
}

fn event(value: &str) -> Result<&'static str, String> {
    let known = Event::of_label(value).map(Event::label);
    known.ok_or_else(|| "expected an event, as docs/audit.md has them".to_owned())
}

/// The last moment of a day, or a moment.
fn end(value: &str) -> Result<UnixMillis, String> {
    match UnixMillis::parse_day(value) {
        Some(day) => Ok(day.after(DAY).before(MILLISECOND)),
        None => moment(value),
    }
}

/// The event before which others are: when it was noticed, and its number.
fn place(value: &str) -> Result<(UnixMillis, u64), String> {
    let place = || {
        let (noticed, seq) = value.split_once('.')?;
        Some((UnixMillis(noticed.parse().ok()?), seq.parse().ok()?))
    };
    place().ok_or_else(|| "expected it as the link to older events has it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written() {
        let text = "until=2026-11-29&org=a+%26+b&kind=&share=3F9A0C51D2E7&event=viewed&before=5.7";
        let asked = Asked::parse(text).unwrap();
        let query = asked.query();
        assert_eq!(query.org.as_deref(), Some("a & b"));
        assert_eq!(
            (query.events.as_slice(), query.kinds.len()),
            (&["viewed"][..], 0)
        );
        assert_eq!(query.until.unwrap().rfc3339(), "2026-11-29T23:59:59.999Z");
        assert_eq!(query.beyond, Some((UnixMillis(5), 7)));
        let written = "org=a+%26+b&event=viewed&share=3F9A0C51D2E7&until=2026-11-29";
        assert_eq!(asked.text(), format!("{written}&before=5.7"));
        assert_eq!(
            asked.before((UnixMillis(4), 6)),
            format!("{written}&before=4.6")
        );
        assert_eq!(asked.without("org"), &written["org=a+%26+b&".len()..]);
        assert_eq!(Asked::parse(&asked.text()), Ok(asked));
    }

    #[test]
    fn what_can_not_be_asked_is_refused() {
        for (text, name, expected) in [
            ("orgs=a", "orgs", "expected one of org, kind"),
            ("org=a&org=b", "org", "at most 1"),
            ("kind=clips", "kind", "clip_group"),
            ("event=looked", "event", "docs/audit.md"),
            ("share=7", "share", "12 hexadecimal digits"),
            ("since=yesterday", "since", "2027-01-31"),
            ("until=2026-02-30", "until", "2027-01-31"),
            ("before=7", "before", "older events"),
        ] {
            let bad = Asked::parse(text).unwrap_err();
            assert_eq!(bad.name, name);
            assert!(bad.expected.contains(expected), "{text}: {}", bad.expected);
        }
        let long = format!("org={}", "a".repeat(MAX_VALUE + 1));
        assert!(Asked::parse(&long).is_err());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_asked_is_read_or_refused(text in ".{0,80}") {
            if let Ok(asked) = Asked::parse(&text) {
                proptest::prop_assert_eq!(Asked::parse(&asked.text()), Ok(asked));
            }
        }
    }
}
