//! Bends a record as it is written. It knows no kind of record: numbers past any integer type and
//! lone surrogates can be written here, though no [`Value`] could hold them.

use serde_json::{Map, Number, Value};

/// What is wrong with the values of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// Nothing.
    #[default]
    None,
    /// Each has another type than the documented one.
    WrongTypes,
    /// Each number is beyond 64 bits, or beyond a double.
    HugeNumbers,
    /// Each number is below zero.
    NegativeNumbers,
    /// Each string begins with [`HOSTILE`].
    HostileStrings,
    /// Each title has this many line ends, which take twice as many bytes.
    HugeTitles(usize),
    /// Each record has an unknown field with this many arrays inside one another.
    DeepNesting(usize),
}

/// What a hostile string begins with, as it stands between the quotes: control characters, quotes,
/// line ends, markup, both ways of U+2028, a text direction, and half a surrogate pair.
pub(crate) const HOSTILE: &str = concat!(
    r#"\u0000\u001b[31m\"\\'\r\n\t\u007f\u2028"#,
    "\u{2028}\u{202e}",
    r"\ud800</script><b>{{1}}${2}%n "
);

/// The fields that people name a record in.
const TITLES: [&str; 6] = [
    "title",
    "name",
    "displayName",
    "clientOrgName",
    "cameraName",
    "targetName",
];

impl Quirk {
    /// Appends the name of a record, which is an id, and the colon after it.
    pub(crate) fn write_name(self, out: &mut Vec<u8>, name: &str) {
        let mut pen = Pen {
            out,
            quirk: self,
            spares_lists: false,
        };
        pen.text(name);
        pen.raw(":");
    }

    /// Appends the record with this number to `out`.
    pub(crate) fn write(self, out: &mut Vec<u8>, record: &Value, number: usize) {
        let mut pen = Pen {
            out,
            quirk: self,
            // Half of the records, so that the wrong types inside a list are seen as well.
            spares_lists: number.is_multiple_of(2),
        };
        match record {
            Value::Object(fields) if self != Self::None => pen.record(fields),
            record => pen.plain(record),
        }
    }
}

/// Empty arrays, `depth` of them, one inside another.
pub(super) fn nested(depth: usize) -> String {
    ["[", "]"].map(|bracket| bracket.repeat(depth)).concat()
}

struct Pen<'a> {
    out: &'a mut Vec<u8>,
    quirk: Quirk,
    spares_lists: bool,
}

impl Pen<'_> {
    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn plain(&mut self, value: &Value) {
        serde_json::to_writer(&mut *self.out, value).expect("a buffer takes every value");
    }

    fn record(&mut self, fields: &Map<String, Value>) {
        self.object(fields, false);
        if let Quirk::DeepNesting(depth) = self.quirk {
            self.out.pop();
            self.raw(if fields.is_empty() { "" } else { "," });
            self.raw(r#""unknown":"#);
            self.raw(&nested(depth));
            self.raw("}");
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, has_ids: bool) {
        self.raw("{");
        for (at, (name, value)) in fields.iter().enumerate() {
            self.raw(if at > 0 { "," } else { "" });
            if has_ids {
                self.text(name);
            } else {
                serde_json::to_writer(&mut *self.out, name).expect("a buffer takes every string");
            }
            self.raw(":");
            self.field(name, value);
        }
        self.raw("}");
    }

    fn field(&mut self, name: &str, value: &Value) {
        match (self.quirk, value) {
            (Quirk::WrongTypes, value) => self.wrong(value),
            (Quirk::HugeTitles(bytes), Value::String(_)) if TITLES.contains(&name) => {
                self.raw("\"");
                self.raw(&r"\n".repeat(bytes));
                self.raw("\"");
            }
            (_, Value::String(text)) => self.text(text),
            (_, Value::Number(number)) => self.number(number),
            // What is keyed by ids is called a map.
            (_, Value::Object(fields)) => self.object(fields, name.ends_with("Map")),
            (_, Value::Array(items)) => self.list(items, |pen, item| pen.field("", item)),
            (_, Value::Null | Value::Bool(_)) => self.plain(value),
        }
    }

    /// A value of another type. A list that is spared is one of objects whose fields are wrong.
    fn wrong(&mut self, value: &Value) {
        match value {
            Value::Null => self.raw("{}"),
            Value::Bool(_) | Value::Number(_) => self.raw(&format!("\"{value}\"")),
            Value::String(_) => self.raw("17"),
            Value::Array(items) if self.spares_lists => self.list(items, |pen, item| match item {
                Value::Object(fields) => pen.object(fields, false),
                item => pen.wrong(item),
            }),
            Value::Array(_) => self.raw("\"not a list\""),
            Value::Object(_) => self.raw("[true]"),
        }
    }

    fn list(&mut self, items: &[Value], write: impl Fn(&mut Self, &Value)) {
        self.raw("[");
        for (at, item) in items.iter().enumerate() {
            self.raw(if at > 0 { "," } else { "" });
            write(self, item);
        }
        self.raw("]");
    }

    fn text(&mut self, text: &str) {
        let start = self.out.len();
        serde_json::to_writer(&mut *self.out, text).expect("a buffer takes every string");
        if self.quirk == Quirk::HostileStrings {
            let after_quote = start + 1..start + 1;
            drop(self.out.splice(after_quote, HOSTILE.bytes()));
        }
    }

    fn number(&mut self, number: &Number) {
        let value = number.as_i64().unwrap_or_default();
        match self.quirk {
            Quirk::NegativeNumbers => self.raw(&format!("-{}", value.unsigned_abs().max(1))),
            Quirk::HugeNumbers => self.raw(match value.rem_euclid(3) {
                0 => "9223372036854775808",
                1 => "1e999",
                _ => "-170141183460469231731687303715884105729",
            }),
            _ => self.raw(&number.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        let region = json!({"region": "us-west-2"});
        json!({
            "uuid": "AAAAAAAAAAAAAAAAAAAAAQ",
            "title": "Gate \"A\"",
            "createdAtMillis": 1_700_000_000_001_i64,
            "expirationTimeSecs": 86_400,
            "isSecured": null,
            "vodEnabled": true,
            "sharedClips": [{
                "uuid": "AAAAAAAAAAAAAAAAAAAAAw",
                "startTime": 1_600_000_000_000_i64,
                "durationSec": 60,
                "clipLocation": region,
                "deviceUuidMap": {
                    "AAAAAAAAAAAAAAAAAAAABw": region,
                    "AAAAAAAAAAAAAAAAAAAABw.v0": region,
                },
            }],
            "deviceList": ["AAAAAAAAAAAAAAAAAAAABw"],
        })
    }

    fn written(quirk: Quirk, number: usize) -> String {
        let mut out = Vec::new();
        quirk.write(&mut out, &record(), number);
        String::from_utf8(out).unwrap()
    }

    fn parsed(quirk: Quirk, number: usize) -> Value {
        serde_json::from_str(&written(quirk, number)).unwrap()
    }

    fn is_same_type(one: &Value, other: &Value) -> bool {
        std::mem::discriminant(one) == std::mem::discriminant(other)
    }

    #[test]
    fn without_a_quirk_a_record_is_written_as_it_is() {
        assert_eq!(parsed(Quirk::None, 0), record());
        assert_eq!(parsed(Quirk::HugeTitles(0), 0)["title"], "");
    }

    #[test]
    fn wrong_types_reach_every_field() {
        let right = record();
        let odd = parsed(Quirk::WrongTypes, 1);
        for (name, value) in right.as_object().unwrap() {
            assert!(!is_same_type(value, &odd[name]), "{name}");
        }
        let odd = parsed(Quirk::WrongTypes, 0);
        for (name, value) in right.as_object().unwrap() {
            let is_list = ["sharedClips", "deviceList"].contains(&name.as_str());
            assert_eq!(is_same_type(value, &odd[name]), is_list, "{name}");
        }
        for (name, value) in right["sharedClips"][0].as_object().unwrap() {
            let wrong = &odd["sharedClips"][0][name];
            assert!(!is_same_type(value, wrong), "{name}");
        }
        assert_eq!(odd["deviceList"], json!([17]));
    }

    #[test]
    fn numbers_can_be_beyond_every_integer_or_below_zero() {
        let huge = written(Quirk::HugeNumbers, 0);
        assert!(huge.contains(r#""expirationTimeSecs":9223372036854775808,"#));
        assert!(huge.contains(r#""startTime":1e999"#), "{huge}");
        let negative = parsed(Quirk::NegativeNumbers, 0);
        assert_eq!(negative["expirationTimeSecs"], -86_400);
        assert_eq!(negative["sharedClips"][0]["durationSec"], -60);
    }

    #[test]
    fn hostile_strings_stand_in_every_string_and_id() {
        let text = written(Quirk::HostileStrings, 0);
        // uuid, title; in the clip uuid, a location, two devices twice; a device.
        assert_eq!(text.matches(HOSTILE).count(), 2 + 2 + 4 + 1);
        serde_json::from_str::<serde::de::IgnoredAny>(&text).unwrap();
        assert!(serde_json::from_str::<Value>(&text).is_err());
    }

    #[test]
    fn a_title_can_be_huge_and_a_field_deep() {
        let huge = parsed(Quirk::HugeTitles(100_000), 0);
        assert_eq!(huge["title"].as_str().unwrap().len(), 100_000);
        let deep = written(Quirk::DeepNesting(10_000), 0);
        let nested = ["[", "]"].map(|bracket| bracket.repeat(10_000)).concat();
        assert!(deep.ends_with(&format!(",\"unknown\":{nested}}}")));
    }
}
