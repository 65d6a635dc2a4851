//! One value of a record, read leniently: null and absent alike, and a value of another type is
//! that field's failure alone.
//!
//! A record is read at once as a rule. Some JSON is a value that no Rust type holds, such as 1e999 or
//! half a surrogate pair, and ends that reading; such a record is read again with care
//! (`CAREFUL`), each value for itself.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::share::Id;

/// A value that is not of the documented type or range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Whether a value was understood.
pub(super) type Understood = Result<(), Malformed>;

/// A value; none where it is null or absent.
pub(super) type Field<T> = Result<Option<T>, Malformed>;

/// Where a value goes. It takes the types that are documented, and finds the others malformed.
pub(super) trait Slot {
    fn integer(&mut self, _: i64) -> Understood {
        Err(Malformed)
    }

    fn boolean(&mut self, _: bool) -> Understood {
        Err(Malformed)
    }

    fn text(&mut self, _: &str) -> Understood {
        Err(Malformed)
    }

    fn list<'de, A: SeqAccess<'de>, const CAREFUL: bool>(
        &mut self,
        mut list: A,
    ) -> Result<Understood, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Err(Malformed))
    }

    fn object<'de, A: MapAccess<'de>, const CAREFUL: bool>(
        &mut self,
        object: A,
    ) -> Result<Understood, A::Error> {
        IgnoredAny::deserialize(MapAccessDeserializer::new(object))?;
        Ok(Err(Malformed))
    }
}

impl Slot for Option<i64> {
    fn integer(&mut self, value: i64) -> Understood {
        *self = Some(value);
        Ok(())
    }
}

impl Slot for Option<bool> {
    fn boolean(&mut self, value: bool) -> Understood {
        *self = Some(value);
        Ok(())
    }
}

impl Slot for Option<Id> {
    fn text(&mut self, text: &str) -> Understood {
        if text.is_empty() {
            return Err(Malformed);
        }
        *self = Some(Id::parse(text));
        Ok(())
    }
}

/// Reads a value into a slot.
pub(super) struct Fill<'a, S, const CAREFUL: bool>(pub(super) &'a mut S);

impl<'de, S: Slot, const CAREFUL: bool> DeserializeSeed<'de> for Fill<'_, S, CAREFUL> {
    type Value = Understood;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Understood, D::Error> {
        if !CAREFUL {
            return value.deserialize_any(self);
        }
        let value = <&RawValue>::deserialize(value)?;
        let read = serde_json::Deserializer::from_str(value.get()).deserialize_any(self);
        Ok(read.unwrap_or(Err(Malformed)))
    }
}

impl<'de, S: Slot, const CAREFUL: bool> Visitor<'de> for Fill<'_, S, CAREFUL> {
    type Value = Understood;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Understood, E> {
        Ok(Ok(()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Understood, E> {
        Ok(self.0.boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Understood, E> {
        Ok(self.0.integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Understood, E> {
        let value = i64::try_from(value).map_err(|_| Malformed);
        Ok(value.and_then(|value| self.0.integer(value)))
    }

    /// A whole number is one however it is written: `4.1E9`, `1795575771.0`.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Understood, E> {
        Ok(whole(value).and_then(|value| self.0.integer(value)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Understood, E> {
        Ok(self.0.text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Understood, A::Error> {
        self.0.list::<A, CAREFUL>(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Understood, A::Error> {
        self.0.object::<A, CAREFUL>(object)
    }
}

/// The integer that a floating-point number is, where it is one and no other is meant by it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, and there is no fraction"
)]
fn whole(value: f64) -> Result<i64, Malformed> {
    /// Beyond this, several integers are one floating-point number.
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = value.fract() == 0.0 && value.abs() <= LARGEST_EXACT;
    is_whole.then_some(value as i64).ok_or(Malformed)
}

/// Reads the next value of an object as a field.
pub(super) fn next_field<'de, T, A, const CAREFUL: bool>(
    object: &mut A,
) -> Result<Field<T>, A::Error>
where
    Option<T>: Slot,
    A: MapAccess<'de>,
{
    let mut value = None;
    let verdict = object.next_value_seed(Fill::<_, CAREFUL>(&mut value))?;
    Ok(verdict.map(|()| value))
}

/// Has `read` read the value of each key that is one of `names`; the others are passed over.
///
/// # Errors
/// Where the JSON ends, and at a name that comes twice: it can't be known which one counts.
pub(super) fn each_field<'de, A: MapAccess<'de>, const N: usize, const CAREFUL: bool>(
    mut object: A,
    names: [&'static str; N],
    mut read: impl FnMut(&'static str, &mut A) -> Result<(), A::Error>,
) -> Result<(), A::Error> {
    let mut seen = [false; N];
    while let Some(key) = object.next_key_seed(OneOf::<CAREFUL>(&names))? {
        let Some(index) = key else {
            object.next_value::<IgnoredAny>()?;
            continue;
        };
        if std::mem::replace(&mut seen[index], true) {
            return Err(A::Error::duplicate_field(names[index]));
        }
        read(names[index], &mut object)?;
    }
    Ok(())
}

/// Which of these names a key is. Compared as bytes, since most keys are none of them and need not be
/// text. As bytes, `serde_json` lets control characters pass, which no JSON has in a key: those are
/// looked for where the key is as it came. One with escapes is left to the careful reading, before
/// which the whole record has been found to be JSON.
struct OneOf<'a, const CAREFUL: bool>(&'a [&'static str]);

impl<const CAREFUL: bool> OneOf<'_, CAREFUL> {
    fn position(&self, key: &[u8]) -> Option<usize> {
        self.0.iter().position(|name| name.as_bytes() == key)
    }
}

impl<'de, const CAREFUL: bool> DeserializeSeed<'de> for OneOf<'_, CAREFUL> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Option<usize>, D::Error> {
        key.deserialize_bytes(self)
    }
}

impl<'de, const CAREFUL: bool> Visitor<'de> for OneOf<'_, CAREFUL> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_bytes<E: Error>(self, key: &'de [u8]) -> Result<Option<usize>, E> {
        let known = self.position(key);
        if !CAREFUL && known.is_none() && key.iter().any(|byte| *byte < 0x20) {
            return Err(E::custom("a control character in a key"));
        }
        Ok(known)
    }

    fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<Option<usize>, E> {
        if CAREFUL {
            Ok(self.position(key))
        } else {
            Err(E::custom("escapes in a key"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(json: &str) -> Field<T>
    where
        Option<T>: Slot,
    {
        let mut careful = None;
        let mut value = serde_json::Deserializer::from_str(json);
        let careful = Fill::<_, true>(&mut careful)
            .deserialize(&mut value)
            .expect("it is JSON")
            .map(|()| careful);
        let mut at_once = None;
        let mut value = serde_json::Deserializer::from_str(json);
        if let Ok(verdict) = Fill::<_, false>(&mut at_once).deserialize(&mut value) {
            assert_eq!(verdict.is_ok(), careful.is_ok(), "{json}");
            assert!(value.end().is_ok(), "{json} is read to its end");
        }
        careful
    }

    #[test]
    fn null_is_absent() {
        assert_eq!(read::<i64>("null"), Ok(None));
        assert_eq!(read::<bool>("null"), Ok(None));
        assert_eq!(read::<Id>("null"), Ok(None));
    }

    #[test]
    fn an_integer_is_an_integer_and_nothing_else() {
        assert_eq!(read("-12"), Ok(Some(-12)));
        assert_eq!(read("9223372036854775807"), Ok(Some(i64::MAX)));
        assert_eq!(read("-9223372036854775808"), Ok(Some(i64::MIN)));
        assert_eq!(read("4.1E9"), Ok(Some(4_100_000_000)));
        assert_eq!(read("1795575771.0"), Ok(Some(1_795_575_771)));
        assert_eq!(read("-0.0"), Ok(Some(0)));
        assert_eq!(read("-2.5e1"), Ok(Some(-25)));
        for bad in [
            "9223372036854775808",
            "-9223372036854775809",
            "1e999",
            "1e300",
            "9007199254740993.0e3",
            "1.5",
            "1e-3",
            "\"1\"",
            "true",
            r#"{"a":[1]}"#,
            "[1,{}]",
        ] {
            assert_eq!(read::<i64>(bad), Err(Malformed), "{bad}");
        }
    }

    #[test]
    fn a_boolean_is_a_boolean_and_nothing_else() {
        assert_eq!(read("true"), Ok(Some(true)));
        for bad in ["\"true\"", "1", "[]"] {
            assert_eq!(read::<bool>(bad), Err(Malformed), "{bad}");
        }
    }

    #[test]
    fn a_text_may_have_escapes_and_must_be_unicode() {
        assert_eq!(read(r#""a""#), Ok(Some(Id::parse("a"))));
        assert_eq!(read(r#""\u0000\"\n""#), Ok(Some(Id::parse("\0\"\n"))));
        assert_eq!(read::<Id>(r#""\ud800""#), Err(Malformed));
        assert_eq!(read::<Id>(r#""""#), Err(Malformed));
        assert_eq!(read::<Id>("1"), Err(Malformed));
    }

    #[test]
    fn a_name_is_known_however_it_is_written_and_may_come_once() {
        struct Fields(Vec<&'static str>);
        impl Slot for Fields {
            fn object<'de, A: MapAccess<'de>, const CAREFUL: bool>(
                &mut self,
                object: A,
            ) -> Result<Understood, A::Error> {
                each_field::<_, 2, CAREFUL>(object, ["one", "two"], |name, object| {
                    self.0.push(name);
                    object.next_value::<IgnoredAny>().map(drop)
                })
                .map(Ok)
            }
        }
        let names = |json: &str| {
            let mut fields = Fields(Vec::new());
            let mut value = serde_json::Deserializer::from_str(json);
            let read = Fill::<_, true>(&mut fields).deserialize(&mut value);
            read.ok().and_then(Result::ok).map(|()| fields.0)
        };
        assert_eq!(
            names(r#"{"tw\u006f":1,"\ud800":2,"on":3,"one":[4]}"#),
            Some(vec!["two", "one"])
        );
        assert_eq!(names(r#"{"one":1,"one":null}"#), None);
    }
}
