//! One field of a record, read leniently: null and absent alike, and a value of another type is
//! that field's failure alone. Fields arrive as raw text, since even a number may be one that no
//! Rust type holds.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A field as it came; none for null and for absent.
pub(super) type Raw<'a> = Option<&'a RawValue>;

/// A value that is not of the documented type or range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// An int32 or int64.
pub(super) fn integer(raw: Raw<'_>) -> Result<Option<i64>, Malformed> {
    raw.map(|raw| raw.get().parse().map_err(|_| Malformed))
        .transpose()
}

pub(super) fn boolean(raw: Raw<'_>) -> Result<Option<bool>, Malformed> {
    raw.map(|raw| raw.get().parse().map_err(|_| Malformed))
        .transpose()
}

pub(super) fn string(raw: Raw<'_>) -> Result<Option<Cow<'_, str>>, Malformed> {
    raw.map(|raw| {
        // Most texts have no escapes, and are borrowed.
        serde_json::from_str::<&str>(raw.get())
            .map(Cow::Borrowed)
            .or_else(|_| serde_json::from_str(raw.get()).map(Cow::Owned))
            .map_err(|_| Malformed)
    })
    .transpose()
}

/// A JSON object read as a `T`. A derived `Deserialize` takes an array for a struct too, which
/// would let `[true]` pass for a record.
pub struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyMaps<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyMaps<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(OnlyMaps(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(json: &str, read: impl Fn(Raw<'_>) -> T) -> T {
        read(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn null_is_absent() {
        assert_eq!(with("null", integer), Ok(None));
        assert_eq!(with("null", boolean), Ok(None));
        assert!(matches!(
            with("null", |raw| string(raw).map(|text| text.is_none())),
            Ok(true)
        ));
    }

    #[test]
    fn an_integer_is_an_integer_and_nothing_else() {
        assert_eq!(with("-12", integer), Ok(Some(-12)));
        assert_eq!(with("9223372036854775807", integer), Ok(Some(i64::MAX)));
        for bad in [
            "9223372036854775808",
            "1e999",
            "1.0",
            "\"1\"",
            "true",
            "{}",
            "[]",
        ] {
            assert_eq!(with(bad, integer), Err(Malformed), "{bad}");
        }
    }

    #[test]
    fn a_boolean_is_a_boolean_and_nothing_else() {
        assert_eq!(with("true", boolean), Ok(Some(true)));
        for bad in ["\"true\"", "1", "[]"] {
            assert_eq!(with(bad, boolean), Err(Malformed), "{bad}");
        }
    }

    #[test]
    fn a_string_may_have_escapes_and_must_be_unicode() {
        let read = |raw: Raw<'_>| string(raw).map(|text| text.map(Cow::into_owned));
        assert_eq!(with(r#""a""#, read), Ok(Some("a".into())));
        assert_eq!(with(r#""\u0000\"\n""#, read), Ok(Some("\0\"\n".into())));
        assert_eq!(with(r#""\ud800""#, read), Err(Malformed));
        assert_eq!(with("1", read), Err(Malformed));
    }

    #[test]
    fn an_array_is_no_object() {
        #[derive(Deserialize)]
        struct One {
            _n: u64,
        }
        assert!(serde_json::from_str::<Object<One>>(r#"{"_n":1}"#).is_ok());
        assert!(serde_json::from_str::<Object<One>>("[1]").is_err());
    }
}
