//! The section `policy` and the file of exceptions as they are written: unknown keys rejected, nothing
//! judged yet.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::config::file::{Text, present};

/// Several values.
pub(super) type Texts = Spanned<Vec<Text>>;

/// Makes a struct of which each key may be absent, and has a value where it is not.
macro_rules! section {
    ($(#[doc = $meaning:literal])+ $name:ident { $($(#[doc = $of_key:literal])+ $key:ident: $value:ty,)+ }) => {
        $(#[doc = $meaning])+
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::config) struct $name {
            $(
                $(#[doc = $of_key])+
                #[serde(default, deserialize_with = "present")]
                pub(super) $key: Option<$value>,
            )+
        }
    };
}

section! {
    /// The section `policy`.
    PolicyFile {
        /// Changes of built-in rules, and others.
        rules: Spanned<Vec<Spanned<RuleFile>>>,
        /// Why some shares may break them.
        exceptions: Spanned<Vec<Spanned<ExceptionFile>>>,
        /// A file with more exceptions, which is read again when it changes.
        exceptions_file: Text,
        /// How many days ahead the end of an exception may be.
        max_exception_days: Text,
        /// How many violations of an organisation have a series of their own.
        violation_series_limit: Text,
    }
}

section! {
    /// One element of `policy.rules`: `conditions` of `policy::Conditions`, and what is said of them.
    RuleFile {
        /// What it is called. Needed.
        name: Text,
        /// `critical`, `warning` or `info`.
        severity: Text,
        /// What it is for.
        description: Text,
        /// `false` switches it off.
        enabled: Text,
        /// Kinds of shares.
        kinds: Texts,
        /// Protections.
        protection: Texts,
        /// `true` or `false`.
        never_expires: Text,
        /// A duration.
        open_longer_than: Text,
        /// A duration.
        lifetime_longer_than: Text,
        /// A duration.
        ends_later_than: Text,
        /// A duration.
        expired_longer_than: Text,
        /// `true` or `false`.
        past_footage: Text,
        /// `true` or `false`.
        sound: Text,
        /// A number.
        more_cameras_than: Text,
        /// Patterns of names.
        cameras: Texts,
        /// Patterns of names.
        locations: Texts,
        /// Patterns of names.
        stream_types: Texts,
        /// Patterns of names.
        organizations: Texts,
        /// Patterns of names.
        created_by: Texts,
        /// A number.
        views_more_than: Text,
        /// An expression that must hold too.
        expression: Text,
    }
}

/// The file that `policy.exceptions_file` names. The list may be there and empty, as when there is none yet.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct ExceptionsFile {
    /// As `policy.exceptions`.
    #[serde(default)]
    pub(super) exceptions: Option<Spanned<Vec<Spanned<ExceptionFile>>>>,
}

section! {
    /// One element of `exceptions`.
    ExceptionFile {
        /// What it is called. Needed.
        name: Text,
        /// Which shares. Needed.
        r#match: Spanned<MatchFile>,
        /// Which rules. Needed.
        policies: Texts,
        /// Why. Needed.
        reason: Text,
        /// Who answers for it. Needed.
        owner: Text,
        /// The last day, or the moment from which on it covers nothing. Needed.
        until: Text,
    }
}

section! {
    /// What of a share must all be so.
    MatchFile {
        /// Its ref.
        share: Text,
        /// A pattern of the organisation's name.
        org: Text,
        /// Its kind.
        kind: Text,
        /// A pattern of its title.
        title: Text,
        /// A pattern of the names of all its cameras.
        camera: Text,
        /// A pattern of the names of all its locations.
        location: Text,
        /// A pattern of who made it.
        created_by: Text,
        /// An expression.
        expression: Text,
    }
}

section! {
    /// A file of recorded shares, for `policy test`.
    TestsFile {
        /// When they are looked at; none: now.
        now: Text,
        /// The tests. Needed.
        tests: Spanned<Vec<Spanned<TestFile>>>,
    }
}

section! {
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

section! {
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

section! {
    /// One element of `cameras`.
    CameraFile {
        /// What it is called.
        name: Text,
        /// What its location is called.
        location: Text,
    }
}

section! {
    /// What is said of a share.
    ExpectFile {
        /// Exactly the rules that it breaks and that no exception covers.
        violations: Texts,
        /// Exactly those that one covers, each with its exception.
        excepted: Spanned<BTreeMap<String, Text>>,
    }
}
