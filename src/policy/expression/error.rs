//! Why a text is no expression, and why an expression has no result.

use cel::ExecutionError;

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: expected {expected}")]
pub struct ExpressionError {
    /// Where, in characters from the beginning of the text: the first is 1.
    pub column: usize,
    /// What would have been right there.
    pub expected: String,
}

/// Why an expression has no result for a share. It never repeats what the share has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// Something of the share could not be understood: it is not judged by what is left.
    #[error("the share could not be read whole")]
    Unread,
    /// It asks what the audit feed tells, and that was never read.
    #[error("the audit feed was not read")]
    NoFeed,
    /// A number, a moment or a duration is more than there is in CEL.
    #[error("a number, timestamp or duration out of range")]
    OutOfRange,
    /// A list has no such element.
    #[error("an index that the list does not have")]
    NoElement,
    /// A number was divided by 0.
    #[error("a division by 0")]
    DivisionByZero,
    /// Anything else, such as the name of a time zone that is none.
    #[error("a function that does not take such an argument")]
    Argument,
}

impl ExpressionError {
    /// No thread could be started for the parser, or it failed.
    pub(super) fn unparsed() -> Self {
        Self {
            column: 1,
            expected: "an expression that can be parsed with the memory there is".to_owned(),
        }
    }
}

impl From<ExecutionError> for EvaluationError {
    fn from(error: ExecutionError) -> Self {
        match error {
            ExecutionError::Overflow(..) => Self::OutOfRange,
            ExecutionError::IndexOutOfBounds(_) => Self::NoElement,
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                Self::DivisionByZero
            }
            _ => Self::Argument,
        }
    }
}
