//! The functions and operators that an expression may use, with their types. What is not here is refused:
//! another function begins as a row, if its work is at most proportional to what it is given.

use std::collections::BTreeSet;

use cel::common::ast::operators;

use super::types::Scalar::{self, Bool, Duration, Int, String, Timestamp};
use super::types::Type;

/// A function that is called on a value.
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) on: Scalar,
    pub(super) arguments: &'static [Scalar],
    pub(super) result: Scalar,
}

const fn method(
    name: &'static str,
    on: Scalar,
    arguments: &'static [Scalar],
    result: Scalar,
) -> Method {
    Method {
        name,
        on,
        arguments,
        result,
    }
}

/// All of them. Those that a share's time has take the name of a time zone too.
pub(super) const METHODS: &[Method] = &[
    method("contains", String, &[String], Bool),
    method("startsWith", String, &[String], Bool),
    method("endsWith", String, &[String], Bool),
    method("getFullYear", Timestamp, &[], Int),
    method("getFullYear", Timestamp, &[String], Int),
    method("getMonth", Timestamp, &[], Int),
    method("getMonth", Timestamp, &[String], Int),
    method("getDate", Timestamp, &[], Int),
    method("getDate", Timestamp, &[String], Int),
    method("getDayOfWeek", Timestamp, &[], Int),
    method("getDayOfWeek", Timestamp, &[String], Int),
    method("getHours", Timestamp, &[], Int),
    method("getHours", Timestamp, &[String], Int),
    method("getMinutes", Timestamp, &[], Int),
    method("getMinutes", Timestamp, &[String], Int),
    method("getHours", Duration, &[], Int),
    method("getMinutes", Duration, &[], Int),
    method("getSeconds", Duration, &[], Int),
];

/// The macros: what each makes of a list.
pub(super) const MACROS: [&str; 5] = ["all", "exists", "exists_one", "filter", "map"];

/// The functions with rules of their own.
const SPECIAL: [&str; 4] = ["duration", "matches", "size", "timestamp"];

/// The name of every function, in order.
pub(super) fn names() -> BTreeSet<&'static str> {
    let methods = METHODS.iter().map(|method| method.name);
    methods.chain(MACROS).chain(SPECIAL).collect()
}

/// The type of `left operator right`.
///
/// # Errors
/// What was expected around this operator.
pub(super) fn binary(operator: &str, left: Type, right: Type) -> Result<Type, &'static str> {
    use operators::{
        ADD, DIVIDE, EQUALS, GREATER, GREATER_EQUALS, IN, LESS, LESS_EQUALS, LOGICAL_AND,
        LOGICAL_OR, MODULO, MULTIPLY, NOT_EQUALS, SUBSTRACT,
    };
    let both = |of: Type| left == of && right == of;
    let (result, expected) = match operator {
        LOGICAL_AND | LOGICAL_OR => (
            both(Type::BOOL).then_some(Type::BOOL),
            "a bool on both sides",
        ),
        EQUALS | NOT_EQUALS => (
            left.unite(right).map(|_| Type::BOOL),
            "the same type on both sides",
        ),
        LESS | LESS_EQUALS | GREATER | GREATER_EQUALS => (
            (left == right && left.is_ordered()).then_some(Type::BOOL),
            "two of int, string, timestamp or duration, the same on both sides",
        ),
        IN => (
            element(left, right).then_some(Type::BOOL),
            "a value on the left and a list of such values on the right",
        ),
        ADD => (
            sum(left, right),
            "two of int or duration, or a timestamp and a duration",
        ),
        SUBSTRACT => (
            difference(left, right),
            "two of int, duration or timestamp, or a timestamp and a duration",
        ),
        MULTIPLY | DIVIDE | MODULO => {
            (both(Type::INT).then_some(Type::INT), "an int on both sides")
        }
        _ => (None, "an operator of CEL"),
    };
    result.ok_or(expected)
}

fn element(value: Type, list: Type) -> bool {
    match (value, list) {
        (Type::One(value), Type::List(of)) => of.is_none_or(|of| of == value),
        _ => false,
    }
}

// No texts: what is made by adding them has no limit but the memory.
fn sum(left: Type, right: Type) -> Option<Type> {
    match (left, right) {
        (Type::INT, Type::INT) => Some(Type::INT),
        (Type::DURATION, Type::DURATION) => Some(Type::DURATION),
        (Type::TIMESTAMP, Type::DURATION) | (Type::DURATION, Type::TIMESTAMP) => {
            Some(Type::TIMESTAMP)
        }
        _ => None,
    }
}

fn difference(left: Type, right: Type) -> Option<Type> {
    match (left, right) {
        (Type::INT, Type::INT) => Some(Type::INT),
        (Type::DURATION, Type::DURATION) | (Type::TIMESTAMP, Type::TIMESTAMP) => {
            Some(Type::DURATION)
        }
        (Type::TIMESTAMP, Type::DURATION) => Some(Type::TIMESTAMP),
        _ => None,
    }
}

/// How a function is called; empty where there is none of this name.
pub(super) fn usage(name: &str) -> std::string::String {
    let forms: Vec<std::string::String> = match name {
        "duration" => vec!["duration(\"36h\")".to_owned()],
        "timestamp" => vec!["timestamp(\"2026-01-31T00:00:00Z\")".to_owned()],
        "matches" => vec!["string.matches(\"pattern\")".to_owned()],
        "size" => vec!["string.size()".to_owned(), "list.size()".to_owned()],
        _ if MACROS.contains(&name) => vec![format!("list.{name}(element, ...)")],
        _ => METHODS
            .iter()
            .filter(|method| method.name == name)
            .map(form)
            .collect(),
    };
    forms.join(" or ")
}

fn form(method: &Method) -> std::string::String {
    let arguments: Vec<_> = method.arguments.iter().map(Scalar::to_string).collect();
    format!("{}.{}({})", method.on, method.name, arguments.join(", "))
}
