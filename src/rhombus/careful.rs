//! A record that could not be read at once, read again: each value is cut out first, so that one that
//! no Rust type holds is [`Lenient`]'s to judge, and the others are read as ever.
//! Only for what has been found to be JSON.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use super::field::Lenient;

/// Reads an element again with care.
pub(super) fn read_again<'de, T: Deserialize<'de>>(element: &'de RawValue) -> Lenient<T> {
    Lenient::deserialize(Held(element)).unwrap_or(Lenient::MALFORMED)
}

/// A value that is held as text.
struct Held<'de>(&'de RawValue);

impl<'de> Deserializer<'de> for Held<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        let text = self.0.get();
        let mut value = serde_json::Deserializer::from_str(text);
        if text.starts_with(['{', '[']) {
            value.deserialize_any(Apart(visitor))
        } else {
            value.deserialize_any(visitor)
        }
    }

    /// How [`Lenient`] learns that this is JSON.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> serde_json::Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// An object or a list, whose values are cut out one at a time.
struct Apart<A>(A);

impl<'de, V: Visitor<'de>> Visitor<'de> for Apart<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Apart(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Apart(list))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Apart<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        self.0.next_key_seed(Key(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let value = self.0.next_value()?;
        seed.deserialize(Held(value)).map_err(Error::custom)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Apart<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let element = self.0.next_element()?;
        let read = |element| seed.deserialize(Held(element)).map_err(Error::custom);
        element.map(read).transpose()
    }
}

/// A key, which need not be text: most of them are of no field.
struct Key<K>(K);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Key(key))
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Key<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_bytes(Key(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Key<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<V::Value, E> {
        match std::str::from_utf8(key) {
            Ok(text) => self.0.visit_str(text),
            Err(_) => self.0.visit_bytes(key),
        }
    }
}
