//! What is worked out once, at compile time: durations, moments and patterns.

use std::any::Any;

use cel::ExecutionError;
use cel::common::types::{CelBool, CelDuration, CelString, CelTimestamp, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use chrono::{DateTime, TimeDelta};
use regex::{Regex, RegexBuilder};

use super::share::{LONGEST, TIMES};

/// A value that an expression holds.
pub(super) type Constant = Box<dyn Val>;

/// What a pattern may take in memory when it is compiled, in bytes.
const MAX_PATTERN: usize = 1 << 20;

/// The value of a call of `duration`, `timestamp` or `matches` whose last argument is `text`.
///
/// # Errors
/// What was expected.
pub(super) fn of(function: &str, text: &str) -> Result<Constant, &'static str> {
    match function {
        "duration" => duration(text),
        "timestamp" => timestamp(text),
        _ => pattern(text),
    }
}

fn duration(text: &str) -> Result<Constant, &'static str> {
    let duration = humantime::parse_duration(text)
        .ok()
        .and_then(|duration| TimeDelta::from_std(duration).ok())
        .filter(|duration| *duration <= LONGEST)
        .ok_or("a duration with its units, such as \"36h\" or \"30d\", of at most 292 years")?;
    Ok(Box::new(CelDuration::from(duration)))
}

fn timestamp(text: &str) -> Result<Constant, &'static str> {
    let time = DateTime::parse_from_rfc3339(text)
        .ok()
        .filter(|time| TIMES.contains(&time.timestamp_millis()))
        .ok_or("a moment such as \"2026-01-31T00:00:00Z\", of the years 1 to 9999")?;
    Ok(Box::new(CelTimestamp::from(time)))
}

fn pattern(text: &str) -> Result<Constant, &'static str> {
    let pattern = RegexBuilder::new(text)
        .size_limit(MAX_PATTERN)
        .build()
        .map_err(|_| "a regular expression, which is not too large")?;
    Ok(Box::new(Pattern(pattern)))
}

/// A regular expression as a value, so that it is compiled once.
#[derive(Clone, Debug)]
struct Pattern(Regex);

/// No text can be of this type: its name is no name in CEL.
pub(super) static PATTERN: Type = Type::new_unspecified_type("#pattern");

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &PATTERN
    }

    fn cel_type() -> &'static Type {
        &PATTERN
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

/// `matches`: whether a text has the pattern somewhere in it.
pub(super) fn matches<'b, 'v>(
    arguments: Vec<CowVal<'b, 'v>>,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [text, pattern] = arguments.as_slice() else {
        return Err(ExecutionError::invalid_argument_count(2, arguments.len()));
    };
    let text = text.downcast_ref::<CelString<'_>>();
    let (Some(text), Some(Pattern(pattern))) = (text, pattern.downcast_ref::<Pattern>()) else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    Ok(CowVal::owned(CelBool::from(pattern.is_match(text.inner()))))
}
