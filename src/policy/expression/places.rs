//! Where in its text a part of an expression is.

use cel::ParseErrors;
use cel::common::ast::{IdedExpr, SourceInfo};

use super::{ExpressionError, MAX_DEPTH};
use crate::telemetry::needs_escape;

/// The longest that is said of an error of syntax, in characters.
const MAX_MESSAGE: usize = 120;

/// The text of an expression, and where its parts are in it.
pub(super) struct Places<'a> {
    pub(super) text: &'a str,
    pub(super) offsets: SourceInfo,
}

impl Places<'_> {
    /// What is wrong at `part`.
    pub(super) fn error(&self, part: &IdedExpr, expected: impl Into<String>) -> ExpressionError {
        self.error_at(self.offset(part), expected)
    }

    /// What is wrong at the name that ends before `part`, as that of a function does before its arguments.
    pub(super) fn error_before(
        &self,
        part: &IdedExpr,
        name: &str,
        expected: impl Into<String>,
    ) -> ExpressionError {
        let before: String = self.text.chars().take(self.offset(part)).collect();
        let name = before.trim_end().strip_suffix(name);
        self.error_at(
            name.map_or(self.offset(part), |rest| rest.chars().count()),
            expected,
        )
    }

    /// What is wrong at the name that begins after `part`, as that of a field does after its dot.
    pub(super) fn error_after(
        &self,
        part: &IdedExpr,
        expected: impl Into<String>,
    ) -> ExpressionError {
        self.error_at(self.offset(part) + 1, expected)
    }

    fn error_at(&self, offset: usize, expected: impl Into<String>) -> ExpressionError {
        ExpressionError {
            column: offset + 1,
            expected: expected.into(),
        }
    }

    /// How many characters are before `part`. The parser counts bytes.
    fn offset(&self, part: &IdedExpr) -> usize {
        let offset = self.offsets.offset_for(part.id);
        let before = offset.and_then(|(start, _)| self.text.get(..start as usize));
        before.map_or(0, |before| before.chars().count())
    }
}

/// What is wrong with the syntax of `text`: the first error of those that the parser found.
pub(super) fn syntax_error(text: &str, errors: &ParseErrors) -> ExpressionError {
    let first = errors.errors.first();
    ExpressionError {
        column: first.map_or(1, |error| column(text, error.pos)),
        expected: first.map_or_else(String::new, |error| meaning(&error.msg)),
    }
}

/// What the parser's words mean to who wrote the expression.
fn meaning(message: &str) -> String {
    if message.contains("Recursion limit") {
        return format!("at most {MAX_DEPTH} levels of nesting");
    }
    if message.contains("Incomplete") {
        return "an expression in CEL that is complete".to_owned();
    }
    // What follows are the names of all tokens that there are.
    let message = message.split(" expecting {").next().unwrap_or_default();
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let shown = message.chars().filter(|c| !needs_escape(*c));
    let shown: String = shown.take(MAX_MESSAGE).collect();
    format!("an expression in CEL: {shown}")
}

/// The column in all of the text, from a line and a column in that line.
fn column(text: &str, (line, column): (isize, isize)) -> usize {
    let above = usize::try_from(line - 1).unwrap_or(0);
    let lines = text.split_inclusive('\n').take(above);
    let before: usize = lines.map(|line| line.chars().count()).sum();
    before + usize::try_from(column).unwrap_or(0).max(1)
}
