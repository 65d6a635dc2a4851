//! The JSON Schema (draft 2020-12) of the configuration file, for editors. It is made of the rows by which the
//! file is read (`section`), so that a key can't be in one and not in the other; what its value may be is a
//! [`Shape`] beside the function that reads it. A test holds both to each other, on good and bad files.

mod patterns;
mod range;
mod section;
mod shape;

use serde_json::json;

pub(super) use patterns::{UNTIL, shard};
pub(super) use section::{Key, Section, section};
pub(super) use shape::{
    Shape, any_text, bytes, count, duration, list, list_of_any, lookback, names_or_all, not_empty,
    number, object, object_or_nothing, one_of, one_of_or, organization_name, path, pattern,
    plain_name, plain_text, reference, switch, text, window, words,
};

use super::file::File;

/// Where the newest one is found.
const ID: &str = concat!(
    "https://raw.githubusercontent.com/rhombus-share-exporter/rhombus-share-exporter/main/docs/",
    "config.schema.json"
);

/// What no schema can say.
const COMMENT: &str = "What this schema takes may still be refused: only check-config tells whether files and \
    environment variables are there, no two keys or names are the same, the rules that exceptions name exist, regular \
    expressions and expressions in CEL are right, an exception ends soon enough, a time that is a sum (1d 12h) is within \
    its bounds, and max_staleness and requests_per_second go with the interval. The exporter reads each value as it is \
    written, and so refuses 0x10, 1e2 and .inf where a whole number belongs, and True where true does. What this schema \
    refuses, the exporter refuses too, but for addresses in odd forms such as https:host.";

/// The schema, as JSON that ends with its line.
pub fn document() -> String {
    let root = shape::object_or_nothing::<File>()
        .with("$schema", "https://json-schema.org/draft/2020-12/schema")
        .with("$id", ID)
        .with("$comment", COMMENT)
        .with("title", "Configuration of rhombus-share-exporter");
    format!("{:#}\n", root.into_schema())
}

/// A mapping that has exactly one of the three that say where a key is.
pub(super) fn with_one_key(of: Shape) -> Shape {
    let keys = ["api_key_file", "api_key_env", "api_key"];
    let expected = format!("expected exactly one of {}", keys.join(", "));
    let one = keys.map(|key| json!({ "required": [key], "errorMessage": expected }));
    // No certificate is shown where there is no TLS.
    let is_plain = json!({ "endpoint": { "pattern": "^[Hh][Tt][Tt][Pp]:" } });
    let is_plain = json!({ "required": ["tls_config", "endpoint"], "properties": is_plain });
    of.with("oneOf", one.to_vec()).with("not", is_plain)
}
