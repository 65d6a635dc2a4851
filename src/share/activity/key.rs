//! What tells one event from others, so that each is handed on once however often it is told.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

use crate::share::Id;

/// What tells one event from others: a hash of its uuid, or of all its fields where it has none. Two events
/// without a uuid that are the same in every field are one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActivityKey([u8; Self::BYTES]);

impl ActivityKey {
    const BYTES: usize = 16;

    /// That of the event of this uuid.
    pub fn of_uuid(uuid: &Id) -> Self {
        Self::of("uuid", [Some(&*uuid.to_string())])
    }

    /// That of an event without a uuid, of which these are the fields, in an order that stays.
    pub fn of_fields<'a>(fields: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        Self::of("fields", fields)
    }

    /// Each text follows its length, so that no two lists of them are hashed alike.
    fn of<'a>(what: &'a str, texts: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut hash = Context::new(&SHA256);
        for text in std::iter::once(Some(what)).chain(texts) {
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            hash.update(&length.to_be_bytes());
            hash.update(text.unwrap_or_default().as_bytes());
        }
        let mut first = [0; Self::BYTES];
        first.copy_from_slice(&hash.finish().as_ref()[..Self::BYTES]);
        Self(first)
    }

    /// Its bytes, for who keeps it.
    pub const fn to_bytes(self) -> [u8; Self::BYTES] {
        self.0
    }

    /// The key of these bytes, as [`Self::to_bytes`] gave them.
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for ActivityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_for_the_same_and_another_for_another() {
        let id = Id::parse("a");
        let key = ActivityKey::of_uuid(&id);
        assert_eq!(ActivityKey::of_uuid(&Id::parse("a")), key);
        assert_eq!(ActivityKey::from_bytes(key.to_bytes()), key);
        let all = [
            ActivityKey::of_fields([Some("a")]),
            ActivityKey::of_fields([Some("a"), None]),
            ActivityKey::of_fields([Some("a"), Some("")]),
            ActivityKey::of_fields([None, Some("a")]),
            ActivityKey::of_fields([Some("ab"), Some("")]),
            ActivityKey::of_fields([Some("a"), Some("b")]),
            ActivityKey::of_uuid(&Id::parse("b")),
        ];
        let different: std::collections::BTreeSet<_> = all.into_iter().chain([key]).collect();
        assert_eq!(different.len(), all.len() + 1);
    }
}
