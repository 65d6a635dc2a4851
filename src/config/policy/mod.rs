//! The section `policy`: rules and exceptions as people write them, checked. What they mean is in
//! [`crate::policy`]. Another field of a rule is one in `file`, and its line in `rules` and `describe`.

mod append;
mod describe;
mod exceptions;
mod file;
mod recorded;
mod rules;
mod until;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use exporter_web::regular_file;
use serde_saphyr::Spanned;

pub(super) use describe::describe;
pub use describe::{
    exception as describe_exception, fields as rule_fields, matches as describe_match,
};
pub(super) use file::{ExceptionsFile, PolicyFile};
pub use recorded::{PolicyTest, PolicyTests};
pub use until::Until;

use super::credentials::Reader;
use super::file::{Source, Text};
use super::load::FILE_MAX_BYTES;
use super::problem::{ConfigError, Report};
use super::{Environment, syntax, value};
use crate::policy::{Policy, SeriesLimit};
use crate::share::UnixMillis;
use crate::telemetry::needs_escape;
use exceptions::Checks;

/// How many days ahead the end of an exception may be, where nobody says otherwise.
const MAX_EXCEPTION_DAYS: u32 = 90;
/// What that may be.
const DAYS: std::ops::RangeInclusive<u32> = 1..=3650;
/// How many violations of one organisation may have a series of their own.
const SERIES: std::ops::RangeInclusive<u32> = 0..=10_000;
/// A name becomes a label value.
const NAME_MAX_BYTES: usize = 64;
/// A reason is a sentence or two.
const WORDS_MAX_CHARS: usize = 500;

/// On which line each name stands first.
pub(super) type Names = BTreeMap<String, u64>;

/// What shares are judged by, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicySection {
    /// The rules, and all exceptions.
    pub policy: Arc<Policy>,
    /// How many days ahead the end of an exception may be.
    pub max_exception_days: u32,
    /// A file with more exceptions.
    pub exceptions_file: Option<PathBuf>,
    /// How many of the exceptions are not of that file: the first.
    own: usize,
    /// What that file said.
    file_text: Option<Arc<str>>,
}

impl Default for PolicySection {
    fn default() -> Self {
        Self {
            policy: Arc::default(),
            max_exception_days: MAX_EXCEPTION_DAYS,
            exceptions_file: None,
            own: 0,
            file_text: None,
        }
    }
}

/// A policy that no file has said.
impl From<Policy> for PolicySection {
    fn from(policy: Policy) -> Self {
        Self {
            own: policy.exceptions().len(),
            policy: Arc::new(policy),
            ..Self::default()
        }
    }
}

/// The section as it will run, without what is in the file of exceptions.
pub(super) fn resolve(
    reader: &mut Reader<'_>,
    file: &PolicyFile,
    now: UnixMillis,
) -> PolicySection {
    let mut section = PolicySection::default();
    let mut limit = SeriesLimit::default();
    let days = file.max_exception_days.as_ref();
    value_of(reader, "policy.max_exception_days", days, |text| {
        section.max_exception_days = value::count(text, &DAYS)?;
        Ok(())
    });
    let series = file.violation_series_limit.as_ref();
    value_of(reader, "policy.violation_series_limit", series, |text| {
        let number: u32 = value::count(text, &SERIES)?;
        limit = SeriesLimit::of_organization(number as usize);
        Ok(())
    });
    let rules = rules::read(reader, file.rules.as_ref());
    let checks = Checks {
        rules: &rules,
        now,
        max_days: section.max_exception_days,
    };
    let mut names = Names::new();
    let list = file.exceptions.as_ref();
    let exceptions = exceptions::read(reader, &mut names, checks, "policy.exceptions", list);
    section.own = exceptions.len();
    section.policy = Arc::new(Policy::new(rules, exceptions, limit));
    let (path, source) = (file.exceptions_file.as_ref(), reader.source);
    value_of(reader, "policy.exceptions_file", path, |path| {
        section.exceptions_file = Some(source.resolve(value::path(path)?));
        Ok(())
    });
    section
}

impl PolicySection {
    /// The same with what the file of exceptions says now, and what should be known of it; none where it
    /// says what it said.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read_again(&self, now: UnixMillis) -> Result<Option<(Self, Vec<String>)>, ConfigError> {
        let mut report = Report::default();
        let mut section = self.clone();
        section.read_file(now, &mut report);
        let is_blank = |text: &Arc<str>| text.trim().is_empty();
        if self.policy.exceptions().len() > self.own
            && section.file_text.as_ref().is_some_and(is_blank)
        {
            // Some programs empty a file before they write it.
            let path = self.exceptions_file.as_ref();
            let name = path.map_or_else(String::new, |path| path.display().to_string());
            report.problem(
                name,
                "it is empty: write `exceptions:` if there is to be none",
            );
        }
        let read = report.finish_with(section)?;
        let is_new = read.0.file_text != self.file_text;
        Ok(is_new.then_some(read))
    }

    /// Takes in what the file of exceptions says, where there is one.
    pub(super) fn read_file(&mut self, now: UnixMillis, report: &mut Report) {
        let Some(path) = self.exceptions_file.clone() else {
            return;
        };
        let name = path.display().to_string();
        if let Some(text) = read_text("the exceptions", &path, &name, report) {
            self.take_text(&name, text, now, report);
        }
    }

    /// The same; one that is not there yet says nothing.
    pub(super) fn read_file_if_there(&mut self, now: UnixMillis, report: &mut Report) {
        let is_missing = |path: &PathBuf| matches!(path.try_exists(), Ok(false));
        if !self.exceptions_file.as_ref().is_some_and(is_missing) {
            self.read_file(now, report);
        }
    }

    /// Takes in that the file of exceptions, which is called `name`, says this.
    fn take_text(&mut self, name: &str, text: String, now: UnixMillis, report: &mut Report) {
        if self.file_text.as_deref() == Some(&text) {
            return;
        }
        let source = Source { name };
        let file = match syntax::parse::<Option<ExceptionsFile>>(&text) {
            Ok(file) => file.unwrap_or_default(),
            Err(fault) => {
                report.problem(source.place_of_line(fault.line, &fault.key), fault.text);
                return;
            }
        };
        let own = &self.policy.exceptions()[..self.own];
        let mut names: Names = own.iter().map(|it| (it.name.to_string(), 0)).collect();
        let checks = Checks {
            rules: self.policy.rules(),
            now,
            max_days: self.max_exception_days,
        };
        let mut reader = Reader {
            source,
            env: &Environment::default(),
            report,
        };
        let list = file.exceptions.as_ref();
        let more = exceptions::read(&mut reader, &mut names, checks, "exceptions", list);
        let exceptions = [own, &more].concat();
        self.policy = Arc::new(self.policy.with_exceptions(exceptions));
        self.file_text = Some(text.into());
    }
}

/// The text of a file with `what` in it.
fn read_text(
    what: &str,
    path: &std::path::Path,
    name: &str,
    report: &mut Report,
) -> Option<String> {
    let bytes = match regular_file::read(path, FILE_MAX_BYTES) {
        Ok(bytes) if bytes.len() <= FILE_MAX_BYTES => bytes,
        Ok(_) => {
            let most = value::show_bytes(FILE_MAX_BYTES as u64);
            report.problem(name, format_args!("expected at most {most}"));
            return None;
        }
        Err(regular_file::Unreadable::Io(error)) => {
            report.problem(name, format_args!("cannot read {what}: {error}"));
            return None;
        }
        Err(regular_file::Unreadable::NotAFile) => {
            report.problem(name, "expected a regular file");
            return None;
        }
    };
    let text = String::from_utf8(bytes).ok();
    if text.is_none() {
        report.problem(name, "it is not UTF-8 text: save the file as UTF-8");
    }
    text
}

/// The name of a rule or an exception, which no other of its list has.
fn own_name<T>(
    reader: &mut Reader<'_>,
    names: &mut Names,
    path: &str,
    item: &Spanned<T>,
    text: Option<&Text>,
) -> Option<String> {
    let key = format!("{path}.name");
    let Some(text) = text else {
        let place = reader.source.place(item, &key);
        reader
            .report
            .problem(place, "it is missing: give it a name");
        return None;
    };
    let name = reader.value(&key, Some(text), self::name).flatten()?;
    if let Some(line) = names.get(&name) {
        let place = reader.source.place(text, &key);
        let at = if *line == 0 {
            "in the configuration".to_owned()
        } else {
            format!("on line {line}")
        };
        let problem = format!("the same name is {at}: give each its own");
        reader.report.problem(place, problem);
        return None;
    }
    names.insert(name.clone(), text.referenced.line());
    Some(name)
}

/// The name of a rule or an exception, which is a label value.
///
/// # Errors
/// What was expected.
pub fn name(text: &str) -> Result<String, String> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=NAME_MAX_BYTES).contains(&text.len()) && text.chars().all(is_good) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "expected a name of 1 to {NAME_MAX_BYTES} letters, digits, `-`, `_` and `.`"
    ))
}

/// What a person says: a reason, a description, who answers.
///
/// # Errors
/// What was expected.
pub fn words(text: &str) -> Result<String, String> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > WORDS_MAX_CHARS {
        return Err(format!("expected 1 to {WORDS_MAX_CHARS} characters"));
    }
    if text.chars().any(needs_escape) {
        return Err(
            "expected one line without control, bidirectional or invisible characters".to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// Takes in a value, where one is written; what is wrong goes to the report.
fn value_of(
    reader: &mut Reader<'_>,
    key: &str,
    text: Option<&Text>,
    take: impl FnOnce(&str) -> Result<(), String>,
) {
    reader.value(key, text, take);
}
