//! The JSON Schemas (draft 2020-12) of the configuration file and the file of exceptions, for editors. It is made of the rows by which the
//! file is read (`section`), so that a key can't be in one and not in the other; what its value may be is a
//! [`Shape`] beside the function that reads it. A test holds both to each other, on good and bad files.

mod patterns;
mod range;
mod section;
mod shape;

use serde_json::{Value, json};

pub(super) use patterns::{UNTIL, console, endpoint, shard};
pub(super) use section::{Key, Section, section};
pub(super) use shape::{
    Shape, any_text, bytes, count, duration, list, list_of_any, lookback, names_or_all, not_empty,
    number, object, object_or_nothing, one_of, one_of_or, organization_name, path, pattern,
    plain_name, plain_text, reference, switch, text, window, words,
};

use super::file::File;
use super::policy::ExceptionsFile;

/// Where the newest ones are found.
const PLACE: &str =
    "https://raw.githubusercontent.com/rhombus-share-exporter/rhombus-share-exporter/main/docs";

/// What no schema can say.
const COMMENT: &str = "What this schema takes may still be refused: only check-config tells whether files and \
    environment variables are there, no two keys or names are the same, the rules that exceptions name exist, regular \
    expressions and expressions in CEL are right, an exception ends soon enough, a name has at most 128 bytes where it \
    has fewer characters, an IPv4 or IPv6 address in a URL is one, a time that is a sum (1d 12h) or a fraction (0.9d) is \
    within its bounds, and max_staleness and requests_per_second go with the interval. The exporter reads each value as \
    it is written, and so refuses 0x10, 1e2, .inf and .nan where a number belongs. What this schema refuses, the \
    exporter refuses too, but for addresses in odd forms such as https:host, and values with a tag such as !!binary.";

/// The same of the file of exceptions.
const COMMENT_OF_EXCEPTIONS: &str = "What this schema takes may still be refused: only check-config tells whether no \
    two names are the same, the rules that exceptions name exist, regular expressions and expressions in CEL are right, \
    and an exception ends soon enough.";

/// The schema of the configuration file, as JSON that ends with its line.
pub fn document() -> String {
    let root = shape::object_or_nothing::<File>("Configuration of rhombus-share-exporter");
    finished(root, "config.schema.json", COMMENT)
}

/// The schema of the file that `policy.exceptions_file` names, likewise.
pub fn exceptions_document() -> String {
    let root = shape::object_or_nothing::<ExceptionsFile>("Exceptions of rhombus-share-exporter");
    finished(root, "exceptions.schema.json", COMMENT_OF_EXCEPTIONS)
}

/// The schema that is in this file of `docs`.
fn finished(root: Shape, file: &str, comment: &str) -> String {
    let root = root
        .with("$schema", "https://json-schema.org/draft/2020-12/schema")
        .with("$id", format!("{PLACE}/{file}"))
        .with("$comment", comment);
    format!("{:#}\n", root.into_schema())
}

/// A mapping that has exactly one of the three that say where a key is. What is no mapping is told of once, by its type.
pub(super) fn with_one_key(of: Shape) -> Shape {
    let keys = ["api_key_file", "api_key_env", "api_key"];
    let expected = format!("expected exactly one of {}", keys.join(", "));
    let one = keys.map(|key| json!({ "required": [key], "errorMessage": expected }));
    let two = [[0, 1], [0, 2], [1, 2]];
    let two = two.map(|pair| refused(&json!({ "required": pair.map(|at| keys[at]) }), &expected));
    let is_plain = json!({
        "required": ["tls_config", "endpoint"],
        "properties": { "endpoint": { "type": "string", "pattern": "^[Hh][Tt][Tt][Pp]:" } }
    });
    let plain = "no certificate is shown where there is no TLS: expected an endpoint with https";
    let mut none = two.to_vec();
    none.push(refused(&is_plain, plain));
    of.with("if", json!({ "type": "object" }))
        .with("then", json!({ "anyOf": one, "allOf": none }))
}

/// What refuses mappings of this form. Of one that matches several of a `oneOf`, and of a `not`, editors don't show
/// what is expected; of a wrong type they do.
fn refused(form: &Value, expected: &str) -> Value {
    json!({ "if": form, "then": { "type": "null", "errorMessage": expected } })
}
