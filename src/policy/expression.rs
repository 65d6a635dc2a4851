//! Stands in.
use super::Subject;
use crate::share::UnixMillis;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression(String);
/// Wrong.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {expected}")]
pub struct ExpressionError {
    /// Column.
    pub column: usize,
    /// Expected.
    pub expected: String,
}
/// Failed.
#[derive(Debug, PartialEq, Eq)]
pub struct EvaluationError;
impl Expression {
    /// Compiles.
    pub fn compile(text: &str) -> Result<Self, ExpressionError> {
        Ok(Self(text.into()))
    }
    /// Text.
    pub fn text(&self) -> &str {
        &self.0
    }
    /// Time.
    pub fn depends_on_time(&self) -> bool {
        true
    }
    /// Holds.
    pub fn holds(&self, _: Subject<'_>, _: UnixMillis) -> Result<bool, EvaluationError> {
        Err(EvaluationError)
    }
}
