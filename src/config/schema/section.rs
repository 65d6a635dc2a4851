//! How a section of the file is declared: one row a key, which makes the field that is read into and the
//! schema of it. What is written of a key is what an editor shows.

use super::shape::Shape;

/// A key of a section.
pub(in crate::config) struct Key {
    /// As the field is called.
    pub(in crate::config) field: &'static str,
    /// What it means, for who writes the file.
    pub(in crate::config) meaning: &'static str,
    /// What its value may be.
    pub(in crate::config) shape: Shape,
}

impl Key {
    /// As the file has it: `match` is a word of Rust's, and so its field is `r#match`.
    pub(in crate::config) fn name(&self) -> &'static str {
        self.field.trim_start_matches("r#")
    }
}

/// A mapping whose keys are known.
pub(in crate::config) trait Section {
    /// Its keys.
    fn keys() -> Vec<Key>;
}

/// Makes a struct of which each key may be absent, and has a value where it is not: rows of
/// `key: type = shape;` under the meaning of the key.
macro_rules! section {
    ($(#[doc = $meaning:literal])+ $name:ident {
        $($(#[doc = $of_key:literal])+ $key:ident: $value:ty = $shape:expr;)+
    }) => {
        $(#[doc = $meaning])+
        #[derive(Default, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::config) struct $name {
            $(
                $(#[doc = $of_key])+
                #[serde(default, deserialize_with = "crate::config::file::present")]
                pub(super) $key: Option<$value>,
            )+
        }

        impl crate::config::schema::Section for $name {
            fn keys() -> Vec<crate::config::schema::Key> {
                vec![$(crate::config::schema::Key {
                    field: stringify!($key),
                    meaning: concat!($($of_key),+),
                    shape: $shape,
                }),+]
            }
        }
    };
}

pub(in crate::config) use section;
