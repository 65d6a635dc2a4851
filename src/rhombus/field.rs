//! One value of a record, read leniently: null and absent alike, and a value of another type is
//! that field's failure alone. A record is a struct of [`Lenient`] fields with a derived reading.
//!
//! A record is read at once as a rule. Some JSON is a value that no Rust type holds, such as 1e999 or
//! half a surrogate pair, and ends that reading; such a record is read again with
//! [care](super::careful), each value for itself.

use std::fmt;
use std::iter;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    Deserialize, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor, value,
};
use serde::forward_to_deserialize_any;

use crate::share::{Id, MalformedCounts, Private};

/// A value that is not of the documented type or range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// A value; none where it is null or absent.
pub(super) type Field<T> = Result<Option<T>, Malformed>;

/// A [`Field`] as it is read from JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lenient<T>(pub(super) Field<T>);

impl<T> Lenient<T> {
    pub(super) const MALFORMED: Self = Self(Err(Malformed));

    /// The value, where there is one that could be understood; one that could not is counted.
    pub(super) fn known(self, field: &'static str, malformed: &mut MalformedCounts) -> Option<T> {
        self.0.unwrap_or_else(|Malformed| {
            *malformed.entry(field).or_default() += 1;
            None
        })
    }

    /// Makes something else of a value; what `read` makes nothing of is malformed.
    pub(super) fn and_then<U>(self, read: impl FnOnce(T) -> Option<U>) -> Lenient<U> {
        Lenient(match self.0 {
            Ok(Some(value)) => read(value).map(Some).ok_or(Malformed),
            Ok(None) => Ok(None),
            Err(Malformed) => Err(Malformed),
        })
    }
}

/// Absent.
impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(Ok(None))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_newtype_struct("Lenient", Read(PhantomData::<Self>))
    }
}

/// Reads a `T`.
struct Read<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Read<Lenient<T>> {
    fn offer(value: impl Deserializer<'de, Error = value::Error>) -> Lenient<T> {
        Lenient(T::deserialize(value).map(Some).map_err(|_| Malformed))
    }
}

/// Takes any value: a scalar is offered to `T` as it is, a list and an object to be read on.
impl<'de, T: Deserialize<'de>> Visitor<'de> for Read<Lenient<T>> {
    type Value = Lenient<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    /// Read at once: an error may be one of syntax, and ends the reading of the record.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Lenient<T>, D::Error> {
        value.deserialize_any(self)
    }

    /// Read with care: the value is JSON, so that an error costs this field and nothing else.
    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Lenient<T>, D::Error> {
        Ok(value.deserialize_any(self).unwrap_or(Lenient::MALFORMED))
    }

    fn visit_unit<E: Error>(self) -> Result<Lenient<T>, E> {
        Ok(Lenient::default())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Lenient<T>, E> {
        Ok(Self::offer(value.into_deserializer()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Lenient<T>, E> {
        Ok(Self::offer(value.into_deserializer()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Lenient<T>, E> {
        Ok(Self::offer(value.into_deserializer()))
    }

    /// A whole number is one however it is written: `4.1E9`, `1795575771.0`.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Lenient<T>, E> {
        Ok(match whole(value) {
            Some(value) => Self::offer(value.into_deserializer()),
            None => Lenient::MALFORMED,
        })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lenient<T>, E> {
        Ok(Self::offer(StrDeserializer::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Lenient<T>, A::Error> {
        T::deserialize(List(list)).map(|value| Lenient(Ok(Some(value))))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Lenient<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(|value| Lenient(Ok(Some(value))))
    }
}

/// The integer that a floating-point number is, where it is one and no other is meant by it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, and there is no fraction"
)]
fn whole(value: f64) -> Option<i64> {
    /// Beyond this, several integers are one floating-point number.
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = value.fract() == 0.0 && value.abs() <= LARGEST_EXACT;
    is_whole.then_some(value as i64)
}

/// A list, which is never a record: a derived reading would take its elements for the fields.
struct List<A>(A);

impl<'de, A: SeqAccess<'de>> Deserializer<'de> for List<A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_seq(self.0)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        Err(A::Error::invalid_type(Unexpected::Seq, &visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A list of `T`, of which no element is held: each is added to a `C` as it is read.
#[derive(Debug)]
pub(super) struct Each<T, C>(pub(super) C, PhantomData<T>);

impl<'de, T, C> Deserialize<'de> for Each<T, C>
where
    T: Deserialize<'de>,
    C: FromIterator<Lenient<T>>,
{
    fn deserialize<D: Deserializer<'de>>(list: D) -> Result<Self, D::Error> {
        list.deserialize_seq(Read(PhantomData::<Self>))
    }
}

impl<'de, T, C> Visitor<'de> for Read<Each<T, C>>
where
    T: Deserialize<'de>,
    C: FromIterator<Lenient<T>>,
{
    type Value = Each<T, C>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Each<T, C>, A::Error> {
        let elements = iter::from_fn(|| list.next_element().transpose());
        Ok(Each(elements.collect::<Result<C, _>>()?, PhantomData))
    }
}

/// The keys of an object, whose values are passed over.
#[derive(Debug)]
pub(super) struct Keys<K>(pub(super) Vec<K>);

impl<'de, K: Deserialize<'de>> Deserialize<'de> for Keys<K> {
    fn deserialize<D: Deserializer<'de>>(object: D) -> Result<Self, D::Error> {
        object.deserialize_map(Read(PhantomData::<Self>))
    }
}

impl<'de, K: Deserialize<'de>> Visitor<'de> for Read<Keys<K>> {
    type Value = Keys<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Keys<K>, A::Error> {
        let keys = iter::from_fn(|| object.next_entry().transpose());
        let keys = keys.map(|entry| entry.map(|(key, IgnoredAny)| key));
        Ok(Keys(keys.collect::<Result<_, _>>()?))
    }
}

/// An empty text names nothing.
impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        text.deserialize_str(Text(|text: &str| {
            (!text.is_empty()).then(|| Self::parse(text))
        }))
    }
}

/// The camera that a device is, or belongs to.
#[derive(Debug)]
pub(super) struct Camera(pub(super) Id);

impl Camera {
    /// The camera, where one is named: an empty text names none.
    pub(super) fn named(self) -> Option<Id> {
        (!matches!(&self.0, Id::Text(text) if text.is_empty())).then_some(self.0)
    }
}

impl<'de> Deserialize<'de> for Camera {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        text.deserialize_str(Text(|text: &str| Some(Self(Id::parse_camera(text)))))
    }
}

/// The device of a live stream.
#[derive(Debug)]
pub(super) struct Device {
    /// The camera that it is, or belongs to.
    pub(super) camera: Id,
    /// What Rhombus calls it, facet and all: that is asked for where the stream is taken down.
    pub(super) written: Id,
}

impl<'de> Deserialize<'de> for Device {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        text.deserialize_str(Text(|text: &str| {
            Some(Self {
                camera: Id::parse_camera(text),
                written: Id::parse(text),
            })
        }))
    }
}

impl Device {
    /// The device, where one is named: an empty text names none.
    pub(super) fn named(self) -> Option<Self> {
        (self.written != Id::Text("".into())).then_some(self)
    }
}

/// What people call something: as much of it as is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Title(Private);

impl Title {
    /// How much of it, in bytes: more than one would read, and few enough for millions.
    const MAX_BYTES: usize = 200;

    /// The text, where there is any.
    pub(super) fn said(self) -> Option<Private> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

impl<'de> Deserialize<'de> for Title {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        text.deserialize_str(Text(|text: &str| {
            let fits = |end: &usize| text.is_char_boundary(*end);
            let end = (0..=Self::MAX_BYTES.min(text.len())).rev().find(fits)?;
            Some(Self(text[..end].into()))
        }))
    }
}

/// The address of a page on the web, which opens it.
#[derive(Debug)]
pub(super) struct Address(Private);

impl Address {
    /// Longer than Rhombus's by far.
    const MAX_BYTES: usize = 1024;

    pub(super) fn into_text(self) -> Private {
        self.0
    }

    /// Others than these run programs where one clicks on them, or are no pages.
    fn is_one(text: &str) -> bool {
        let is_page = ["https://", "http://"]
            .iter()
            .any(|it| text.starts_with(it));
        is_page && text.len() <= Self::MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        text.deserialize_str(Text(|text: &str| {
            Self::is_one(text).then(|| Self(text.into()))
        }))
    }
}

/// Makes something of a text, without a copy of it.
struct Text<F>(F);

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &"an id"))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde::de::DeserializeOwned;
    use serde_json::value::RawValue;

    use super::*;
    use crate::rhombus::careful::read_again;

    fn read<T: DeserializeOwned>(json: &str) -> Field<T> {
        let value: &RawValue = serde_json::from_str(json).expect("it is JSON");
        let careful: Lenient<T> = read_again(value);
        if let Ok(at_once) = serde_json::from_str::<Lenient<T>>(json) {
            assert_eq!(at_once.0.is_ok(), careful.0.is_ok(), "{json}");
        }
        careful.0
    }

    #[test]
    fn null_is_absent() {
        assert_eq!(read::<i64>("null"), Ok(None));
        assert_eq!(read::<bool>("null"), Ok(None));
        assert_eq!(read::<Id>("null"), Ok(None));
    }

    #[test]
    fn an_integer_is_an_integer_and_nothing_else() {
        assert_eq!(read::<i64>("-12"), Ok(Some(-12)));
        assert_eq!(read::<i64>("9223372036854775807"), Ok(Some(i64::MAX)));
        assert_eq!(read::<i64>("-9223372036854775808"), Ok(Some(i64::MIN)));
        assert_eq!(read::<i64>("4.1E9"), Ok(Some(4_100_000_000)));
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
    fn a_title_is_cut_and_an_empty_one_is_none() {
        let said = |json: &str| read::<Title>(json).map(|title| title.and_then(Title::said));
        assert_eq!(said("\"Lobby\""), Ok(Some("Lobby".into())));
        assert_eq!(said("\"\""), Ok(None));
        let (half, odd) = ("é".repeat(100), format!("x{}", "é".repeat(99)));
        assert_eq!(said(&format!("\"{half}é\"")), Ok(Some(half.into())));
        assert_eq!(said(&format!("\"{odd}é\"")), Ok(Some(odd.into())));
        assert_eq!(said("7"), Err(Malformed));
    }

    #[test]
    fn an_address_is_one_that_a_browser_opens_and_nothing_that_runs() {
        let read = |text: &str| read::<Address>(&format!("\"{text}\"")).map(|it| it.is_some());
        assert_eq!(read("https://console.example/share/live/x?a=b#c"), Ok(true));
        assert_eq!(read("http://localhost:1/x"), Ok(true));
        let long = format!("https://x/{}", "x".repeat(Address::MAX_BYTES));
        for bad in [
            "",
            "javascript:alert(1)",
            "//x",
            "https://x y",
            "data:x",
            "https://é",
            &long,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
    #[serde(default)]
    struct Record {
        one: Lenient<i64>,
        two: Lenient<Part>,
    }

    #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
    #[serde(default)]
    struct Part {
        one: Lenient<i64>,
    }

    fn record(one: Field<i64>, two: Field<Part>) -> Record {
        Record {
            one: Lenient(one),
            two: Lenient(two),
        }
    }

    #[test]
    fn a_name_is_known_however_it_is_written_and_may_come_once() {
        let json = r#"{"tw\u006f":{},"\ud800":2,"on":3,"one":4}"#;
        let expected = record(Ok(Some(4)), Ok(Some(Part::default())));
        assert_eq!(read(json), Ok(Some(expected)));
        assert_eq!(read::<Record>(r#"{"one":1,"one":null}"#), Err(Malformed));
        let twice = r#"{"one":1,"two":{"one":1,"one":1}}"#;
        let expected = record(Ok(Some(1)), Err(Malformed));
        assert_eq!(read(twice), Ok(Some(expected)));
    }

    #[test]
    fn a_record_is_an_object_and_what_is_bad_in_it_costs_that_field_alone() {
        for bad in ["[]", "[1]", "1", "\"x\"", "true"] {
            assert_eq!(read::<Record>(bad), Err(Malformed), "{bad}");
            let json = format!(r#"{{"two":{bad},"one":1}}"#);
            let expected = record(Ok(Some(1)), Err(Malformed));
            assert_eq!(read(&json), Ok(Some(expected)), "{bad}");
        }
        for bad in ["1e999", r#""\ud800""#, "[1e999]", r#"{"\ud800":[{}]}"#] {
            let json = format!(r#"{{"two":{{"one":{bad}}},"x":{bad},"one":1}}"#);
            let part = Part {
                one: Lenient::MALFORMED,
            };
            let expected = record(Ok(Some(1)), Ok(Some(part)));
            assert_eq!(read(&json), Ok(Some(expected)), "{bad}");
        }
    }

    #[test]
    fn elements_and_keys_are_read_one_at_a_time() {
        type Numbers = Each<i64, Vec<Lenient<i64>>>;
        let numbers = |json: &str| read::<Numbers>(json).map(|list| list.map(|list| list.0));
        let expected = vec![Lenient(Ok(Some(1))), Lenient::MALFORMED, Lenient(Ok(None))];
        assert_eq!(numbers("[1,1e999,null]"), Ok(Some(expected)));
        assert_eq!(numbers("{}"), Err(Malformed));
        let keys = |json: &str| read::<Keys<String>>(json).map(|keys| keys.map(|Keys(keys)| keys));
        let expected = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(keys(r#"{"a":1e999,"\u0062":[{}]}"#), Ok(Some(expected)));
        assert_eq!(keys(r#"{"a":1,"\ud800":1}"#), Err(Malformed));
        assert_eq!(keys("[]"), Err(Malformed));
    }
}
