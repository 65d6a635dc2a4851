//! An event of the trail in words, as pages have it.

use crate::audit::{Event, Record, text_of, words as words_of};
use crate::pages::words;
use crate::share::UnixMillis;
use crate::store::{FoundLine, FoundText, LineQuery, StoreError, TrailReader};

/// An event, in words.
pub(in crate::pages) struct EventLine {
    pub(in crate::pages) seq: u64,
    /// When it was noticed, for a machine and for a person.
    pub(in crate::pages) moment: String,
    pub(in crate::pages) noticed: String,
    /// What happened, in a word or two.
    pub(in crate::pages) event: String,
    /// The class of that.
    pub(in crate::pages) tone: &'static str,
    pub(in crate::pages) org: Option<String>,
    /// The ref of the link that it is about.
    pub(in crate::pages) share: Option<String>,
    pub(in crate::pages) kind: Option<String>,
    /// What it was and what it is, who and from where.
    pub(in crate::pages) what: String,
    /// Between which two looks it happened.
    pub(in crate::pages) between: Option<String>,
}

/// Where titles stand in a line.
const TITLES: [&str; 2] = ["is.title", "target_name"];

/// Events that were read, with the private texts beside them.
pub(super) struct Events {
    pub(super) lines: Vec<EventLine>,
    /// Where they end, if there are more.
    pub(super) end: Option<(UnixMillis, u64)>,
    /// What a link was last called, as far as these tell.
    pub(super) title: Option<String>,
}

impl Events {
    /// At most `most` of them. Without `keeps_titles`, titles that are still in the trail are not shown.
    ///
    /// # Errors
    /// When they can't be read.
    pub(super) fn read(
        reader: &TrailReader,
        query: LineQuery,
        (most, keeps_titles): (u32, bool),
    ) -> Result<Self, StoreError> {
        let mut found = reader.lines(&LineQuery {
            limit: most + 1,
            ..query
        })?;
        let are_more = found.len() > most as usize;
        found.truncate(most as usize);
        let end = found.last().map(|last| (last.noticed, last.seq));
        let mut events = Self {
            lines: Vec::with_capacity(found.len()),
            end: end.filter(|_| are_more),
            title: None,
        };
        for line in &found {
            let mut texts = reader.texts(line.seq)?;
            texts.retain(|text| keeps_titles || !TITLES.contains(&&*text.field));
            events.add(line, &texts);
        }
        Ok(events)
    }

    fn add(&mut self, line: &FoundLine, texts: &[FoundText]) {
        if self.title.is_none() {
            let title = text_of(texts, TITLES[0]);
            self.title = title.map(words::visible);
        }
        let record = Record::of(line);
        let what = words::visible(&words_of(&record, Some(texts)));
        self.lines.push(EventLine::new(line, &record, what));
    }
}

impl EventLine {
    fn new(line: &FoundLine, record: &Record, what: String) -> Self {
        let moment = line.noticed.whole_second().rfc3339();
        let text = |text: &Option<String>| text.as_deref().map(words::visible);
        Self {
            seq: line.seq,
            noticed: moment.replace('T', " ").replace('Z', " UTC"),
            moment,
            event: words::visible(&record.event.replace('_', " ")),
            tone: tone(record),
            org: text(&record.org),
            share: text(&record.share),
            kind: record
                .kind
                .as_deref()
                .map(|kind| words::visible(&kind.replace('_', " "))),
            what,
            between: between(record),
        }
    }
}

/// The class of an event: what makes a link more open, or leaves something unknown, stands out.
fn tone(record: &Record) -> &'static str {
    if record.more.contains_key("findings") {
        return "warn";
    }
    match record.known_event() {
        Some(Event::Unsecured) => "bad",
        Some(
            Event::ExpiryExtended
            | Event::ViolationOpened
            | Event::Unwatched
            | Event::Dropped
            | Event::Reanchored,
        ) => "warn",
        Some(Event::Secured | Event::Removed | Event::ViolationClosed) => "good",
        _ => "plain",
    }
}

fn between(record: &Record) -> Option<String> {
    let [from, to] = record.between.as_ref()?;
    let (from, to) = (words::visible(from), words::visible(to));
    Some(match record.while_unwatched {
        true => format!("between the looks of {from} and {to}, while nobody looked"),
        false => format!("between the looks of {from} and {to}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(members: &str) -> EventLine {
        let line = FoundLine {
            seq: 7,
            noticed: UnixMillis(1_500),
            line: format!(r#"{{"seq":7,"noticed":"1970-01-01T00:00:01.500Z",{members}}}"#),
        };
        let record = Record::of(&line);
        EventLine::new(&line, &record, String::new())
    }

    #[test]
    fn when_it_was_noticed_and_when_it_happened_are_told_apart() {
        let line = event(
            r#""event":"unsecured","between":["1970-01-01T00:00:00Z","1970-01-01T00:00:01Z"],"while_unwatched":true"#,
        );
        assert_eq!((&*line.event, line.tone), ("unsecured", "bad"));
        assert_eq!(line.noticed, "1970-01-01 00:00:01 UTC");
        assert_eq!(
            line.between.unwrap(),
            "between the looks of 1970-01-01T00:00:00Z and 1970-01-01T00:00:01Z, while nobody looked"
        );
    }

    #[test]
    fn what_acts_on_a_page_is_written_out() {
        let line = event(r#""event":"made_by","org":"a\u202eb","findings":["link_sent"]"#);
        assert_eq!((&*line.event, line.tone), ("made by", "warn"));
        assert_eq!(line.org.as_deref(), Some("a\\u{202e}b"));
    }
}
