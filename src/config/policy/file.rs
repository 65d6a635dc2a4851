//! The section `policy` and the file of exceptions as they are written: unknown keys rejected, nothing
//! judged yet.

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
        /// An expression that must hold too.
        expression: Text,
    }
}

section! {
    /// The file that `policy.exceptions_file` names.
    ExceptionsFile {
        /// As `policy.exceptions`.
        exceptions: Spanned<Vec<Spanned<ExceptionFile>>>,
    }
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
        /// An expression.
        expression: Text,
    }
}
