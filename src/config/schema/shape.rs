//! What one value may be, as JSON Schema. Each function here stands beside one that reads the value, and
//! takes the same bounds: `duration` here and in `value`, `name` here and in `policy`. The parser reads
//! every value from its text, so a value that YAML takes for a number or a boolean is text to it too.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::patterns;
use super::section::Section;

/// What the value of a key may be.
#[derive(Clone, Debug)]
pub(in crate::config) struct Shape {
    schema: Map<String, Value>,
    is_needed: bool,
}

impl Shape {
    fn new(schema: Value) -> Self {
        let schema = match schema {
            Value::Object(schema) => schema,
            other => Map::from_iter([("const".to_owned(), other)]),
        };
        Self {
            schema,
            is_needed: false,
        }
    }

    /// Anything.
    pub(in crate::config) fn any() -> Self {
        Self::new(json!({}))
    }

    /// The same with one more keyword.
    pub(in crate::config) fn with(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.schema.insert(keyword.to_owned(), value.into());
        self
    }

    /// The same with what holds where nobody says otherwise.
    pub(in crate::config) fn default(self, value: impl Into<Value>) -> Self {
        self.with("default", value)
    }

    /// The same of a key that must be there.
    pub(in crate::config) fn needed(mut self) -> Self {
        self.is_needed = true;
        self
    }

    /// Whether the key must be there.
    pub(super) fn is_needed(&self) -> bool {
        self.is_needed
    }

    /// As JSON Schema.
    pub(in crate::config) fn into_schema(self) -> Value {
        Value::Object(self.schema)
    }
}

/// A mapping with the keys of a section, and no others.
pub(in crate::config) fn object<S: Section>() -> Shape {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    for key in S::keys() {
        if key.shape.is_needed() {
            needed.push(key.name());
        }
        let name = key.name().to_owned();
        let shape = key.shape.clone().with("description", key.meaning.trim());
        properties.insert(name, shape.into_schema());
    }
    let object = Shape::new(json!({ "type": "object", "additionalProperties": false }));
    let object = object.with("properties", properties);
    match needed.is_empty() {
        true => object,
        false => object.with("required", needed),
    }
}

/// The same where all its lines may be comments.
pub(in crate::config) fn object_or_nothing<S: Section>() -> Shape {
    object::<S>().with("type", json!(["object", "null"]))
}

/// A list of at least one value.
pub(in crate::config) fn list(of: Shape) -> Shape {
    list_of_any(of).with("minItems", 1)
}

/// A list, which may be empty.
pub(in crate::config) fn list_of_any(of: Shape) -> Shape {
    Shape::new(json!({ "type": "array", "items": of.into_schema() }))
}

/// Text of this form. What YAML takes for a number or a boolean is text too.
pub(in crate::config) fn text(pattern: &str) -> Shape {
    Shape::new(json!({ "type": ["string", "number", "boolean"], "pattern": pattern }))
}

/// Text of this form, which YAML takes for nothing else.
pub(in crate::config) fn plain_text(pattern: &str) -> Shape {
    Shape::new(json!({ "type": "string", "pattern": pattern }))
}

/// The path of a file.
pub(in crate::config) fn path() -> Shape {
    text(r"^[^\u0000]+$")
}

/// Text that says something.
pub(in crate::config) fn any_text() -> Shape {
    text(r"\S")
}

/// Text that is not empty.
pub(in crate::config) fn not_empty() -> Shape {
    Shape::new(json!({ "type": ["string", "number", "boolean"], "minLength": 1 }))
}

/// A pattern of names, as `Patterns` takes it. Whether it is a regular expression, no schema can say.
pub(in crate::config) fn pattern() -> Shape {
    not_empty()
}

/// One of these words.
pub(in crate::config) fn one_of(words: impl IntoIterator<Item = &'static str>) -> Shape {
    let words: Vec<_> = words.into_iter().collect();
    Shape::new(json!({ "anyOf": [
        { "enum": words },
        { "type": "string", "pattern": patterns::trimmed(&words.join("|")) },
    ] }))
}

/// One of these words, or other text of this form.
pub(in crate::config) fn one_of_or(words: &[&str], pattern: &str) -> Shape {
    Shape::new(json!({ "anyOf": [{ "enum": words }, { "type": "string", "pattern": pattern }] }))
}

/// `true` or `false`.
pub(in crate::config) fn switch() -> Shape {
    Shape::new(json!({ "anyOf": [
        { "type": "boolean" },
        { "type": "string", "pattern": patterns::trimmed("true|false") },
    ] }))
}

/// A length of time with its unit.
pub(in crate::config) fn duration(range: &RangeInclusive<Duration>) -> Shape {
    plain_text(&patterns::duration(range))
}

/// A length of time, or `0s`.
pub(in crate::config) fn lookback(range: &RangeInclusive<Duration>) -> Shape {
    let zero = plain_text(&patterns::zero_duration()).into_schema();
    let other = duration(range).into_schema();
    Shape::new(json!({ "anyOf": [{ "const": 0 }, zero, other] }))
}

/// A length of time that becomes a label value of at most so many characters.
pub(in crate::config) fn window(range: &RangeInclusive<Duration>, most: usize) -> Shape {
    let length = format!(r"^\s*\S(?:.{{0,{}}}\S)?\s*$", most - 2);
    duration(range).with("allOf", json!([{ "pattern": length }]))
}

/// A number of bytes.
pub(in crate::config) fn bytes(range: &RangeInclusive<u64>) -> Shape {
    Shape::new(json!({ "anyOf": [
        { "type": "integer", "minimum": range.start(), "maximum": range.end() },
        { "type": "string", "pattern": patterns::bytes(range) },
    ] }))
}

/// A number.
pub(in crate::config) fn number(range: &RangeInclusive<f64>) -> Shape {
    Shape::new(json!({ "anyOf": [
        { "type": "number", "minimum": range.start(), "maximum": range.end() },
        { "type": "string", "pattern": patterns::NUMBER },
    ] }))
}

/// A whole number.
pub(in crate::config) fn count(range: &RangeInclusive<u32>) -> Shape {
    Shape::new(json!({ "anyOf": [
        { "type": "integer", "minimum": range.start(), "maximum": range.end() },
        { "type": "string", "pattern": patterns::count(range) },
    ] }))
}

/// The name of an organisation or a partner.
pub(in crate::config) fn organization_name(most: usize) -> Shape {
    text(&patterns::organization_name())
        .with("maxLength", most)
        .with("not", json!({ "pattern": r"^All$|\$__" }))
}

/// What a person says in one line: a reason, a description, who answers.
pub(in crate::config) fn words(most: usize) -> Shape {
    text(&patterns::words(most))
}

/// The name of a rule or an exception.
pub(in crate::config) fn plain_name(most: usize) -> Shape {
    text(&format!("^{}$", patterns::plain_name(most)))
}

/// The name of a rule, of which these are known.
pub(in crate::config) fn named(known: &[String], most: usize) -> Shape {
    let any = text(&patterns::trimmed(&patterns::plain_name(most)));
    Shape::new(json!({ "anyOf": [{ "enum": known }, any.into_schema()] }))
}

/// The ref of a share. One of digits alone is a number to YAML.
pub(in crate::config) fn reference() -> Shape {
    Shape::new(json!({ "anyOf": [
        { "type": "number", "minimum": 0 },
        { "type": "string", "pattern": patterns::trimmed("[0-9A-Fa-f]{12}") },
    ] }))
}
