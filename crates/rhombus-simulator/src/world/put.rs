//! A record that a control route put. Its text is kept as it came, since a test may want what no
//! parsed value can hold; a `uuid` is added where there is none and there has to be one.

use std::collections::HashMap;

use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

/// JSON, sent as it came.
pub(crate) struct Put {
    json: String,
    /// The fields that can be read and hold neither a list nor an object.
    fields: HashMap<String, Value>,
}

impl Put {
    /// Reads a JSON object.
    pub(crate) fn raw(json: &str) -> Result<Self, serde_json::Error> {
        let raw: HashMap<String, &RawValue> = serde_json::from_str(json)?;
        let is_plain = |raw: &&RawValue| !raw.get().starts_with(['[', '{']);
        let read = |(name, raw): (&String, &&RawValue)| {
            let value = serde_json::from_str(raw.get()).ok()?;
            Some((name.clone(), value))
        };
        let plain = raw.iter().filter(|(_, raw)| is_plain(raw));
        Ok(Self {
            json: json.trim().to_owned(),
            fields: plain.filter_map(read).collect(),
        })
    }

    /// Reads a JSON object, which gets this uuid if it has none.
    pub(super) fn new(uuid: &str, json: &str) -> Result<Self, serde_json::Error> {
        let names: HashMap<String, IgnoredAny> = serde_json::from_str(json)?;
        let mut put = Self::raw(json)?;
        if !names.contains_key("uuid") {
            put.fields.insert("uuid".to_owned(), uuid.into());
            let comma = if names.is_empty() { "" } else { "," };
            let uuid = serde_json::to_string(uuid)?;
            put.json.insert_str(1, &format!("\"uuid\":{uuid}{comma}"));
        }
        Ok(put)
    }

    pub(crate) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_kept_and_has_a_uuid() {
        for (json, expected) in [
            ("{}", r#"{"uuid":"a\"b"}"#),
            (
                r#" {"isSecured":1e999} "#,
                r#"{"uuid":"a\"b","isSecured":1e999}"#,
            ),
            (r#"{"uuid":null}"#, r#"{"uuid":null}"#),
        ] {
            assert_eq!(Put::new("a\"b", json).unwrap().json(), expected);
        }
    }

    #[test]
    fn only_an_object_is_put() {
        for json in ["", "[]", "1", r#"{"uuid":"#, "{} {}"] {
            assert!(Put::new("x", json).is_err(), "{json}");
        }
    }

    #[test]
    fn the_fields_that_can_be_read_are() {
        let put = Put::new(
            "x",
            r#"{"createdAtMillis":5,"title":1e999,"sharedClips":[]}"#,
        );
        let put = put.unwrap();
        assert_eq!(put.field("createdAtMillis"), Some(&Value::from(5)));
        assert_eq!(put.field("uuid"), Some(&"x".into()));
        assert_eq!((put.field("title"), put.field("sharedClips")), (None, None));
    }
}
