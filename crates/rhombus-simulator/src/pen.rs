//! Writes a [`Group`] as JSON, straight into a buffer. A [`Quirk`] bends every value of one sort as
//! it is written, which is how the faults of single fields are made: numbers past any integer type
//! and lone surrogates can be written here, though no JSON tree could hold them.

use std::io::Write;

use super::record::{Camera, Clip, Field, Group, REGION, Uuid};

/// What is wrong with the values of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quirk {
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
pub(super) const HOSTILE: &str = concat!(
    r#"\u0000\u001b[31m\"\\'\r\n\t\u007f\u2028"#,
    "\u{2028}\u{202e}",
    r"\ud800</script><b>{{1}}${2}%n "
);

/// Appends `group` to `out` as one JSON object.
pub(super) fn write_group(out: &mut Vec<u8>, group: &Group, quirk: Quirk) {
    let mut pen = Pen { out, quirk };
    pen.raw(r#"{"uuid":"#);
    pen.uuid(group.uuid);
    pen.raw(r#","orgUuid":"#);
    pen.uuid(group.org);
    pen.raw(r#","title":"#);
    match quirk {
        Quirk::HugeTitles(bytes) => pen.text(&"\n".repeat(bytes)),
        _ => pen.text(&group.title),
    }
    pen.raw(r#","description":"#);
    pen.text(group.description);
    pen.raw(r#","createdAtMillis":"#);
    pen.number(group.created);
    pen.field(r#","expirationTimeSecs":"#, group.expiration, Pen::number);
    pen.field(r#","isSecured":"#, group.secured, Pen::flag);
    pen.raw(r#","sharedClips":"#);
    // Half of the records, so that the wrong types inside a clip are seen as well.
    if quirk == Quirk::WrongTypes && group.created % 2 == 0 {
        pen.text("not a list");
    } else {
        pen.list(&group.clips, b"[]", Pen::clip);
    }
    if let Quirk::DeepNesting(depth) = quirk {
        pen.raw(r#","unknown":"#);
        write_nested(pen.out, depth);
    }
    pen.raw("}");
}

/// Appends `depth` empty arrays, one inside another.
pub(super) fn write_nested(out: &mut Vec<u8>, depth: usize) {
    out.extend(std::iter::repeat_n(b'[', depth));
    out.extend(std::iter::repeat_n(b']', depth));
}

struct Pen<'a> {
    out: &'a mut Vec<u8>,
    quirk: Quirk,
}

impl Pen<'_> {
    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn text(&mut self, text: &str) {
        if self.quirk == Quirk::WrongTypes {
            return self.raw("17");
        }
        let start = self.out.len();
        serde_json::to_writer(&mut *self.out, text).expect("a buffer takes every string");
        if self.quirk == Quirk::HostileStrings {
            let after_quote = start + 1..start + 1;
            drop(self.out.splice(after_quote, HOSTILE.bytes()));
        }
    }

    fn uuid(&mut self, uuid: Uuid) {
        match self.quirk {
            Quirk::WrongTypes => self.raw("17"),
            _ => self.id(uuid, ""),
        }
    }

    /// An id as a string whatever happens, since the keys of a map are strings.
    fn id(&mut self, uuid: Uuid, facet: &str) {
        self.raw("\"");
        if self.quirk == Quirk::HostileStrings {
            self.raw(HOSTILE);
        }
        self.out.extend_from_slice(&uuid.text());
        self.raw(facet);
        self.raw("\"");
    }

    fn number(&mut self, number: i64) {
        let write = match self.quirk {
            Quirk::WrongTypes => write!(self.out, "\"{number}\""),
            Quirk::NegativeNumbers => write!(self.out, "-{}", number.unsigned_abs().max(1)),
            Quirk::HugeNumbers => self.out.write_all(match number.rem_euclid(3) {
                0 => b"9223372036854775808",
                1 => b"1e999",
                _ => b"-170141183460469231731687303715884105729",
            }),
            _ => write!(self.out, "{number}"),
        };
        write.expect("a buffer takes every number");
    }

    fn flag(&mut self, flag: bool) {
        match self.quirk {
            Quirk::WrongTypes => self.raw(if flag { "\"true\"" } else { "\"false\"" }),
            _ => self.raw(if flag { "true" } else { "false" }),
        }
    }

    fn field<T>(&mut self, name: &str, field: Field<T>, write: impl Fn(&mut Self, T)) {
        match field {
            Field::Absent => {}
            Field::Null => {
                self.raw(name);
                self.raw(if self.quirk == Quirk::WrongTypes {
                    "{}"
                } else {
                    "null"
                });
            }
            Field::Is(value) => {
                self.raw(name);
                write(self, value);
            }
        }
    }

    fn list<T>(&mut self, items: &[T], around: &[u8; 2], write: impl Fn(&mut Self, &T)) {
        self.out.push(around[0]);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            write(self, item);
        }
        self.out.push(around[1]);
    }

    fn clip(&mut self, clip: &Clip) {
        self.raw(r#"{"uuid":"#);
        self.uuid(clip.uuid);
        self.raw(r#","startTime":"#);
        self.number(clip.start);
        self.raw(r#","durationSec":"#);
        self.number(clip.seconds);
        self.raw(r#","clipLocation":"#);
        self.region();
        self.raw(r#","thumbnailLocation":"#);
        self.region();
        self.raw(r#","deviceUuidMap":"#);
        match self.quirk {
            Quirk::WrongTypes => self.raw("[true]"),
            _ => self.list(&clip.cameras, b"{}", Pen::camera),
        }
        self.raw("}");
    }

    fn camera(&mut self, camera: &Camera) {
        self.id(camera.uuid, camera.facet);
        self.raw(":");
        self.region();
    }

    fn region(&mut self) {
        match self.quirk {
            Quirk::WrongTypes => self.raw("false"),
            _ => {
                self.raw(r#"{"region":"#);
                self.text(REGION);
                self.raw("}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn group() -> Group {
        let camera = |facet| Camera {
            uuid: Uuid(7),
            facet,
        };
        Group {
            uuid: Uuid(1),
            org: Uuid(2),
            title: "Gate \"A\"".into(),
            description: "",
            created: 1_700_000_000_001,
            expiration: Field::Is(86_400),
            secured: Field::Null,
            clips: vec![Clip {
                uuid: Uuid(3),
                start: 1_600_000_000_000,
                seconds: 60,
                cameras: vec![camera(""), camera(".v0")],
            }],
        }
    }

    fn written(group: &Group, quirk: Quirk) -> String {
        let mut out = Vec::new();
        write_group(&mut out, group, quirk);
        String::from_utf8(out).unwrap()
    }

    fn parsed(group: &Group, quirk: Quirk) -> Value {
        serde_json::from_str(&written(group, quirk)).unwrap()
    }

    #[test]
    fn a_group_is_written_with_the_documented_fields() {
        let region = json!({"region": "us-west-2"});
        let expected = json!({
            "uuid": "AAAAAAAAAAAAAAAAAAAAAQ",
            "orgUuid": "AAAAAAAAAAAAAAAAAAAAAg",
            "title": "Gate \"A\"",
            "description": "",
            "createdAtMillis": 1_700_000_000_001_i64,
            "expirationTimeSecs": 86_400,
            "isSecured": null,
            "sharedClips": [{
                "uuid": "AAAAAAAAAAAAAAAAAAAAAw",
                "startTime": 1_600_000_000_000_i64,
                "durationSec": 60,
                "clipLocation": region,
                "thumbnailLocation": region,
                "deviceUuidMap": {
                    "AAAAAAAAAAAAAAAAAAAABw": region,
                    "AAAAAAAAAAAAAAAAAAAABw.v0": region,
                },
            }],
        });
        assert_eq!(parsed(&group(), Quirk::None), expected);
    }

    #[test]
    fn a_field_can_be_left_out() {
        let group = Group {
            expiration: Field::Absent,
            secured: Field::Absent,
            ..group()
        };
        let value = parsed(&group, Quirk::None);
        assert_eq!(value.get("expirationTimeSecs"), None);
        assert_eq!(value.get("isSecured"), None);
    }

    #[test]
    fn wrong_types_reach_every_field() {
        let right = parsed(&group(), Quirk::None);
        let odd = parsed(&group(), Quirk::WrongTypes);
        for (name, value) in right.as_object().unwrap() {
            let same = std::mem::discriminant(value) == std::mem::discriminant(&odd[name]);
            assert_eq!(same, name == "sharedClips", "{name}");
        }
        for (name, value) in right["sharedClips"][0].as_object().unwrap() {
            let wrong = &odd["sharedClips"][0][name];
            let same = std::mem::discriminant(value) == std::mem::discriminant(wrong);
            assert!(!same, "{name}");
        }
        let even = Group {
            created: 0,
            ..group()
        };
        assert!(parsed(&even, Quirk::WrongTypes)["sharedClips"].is_number());
    }

    #[test]
    fn numbers_can_be_beyond_every_integer_or_below_zero() {
        let huge = written(&group(), Quirk::HugeNumbers);
        assert!(huge.contains(r#""expirationTimeSecs":9223372036854775808,"#));
        assert!(huge.contains(r#""startTime":1e999,"#), "{huge}");
        let negative = parsed(&group(), Quirk::NegativeNumbers);
        assert_eq!(negative["expirationTimeSecs"], -86_400);
        assert_eq!(negative["sharedClips"][0]["durationSec"], -60);
    }

    #[test]
    fn hostile_strings_stand_in_every_string_and_key() {
        let text = written(&group(), Quirk::HostileStrings);
        // uuid, orgUuid, title, description; in the clip uuid, two locations, two devices twice.
        assert_eq!(text.matches(HOSTILE).count(), 4 + 3 + 4);
        serde_json::from_str::<serde::de::IgnoredAny>(&text).unwrap();
        assert!(serde_json::from_str::<Value>(&text).is_err());
    }

    #[test]
    fn a_title_can_be_huge_and_a_field_deep() {
        let huge = parsed(&group(), Quirk::HugeTitles(100_000));
        assert_eq!(huge["title"].as_str().unwrap().len(), 100_000);
        let deep = written(&group(), Quirk::DeepNesting(10_000));
        assert!(deep.ends_with(&format!("[{}}}", "]".repeat(10_000))));
    }
}
