//! The file of `policy test` as it is written: unknown keys rejected, nothing judged yet.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::config::file::{Text, present};
use crate::config::policy::file::Texts;

/// Makes a struct of which each key may be absent, and has a value where it is not.
macro_rules! plain_section {
    ($(#[doc = $meaning:literal])+ $name:ident { $($(#[doc = $of_key:literal])+ $key:ident: $value:ty,)+ }) => {
        $(#[doc = $meaning])+
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $(
                $(#[doc = $of_key])+
                #[serde(default, deserialize_with = "present")]
                pub(super) $key: Option<$value>,
            )+
        }
    };
}

plain_section! {
    /// A file of recorded shares, for `policy test`.
    TestsFile {
        /// When they are looked at; none: now.
        now: Text,
        /// The tests. Needed.
        tests: Spanned<Vec<Spanned<TestFile>>>,
    }
}

plain_section! {
    /// One element of `tests`.
    TestFile {
        /// What it is called. Needed.
        name: Text,
        /// The share; what is not said is as harmless as it can be.
        share: Spanned<ShareFile>,
        /// What is said of it. Needed.
        expect: Spanned<ExpectFile>,
    }
}

plain_section! {
    /// A share, in the words of the object `share` of expressions.
    ShareFile {
        /// The name of its organisation.
        org: Text,
        /// Its kind.
        kind: Text,
        /// Its protection.
        protection: Text,
        /// What it is called.
        title: Text,
        /// How long ago it was made.
        age: Text,
        /// Or when.
        created: Text,
        /// In which time it ends; with a `-`, how long ago it has.
        ends_in: Text,
        /// Or when.
        ends: Text,
        /// Or `true`.
        never_expires: Text,
        /// The cameras that it shows.
        cameras: Spanned<Vec<Spanned<CameraFile>>>,
        /// `true` or `false`.
        past_footage: Text,
        /// `true` or `false`.
        sound: Text,
        /// Who streams.
        stream_type: Text,
        /// How many clips.
        clips: Text,
        /// All clips together.
        duration: Text,
        /// Who made it.
        created_by: Text,
        /// How often it was looked at.
        views: Text,
    }
}

plain_section! {
    /// One element of `cameras`.
    CameraFile {
        /// What it is called.
        name: Text,
        /// What its location is called.
        location: Text,
    }
}

plain_section! {
    /// What is said of a share.
    ExpectFile {
        /// Exactly the rules that it breaks and that no exception covers.
        violations: Texts,
        /// Exactly those that one covers, each with its exception.
        excepted: Spanned<BTreeMap<String, Text>>,
    }
}
