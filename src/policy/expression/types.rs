//! The types that an expression may use: those of CEL that a share has, and lists of them.

use std::fmt;

use cel::common::ast::LiteralValue;

/// The type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Bool,
    Int,
    String,
    Timestamp,
    Duration,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    One(Scalar),
    /// Of what; none for `[]`.
    List(Option<Scalar>),
}

impl Type {
    pub(super) const BOOL: Self = Self::One(Scalar::Bool);
    pub(super) const INT: Self = Self::One(Scalar::Int);
    pub(super) const STRING: Self = Self::One(Scalar::String);
    pub(super) const TIMESTAMP: Self = Self::One(Scalar::Timestamp);
    pub(super) const DURATION: Self = Self::One(Scalar::Duration);
    pub(super) const STRINGS: Self = Self::List(Some(Scalar::String));

    /// Of what is written out; none where no share has such a value.
    pub(super) const fn of(literal: &LiteralValue) -> Option<Self> {
        match literal {
            LiteralValue::Boolean(_) => Some(Self::BOOL),
            LiteralValue::Int(_) => Some(Self::INT),
            LiteralValue::String(_) => Some(Self::STRING),
            _ => None,
        }
    }

    /// The one type of two values that stand for one another; none where they can't.
    pub(super) fn unite(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::List(None), Self::List(_)) => Some(other),
            (Self::List(_), Self::List(None)) => Some(self),
            _ => (self == other).then_some(self),
        }
    }

    /// Whether one value can be more than another.
    pub(super) fn is_ordered(self) -> bool {
        matches!(self, Self::One(scalar) if scalar != Scalar::Bool)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::String => "string",
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(scalar) => scalar.fmt(f),
            Self::List(None) => f.write_str("list"),
            Self::List(Some(scalar)) => write!(f, "list of {scalar}"),
        }
    }
}
