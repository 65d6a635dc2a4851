//! What one value may be, as JSON Schema. Each function here stands beside one that reads the value, and
//! takes the same bounds: `duration` here and in `value`, `name` here and in `policy`. The parser reads
//! every value from its text, so a value that YAML takes for a number or a boolean is text to it too.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::patterns;
use super::section::Section;
use crate::config::value;

/// What the value of a key may be.
#[derive(Clone, Debug)]
pub(in crate::config) struct Shape {
    schema: Map<String, Value>,
    is_needed: bool,
    /// What its bounds are, in words: an editor shows no `minimum`, and none of a duration.
    bounds: Option<String>,
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
            bounds: None,
        }
    }

    /// The same with what an editor says of another value, instead of the expression that it doesn't match.
    fn expected(self, expected: &str) -> Self {
        self.with("errorMessage", expected)
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

    /// The same with bounds that are said.
    fn within<T: Copy>(mut self, range: &RangeInclusive<T>, show: fn(T) -> String) -> Self {
        let (from, to) = (show(*range.start()), show(*range.end()));
        self.bounds = Some(format!("From {from} to {to}."));
        self
    }

    /// What an editor shows of a key that means this: its bounds and its default too, which it shows nowhere else.
    fn description(&self, meaning: &str) -> String {
        let meaning = format!("{}.", meaning.trim().trim_end_matches('.'));
        let default = self
            .schema
            .get("default")
            .map(|it| format!("Default: {}.", shown(it)));
        let parts = [Some(meaning), self.bounds.clone(), default];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
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

/// A value as a person writes it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A mapping with the keys of a section, and no others. An editor shows what it is called; of one without a title, it
/// would show that of the whole.
pub(in crate::config) fn object<S: Section>(title: &str) -> Shape {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    for key in S::keys() {
        if key.shape.is_needed() {
            needed.push(key.name());
        }
        let name = key.name().to_owned();
        let description = key.shape.description(key.meaning);
        let shape = key.shape.clone().with("description", description);
        properties.insert(name, shape.into_schema());
    }
    let object = Shape::new(json!({ "type": "object", "additionalProperties": false }));
    let object = object.with("title", title);
    let object = object.with("properties", properties);
    match needed.is_empty() {
        true => object,
        false => object.with("required", needed),
    }
}

/// The same where all its lines may be comments.
pub(in crate::config) fn object_or_nothing<S: Section>(title: &str) -> Shape {
    object::<S>(title).with("type", json!(["object", "null"]))
}

/// A list of at least one value.
pub(in crate::config) fn list(of: Shape) -> Shape {
    list_of_any(of).with("minItems", 1)
}

/// A list, which may be empty.
pub(in crate::config) fn list_of_any(of: Shape) -> Shape {
    let bounds = of.bounds.clone();
    let mut list = Shape::new(json!({ "type": "array", "items": of.into_schema() }));
    list.bounds = bounds.map(|bounds| bounds.replacen("From", "Each from", 1));
    list
}

/// Text of this form. What YAML takes for a number or a boolean is text too.
pub(in crate::config) fn text(pattern: &str, expected: &str) -> Shape {
    any_scalar(expected).with("pattern", pattern)
}

/// What YAML takes for a text, a number or a boolean. Were that said as a list of types, editors would offer `true`
/// and `false` for a name.
fn any_scalar(expected: &str) -> Shape {
    let other = json!({ "type": ["array", "object", "null"] });
    let text = json!({ "type": "string", "errorMessage": expected });
    Shape::new(json!({ "if": other, "then": text })).expected(expected)
}

/// Text of this form, which YAML takes for nothing else.
pub(in crate::config) fn plain_text(pattern: &str, expected: &str) -> Shape {
    let text = Shape::new(json!({ "type": "string", "pattern": pattern }));
    text.expected(expected)
}

/// The path of a file.
pub(in crate::config) fn path() -> Shape {
    text(r"^[^\u0000]+$", "expected the path of a file")
}

/// Text that says something.
pub(in crate::config) fn any_text(expected: &str) -> Shape {
    text(r"\S", expected)
}

/// Text that is not empty.
pub(in crate::config) fn not_empty(expected: &str) -> Shape {
    any_scalar(expected).with("minLength", 1)
}

/// A pattern of names, as `Patterns` takes it. Whether it is a regular expression, no schema can say.
pub(in crate::config) fn pattern() -> Shape {
    not_empty("expected a regular expression that matches a whole name or uuid, such as Oak.*")
}

/// One of these words.
pub(in crate::config) fn one_of(words: impl IntoIterator<Item = &'static str>) -> Shape {
    let words: Vec<_> = words.into_iter().collect();
    let pattern = patterns::trimmed(&patterns::words_of(&words));
    one_of_or(
        &words,
        &pattern,
        &format!("expected one of {}", words.join(", ")),
    )
}

/// One of these words, or other text of this form.
pub(in crate::config) fn one_of_or(words: &[&str], pattern: &str, expected: &str) -> Shape {
    let known = Shape::new(json!({ "enum": words })).expected(expected);
    either([known, plain_text(pattern, expected)])
}

/// Either of these.
fn either<const N: usize>(shapes: [Shape; N]) -> Shape {
    Shape::new(json!({ "anyOf": shapes.map(Shape::into_schema).to_vec() }))
}

/// `true` or `false`.
pub(in crate::config) fn switch() -> Shape {
    let expected = "expected true or false";
    let plain = Shape::new(json!({ "type": "boolean" })).expected(expected);
    let quoted = plain_text(
        &patterns::trimmed("true|True|TRUE|false|False|FALSE"),
        expected,
    );
    either([plain, quoted])
}

/// A length of time with its unit.
pub(in crate::config) fn duration(range: &RangeInclusive<Duration>) -> Shape {
    let bounds = value::bounds("a duration", range, value::show_duration);
    let expected = format!("{bounds}, such as 30s, 5m, 24h or 7d");
    plain_text(&patterns::duration(range), &expected).within(range, value::show_duration)
}

/// A length of time, or `0s`.
pub(in crate::config) fn lookback(range: &RangeInclusive<Duration>) -> Shape {
    let zero = Shape::new(json!({ "const": 0 }));
    let quoted = plain_text(&patterns::zero_duration(), "expected 0s");
    let mut shape = either([duration(range), quoted, zero]).within(range, value::show_duration);
    shape.bounds = shape
        .bounds
        .map(|bounds| format!("0s, or f{}", &bounds[1..]));
    shape
}

/// A length of time that becomes a label value of at most so many characters.
pub(in crate::config) fn window(range: &RangeInclusive<Duration>, most: usize) -> Shape {
    let length = format!(r"^\s*\S(?:.{{0,{}}}\S)?\s*$", most - 2);
    duration(range).with("allOf", json!([{ "pattern": length }]))
}

/// A number of bytes.
pub(in crate::config) fn bytes(range: &RangeInclusive<u64>) -> Shape {
    let expected = value::bounds("a size", range, value::show_bytes);
    let plain = number_within("integer", range.start(), range.end(), &expected);
    let written = plain_text(&patterns::bytes(range), &expected);
    either([plain, written]).within(range, value::show_bytes)
}

/// A number.
pub(in crate::config) fn number(range: &RangeInclusive<f64>) -> Shape {
    let expected = value::bounds("a number", range, |number: f64| number.to_string());
    let plain = number_within("number", range.start(), range.end(), &expected);
    let quoted = plain_text(patterns::NUMBER, &expected);
    either([plain, quoted]).within(range, |number: f64| number.to_string())
}

/// A whole number.
pub(in crate::config) fn count(range: &RangeInclusive<u32>) -> Shape {
    let expected = value::bounds("a whole number", range, |number: u32| number.to_string());
    let plain = number_within("integer", range.start(), range.end(), &expected);
    let quoted = plain_text(&patterns::count(range), &expected);
    either([plain, quoted]).within(range, |number: u32| number.to_string())
}

fn number_within<T: Serialize>(sort: &str, from: T, to: T, expected: &str) -> Shape {
    let number = json!({ "type": sort, "minimum": from, "maximum": to });
    Shape::new(number).expected(expected)
}

/// The name of an organisation or a partner.
pub(in crate::config) fn organization_name(most: usize) -> Shape {
    let expected = format!(
        "expected a name of 1 to {most} bytes without spaces around it, \" and invisible characters, other than \
         All and without $__"
    );
    let reserved = json!({ "type": "string", "pattern": r"^All$|\$__" });
    text(&patterns::organization_name(), &expected)
        .with("maxLength", most)
        .with("not", reserved)
}

/// What a person says in one line: a reason, a description, who answers.
pub(in crate::config) fn words(most: usize) -> Shape {
    let expected = format!("expected one line of 1 to {most} characters");
    text(&patterns::words(most), &expected)
}

/// The name of a rule or an exception.
pub(in crate::config) fn plain_name(most: usize) -> Shape {
    let expected = format!("expected a name of 1 to {most} letters, digits, `-`, `_` and `.`");
    text(&format!("^{}$", patterns::plain_name(most)), &expected)
}

/// Names of rules, of which some are known, or `*` alone. That each is one, the parser says.
pub(in crate::config) fn names_or_all(known: &[String], most: usize) -> Shape {
    let name = patterns::trimmed(&patterns::plain_name(most));
    let name = text(&name, "expected the name of a rule, or \"*\" alone");
    let names = list(either([Shape::new(json!({ "enum": known })), name]));
    let expected = "expected \"*\" alone, or the names of rules";
    let all = one_of_or(&["*"], &patterns::trimmed(r"\*"), expected);
    either([names, list(all).with("maxItems", 1)])
}

/// The ref of a share. One of digits alone is a number to YAML.
pub(in crate::config) fn reference() -> Shape {
    let expected = "expected a share's ref: 12 hexadecimal digits, such as 3f9a0c51d2e7";
    let digits = Shape::new(json!({ "type": "number", "minimum": 0 })).expected(expected);
    either([
        plain_text(&patterns::trimmed("[0-9A-Fa-f]{12}"), expected),
        digits,
    ])
}
