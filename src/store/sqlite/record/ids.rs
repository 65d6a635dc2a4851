//! Identifiers as they are on the disk.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::share::Id;

/// A documented identifier as Rhombus writes it; any other text after an equals sign, which no documented
/// one has.
pub(super) struct StoredId<'a>(pub(super) Cow<'a, Id>);

impl Serialize for StoredId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &*self.0 {
            id @ Id::Uuid(_) => serializer.collect_str(id),
            Id::Text(text) => serializer.collect_str(&format_args!("={text}")),
        }
    }
}

impl<'de> Deserialize<'de> for StoredId<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let id = match text.strip_prefix('=') {
            Some(text) => Some(Id::Text(text.into())),
            None => Some(Id::parse(&text)).filter(|id| matches!(id, Id::Uuid(_))),
        };
        id.map(|id| Self(Cow::Owned(id)))
            .ok_or_else(|| D::Error::custom("expected an identifier"))
    }
}

/// For the field of one that may be missing.
pub(super) mod optional {
    use super::{Cow, Deserialize, Deserializer, Id, Serialize, Serializer, StoredId};

    pub(crate) fn serialize<S: Serializer>(
        id: &Option<Id>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        id.as_ref()
            .map(|id| StoredId(Cow::Borrowed(id)))
            .serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Id>, D::Error> {
        Ok(Option::<StoredId<'_>>::deserialize(from)?.map(|id| id.0.into_owned()))
    }
}

/// For the field of any number of them.
pub(super) mod several {
    use super::{Cow, Deserialize, Deserializer, Id, Serializer, StoredId};

    pub(crate) fn serialize<S: Serializer>(ids: &[Id], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(ids.iter().map(|id| StoredId(Cow::Borrowed(id))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Box<[Id]>, D::Error> {
        let ids = Vec::<StoredId<'_>>::deserialize(from)?;
        Ok(ids.into_iter().map(|id| id.0.into_owned()).collect())
    }
}
