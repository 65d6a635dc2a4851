//! Lines of the trail, found and read, with the private texts beside them.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::audit::{Record, words};
use crate::store::{FoundLine, FoundText, LineQuery, StoreError, TrailReader};

/// A line with what stands beside it.
pub(super) struct Line {
    found: FoundLine,
    /// What it says.
    pub(super) record: Record,
    /// The private texts that are still there; none where they were not asked for.
    pub(super) texts: Option<Vec<FoundText>>,
}

/// A line and its texts, as programs read them.
#[derive(Serialize)]
struct WithTexts<'a> {
    line: &'a RawValue,
    texts: serde_json::Map<String, serde_json::Value>,
}

/// The lines that are wanted, in the order in which they were noticed.
///
/// # Errors
/// When they can't be read.
pub(super) fn found(
    reader: &TrailReader,
    query: &LineQuery,
    with_texts: bool,
) -> Result<Vec<Line>, StoreError> {
    let mut found = reader.lines(query)?;
    if !query.is_oldest_first {
        found.reverse();
    }
    let line = |found: FoundLine| {
        let texts = with_texts.then(|| reader.texts(found.seq)).transpose()?;
        Ok(Line {
            record: Record::of(&found),
            found,
            texts,
        })
    };
    found.into_iter().map(line).collect()
}

impl Line {
    /// When it was noticed, to the second.
    pub(super) fn noticed(&self) -> String {
        self.found.noticed.whole_second().rfc3339()
    }

    /// What it says.
    pub(super) fn words(&self) -> String {
        words(&self.record, self.texts.as_deref())
    }

    /// As programs read it: the line as it is hashed, or with its texts beside it.
    ///
    /// # Errors
    /// When it is no JSON.
    pub(super) fn json(&self) -> serde_json::Result<String> {
        match &self.texts {
            None => Ok(self.found.line.clone()),
            Some(texts) => with_texts(&self.found.line, texts),
        }
    }
}

/// A line and its texts.
///
/// # Errors
/// When the line is no JSON.
pub(super) fn with_texts(line: &str, texts: &[FoundText]) -> serde_json::Result<String> {
    let texts = texts
        .iter()
        .map(|it| (it.field.clone(), it.text.reveal().into()));
    serde_json::to_string(&WithTexts {
        line: serde_json::from_str(line)?,
        texts: texts.collect(),
    })
}
